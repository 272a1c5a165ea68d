"""Constants that are only encoded, read without running anything. What comes out is searched like any other text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from apk_analysis.traits import constants, encodings
from apk_analysis.traits.joined import joined_hits
from apk_analysis.traits.own import AppCode, AppDex
from apk_analysis.traits.search import Hit, Search, Text

MOST, MOST_BYTES, DEEPEST = 2_000, 4 << 20, 3
"""Texts and bytes that are decoded per sample; decodings within decodings."""
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_HEX_RUN = re.compile(r"(?:[0-9a-fA-F]{2})*")
_URL_RUN_BEFORE = re.compile(r"[\w.~:/?#@!$&()*+,;=%-]*\Z", re.ASCII)
_DECODERS: dict[str, Callable[[bytes], bytes | None]] = {"base64": encodings.unbased, "hex": encodings.unhexed}
_OFFSET = {"base64 0": 0, "base64 1": 2, "base64 2": 3}
"""Characters of a group of four in front of what is recognised."""


@dataclass(slots=True)
class _Budget:
    texts: int = MOST
    size: int = MOST_BYTES
    seen: set[bytes] = field(default_factory=set)

    def admits(self, text: Text) -> bool:
        """Whether there is room for one more, which was not there yet."""
        if text.data in self.seen or self.texts <= 0 or self.size < len(text.data):
            return False
        self.seen.add(text.data)
        self.texts -= 1
        self.size -= len(text.data)
        return True


def reveal(search: Search, own: AppCode) -> None:
    """Decodes, and adds the hits in what was decoded to those of the search."""
    budget, done = _Budget(), 0
    fresh = [text for dex in own.dexes for text in _constants(dex)]
    for _ in range(DEEPEST):
        fresh += _anchored(search.hits.hidden[done:], own)
        done = len(search.hits.hidden)
        for text in filter(budget.admits, fresh):
            search.look("text", text)
        search.finish()
        fresh = []
    for dex in own.dexes:
        for hit in joined_hits(search, dex):
            search.hits.add(hit)


def _anchored(hits: list[Hit], own: AppCode) -> Iterator[Text]:
    """What stands around anchors that were met in a hidden form."""
    for hit in hits:
        if not own.owns(hit):
            continue
        if hit.form == "reversed":
            run = _URL_RUN_BEFORE.search(hit.before)
            plain = ((run[0] if run else "") + hit.anchor[::-1])[::-1]
            yield Text(hit.where, plain.encode("utf-8", "replace"), (*hit.decode, "reversed"))
            continue
        back = _OFFSET.get(hit.form, 0)
        form = hit.form.partition(" ")[0]
        run = (_HEX_RUN if form == "hex" else _BASE64_RUN).match(hit.before[len(hit.before) - back :] + hit.text)
        decoded = _DECODERS[form](run[0].encode()) if run and len(hit.before) >= back else None
        if decoded:
            yield Text(hit.where, _readable(decoded), (*hit.decode, form))


def _readable(data: bytes) -> bytes:
    """Up to the first byte that is no text."""
    return re.split(rb"[\x00-\x08\x0e-\x1f]", data, maxsplit=1)[0]


def _constants(own: AppDex) -> Iterator[Text]:
    """Own strings and arrays of bytes, decoded in every way that gives a text."""
    keys = constants.Keys(own)
    for string, look in constants.suspicious(own):
        for data, steps in _layers(own.dex.strings[string], look):
            yield from _opened(own, data, steps, partial(_keys, keys, string))
    for owner, data in constants.arrays(own):
        yield from _opened(own, data, ("array",), partial(keys.beside, [owner]))


def _keys(keys: constants.Keys, string: int) -> tuple[bytes, ...]:
    return keys.beside(keys.own.owners(string))


def _opened(own: AppDex, data: bytes, steps: tuple[str, ...], keys: Callable[[], tuple[bytes, ...]]) -> Iterator[Text]:
    readable = encodings.is_text(data)
    if steps and readable:
        yield Text(own.where, data, steps)
    for text, step in encodings.openings(data, () if readable else keys()):
        yield Text(own.where, text, (*steps, step))


def _layers(raw: bytes, look: int) -> Iterator[tuple[bytes, tuple[str, ...]]]:
    """The bytes behind one string, with the steps that led to them."""
    if look & constants.BASE64:
        backwards = raw.startswith(b"=")
        data = encodings.unbased(raw[::-1] if backwards else raw)
        if data:
            yield data, ("reversed", "base64") if backwards else ("base64",)
    if look & constants.HEX and (data := encodings.unhexed(raw)):
        yield data, ("hex",)
    if look & (constants.XORED | constants.SHIFTED | constants.BINARY):
        try:
            yield raw.replace(b"\xc0\x80", b"\0").decode("utf-8").encode("latin-1"), ()
        except UnicodeError:
            return
