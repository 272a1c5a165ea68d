"""Answers in JSON: read leniently where a server is sloppy; single values are asked for without trusting their type."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.page_text import plain

BEGIN = re.compile(r'\[\s*[\[{"\]]|\{\s*["}]')
"""Where JSON begins that stands behind something else, as notices of PHP do."""
MOST_PARTS = 500


def read_json(response: Response) -> Any:
    """The value that the answer holds; a Problem (malformed_json) where it holds none. Never raises.

    Forgiven are a byte order mark, notices before the value and after it, and halves of surrogate pairs in texts.
    """
    try:
        return msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    text = response.body.decode("utf-8", "replace")
    try:
        if (begin := BEGIN.search(text)) is None:
            raise ValueError("no JSON")  # noqa: TRY301 - one way out for all that is not readable
        value, _ = json.JSONDecoder().raw_decode(text, begin.start())
        # Written and read again, since a lone surrogate could not be stored.
        return msgspec.json.decode(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError, msgspec.DecodeError) as error:
        return Problem(part="page", kind="malformed_json", detail=f"{response.url}: {error}"[:500])


def at(value: Any, *path: str) -> Any:
    """What lies at the end of `path` (keys of objects within objects); None where it breaks off."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def said(value: Any, *path: str) -> str:
    """The text or number at the end of `path` as text without markup; '' for anything else."""
    return plain(at(value, *path))


def things(value: Any, *path: str) -> Iterator[dict[str, Any]]:
    """The objects in the list at the end of `path`, of which there may be many thousands: the first ones."""
    found = at(value, *path)
    for part in found[:MOST_PARTS] if isinstance(found, list) else ():
        if isinstance(part, dict):
            yield part


def number(value: Any, *path: str) -> float | None:
    """The finite number at the end of `path`, also where it is written as text."""
    found = at(value, *path)
    try:
        counted = float(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else math.nan
    except (ValueError, OverflowError):
        return None
    return counted if math.isfinite(counted) else None


def minor_units(amount: Any, digits: int) -> str | None:
    """'12100' in hundredths (`digits` 2) as '121.00'; None for what is no whole number."""
    text = str(amount) if isinstance(amount, int) and not isinstance(amount, bool) else amount
    if not isinstance(text, str) or not re.fullmatch(r"-?\d{1,30}", text) or not 0 <= digits <= 8:
        return None
    sign, units = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, rest = (units, "") if digits == 0 else (units.zfill(digits + 1)[:-digits], units.zfill(digits + 1)[-digits:])
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"
