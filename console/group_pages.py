"""How groups and relistings look in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from console.terminal import table
from index.messages import language, t
from index.plain import line
from takedown.columns import unseen
from takedown.groups import Group
from takedown.groups.group import GroupTie, standing_of
from takedown.groups.member import Member
from takedown.half_life import HalfLife
from takedown.relisting import Relisting

COLUMNS = ("group", "members", "marketplaces", "brands", "shared", "first_seen", "said")
MEMBERS = ("listing_id", "marketplace", "seller", "title", "first_seen", "state")
LIVES = ("marketplace", "listings", "gone", "half_life", "interval", "unsure")
SHORT = 14
"""Characters of an id: enough to call it by."""
MOST = 40
"""Members, and ties, that a page shows."""
_STYLE = {"confirmed": "bold red", "suspected": "yellow", "dismissed": "dim", "none": "dim"}


def groups_table(groups: Iterable[Group]) -> Table:
    """One line each."""
    columns = [t(f"groups.column.{name}") for name in COLUMNS]
    return table(columns, map(_row, groups), wide={columns[2]: 3, columns[3]: 2, columns[4]: 3}, dense=True)


def _row(group: Group) -> Sequence[str]:
    kinds = Counter(tie.kind for tie in group.ties if tie.joins)
    return (
        group.id[:SHORT],
        str(len(group.members)),
        _some(group.marketplaces),
        _some(group.brands) or "-",
        ", ".join(f"{t(f'groups.kind.{kind}')}×{count}" for kind, count in kinds.items()),
        group.first_seen[:10],
        t("groups.said", open=group.open, confirmed=group.confirmed),
    )


def _some(counts: dict[str, int]) -> str:
    shown = ", ".join(f"{name}×{count}" if count > 1 else name for name, count in list(counts.items())[:3])
    return f"{shown} +{len(counts) - 3}" if len(counts) > 3 else shown


def group_page(group: Group) -> Iterator[Any]:
    """Everything that an analyst needs to believe it, or to cut it."""
    yield Text(t("groups.head", id=group.id, members=len(group.members)), style="bold")
    yield Text(t("groups.no_verdict"), style="dim")
    yield Text(t("groups.seen", first=group.first_seen, last=group.last_seen))
    yield Text(line(t("groups.places", names=_all(group.marketplaces)), 2_000))
    if group.brands:
        yield Text(line(t("groups.brands", names=_all(group.brands)), 2_000))
    yield Text(t("groups.decided", open=group.open, confirmed=group.confirmed, dismissed=group.dismissed))
    yield from _section("ties_head", map(_tie, [tie for tie in group.ties if tie.joins][:MOST]))
    yield from _section("not_head", map(_tie, [tie for tie in group.ties if not tie.joins][:MOST]))
    yield Text(f"\n{t('groups.members_head')}", style="bold")
    yield members_table(group.members[:MOST])
    if len(group.members) > MOST:
        yield Text(t("groups.more", count=len(group.members) - MOST), style="dim")
    if group.beside:
        yield Text(f"\n{t('groups.beside_head')}", style="bold")
        yield members_table(group.beside[:MOST])
    yield from _section("unseen_head", _unseen(group))


def _all(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.items())


def _section(name: str, lines: Iterable[Text]) -> Iterator[Any]:
    held = list(lines)
    if held:
        yield Text(f"\n{t(f'groups.{name}')}", style="bold")
        yield from (Padding(each, (0, 0, 0, 2)) for each in held)


def _tie(tie: GroupTie) -> Text:
    mark, style = ("✓", "green") if tie.joins else ("○", "dim")
    said = tie.zh if language() == "zh" else tie.en
    kind = (f"[{t(f'groups.kind.{tie.kind}')}] ", "dim")
    return Text.assemble((f"{mark} ", style), kind, line(said, 400), (f"  {line(tie.keys[0], 120)}", "dim"))


def _unseen(group: Group) -> Iterator[Text]:
    if missing := len(group.members) - group.sampled:
        yield Text(f"- {t('groups.no_sample', count=missing, total=len(group.members))}")
    for name, count in group.unseen.items():
        yield Text(f"- {line(unseen(name, language()))} ({count})")


def members_table(members: Iterable[Member]) -> Table:
    """One line each."""
    columns = [t(f"groups.column.{name}") for name in MEMBERS]
    return table(columns, map(_member, members), wide={columns[1]: 2, columns[2]: 1, columns[3]: 3}, dense=True)


def _member(member: Member) -> Sequence[str | Text]:
    state = standing_of(member)
    return (
        member.listing_id[:SHORT],
        line(member.marketplace, 60),
        line(member.seller or "-", 40),
        line(member.title, 80),
        member.first_seen[:10],
        Text(t(f"groups.state.{state}"), style=_STYLE[state]),
    )


def relisting_lines(one: Relisting) -> Iterator[Any]:
    """What came again, of what, by which ties, and what is new."""
    said = one.zh if language() == "zh" else one.en
    yield Text.assemble((f"{one.listing_id}  ", "bold"), line(one.title, 100), ("  " + one.seen_at, "dim"))
    inside = [Text(line(said, 600)), Text(line(one.url, 300), style="dim")]
    inside += [Text(f"✓ {line(tie.zh if language() == 'zh' else tie.en, 300)}") for tie in one.ties]
    for change in one.changed:
        field = t(f"groups.field.{change.field}")
        inside.append(Text(f"≠ {field}: {line(change.before or '?', 100)} → {line(change.after or '?', 100)}"))
    if one.notices:
        inside.append(Text(t("groups.notices", ids=", ".join(one.notices))))
    yield from (Padding(each, (0, 0, 0, 2)) for each in inside)


def lives_table(found: dict[str, HalfLife]) -> Table:
    """One line per marketplace."""
    return table([t(f"groups.column.{name}") for name in LIVES], (_life(*each) for each in found.items()))


def _life(marketplace: str, life: HalfLife) -> Sequence[str]:
    if not life.enough:
        middle, interval = t("groups.not_measured"), "-"
    else:
        middle = _days(life.days) if life.days is not None else t("groups.not_half")
        low, high = (_days(end) if end is not None else "?" for end in (life.low, life.high))
        interval = f"{low} – {high}"
    unsure = _days(life.unsure_days) if life.unsure_days is not None else "-"
    return marketplace, str(life.listings), str(life.gone), middle, interval, unsure


def _days(days: float) -> str:
    return t("groups.days", days=f"{days:.1f}")
