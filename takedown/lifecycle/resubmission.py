"""Submitting again: a new notice that cites the first receipt, for the targets that are still up.

It is a draft like every other: looked at again, signed again, checked and approved again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from index.messages import t
from takedown.lifecycle.outcome import DOWN, SENT, Outcome
from takedown.lifecycle.steps import receipt
from takedown.notice import Content, Notice, Statements
from takedown.notices import NoticeError

OVER = frozenset({*DOWN, "before", "withdrawn"})
"""What became of a target that need not be asked for again."""


def again(notice: Notice, found: Sequence[Outcome]) -> Content:
    """The content to submit again. Raises NoticeError where nothing was sent, or nothing is left to ask for."""
    if notice.state not in {*SENT, "closed"}:
        raise NoticeError(t("life.not_sent", id=notice.id, state=t(f"notice.state.{notice.state}")))
    over = [each.finding_id for each in found if each.became in OVER]
    if len(over) == len(notice.content.targets):
        raise NoticeError(t("life.all_down", id=notice.id))
    # What somebody signed, and let pass, was about the first one.
    return replace(
        narrowed(notice.content, without=over),
        resubmits=receipt(notice) or notice.id,
        statements=Statements(),
        overrides={},
    )


def narrowed(content: Content, *, without: Collection[str]) -> Content:
    """The content without some targets, and without what is only about these. Raises NoticeError if nothing is left."""
    gone = set(without)
    left = tuple(each for each in content.targets if each.finding_id not in gone)
    names = {each.finding_id for each in left}
    allegations = tuple(
        replace(
            each,
            quotes=tuple(quote for quote in each.quotes if quote.finding_id not in gone),
            targets=tuple(name for name in each.targets if name in names),
        )
        for each in content.allegations
        if not each.targets or names & set(each.targets)
    )
    if not left or not allegations:
        raise NoticeError(t("life.no_ground"))
    return replace(
        content,
        targets=left,
        allegations=allegations,
        comparison=tuple(each for each in content.comparison if each.finding_id not in gone),
        attachments=tuple(each for each in content.attachments if each.finding_id not in gone),
    )


def continued(notices: Iterable[Notice]) -> dict[str, str]:
    """Notice -> the newest one that submits it again, by the cited number (at the same recipient) or id."""
    by_name: dict[tuple[str, str], str] = {}
    found: dict[str, str] = {}
    for each in notices:  # in the order in which they were drafted: what is cited came before
        recipient, cited = each.content.recipient, each.content.resubmits
        if cited and (first := by_name.get((recipient, cited))):
            found[first] = each.id
        for name in (each.id, *(step.receipt for step in each.steps if step.receipt)):
            by_name.setdefault((recipient, name), each.id)
    return found
