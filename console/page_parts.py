"""Parts that the pages of `copycatch show` share: facts, sections, lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from console.standing import Standings
from console.words import chance, verdict
from index.messages import t
from index.model import Observation
from index.plain import line
from index.protocol import Stored
from index.standing import PAGE

SHOWN = 4_000
"""Characters of a long text that are shown."""


def facts_lines(facts: list[tuple[str, Any]]) -> Iterator[Text]:
    """'name: value', one per line; what is not there is not shown."""
    for name, value in facts:
        if value in (None, "", (), [], {}):
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        yield Text.assemble((f"{_label(name)}: ", "dim"), line(shown, SHOWN))


def _label(name: str) -> str:
    """The field's name in the reader's language; fields without a translation keep their own."""
    try:
        return t(f"cli.show.field.{name}")
    except KeyError:
        return name


def section(name: str, lines: Iterable[RenderableType]) -> Iterator[Any]:
    """A headline and its lines; nothing at all when there are none."""
    held = list(lines)
    if held:
        yield Text(f"\n{t(f'cli.show.{name}')}", style="bold")
        yield from (Padding(each, (0, 0, 0, 2)) for each in held)


def bullet(text: str) -> Text:
    """One line of a list; control characters and line breaks in hostile text are gone."""
    return Text(f"- {line(text)}")


def look_line(look: Observation) -> Text:
    """One look at a listing: when, what was there, and whether its page was kept."""
    detail = "" if look.detail == PAGE else look.detail
    said = t("page.look", at=look.at, state=t(f"page.state.{look.state}"), detail=line(detail, 200)).rstrip()
    return bullet(f"{said} {t('page.kept')}" if look.capture else said)


def finding_line(hit: Stored, standings: Standings) -> Text:
    """A finding in one line: verdict, id, chance, title."""
    value: dict[str, Any] = hit.value
    title = line(str(value.get("title") or ""), 60)
    return Text.assemble(head_of(hit, standings), f"  {hit.id}  {chance(value.get('probability'))}  {title}")


def head_of(hit: Stored, standings: Standings) -> Text:
    """What a finding is: as people said, and as the machine proposes while nobody said anything."""
    proposed, stands = hit.value.get("verdict", "benign"), standings.get(hit.id)
    return stands.verdict(proposed) if stands else verdict(proposed)
