"""Which findings a person confirmed, and by which record: nothing leaves the house on the machine's word alone."""

from __future__ import annotations

from index.records import Decisions
from takedown.answers import Answers, all_answers


def confirmed(records: Decisions) -> dict[str, str]:
    """Finding id, as it is now -> the record that confirms it ('u1-…:3': unit and version).

    The last answer about a finding counts: whoever waits or escalates since then has second thoughts.
    Raises ReadError.
    """
    return confirmed_by(all_answers(records))


def confirmed_by(answers: Answers) -> dict[str, str]:
    """The same from answers that were read already."""
    standing = ((name, answers.of(name)) for name in sorted(answers.findings()))
    return {name: answer.id for name, answer in standing if answer is not None and answer.decision.kind == "confirm"}
