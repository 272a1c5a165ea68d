"""Which column of a sheet is which part of a listing: as a person said, by its heading, else by what its cells hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from crawler.families.addresses import PACKAGE, SAMPLE
from index.messages import language
from index.reading import yaml_of

How = Literal["person", "remembered", "name", "content", "none"]
IGNORED = frozenset({"ours", "other"})
"""Columns that are known and not taken."""
LONGEST_HEADING = 100
"""Characters; whatever is longer is a text."""
MOST_ABOVE = 20
"""Rows within which the headings stand: titles and notes may come before."""
MOST_LOOKED_AT = 100
"""Rows whose cells say what a column without a known heading is."""
ADDRESS = re.compile(r"https?://[^\s<>\"'，。；、）】」》|]+", re.IGNORECASE)
BARE = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,18}(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE | re.ASCII
)
GENUINE = re.compile(
    r"官方|官网|正版|正品|权利人|被仿|被侵权|原版|授权|(?:official|genuine|original|authentic|rightsholder|rightholder|owner)(?!account)"
)
"""In any heading: it speaks of the genuine side, which must never be accused."""
SOMEBODY_ELSES = re.compile(r"店铺|卖家|商家|店主|主页|图片|截图|举报|品牌|联系|提供")
"""In a longer heading: a name or an address that is not the listing's."""
_PRICE = re.compile(
    r"(?:[¥￥$€]|RMB|CNY)\s?\d[\d,]*(?:\.\d{1,2})?|\d[\d,]*(?:\.\d{1,2})?\s?元(?:/\S{1,4})?", re.IGNORECASE
)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column and what it is taken for."""

    at: int
    heading: str
    field: str | None
    """Of a listing, a counter or 'share'; None for what is not taken."""
    how: How


@cache
def words() -> dict[str, tuple[str, ...]]:
    """Field -> what lists call it."""
    raw = yaml_of((files("crawler.supplied") / "headings.yml").read_text("utf-8"))
    return {field: tuple(str(word) for word in said) for field, said in raw.items()}


@cache
def _fields() -> dict[str, str]:
    return {flat(word): field for field, said in words().items() for word in (*said, field)}


def name_of(field: str) -> str:
    """The field in the reader's language."""
    return words().get(field, (field,))[0] if language() == "zh" else field


def flat(heading: str) -> str:
    """A heading without case, width, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", heading)).casefold()


def field_named(name: str) -> str | None:
    """The field that a heading names. In a longer Chinese heading its last known word decides: '店铺链接' is a link."""
    if len(name) > LONGEST_HEADING:
        return None
    known, bare = _fields(), flat(name)
    shorter = (re.sub(r"[(（\[【].*?[)）\]】]", "", name), re.split(r"[/／、|]", name)[0])
    exact = next((known[word] for word in (bare, *map(flat, shorter)) if word in known), None)
    if exact is not None:
        return exact
    if len(bare) <= 40 and GENUINE.search(bare):
        return "other"
    ends = [word for word in known if len(word) >= 2 and not word.isascii() and bare.endswith(word)]
    if not ends or not 2 < len(bare) <= 16:
        return None
    return "other" if SOMEBODY_ELSES.search(bare) else known[max(ends, key=len)]


def heading_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows holds the headings; None where none does."""
    best, most = None, 0
    for at, cells in enumerate(rows[:MOST_ABOVE]):
        filled = {cell for cell in cells if cell}
        fields = {field_named(cell) for cell in filled if len(cell) <= 40} - {None}
        if any(ADDRESS.match(cell) for cell in filled) or len(filled) * 2 < len([cell for cell in cells if cell]):
            continue  # a row of data, or a title that is merged over the whole width
        if len(fields) > most and len(fields) * 3 >= len(filled) and fields - IGNORED:
            best, most = at, len(fields)
    return best


def map_columns(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    said: Mapping[str, str | None] | None = None,
    remembered: Mapping[str, str | None] | None = None,
) -> list[Column]:
    """Every column with what it is taken for. `said`, `remembered`: flat heading -> field, None for 'leave it out'.

    No field is given twice: what a person said comes first, then headings from the left, then contents.
    """
    width = max([len(headings), *map(len, rows)], default=0)
    names = [headings[at] if at < len(headings) else "" for at in range(width)]
    taken: dict[int, Column] = {}
    used: set[str] = set()

    def give(at: int, field: str | None, how: How) -> None:
        if at not in taken and (field is None or field not in used):
            taken[at] = Column(at=at, heading=names[at], field=field, how=how)
            used.update({field} if field else ())

    orders: tuple[tuple[How, Mapping[str, str | None]], ...] = (
        ("person", said or {}),
        ("remembered", remembered or {}),
    )
    for how, order in orders:
        for at, name in enumerate(names):
            if flat(name) in order:
                give(at, order[flat(name)], how)
    exact = [(at, _fields().get(flat(name))) for at, name in enumerate(names)]
    for at, field in (*exact, *((at, field_named(name)) for at, name in enumerate(names) if name)):
        if field and not (field == "url" and _holds_no_address(at, rows)):
            give(at, None if field in IGNORED else field, "name")
    for at in range(width):
        cells = [row[at] for row in rows[:MOST_LOOKED_AT] if at < len(row) and row[at]]
        if at not in taken and (field := _by_content(cells, used)):
            give(at, field, "content")
    _title_by_content(names, rows, give, used, taken)
    return [taken.get(at) or Column(at=at, heading=name, field=None, how="none") for at, name in enumerate(names)]


def _holds_no_address(at: int, rows: Sequence[Sequence[str]]) -> bool:
    """'地址' may be where somebody lives: then addresses stand in another column."""
    held = {
        column
        for row in rows[:MOST_LOOKED_AT]
        for column, cell in enumerate(row)
        if ADDRESS.search(cell) or BARE.fullmatch(cell.strip())
    }
    return bool(held) and at not in held


def _by_content(cells: Sequence[str], used: set[str]) -> str | None:
    """What nearly all cells of a column are."""
    if not cells:
        return None
    tests: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("download_urls", lambda cell: ADDRESS.match(cell) and SAMPLE.search(cell)),
        ("url", lambda cell: ADDRESS.match(cell) or (BARE.fullmatch(cell) and not PACKAGE.fullmatch(cell))),
        ("package_name", PACKAGE.fullmatch),
        ("sample_sha256", _SHA256.fullmatch),
        ("price", _PRICE.fullmatch),
    )
    for field, test in tests:
        if field not in used and sum(bool(test(cell.strip())) for cell in cells) * 10 >= len(cells) * 9:
            return field
    return None


def _title_by_content(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    give: Callable[[int, str | None, How], None],
    used: set[str],
    taken: Mapping[int, Column],
) -> None:
    """Without a heading for it, the title is the one column of texts that differ from row to row, if there is one."""
    if "title" in used or not used & {"url", "share"}:
        return
    texts = []
    for at in range(len(names)):
        cells = [row[at] for row in rows[:MOST_LOOKED_AT] if at < len(row) and row[at]]
        words_ = [cell for cell in cells if 2 <= len(cell) <= 200 and re.search(r"[^\W\d_]{2}", cell)]
        if at not in taken and cells and len(words_) * 10 >= len(cells) * 9 and len(set(words_)) * 2 > len(words_):
            texts.append(at)
    if len(texts) == 1:
        give(texts[0], "title", "content")
