"""What ties listings to one another: typed keys, and each tie in words. A tie is a fact to look at, never a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from apk_analysis.fingerprint import Fingerprint
from apk_analysis.signature.known_keys import known_key
from index.digests import HEX_MD5, stated
from index.hosts import owned, registered
from index.messages import LANGUAGES, text
from index.model import Listing
from index.ties import HUB, PUBLIC, STATED
from index.wording import skeleton

_LEAST, _BANDS, _ROWS = 60, 3, 6
"""Characters from which a text can be told by its words; bands of its sketch and hashes in each: two texts that share
.95 of their 5-grams meet with probability .98, at .5 with .05. The same of an app's own code."""
_LEAST_METHODS = 40
"""Own methods from which an app can be told by its code: what only opens a page looks like any other such."""
_SKETCHED = frozenset({"text", "code", "template"})
"""Kinds whose values are bands: they say nothing to a reader, and several are one tie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One tie of a listing."""

    kind: str
    """'sample', 'signer', 'public_signer', 'stated_signer', 'icon', 'code', 'contact', 'domain', 'text', 'template'."""
    value: str
    others: tuple[str, ...]
    """Ids of other listings that carry it, newest first; not all when there are many."""
    count: int
    """How many others there are."""
    hub: bool
    """True when so many carry it that it ties nobody together."""
    zh: str
    en: str


def tie_keys(listing: Listing, fingerprint: Fingerprint | None) -> tuple[str, ...]:
    """Signer, sample, icon, code, contacts, domains, wording and template of a listing, as 'kind:value'."""
    of_sample, of_signers = _of_sample(fingerprint), _of_signers(listing, fingerprint)
    of_page = (*_of_hosts(listing), *_of_text(listing), *_of_template(listing))
    return tuple(dict.fromkeys((*of_sample, *of_signers, *of_page)))


def _of_sample(fingerprint: Fingerprint | None) -> Iterator[str]:
    if fingerprint is None:
        return
    for signer in fingerprint.signature.signers:
        yield f"{PUBLIC if signer.shared_by else 'signer'}:{signer.sha256}"
    yield f"sample:{fingerprint.sha256}"
    yield from (f"sample:{inner.sha256}" for inner in fingerprint.nested if inner.container == "apk")
    if fingerprint.icon:
        yield f"icon:{fingerprint.icon.dhash}"
    yield from _of_code(fingerprint)


def _of_code(fingerprint: Fingerprint) -> Iterator[str]:
    """Bands of the sketch of its own code: copies of one app meet whatever name they bear."""
    from apk_analysis.code.sketch import minhash_of  # noqa: PLC0415 - loads numpy; only when a sample is judged

    sketch = fingerprint.sketches.get("code")
    if sketch and sketch.size >= _LEAST_METHODS:
        least = minhash_of(sketch)[: _BANDS * _ROWS].reshape(_BANDS, _ROWS)
        yield from (f"code:{number}-{_hashed(row.tobytes())}" for number, row in enumerate(least))


def _of_signers(listing: Listing, fingerprint: Fingerprint | None) -> Iterator[str]:
    """Digests as stores state them: of what is stated here, and of each kind of the verified signers, so that like
    meets like.
    """
    for signer in fingerprint.signature.signers if fingerprint else ():
        if signer.shared_by:
            continue
        yield from (f"{STATED}:{digest}" for digest in (signer.sha256, signer.sha1, signer.md5))
        if signer.hex_md5:
            yield f"{STATED}:{HEX_MD5}{signer.hex_md5}"
    digests = [digest for digest in map(stated, listing.declared_signers) if digest]
    yield from (f"{STATED}:{digest}" for digest in digests if not known_key(digest, "", ""))


def _of_hosts(listing: Listing) -> Iterator[str]:
    """Domains of the seller's own: those of a site, and whence it offers what stands at somebody else's place.

    Not of a store: it keeps what it offers on hosts of its own.
    """
    here = registered(listing.url)
    if listing.source_kind == "site":
        offered: Iterable[str] = (listing.url, *listing.came_from, *listing.download_urls)
    elif listing.source_kind == "app_store":
        return
    else:
        offered = (url for url in listing.download_urls if registered(url) != here)
    yield from (f"domain:{domain}" for domain in map(owned, offered) if domain)


def _of_text(listing: Listing) -> Iterator[str]:
    from detection.contacts import contacts  # noqa: PLC0415 - loads matching libraries; only when something is judged
    from detection.fields import fields  # noqa: PLC0415 - as above

    for field in fields(listing):
        if field.own_words:
            yield from (contact.key for contact in contacts(field.text.plain))
        if field.name == "description" and len(field.text.joined) >= _LEAST:
            yield from (f"text:{band}" for band in _bands(field.text.joined))


def _of_template(listing: Listing) -> Iterator[str]:
    """Bands of what a site says without its names, with what it asks visitors to fill in."""
    if listing.source_kind != "site" or len(bare := skeleton(listing)) < _LEAST:
        return
    asked = "+".join(sorted(listing.forms)) or "-"
    yield from (f"template:{asked}:{band}" for band in _bands(bare, bands=4, rows=5))  # a name may have left a trace


def _bands(joined: str, bands: int = _BANDS, rows: int = _ROWS) -> Iterator[str]:
    """Bands of a MinHash over the text's 5-grams; digits alike, so that prices and contacts make no difference."""
    import numpy as np  # noqa: PLC0415 - only when something is judged

    from apk_analysis.code.sketch import mixed  # noqa: PLC0415 - as above
    from detection.text_model.ngrams import LONGEST, codes_of, keys_of  # noqa: PLC0415 - as above

    grams = np.unique(keys_of(codes_of([joined]))[LONGEST - 1 :: LONGEST])
    grams = grams[grams != 0]
    if not len(grams):
        return
    for band in range(bands):
        least = [mixed(grams, salt).min() for salt in range(1 + band * rows, 1 + (band + 1) * rows)]
        yield f"{band}-{_hashed(np.array(least).tobytes())}"


def _hashed(band: bytes) -> str:
    return blake2b(band, digest_size=8).hexdigest()


def ties(
    keys: Sequence[str], neighbours: Mapping[str, Sequence[str]], counts: Mapping[str, int], own: str
) -> tuple[Tie, ...]:
    """The ties of listing `own` that others share, in the order of `keys`; bands of one text or code are one tie."""
    found: dict[tuple[str, str], Tie] = {}
    for key in keys:
        kind, _, value = key.partition(":")
        shown = "" if kind in _SKETCHED else value
        others = [other for other in neighbours.get(key, ()) if other != own]
        if others:
            former = found.get((kind, shown))
            together = tuple(dict.fromkeys((*(former.others if former else ()), *others)))
            count = max(len(together), counts.get(key, 1) - 1, former.count if former else 0)
            found[kind, shown] = _tie(kind, shown, together, count)
    return tuple(_without_echoes(found.values()))


def _without_echoes(found: Iterable[Tie]) -> Iterator[Tie]:
    """Without what is said already: one certificate has several digests, and the verified one says more."""
    told: set[str] = set()
    for tie in found:
        if tie.kind == STATED and told.issuperset(tie.others):
            continue
        if tie.kind in {"signer", STATED}:
            told.update(tie.others)
        yield tie


def _tie(kind: str, value: str, others: tuple[str, ...], count: int) -> Tie:
    hub = count >= HUB or kind == PUBLIC
    message = f"tie.{kind}_hub" if hub else f"tie.{kind}"
    words = {lang: text(message, lang, value=value, count=count) for lang in LANGUAGES}
    return Tie(kind=kind, value=value, others=others, count=count, hub=hub, **words)
