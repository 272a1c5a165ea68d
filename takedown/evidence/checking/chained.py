"""Lines of JSON that carry their own hash and that of the line before."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from takedown.evidence.checking.report import Member, Report

TAIL = re.compile(rb',"(?:entry_sha256|hash)":"([0-9a-f]{64})"\}\n\Z')
LONGEST_TAIL = 86
START = "0" * 64
"""What the first line of a manifest follows."""


def chained(report: Report, member: Member, prev: str | None) -> Iterator[tuple[dict[str, Any], str]]:
    """Each line with its hash. `prev`: what the first one follows; None: the lines are an excerpt, in no chain."""
    for number, raw in enumerate(report.lines(member), start=1):
        where = f"{member.name}, {number}"
        tail = TAIL.search(raw, max(0, len(raw) - LONGEST_TAIL))
        stated = tail.group(1).decode() if tail else ""
        body = raw[: tail.start()] + b"}" if tail else b""
        try:
            value = json.loads(body.decode(), object_pairs_hook=_once)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or hashlib.sha256(body).hexdigest() != stated:
            report.say("line", where)
            prev = prev and (stated or prev)
            continue
        if prev and (value.get("prev_entry_sha256") != prev or value.get("seq") != number):
            report.say("chain", where)
        prev = prev and stated
        yield value, stated


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands there twice")
    return value
