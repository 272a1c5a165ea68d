"""Where findings stand for the people who decide, on every page that shows one: the same as triage says of a member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from rich.text import Text

from console.terminal import home
from console.triage.allowing import allowing
from console.triage.documents import answer_document
from console.triage.page import changes, said
from console.triage.survey import now_of
from console.triage.words import said_of
from index.allowed import allowed_list
from index.messages import language
from index.model import AllowedHit
from index.open import has_decisions, open_decisions
from index.plain import line
from index.protocol import Index, Stored
from index.times import utc
from takedown.answers import answers_about
from takedown.columns import allowed
from takedown.triage_state import MemberState, member_state


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one finding."""

    member: MemberState
    allowed: tuple[AllowedHit, ...]
    """Entries of the allow-list that cover it today, whatever there was when it was judged."""

    def verdict(self, proposed: object) -> Text:
        """'suspected violation'; 'confirmed' and 'dismissed' only where a person said so, and nothing changed since."""
        return said_of(self.member.state, proposed)

    @property
    def decided(self) -> bool:
        """Whether it is the machine's proposal no more."""
        return self.member.state in {"confirmed", "dismissed"}

    def words(self) -> Iterator[str]:
        """Who answered what, what has changed since, and who allowed it."""
        if self.member.answer is not None:
            yield line(said(self.member.answer))
        yield from (text.plain for text in changes([self.member]))
        yield from allowed({"allowed": [asdict(one) for one in self.allowed]}, language())

    def document(self) -> dict[str, Any]:
        """As JSON (docs/schema/show.json)."""
        return {
            "state": self.member.state,
            "answer": answer_document(self.member.answer) if self.member.answer else None,
            "differences": [{"field": one.field, "was": one.was, "now": one.now} for one in self.member.differences],
            "allowed": [asdict(one) for one in self.allowed],
        }


Standings = Mapping[str, Standing]
"""Finding -> where it stands."""
NOTHING: Standings = MappingProxyType({})


def standings(index: Index, findings: Sequence[Stored], *, let_pass: bool = True) -> dict[str, Standing]:
    """Where each of these findings stands; none where nobody ever decided anything. Raises IndexUnavailable.

    `let_pass`: also what the allow-list says today, which takes a look at each listing.
    """
    place, day = home(), utc()[:10]
    if not findings or not has_decisions(place):
        return {}
    with closing(open_decisions(place, write=False)) as records:
        answers, entries = answers_about(records, [hit.id for hit in findings]), allowed_list(records)
    found = {}
    for hit in findings:
        answer = answers.of(hit.id)
        entry = allowing(index, entries, hit, day) if entries and let_pass else ()
        now = now_of(index, hit) if answer else None
        found[hit.id] = Standing(member_state(hit.id, answer, now, day, allowed=bool(entry)), entry)
    return found
