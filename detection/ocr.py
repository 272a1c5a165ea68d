"""Lines of text in a picture, through RapidOCR (the extra `ocr`). The only module that imports it.

Its models lie in its wheel: nothing is fetched. The picture comes as an array, never as bytes that somebody else made.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 448
"""Pixels of the longer side while looking for lines. Reading them uses the full picture; looking costs most."""
MOST_LINES = 120
"""Of one picture, so that a picture full of specks ends."""
LEAST_SURE = 0.6
"""Lines that the reader itself is less sure of are noise."""


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def lines(picture: NDArray[np.uint8]) -> list[str]:
    """The lines of a picture (height x width x 3, RGB), from top to bottom. Raises ImportError without the extra."""
    found = _engine()(np.ascontiguousarray(picture[:, :, ::-1]))
    pairs = zip(found.txts or (), found.scores or (), strict=True)
    return [text for text, sure in pairs if sure >= LEAST_SURE and text.strip()]


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415 - an optional extra, and a second to load

    runtime = "EngineConfig.onnxruntime"
    one_core = {f"{runtime}.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    # Lines one by one: together they are padded to the longest, which costs more than it saves.
    lean = {f"{runtime}.enable_cpu_mem_arena": True, "Rec.rec_batch_num": 1}
    looking = {"Det.limit_type": "max", "Det.limit_side_len": SIDE, "Det.max_candidates": MOST_LINES}
    return RapidOCR(params={"Global.log_level": "error", "Global.use_cls": False, **looking, **one_core, **lean})
