"""Targets of a notice from what the index knows: what stands where, as it was observed, and the newest look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

from apk_analysis.fingerprint import ANALYSER_VERSION, Fingerprint
from index.model import Observation, Supplied
from index.protocol import Index, Stored
from index.reading import ReadError, read
from index.registry.numbers import find
from index.standing import ABSENT, SILENT
from takedown.notice import Look, Signer, Target, TargetKind

KINDS: Mapping[str, TargetKind] = {
    "app_store": "app",
    "shop": "listing",
    "second_hand": "listing",
    "forum": "post",
    "channel": "post",
    "site": "site",
    "mini_program": "mini_program",
    "bot": "bot",
    "official_account": "account",
}
"""Kind of source -> what one of its listings is."""
FILINGS = frozenset({"app", "icp", "mini_program", "algorithm", "generative_ai", "registration"})
READ = 20_000
"""Characters of a listing's own words in which filing numbers are looked for."""
MOST_FILINGS = 10
CRAWLED = "crawled"
_FINGERPRINT = frozenset(field.name for field in fields(Fingerprint))


class Targets:
    """Makes targets, and keeps what is known of a sample that many of them share."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._samples: dict[str, Fingerprint | None] = {}

    def make(self, finding: Stored, listing: Stored, supplied: Sequence[Supplied]) -> Target:
        """The target of one finding."""
        value: dict[str, Any] = listing.value
        sample = self._sample(finding.value.get("sample_sha256"))
        kind = KINDS.get(str(value.get("source_kind")), "listing")
        return Target(
            finding_id=finding.id,
            listing_id=listing.id,
            kind=kind,
            marketplace=str(value["marketplace"]),
            url=str(value["url"]),
            title=str(value["title"]),
            native_id=_text(value, "native_id"),
            seller=_text(value, "seller"),
            price=_text(value, "price"),
            package_name=_text(value, "package_name") or _of(sample, "package"),
            version=_text(value, "version") or _of(sample, "version_name"),
            version_code=_number(value.get("version_code")),
            sample_sha256=str(finding.value.get("sample_sha256") or ""),
            sample_sha1=_of(sample, "sha1"),
            sample_md5=_of(sample, "md5") or _text(value, "sample_md5"),
            sample_size=_number(getattr(sample, "size", None)),
            signers=_signers(sample),
            domain=host(str(value["url"])) if kind == "site" else "",
            filings=tuple(_filings(value)),
            first_seen=listing.first_seen,
            last_seen=listing.last_seen,
            look=(newest_looks(self._index.observations(listing.id), listing.last_seen, supplied) or (None,))[-1],
            custody="; ".join(_custody(each) for each in supplied) or CRAWLED,
        )

    def _sample(self, sha256: Any) -> Fingerprint | None:
        if not isinstance(sha256, str) or not sha256:
            return None
        if sha256 not in self._samples:
            if len(self._samples) >= 500:  # fingerprints are large; units share few samples
                self._samples.clear()
            self._samples[sha256] = self._index.sample(sha256, ANALYSER_VERSION) or self._older(sha256)
        return self._samples[sha256]

    def _older(self, sha256: str) -> Fingerprint | None:
        """What an earlier version of the analysis said."""
        hit = self._index.get(sha256)
        if hit is None or hit.kind != "samples":
            return None
        try:
            return read(Fingerprint, {name: hit.value[name] for name in _FINGERPRINT & set(hit.value)}, sha256)
        except ReadError:
            return None


def newest_looks(looks: Iterable[Observation], last_seen: str, supplied: Sequence[Supplied] = ()) -> tuple[Look, ...]:
    """What our own newest look saw, after it one that was refused or failed since; empty where no run ever was there.

    `last_seen` counts as a look only where nobody else brought the listing: a list that is taken in is no look at the
    page. A look that did not find what a crawl of the same time or later found is no word on it (`index.standing`).
    """
    seen = "" if supplied else last_seen
    telling = Look(at=seen, state="seen") if seen else None
    silent = None
    for each in looks:
        if (each.capture is not None and each.capture.supplied) or (each.state in ABSENT and each.at <= seen):
            continue
        look = Look(at=each.at, state=each.state)
        if each.state in SILENT:
            silent = look
        elif telling is None or look.at >= telling.at:
            telling = look
    if silent is not None and telling is not None and silent.at <= telling.at:
        silent = None
    return tuple(look for look in (telling, silent) if look is not None)


def host(url: str) -> str:
    """The host of an address in ASCII; empty where there is none."""
    try:
        name = urlsplit(url).hostname or ""
        return name.encode("idna").decode() if name and not name.isascii() else name
    except ValueError:
        return ""


def _signers(sample: Fingerprint | None) -> tuple[Signer, ...]:
    """Verified ones. What a store only states is no identity."""
    found = sample.signature.signers if sample else ()
    return tuple(
        Signer(
            sha256=one.sha256,
            sha1=one.sha1,
            md5=one.md5,
            public_key_sha256=one.public_key_sha256,
            subject=one.subject,
        )
        for one in found
    )


def _filings(value: Mapping[str, Any]) -> Iterator[str]:
    """Numbers in the listing's own words, as they are written."""
    words = "\n".join(str(value.get(name) or "")[:READ] for name in ("title", "description", "notes", "bio"))
    found = dict.fromkeys(number.text for number in find(words[:READ]) if number.kind in FILINGS)
    yield from list(found)[:MOST_FILINGS]


def _custody(supplied: Supplied) -> str:
    supply = supplied.supply
    return f"{supply.by} ({supply.channel}, {supply.received_at}, sha256 {supply.file_sha256})"


def _text(value: Mapping[str, Any], name: str) -> str:
    return str(value.get(name) or "")


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _of(sample: Fingerprint | None, name: str) -> str:
    return str(getattr(sample, name, None) or "")
