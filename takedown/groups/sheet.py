"""Groups as a table for spreadsheets: one row per member, every cell safe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from index.messages import language, text
from takedown.cells import Cell, cell
from takedown.groups.group import Group, standing_of
from takedown.groups.member import Member

COLUMNS = (
    "group",
    "place",
    "state",
    "title",
    "seller",
    "marketplace",
    "url",
    "package",
    "brands",
    "ties",
    "first_seen",
    "last_seen",
    "listing_id",
    "finding_ids",
)
"""Headings stand in the catalogue under groups.column."""


def csv_of(groups: Iterable[Group]) -> bytes:
    """UTF-8 with a byte order mark, every text quoted: Excel opens it with a double click."""
    made = io.StringIO(newline="")
    sheet = csv.writer(made, quoting=csv.QUOTE_NONNUMERIC)
    lang = language()
    sheet.writerow([text(f"groups.column.{name}", lang) for name in COLUMNS])
    sheet.writerows(["" if value is None else value for value in row] for one in groups for row in rows(one, lang))
    return made.getvalue().encode("utf-8-sig", "replace")


def rows(group: Group, lang: str) -> Iterator[list[Cell]]:
    """Members first, then what stands beside."""
    for place, members in (("member", group.members), ("beside", group.beside)):
        for member in members:
            yield [cell(value) for value in _row(group, member, place, lang)]


def _row(group: Group, member: Member, place: str, lang: str) -> list[object]:
    ties = (getattr(tie, lang) for tie in group.ties if tie.joins and member.listing_id in tie.members)
    return [
        group.id,
        text(f"groups.place.{place}", lang),
        text(f"groups.state.{standing_of(member)}", lang),
        member.title,
        member.seller,
        member.marketplace,
        member.url,
        member.package_name,
        ", ".join(sorted({stake.brand for stake in member.stakes if stake.brand and stake.counts})),
        "\n".join(ties),
        member.first_seen,
        member.last_seen,
        member.listing_id,
        "\n".join(stake.finding_id for stake in member.stakes),
    ]
