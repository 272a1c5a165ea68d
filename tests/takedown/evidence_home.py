"""A home as crawls, people and an analyst left it: real archive, real index, real records."""

import json
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256

from apk_analysis.fingerprint import Fingerprint, MetaDatum, Signature, Signer, Sketch, Trait
from crawler.archive import Archive
from crawler.supplied.evidence import SUPPLIED
from index.blobs import Blobs
from index.home import Home
from index.ids import finding_id, listing_id
from index.model import (
    Capture,
    Evidence,
    Finding,
    Judgement,
    Listing,
    Observation,
    Run,
    Supplied,
    Supply,
    Violation,
    Visitor,
)
from index.profiles import parse_profile
from index.protocol import Index, Judged
from index.records import Decisions
from takedown.evidence.bundle import Sources

AT, NOW = "2026-11-20T08:00:00Z", "2026-11-28T09:00:00Z"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(255, 0, -1)) * 4
SAMPLE = "5a" * 32
SECRET = "sk-live-0123456789abcdefghij"
REPORTER, ANALYST = "举报人王示例", "zhang.analyst"
SUPPLY = Supply(by=REPORTER, channel="12377 举报", received_at=AT, file=f"{REPORTER}.mhtml", file_sha256="cd" * 32)
VISITOR = Visitor(vantage="北京电信", lang="zh-CN", agent="copycatch (operator: 某某网信办; +https://e.org)")
PROFILE = parse_profile(
    """
id: xiaozhou
names: [{text: 小舟智聊, kind: official, lang: zh}]
packages: [{id: org.example.genuine, platform: android, confidence: confirmed}]
""",
    "xiaozhou.yml",
)


@dataclass
class Shelf:
    """What was put there."""

    home: Home
    index: Index
    records: Decisions
    findings: dict[str, str] = field(default_factory=dict)
    """Name -> finding id."""
    captures: dict[str, Capture] = field(default_factory=dict)

    def sources(self, **given) -> Sources:
        blobs = Blobs(self.home.pictures)
        said = {
            "index": self.index,
            "archive": self.home.archive,
            "picture": lambda digest: blobs.path(digest).read_bytes() if blobs.has(digest) else None,
            "decisions": self.records,
            "profiles": {"xiaozhou": PROFILE},
            "operator": "某某网信办",
            "version": "0.1.0",
        }
        return Sources(**{**said, **given})

    def put(
        self, name: str, *, capture: Capture | None, violation: str = "p2-6a", brand: str = "xiaozhou", **given
    ) -> str:
        listing = Listing(
            marketplace="shop:store.example",
            native_id=name,
            url=f"https://store.example/{name}",
            title=f"小舟智聊官方版 {name} =1+1 <script>",
            source_kind="app_store",
            seller="好应用工作室",
            package_name="org.example.copied",
        )
        listing_name = listing_id(listing.marketplace, listing.native_id)
        group = "counterfeit" if violation.startswith("p2-6") else "illegal_tool"
        evidence = Evidence(
            detector="brand", violation=violation, strength=3.0, observed="小舟智聊", field="title", quote="小舟智聊",
            start=0, end=4, zh="标题使用了品牌名", en="the title uses the brand's name",
        )  # fmt: skip
        held = Violation(id=violation, group=group, probability=0.95, evidence=(evidence,))
        finding = Finding(
            id=finding_id(listing_name, group, brand), listing_id=listing_name, marketplace=listing.marketplace,
            url=listing.url, title=listing.title, group=group, verdict="violation", probability=0.95, priority=0.6,
            brand=brand, violations=(held,), capture=capture, **given,
        )  # fmt: skip
        judgement = Judgement(verdict="violation", violations=(held,), brand=brand, priority=0.6)
        self.index.put([Judged(listing=listing, judgement=judgement, findings=(finding,))], run_id="r1", at=AT)
        self.findings[name] = finding.id
        return finding.id

    def listing(self, name: str) -> str:
        return listing_id("shop:store.example", name)

    def decide(self, name: str) -> None:
        finding = self.findings[name]
        value = {"unit": "u1", "finding_ids": [finding, "f1-other"], "kind": "confirm", "decided_by": ANALYST,
                 "note": f"打电话问过 {REPORTER}", "evidence": "ee" * 32, "to": "li.reviewer"}  # fmt: skip
        self.records.append("decision", "u1-1", value, at=AT, by=ANALYST, about=[finding])


def page(name: str, extra: str = "") -> bytes:
    return f"<html><title>{name}</title><body>小舟智聊 {name} {extra}{'文' * 300}</body></html>".encode()


def archived(archive: Archive, url: str, body: bytes, **given) -> Capture:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Date", "Fri, 20 Nov 2026 08:00:01 GMT")]
    said = {"status": 200, "headers": headers, "taken_at": AT, "visitor": VISITOR, "ip": "192.0.2.7"}
    return archive.store(url=url, body=body, **{**said, **given})


def fingerprint() -> Fingerprint:
    return Fingerprint(
        sha256=SAMPLE, sha1="11" * 20, md5="22" * 16, size=1234, container="apk", package="org.example.copied",
        version_name="2.1",
        meta_data=(MetaDatum(name="api_key", value=SECRET[:6] + "...", sha256=sha256(SECRET.encode()).hexdigest()),),
        traits=(Trait(kind="hardcoded_key", value=SECRET[:6] + "... (OpenAI)", where="classes.dex",
                      sha256=sha256(SECRET.encode()).hexdigest()),),
        sketches={"code": Sketch(size=1, minhash="AA==", simhash="0" * 16, smallest="AA==")},
        signature=Signature(status="valid", signers=(
            Signer(sha256="ab" * 32, sha1="ab" * 20, md5="ab" * 16, subject="CN=x", issuer="CN=x",
                   not_before=AT, not_after=AT, public_key_sha256="cd" * 32),)),
    )  # fmt: skip


def filled(home: Home, index: Index, records: Decisions) -> Shelf:
    """plain: page, picture, sample, decision. again: the same page elsewhere (a revisit). brought: a supplied page.
    ruled: an undress tool whose page was archived without its media. bare: nothing but the listing.
    """
    shelf = Shelf(home, index, records)
    archive = Archive(home.archive, "r1")
    shots = Blobs(home.pictures)
    seen = archived(archive, "https://store.example/plain", page("plain"))
    again = archived(archive, "https://store.example/again", page("plain"), taken_at="2026-11-20T08:05:00Z")
    ruled = archived(archive, "https://store.example/ruled", page("ruled"))
    archived(archive, "https://store.example/unrelated", page("unrelated"))
    seal = archive.seal()
    taking = Archive(home.archive, "s1")
    brought = archived(
        taking, "https://store.example/brought", page("brought"), visitor=None, supplied={SUPPLIED: json.dumps(asdict(SUPPLY))},
    )  # fmt: skip
    taking_seal = taking.seal()
    seen = replace(seen, screenshot=shots.write(PNG))
    ruled = replace(ruled, screenshot=shots.write(PNG + b"2"))
    shelf.captures = {"plain": seen, "again": again, "ruled": ruled, "brought": brought}
    index.put_sample(fingerprint(), at=AT)
    shelf.put("plain", capture=seen, sample_sha256=SAMPLE)
    shelf.put("again", capture=again)
    shelf.put("ruled", capture=ruled, violation="p2-3a")
    shelf.put("brought", capture=None)
    shelf.put("bare", capture=None)
    index.put_supplied([
        Supplied(listing_id=shelf.listing("brought"), run_id="s1", at=AT, place="1", supply=SUPPLY, capture=brought)
    ])  # fmt: skip
    index.observe([Observation(listing_id=shelf.listing("plain"), at=AT, state="seen", run_id="r1", capture=seen)])
    for run, own in (("r1", seal), ("s1", taking_seal)):
        index.record_run(Run(id=run, marketplace="shop:store.example", spider="shop", started_at=AT, finished_at=AT,
                             outcome="healthy", seal=own, supplied=SUPPLY if run == "s1" else None))  # fmt: skip
    shelf.decide("plain")
    return shelf
