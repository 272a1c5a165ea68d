"""Two-dimensional codes in a picture, through zxing-cpp (the extra `ocr`). The only module that imports it.

What a code says is hostile text: it is quoted and judged, never opened.
"""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

MOST_CODES = 50
LONGEST = 4_000
"""Characters of one code; the rest is cut."""


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("zxingcpp") is not None


def codes(picture: NDArray[np.uint8]) -> list[str]:
    """What the codes of a picture (height x width, grey) say, each once. Raises ImportError without the extra."""
    import zxingcpp  # noqa: PLC0415 - an optional extra

    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(picture),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllMatrix),
        text_mode=zxingcpp.TextMode.Plain,  # the other modes write '<LF>' for a line break
    )
    texts = (code.text.replace("\x00", "")[:LONGEST] for code in found if code.valid)
    return list(dict.fromkeys(text for text in texts if text.strip()))[:MOST_CODES]
