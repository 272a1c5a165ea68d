"""Compiles every loop of this package once, so that the first analysis need not: `python -m apk_analysis.dex.warm`."""

from __future__ import annotations

import struct

import numpy as np

from apk_analysis.dex.calls import find_methods
from apk_analysis.dex.header import LITTLE_ENDIAN, SIZE
from apk_analysis.dex.instructions import stream
from apk_analysis.dex.reader import Dex


def warm() -> None:
    """Reads a DEX file without content. Machine code is kept on disk where that can be written."""
    dex = Dex(struct.pack(f"<8s24xLLL{SIZE - 44}x", b"dex\n035\0", SIZE, SIZE, LITTLE_ENDIAN), "warm")
    find_methods(dex, [(b"LNothing;", b"here")])
    stream(np.frombuffer(b"\0\0", np.uint16), np.int64(0), np.int64(0), np.empty(0, np.uint8))


if __name__ == "__main__":
    warm()
