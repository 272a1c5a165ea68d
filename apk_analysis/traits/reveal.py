"""Constants that are only encoded, read without running anything. What comes out is searched like any other text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from apk_analysis.traits import constants, encodings
from apk_analysis.traits.joined import joined_hits
from apk_analysis.traits.own import AppCode, AppDex
from apk_analysis.traits.search import Hit, Search, Text

MOST, MOST_BYTES, MOST_TRIED, DEEPEST = 2_000, 4 << 20, 10_000, 3
"""Per sample: texts and bytes that are decoded, constants that are tried; decodings within decodings."""
_URL_RUN_BEFORE = re.compile(r"[\w.~:/?#@!$&()*+,;=%-]*\Z", re.ASCII)
_RUNS: dict[str, tuple[re.Pattern[str], Callable[[bytes], bytes | None]]] = {
    "base64": (re.compile(r"[A-Za-z0-9+/_-]*={0,2}"), encodings.unbased),
    "hex": (re.compile(r"(?:[0-9a-fA-F]{2})*"), encodings.unhexed),
    "escapes": (re.compile(r"(?:\\x[0-9a-fA-F]{2})*"), encodings.unescaped),
}
"""Form -> what belongs to it from a place on, and how it is undone."""
_OFFSET = {"base64 0": 0, "base64 1": 2, "base64 2": 3}
"""Characters of a group of four in front of what is recognised."""


class _Budget:
    """What may still be decoded of one sample."""

    def __init__(self) -> None:
        self.texts, self.size = MOST, MOST_BYTES
        self._seen: set[bytes] = set()

    def admits(self, text: Text) -> bool:
        """Whether it is new, and there is room for it."""
        if text.data in self._seen or self.texts <= 0 or self.size < len(text.data):
            return False
        self._seen.add(text.data)
        self.texts -= 1
        self.size -= len(text.data)
        return True


def reveal(search: Search, own: AppCode) -> None:
    """Decodes, and adds the hits in what was decoded to those of the search."""
    budget, done = _Budget(), 0
    for text in filter(budget.admits, _constants(search, own)):
        search.look("text", text)
    for _ in range(DEEPEST):
        search.finish()
        hidden, done = search.hits.hidden[done:], len(search.hits.hidden)
        for text in filter(budget.admits, _anchored(hidden, own)):
            search.look("text", text)
    search.finish()
    for dex in filter(lambda dex: dex.any, own.dexes):
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
        pattern, undo = _RUNS[form]
        run = pattern.match(hit.before[len(hit.before) - back :] + hit.text)
        decoded = undo(run[0].encode()) if run and len(hit.before) >= back else None
        if decoded:
            yield Text(hit.where, _readable(decoded), (*hit.decode, form))


def _readable(data: bytes) -> bytes:
    """Up to the first byte that is no text."""
    return re.split(rb"[\x00-\x08\x0e-\x1f]", data, maxsplit=1)[0]


def _constants(search: Search, own: AppCode) -> Iterator[Text]:
    """Own strings and arrays of bytes, decoded in every way that gives a text; at most MOST_TRIED of them."""
    tried = 0
    for dex in filter(lambda dex: dex.any, own.dexes):
        keys = constants.Keys(dex)
        for data, steps, owners in _encoded(dex):
            tried += 1
            if tried > MOST_TRIED:
                search.note("holds more encoded constants than are read", dex.where)
                return
            yield from _opened(dex, data, steps, partial(keys.beside, owners))


def _encoded(dex: AppDex) -> Iterator[tuple[bytes, tuple[str, ...], list[int]]]:
    """(bytes behind a constant, steps that led to them, classes that hold it)."""
    for string, look in constants.suspicious(dex):
        owners = dex.owners(string)
        for data, steps in _layers(dex.dex.strings[string], look):
            yield data, steps, owners
    for owner, data in constants.arrays(dex):
        yield data, ("array",), [owner]


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
