"""One row of a list as a listing: cells by field, or why the row cannot be taken."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, get_args
from urllib.parse import urlsplit

from crawler.admission import MAX_NAME
from crawler.families.addresses import clean_url, host_of, path_of
from crawler.families.moments import moment
from crawler.supplied.brought import UnreadableError
from crawler.supplied.headings import ADDRESS, BARE, Column
from crawler.supplied.share_text import Shared, read_share
from crawler.supplied.workbook import is_formula, link_in
from index.messages import t
from index.model import Listing, SourceKind
from index.reading import ReadError, read, yaml_of
from index.times import utc

COUNTERS = ("rating", "downloads", "views", "replies", "sales")
NUMBERS = ("version_code", "sample_size")
MANY = tuple(field.name for field in fields(Listing) if str(field.type).startswith("tuple["))
KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
INSIDE: frozenset[SourceKind] = frozenset({"mini_program", "bot", "official_account"})
"""Kinds that live inside a platform's client and may have no address."""
MARKETPLACE = "import"
"""Beginning of the marketplace's name of what nobody crawled: 'import:shop.example'."""
NO_LINKS: Mapping[int, str] = MappingProxyType({})
_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(万|w|千|k|亿)?\+?(?:人|次|件|条|分)?", re.IGNORECASE)
_TIMES = {"万": 1e4, "w": 1e4, "千": 1e3, "k": 1e3, "亿": 1e8}


@cache
def _kinds() -> tuple[tuple[str, SourceKind], ...]:
    raw = yaml_of((files("crawler.supplied") / "kinds.yml").read_text("utf-8"))
    return tuple(
        sorted(((word, kind) for kind, words in raw.items() for word in words), key=lambda pair: -len(pair[0]))
    )


def kind_named(text: str) -> SourceKind | None:
    """The kind of place that a word names, in Chinese or English."""
    plain = text.strip().casefold()
    if plain.replace("-", "_").replace(" ", "_") in KINDS:
        return plain.replace("-", "_").replace(" ", "_")  # type: ignore[return-value] # it is one of them
    return next((kind for word, kind in _kinds() if word in plain), None)


def row_listing(
    cells: Sequence[str], columns: Sequence[Column], links: Mapping[int, str] = NO_LINKS
) -> tuple[Listing, list[str], bool]:
    """Listing, notes for people, and whether there is nothing but an address. `links`: column -> what lies behind it.

    Raises UnreadableError.
    """
    notes: list[str] = []
    given = _given(cells, columns, notes)
    if links and not ADDRESS.search(given.get("url", "")) and (behind := _behind(columns, links)):
        given["url"] = behind
    shared = read_share(given.pop("share")) if given.get("share") else None
    raw: dict[str, Any] = {name: cell.splitlines() if name in MANY else cell for name, cell in given.items()}
    url = _address(given, shared, notes)
    platform = given.get("platform_style") or (shared.platform if shared else "") or ""
    raw["source_kind"] = _kind(given, platform, shared, notes)
    if shared is not None:
        raw.setdefault("title", shared.title)
        raw["description"] = "\n".join(part for part in (given.get("description"), shared.text) if part)
    if platform:
        raw["platform_style"] = platform
    _numbers(raw)
    if "published_at" in raw:
        said = str(raw.pop("published_at"))
        if when := moment(said, None):
            raw["published_at"] = when
        else:
            notes.append(t("intake.note.date", cell=said[:40]))
    only_address = not given.get("title") and not raw.get("description")
    listing = named_listing(raw, url, code=shared.code if shared else None)
    return listing, notes, only_address or (shared is not None and "description" not in given)


def _given(cells: Sequence[str], columns: Sequence[Column], notes: list[str]) -> dict[str, str]:
    """Field -> text of its cell. A link formula is taken apart; what any other would compute is not known."""
    given: dict[str, str] = {}
    linked = ""
    for column in columns:
        cell = cells[column.at].strip() if column.at < len(cells) else ""
        if not cell or column.field is None:
            continue
        heading = column.heading or str(column.at + 1)
        if (link := link_in(cell)) is not None:
            linked = linked or link[0]
            cell = link[0] if column.field == "url" else link[1]
        elif is_formula(cell):
            if column.field in {"url", "title", "native_id"}:
                raise UnreadableError("formula", heading=heading)
            notes.append(t("intake.note.formula", heading=heading))
            continue
        if cell:
            given[column.field] = cell
    if linked:
        given.setdefault("url", linked)
    return given


def _behind(columns: Sequence[Column], links: Mapping[int, str]) -> str:
    """The address behind the cell of the address or, where none is, of the title."""
    at = {column.field: column.at for column in columns if column.field}
    return next((links[at[field]] for field in ("url", "title") if at.get(field) in links), "")


def _address(given: Mapping[str, str], shared: Shared | None, notes: list[str]) -> str:
    """The row's address as written; '' where it has none."""
    cell = given.get("url", "")
    found = ADDRESS.findall(cell)
    if len(found) > 1:
        notes.append(t("intake.note.more_addresses", count=len(found) - 1))
    if found:
        return str(found[0])
    if cell and BARE.fullmatch(cell):
        return f"http://{cell}"
    if cell and "://" in cell:
        raise UnreadableError("address", cell=cell[:100])
    if shared is not None and shared.url:
        return shared.url
    if cell:
        return _from_share(cell)
    return ""


def _from_share(cell: str) -> str:
    """A share text in the address column, as people paste it."""
    shared = read_share(cell)
    if shared is None or not shared.url:
        raise UnreadableError("address", cell=cell[:100])
    return shared.url


def _kind(given: Mapping[str, str], platform: str, shared: Shared | None, notes: list[str]) -> SourceKind:
    said = given.get("source_kind", "")
    if said and (kind := kind_named(said)):
        return kind
    if said:
        notes.append(t("intake.note.kind", cell=said[:40]))
    return kind_named(platform) or (shared.kind if shared else None) or "site"


def _numbers(raw: dict[str, Any]) -> None:
    counters = {}
    for name in (*NUMBERS, *COUNTERS):
        if name not in raw:
            continue
        found = _NUMBER.fullmatch(str(raw.pop(name)).strip())
        if found is None:
            raise UnreadableError("number", field=name)
        number = float(found[1].replace(",", "")) * _TIMES.get((found[2] or "").lower(), 1)
        if name in NUMBERS:
            raw[name] = int(number)
        else:
            counters[name] = number
    if counters:
        raw["counters"] = counters


def named_listing(raw: dict[str, Any], url: str, *, code: str | None = None) -> Listing:
    """The listing with marketplace and native id filled in where the list leaves them out. Raises UnreadableError."""
    kind = raw.get("source_kind", "site")
    title = raw.get("title") or url or str(code or "")
    if not url and not code and (kind not in INSIDE or not (raw.get("native_id") or raw.get("title"))):
        raise UnreadableError("no_address")
    clean = clean_url(url) if url else ""
    if clean is None or len(url) > MAX_NAME:
        raise UnreadableError("address", cell=url[:100])
    place = host_of(clean) if clean else str(raw.get("platform_style") or kind)
    filled = {
        "marketplace": f"{MARKETPLACE}:{place}",
        "native_id": _native_id(raw, url, clean, code, title),
        **{name: value for name, value in raw.items() if value not in (None, "")},
        "url": _with_route(url, clean),
        "title": title,
    }
    try:
        return read(Listing, filled, "row")
    except ReadError as error:
        raise UnreadableError("not_fitting", error=str(error)[:300]) from error


def _native_id(raw: Mapping[str, Any], url: str, clean: str, code: str | None, title: str) -> str:
    if clean:
        return path_of(clean) + _route(url)
    if raw.get("native_id") or code:
        return str(raw.get("native_id") or code)
    named = f"{title}\n{raw.get('seller') or ''}"
    return f"name:{hashlib.sha256(named.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def _route(url: str) -> str:
    """Pages that scripts switch carry what they show behind the hash: '#/item?id=7'."""
    fragment = urlsplit(url).fragment
    return f"#{fragment}" if fragment.startswith(("/", "!")) else ""


def _with_route(url: str, clean: str) -> str:
    return clean + _route(url) if clean else ""


def received(text: str | None) -> str:
    """When something was received, as ISO 8601 in UTC; now where nobody says. Raises UnreadableError."""
    if text is None:
        return utc()
    here = datetime.now().astimezone().utcoffset() or timedelta()
    when = moment(text, None, utc_offset=here.total_seconds() / 3600)
    if when is None or when > utc():
        raise UnreadableError("received", cell=text[:40])
    return when
