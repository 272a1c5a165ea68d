"""`copycatch learn`: what the decisions say about the rules. A report; nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Annotated

import typer

from console.answers import decided
from console.exits import Exit
from console.opening import reading
from console.terminal import JsonFlag, emit, home, out, table
from detection.learning import Record, Report, Share, Threshold, report
from index.messages import t
from index.open import open_decisions

SHOWN = 30


def run(
    *,
    least: Annotated[int, typer.Option("--least", min=1, help=t("learning.least"))] = 3,
    json: JsonFlag = False,
) -> int:
    """Counts what was confirmed and dismissed, per detector, term and threshold."""
    with reading() as index, closing(open_decisions(home(), write=False)) as decisions:
        found = report(decided(index, decisions))
    if json:
        emit(found)
        return Exit.DONE
    out().print(t("learning.overall", decided=found.decided, share=_said(found.overall)))
    if found.decided:
        _print(found, least)
    out().print(t("learning.nothing_changed"), soft_wrap=True)
    return Exit.DONE


def _print(found: Report, least: int) -> None:
    reasons = ", ".join(f"{t(f'learning.reason.{name}')} {count}" for name, count in found.reasons.items())
    out().print(t("learning.reasons", reasons=reasons or "-"), soft_wrap=True)
    if found.apart:
        apart = ", ".join(f"{t(f'learning.reason.{name}')} {count}" for name, count in found.apart.items())
        out().print(t("learning.apart", reasons=apart), soft_wrap=True)
    for what, records in (("detectors", found.detectors), ("terms", found.terms)):
        enough = [record for record in records if record.precision.of >= least]
        out().print(t(f"learning.{what}", shown=min(SHOWN, len(enough)), all=len(records)))
        headings = [t(f"learning.column.{name}") for name in ("name", "violation", "precision", "wrong")]
        out().print(table(headings, map(_record, enough[:SHOWN]), wide={headings[0]: 2, headings[3]: 2}))
    out().print(t("learning.thresholds"))
    headings = [t(f"learning.column.{name}") for name in ("target", "at", "precision", "recall", "less", "lost")]
    out().print(table(headings, map(_threshold, found.thresholds)))


def _record(record: Record) -> Sequence[str]:
    reasons = ", ".join(f"{t(f'learning.reason.{name}')} {count}" for name, count in record.reasons.items())
    return record.name, record.violation or "", _said(record.precision), reasons


def _threshold(one: Threshold) -> Sequence[str]:
    if one.at is None or one.precision is None or one.recall is None:
        return f"{one.target:.0%}", t("learning.none"), "", "", "", ""
    shares = _said(one.precision), _said(one.recall)
    return f"{one.target:.0%}", f"{one.at:.2f}", *shares, str(one.dismissed_less), str(one.confirmed_lost)


def _said(share: Share) -> str:
    """'87% (13/15, 62% to 96%)': never a bare share."""
    return f"{share.value:.0%} ({share.right}/{share.of}, {share.low:.0%}–{share.high:.0%})"
