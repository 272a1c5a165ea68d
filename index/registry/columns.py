"""Which column is which: by the words of a header row, by what the cells hold, and per row where cells are shifted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from index.registry.entities import is_entity
from index.registry.model import Register
from index.registry.numbers import MODEL_PLACES, Kind, Number, find

_FIELDS: dict[str, str] = {
    word: field
    for field, words in yaml.safe_load((Path(__file__).parent / "headers.yml").read_text("utf-8")).items()
    for word in words
}
"""Word of a header -> field of a record; 'serial' is the number of the row."""
KINDS: dict[Register, frozenset[Kind]] = {
    "generative_ai": frozenset({"generative_ai", "registration"}),
    "registration": frozenset({"generative_ai", "registration"}),
    "algorithm": frozenset({"algorithm"}),
    "app": frozenset({"app", "icp", "mini_program"}),
    "icp": frozenset({"icp", "app", "mini_program"}),
}
_BREAK = re.compile(r"(?<=[\u4e00-\u9fff()]) (?=[\u4e00-\u9fff()])")
_DATE = re.compile(r"(20\d\d)\s?[-./年]\s?(\d{1,2})(?:\s?[-./月]\s?(\d{1,2})\s?日?|\s?月)?")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{5,60}")
_REGION = re.compile(
    r"(?:北京|天津|上海|重庆|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|"
    r"贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|深圳|中央企业)(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?"
)


def fold(cell: str) -> str:
    """The cell with full width folded, without line breaks inside Chinese, other runs of spaces as one space."""
    return _BREAK.sub("", " ".join(unicodedata.normalize("NFKC", cell).split()))


@lru_cache(maxsize=4096)
def header_field(cell: str) -> str | None:
    """The field that a header cell names; the longest word of ours in a short one decides."""
    flat = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", cell)).casefold()
    if flat in _FIELDS:
        return _FIELDS[flat]
    if not 2 <= len(flat) <= 16:
        return None
    inside = [word for word in _FIELDS if len(word) >= 4 and word in flat and not word.isascii()]
    return _FIELDS[max(inside, key=len)] if inside else None


def header(cells: Sequence[str]) -> dict[int, str] | None:
    """Column -> field of a header row; None for any other row."""
    named: dict[int, str] = {}
    for at, cell in enumerate(cells):
        field = header_field(cell) if cell and len(cell) <= 60 else None
        if field is not None and field not in named.values():
            named[at] = field
    return named if len(named) >= 2 and len(named) * 2 >= sum(map(bool, cells)) else None


def iso_date(cell: str) -> str | None:
    """'2024-03-05', '2024-03' for '2024年3月'; None for what is no date."""
    hit = _DATE.search(cell)
    if hit is None or not 1 <= int(hit[2]) <= 12 or int(hit[3] or 1) > 31:
        return None
    return f"{hit[1]}-{int(hit[2]):02}" + (f"-{int(hit[3]):02}" if hit[3] else "")


@lru_cache(maxsize=4096)
def number_in(cell: str, register: Register, *, named: bool = False) -> Number | None:
    """The number of that register in a cell of a list.

    `named`: the column is called so, and any token will do where the form of numbers is not published. A list may know
    places that we do not.
    """
    text = fold(cell)
    compact = re.sub(r"\s+", "", text) if len(text) < 80 else text
    for tried in (compact, f"备案号:{compact}"):
        for number in find(tried):
            listed = number.defect is None or (number.defect in {"place", "region", "year"} and "icp" not in number.key)
            if number.kind in KINDS[register] and listed:
                return number
    if named and register == "registration" and _TOKEN.fullmatch(compact) and any(map(str.isdecimal, compact)):
        return Number(kind="registration", text=compact, start=0, end=len(compact))
    return None


@dataclass(frozen=True, slots=True)
class Fields:
    """What one row says, by field of a record."""

    values: Mapping[str, str]
    number: Number | None
    shifted: bool = False
    """Whether cells stood beside the columns they belong to."""


def read_row(cells: Sequence[str], columns: Mapping[int, str] | None, register: Register) -> Fields:
    """The row by its header's columns, moved where the number stands elsewhere; by content without a header."""
    texts = [fold(cell) for cell in cells]
    expected = next((at for at, field in (columns or {}).items() if field == "number"), None)
    found = _where(texts, register, expected)
    if columns is None:
        return Fields(_by_content(texts, register, found), _number(texts, register, found))
    shift = found - expected if found is not None and expected is not None else 0
    values = _moved(texts, columns, shift)
    if shift and not is_entity(values.get("entity", "")):  # it was not the whole row that moved
        values = {**_moved(texts, columns, 0), **_by_content(texts, register, found)}
    elif not shift and not is_entity(values.get("entity", "")):
        entities = [text for text in texts if is_entity(text)]
        if len(entities) == 1 and "entity" in columns.values():
            values = {**values, **_by_content(texts, register, found)}
            return Fields(values, _number(texts, register, found, named=expected is not None), shifted=True)
    number = _number(texts, register, found, named=expected is not None)
    return Fields(values, number, shifted=bool(shift))


def _where(texts: Sequence[str], register: Register, expected: int | None) -> int | None:
    """The column with the number: the one that is called so if it holds one, else the first that does."""
    if expected is not None and expected < len(texts) and number_in(texts[expected], register, named=True):
        return expected
    return next((at for at, text in enumerate(texts) if number_in(text, register)), None)


def _number(texts: Sequence[str], register: Register, at: int | None, *, named: bool = False) -> Number | None:
    return None if at is None else number_in(texts[at], register, named=named)


def _moved(texts: Sequence[str], columns: Mapping[int, str], shift: int) -> dict[str, str]:
    return {
        field: texts[at + shift]
        for at, field in columns.items()
        if field != "serial" and 0 <= at + shift < len(texts) and texts[at + shift]
    }


def _by_content(texts: Sequence[str], register: Register, number_at: int | None) -> dict[str, str]:
    """What the cells say by themselves: the name is the first text that is nothing else."""
    values: dict[str, str] = {}
    for at, text in enumerate(texts):
        kind = "number" if at == number_at else _kind(text, register)
        if kind is not None:
            values.setdefault(kind, text)
    return values


def _kind(text: str, register: Register) -> str | None:
    if not text or text.isdecimal() or number_in(text, register):
        return None
    if is_entity(text):
        return "entity"
    if _REGION.fullmatch(text) or text.casefold() in MODEL_PLACES:
        return "region"
    return "date" if _DATE.fullmatch(text) else "name"
