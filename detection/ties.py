"""What ties listings to one another: typed keys, and each tie in words. A tie is a fact to look at, never a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from apk_analysis.fingerprint import Fingerprint
from index.digests import HEX_MD5, stated
from index.messages import LANGUAGES, text
from index.model import Listing

HUB = 100
"""Listings from which a tie says nothing: test keys, platform mail, texts that a store demands."""
STATED = "stated_signer"
"""Kind of the ties by certificates that stores state."""
_LEAST, _BANDS, _ROWS = 60, 3, 6
"""Characters from which a text can be told by its words; bands of its sketch and hashes in each: two texts that share
.95 of their 5-grams meet with probability .98, at .5 with .05."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One tie of a listing."""

    kind: str
    """'signer', 'stated_signer', 'sample', 'icon', 'contact', 'text'."""
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
    """Signer, sample, icon, contacts and wording of a listing, as 'kind:value'."""
    return tuple(dict.fromkeys((*_of_sample(fingerprint), *_of_signers(listing, fingerprint), *_of_text(listing))))


def _of_sample(fingerprint: Fingerprint | None) -> Iterator[str]:
    if fingerprint is None:
        return
    yield from (f"signer:{signer.sha256}" for signer in fingerprint.signature.signers)
    yield f"sample:{fingerprint.sha256}"
    yield from (f"sample:{inner.sha256}" for inner in fingerprint.nested if inner.container == "apk")
    if fingerprint.icon:
        yield f"icon:{fingerprint.icon.dhash}"


def _of_signers(listing: Listing, fingerprint: Fingerprint | None) -> Iterator[str]:
    """Digests as stores state them: of what is stated here, and of each kind of the verified signers, so that like
    meets like.
    """
    for signer in fingerprint.signature.signers if fingerprint else ():
        yield from (f"{STATED}:{digest}" for digest in (signer.sha256, signer.sha1, signer.md5))
        if signer.hex_md5:
            yield f"{STATED}:{HEX_MD5}{signer.hex_md5}"
    yield from (f"{STATED}:{digest}" for digest in map(stated, listing.declared_signers) if digest)


def _of_text(listing: Listing) -> Iterator[str]:
    from detection.contacts import contacts  # noqa: PLC0415 - loads matching libraries; only when something is judged
    from detection.fields import fields  # noqa: PLC0415 - as above

    for field in fields(listing):
        if field.own_words:
            yield from (contact.key for contact in contacts(field.text.plain))
        if field.name == "description" and len(field.text.joined) >= _LEAST:
            yield from (f"text:{band}" for band in _bands(field.text.joined))


def _bands(joined: str) -> Iterator[str]:
    """Bands of a MinHash over the text's 5-grams; digits alike, so that prices and contacts make no difference."""
    import numpy as np  # noqa: PLC0415 - only when something is judged

    from apk_analysis.code.sketch import mixed  # noqa: PLC0415 - as above
    from detection.text_model.ngrams import LONGEST, codes_of, keys_of  # noqa: PLC0415 - as above

    grams = np.unique(keys_of(codes_of([joined]))[LONGEST - 1 :: LONGEST])
    grams = grams[grams != 0]
    if not len(grams):
        return
    for band in range(_BANDS):
        least = [mixed(grams, salt).min() for salt in range(1 + band * _ROWS, 1 + (band + 1) * _ROWS)]
        yield f"{band}-{blake2b(np.array(least).tobytes(), digest_size=8).hexdigest()}"


def ties(
    keys: Sequence[str], neighbours: Mapping[str, Sequence[str]], counts: Mapping[str, int], own: str
) -> tuple[Tie, ...]:
    """The ties of listing `own` that others share, in the order of `keys`; bands of one text are one tie."""
    found: dict[tuple[str, str], Tie] = {}
    for key in keys:
        kind, _, value = key.partition(":")
        shown = "" if kind == "text" else value
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
    hub = count >= HUB
    message = f"tie.{kind}_hub" if hub else f"tie.{kind}"
    words = {lang: text(message, lang, value=value, count=count) for lang in LANGUAGES}
    return Tie(kind=kind, value=value, others=others, count=count, hub=hub, **words)
