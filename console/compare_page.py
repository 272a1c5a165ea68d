"""The page of `copycatch compare`: the answer, each reason in a sentence, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.text import Text

from apk_analysis.compare import Changes, Comparison
from console.page_parts import bullet, section
from console.words import chance
from index.messages import t
from index.plain import line

MOST = 15
"""Lines of one list of differences; the rest is counted."""


def compare_page(found: Comparison, names: tuple[str, str]) -> Group:
    """Two samples beside each other."""
    answer = Text.assemble((t(f"compare.relation.{found.relation}"), "bold"), f"  {chance(found.score)}")
    return Group(
        answer,
        *(
            Text(f"{letter}: {line(name, 200)}  {sha256}", style="dim")
            for letter, name, sha256 in zip("AB", names, (found.first, found.second), strict=True)
        ),
        *section("reasons_section", _reasons(found)),
        *section("aside_section", _aside(found)),
        *section("hosts_section", _listed(found.hosts, "")),
        *section("permissions_section", _changes(found.permissions)),
        *section("components_section", _changes(found.components)),
        *section("traits_section", _changes(found.traits)),
    )


def _reasons(found: Comparison) -> Iterator[Text]:
    for reason in found.reasons:
        numbers = dict.fromkeys(("screens",), 0.0) | reason.numbers
        yield bullet(t(f"compare.reason.{reason.kind}", **numbers))
    yield bullet(t("compare.exact" if found.exact else "compare.estimated"))


def _aside(found: Comparison) -> Iterator[Text]:
    """Libraries: shared by both, and without weight."""
    if found.shared_libraries:
        first, second = found.library_share
        yield bullet(t("compare.libraries", first=first, second=second, names=", ".join(found.shared_libraries[:MOST])))


def _changes(changes: Changes) -> Iterator[Text]:
    yield from _listed(changes.added, "+ ")
    yield from _listed(changes.removed, "- ")


def _listed(items: Sequence[str], sign: str) -> Iterator[Text]:
    for item in items[:MOST]:
        yield Text(sign + line(item, 200))
    if len(items) > MOST:
        yield Text(sign + t("cli.show.more", count=len(items) - MOST))
