"""Small invented objects for the tests of the index."""

from __future__ import annotations

from apk_analysis.fingerprint import Fingerprint, Signature, Signer
from index.ids import finding_id, listing_id
from index.model import Capture, Evidence, Finding, Judgement, Listing, Violation
from index.protocol import Judged

MARKET = "shop:market.example"


def own_id(number: int | str) -> str:
    return listing_id(MARKET, str(number))


def listing(number: int | str = 1, title: str = "一键换脸工具", **changes: object) -> Listing:
    fields: dict[str, object] = {
        "marketplace": MARKET,
        "native_id": str(number),
        "url": f"https://market.example/{number}",
        "title": title,
        "source_kind": "shop",
    }
    return Listing(**{**fields, **changes})


def violation(probability: float = 0.9, quote: str = "换脸") -> Violation:
    evidence = Evidence(
        detector="terms",
        violation="p1-2b",
        strength=2.0,
        observed=quote,
        quote=quote,
        zh="提到换脸",
        en="offers face swap",
    )
    return Violation(id="p1-2b", group="illegal_tool", probability=probability, evidence=(evidence,))


def finding(
    of: Listing, *, brand: str | None = None, capture: Capture | None = None, probability: float = 0.9
) -> Finding:
    identity = listing_id(of.marketplace, of.native_id)
    return Finding(
        id=finding_id(identity, "illegal_tool", brand),
        listing_id=identity,
        marketplace=of.marketplace,
        url=of.url,
        title=of.title,
        group="illegal_tool",
        verdict="violation",
        probability=probability,
        priority=0.5,
        brand=brand,
        violations=(violation(probability),),
        capture=capture,
    )


def judged(
    of: Listing,
    *,
    flagged: bool = False,
    ties: tuple[str, ...] = (),
    sample: Fingerprint | None = None,
    brand: str | None = None,
) -> Judged:
    found = (finding(of, brand=brand),) if flagged else ()
    judgement = Judgement(
        verdict="violation" if flagged else "benign",
        violations=(violation(),) if flagged else (),
        brand=brand,
        priority=0.5 * flagged,
    )
    return Judged(listing=of, judgement=judgement, findings=found, ties=ties, sample=sample)


def fingerprint(sha256: str = "ab" * 32, *, analyser_version: int = 1, label: str = "豆包") -> Fingerprint:
    signer = Signer(
        sha256="cd" * 32,
        sha1="cd" * 20,
        md5="cd" * 16,
        subject="CN=x",
        issuer="CN=x",
        not_before="2020-01-01T00:00:00Z",
        not_after="2050-01-01T00:00:00Z",
        public_key_sha256="ef" * 32,
    )
    return Fingerprint(
        sha256=sha256,
        sha1=sha256[:40],
        md5=sha256[:32],
        size=1000,
        container="apk",
        package="com.example.doubao",
        version_code=7,
        label=label,
        labels={"en": "Doubao"},
        permissions=("android.permission.CAMERA",),
        signature=Signature(status="valid", schemes={"v2": "valid"}, signers=(signer,)),
        analyser_version=analyser_version,
    )
