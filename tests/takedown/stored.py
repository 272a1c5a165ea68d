"""An index with findings in it, as a crawl would have left them, and papers. All names are invented."""

from collections.abc import Iterable
from typing import Any

from apk_analysis.fingerprint import Fingerprint, Signature
from apk_analysis.fingerprint import Signer as SampleSigner
from index.allowed import Scope
from index.ids import finding_id, listing_id
from index.model import Capture, Evidence, Finding, Judgement, Listing, Violation
from index.profiles import Developer, Name, Package, Pin, Profile
from index.protocol import Index, Judged
from index.records import Decisions
from takedown.decision import Decision

AT = "2026-11-25T08:00:00Z"
SHOT = "5c" * 32
PROFILE = Profile(
    id="xiaozhou",
    names=(Name(text="小舟智聊", lang="zh"), Name(text="Xiaozhou Chat", lang="en")),
    packages=(Package(id="org.example.genuine", confidence="confirmed"),),
    developers=(Developer(name="小舟科技（示例）有限公司", confidence="confirmed"),),
    signers=(Pin(package="org.example.genuine", store="vendor", sha256="11" * 32, confidence="confirmed"),),
)


def evidence(violation: str = "p2-6a", **given: Any) -> Evidence:
    said: dict[str, Any] = {
        "detector": "brand_signer",
        "violation": violation,
        "strength": 3.0,
        "observed": "ab" * 32,
        "zh": "自称“小舟智聊官方版”，签名证书与官方不同",
        "en": "calls itself the official Xiaozhou Chat, but its signing certificate is another one",
        "field": "title",
        "quote": "官方版",
        "start": 4,
        "end": 7,
    }
    return Evidence(**{**said, **given})


def counterfeit(number: int, *, violations: Iterable[Violation] = (), sample: bool = True, **given: Any) -> Judged:
    said: dict[str, Any] = {
        "marketplace": "fdroid_repo:apps.example.org",
        "native_id": f"org.example.copy{number}",
        "url": f"https://apps.example.org/app/{number}",
        "title": f"小舟智聊官方版 {number}",
        "source_kind": "app_store",
        "seller": "好应用工作室",
        "package_name": f"org.example.copy{number}",
        "description": "粤ICP备2025000001号-7A 永久会员",
    }
    listing = Listing(**{**said, **given})
    held = tuple(violations) or (
        Violation(id="p2-6a", group="counterfeit", probability=0.97, evidence=(evidence(),)),
        Violation(id="p2-6c", group="shell", probability=0.2, evidence=(evidence("p2-6c", zh="别的", en="other"),)),
    )
    name = listing_id(listing.marketplace, listing.native_id)
    found = fingerprint(number) if sample else None
    brand = "xiaozhou" if held[0].group == "counterfeit" else None
    finding = Finding(
        id=finding_id(name, held[0].group, brand),
        listing_id=name,
        marketplace=listing.marketplace,
        url=listing.url,
        title=listing.title,
        group=held[0].group,
        verdict="violation",
        probability=held[0].probability,
        priority=0.6,
        brand=brand,
        violations=held,
        sample_sha256=found.sha256 if found else None,
        capture=Capture(
            sha256="cc" * 32, url=listing.url, taken_at=AT, warc="a.warc.gz", offset=0, status=200, screenshot=SHOT
        ),
    )
    judgement = Judgement(verdict="violation", violations=held, brand=brand)
    return Judged(listing=listing, judgement=judgement, findings=(finding,), sample=found)


def fingerprint(number: int) -> Fingerprint:
    signer = SampleSigner(
        sha256="ab" * 32,
        sha1="cd" * 20,
        md5="ef" * 16,
        subject="CN=copy",
        issuer="CN=copy",
        not_before=AT,
        not_after=AT,
        public_key_sha256="99" * 32,
    )
    return Fingerprint(
        sha256=f"{number:064x}",
        sha1=f"{number:040x}",
        md5=f"{number:032x}",
        size=1000 + number,
        container="apk",
        package=f"org.example.copy{number}",
        version_name="2.1",
        signature=Signature(status="valid", signers=(signer,)),
    )


def put(index: Index, *judged: Judged, at: str = AT) -> list[str]:
    """Puts them and returns the ids of their findings."""
    index.put(judged, run_id="r1", at=at)
    return [finding.id for one in judged for finding in one.findings]


def confirm(records: Decisions, unit: str, *findings: str, at: str = AT, by: str = "lin", after: int = 0) -> None:
    """Records that a person confirmed them."""
    scope = Scope(kind="offer", value="l1-000000000000000000000001")
    said = Decision(unit=unit, finding_ids=findings, kind="confirm", scope=scope, decided_by=by, decided_at=at)
    records.append("decision", unit, said, at=at, by=by, about=findings, after=after)
