"""Digests of a whole APK without its signing block, as schemes v2 and later sign them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from apk_analysis.archive import Archive, Bytes
from apk_analysis.defects import Defect
from apk_analysis.signature.merkle import PAGE, tree

MIB = 1 << 20


class Content:
    """The signed regions of one archive. Each digest is computed once, when first asked for."""

    def __init__(self, archive: Archive, block_start: int) -> None:
        self._archive = archive
        self._start = block_start
        self._known: dict[str, bytes] = {}

    def digest(self, form: str) -> bytes:
        """`form`: 'sha256' or 'sha512' (1 MiB chunks), or 'verity' (Merkle tree of 4 KiB pages)."""
        if form not in self._known:
            self._known[form] = self._verity() if form == "verity" else self._chunked(form)
        return self._known[form]

    def _end_record(self) -> bytes:
        """The end record as it was before signing: its offset points at the signing block."""
        record = bytearray(self._archive.data[self._archive.end :])
        record[16:20] = self._start.to_bytes(4, "little")
        return bytes(record)

    def _regions(self) -> tuple[tuple[Bytes, int, int], ...]:
        data, end = self._archive.data, self._end_record()
        return (data, 0, self._start), (data, self._archive.central, self._archive.end), (end, 0, len(end))

    def _chunked(self, name: str) -> bytes:
        digests = []
        for source, begin, stop in self._regions():
            with memoryview(source) as view:
                for at in range(begin, stop, MIB):
                    with view[at : min(at + MIB, stop)] as chunk:
                        state = hashlib.new(name, b"\xa5" + len(chunk).to_bytes(4, "little"))
                        state.update(chunk)
                    digests.append(state.digest())
        return hashlib.new(name, b"\x5a" + len(digests).to_bytes(4, "little") + b"".join(digests)).digest()

    def _pieces(self) -> Iterator[bytes]:
        for source, begin, stop in self._regions():
            for at in range(begin, stop, MIB):
                yield bytes(source[at : min(at + MIB, stop)])

    def _verity(self) -> bytes:
        """Root hash with eight zero bytes of salt, followed by the length of the content."""
        if self._start % PAGE:
            raise Defect("malformed_block", "a Merkle tree needs a signing block at a page boundary")
        length = sum(stop - begin for _, begin, stop in self._regions())
        return tree(self._pieces(), bytes(8)).root + length.to_bytes(8, "little")
