"""Notices at the command line: the stores opened, findings that people name, a notice with all its gates look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.exits import CommandError
from console.terminal import home, remark
from index.blobs import Blobs
from index.home import Home
from index.messages import t
from index.open import open_decisions, open_index
from index.profiles import load_profiles
from index.protocol import Index
from index.records import Decisions, Overtaken
from index.settings import Settings, load_settings
from takedown.answers import Answers, all_answers
from takedown.confirmed import confirmed_by
from takedown.drafting import DraftError, Known
from takedown.gates import check
from takedown.gating import Case, Refusal, authors
from takedown.lifecycle.asks import asks
from takedown.lifecycle.keeping import kept
from takedown.moved import moved
from takedown.named_before import named_before
from takedown.notice import Look, Notice, Target
from takedown.notices import NoticeBook, NoticeError
from takedown.papers import PaperBook
from takedown.recipients import recipients
from takedown.targets import newest_looks


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command about notices works with."""

    place: Home
    settings: Settings
    records: Decisions
    index: Index

    @property
    def book(self) -> NoticeBook:
        """The notices."""
        return NoticeBook(self.records)

    def answers(self) -> Answers:
        """What people decided."""
        return all_answers(self.records)

    def known(self, answers: Answers, pictures: Iterable[str] = ()) -> Known:
        """What a draft is made from; `pictures`: page pictures it may attach, by SHA-256."""
        sizes = {digest: size for digest in pictures if (size := self.size(digest)) is not None}
        return Known(
            index=self.index,
            confirmed=confirmed_by(answers),
            profiles=load_profiles(self.place.brands),
            papers=tuple(PaperBook(self.records).every()),
            pictures=sizes,
        )

    def file(self, digest: str) -> Path | None:
        """The kept file with that SHA-256: a page picture, a paper, a proof."""
        for folder in (self.place.pictures, self.place.papers):
            if (blobs := Blobs(folder)).has(digest):
                return blobs.path(digest)
        return kept(digest, self.place.papers)

    def size(self, digest: str) -> int | None:
        """Its bytes; None where it is not kept."""
        path = self.file(digest)
        try:
            return path.stat().st_size if path else None
        except OSError:
            return None

    def case(self, notice: Notice, now: str) -> Case:
        """The notice with all that its gates look at."""
        content, answers = notice.content, self.answers()
        recipient = recipients(self.place.recipients).get(content.recipient)
        return Case(
            notice=notice,
            now=now,
            recipient=recipient,
            form=recipient.form(content.form) if recipient else None,
            authors=authors(self.records, notice),
            roles={person.name: person.roles for person in self.settings.people},
            looks={target.finding_id: self.looks(target.listing_id) for target in content.targets},
            confirmed=confirmed_by(answers),
            moved=moved(self.index, answers, content.targets, self.records.current_id),
            current=self.records.current_id,
            papers={paper.id: paper for paper in PaperBook(self.records).every()},
            asks=asks(self.records, content.recipient),
            named_before=named_before(self.records, notice),
            masked=frozenset(self.masked(content.targets)),
            kept=self.size,
        )

    def looks(self, listing_id: str) -> tuple[Look, ...]:
        """Our own newest looks at a listing, as the index has them now."""
        hit = self.index.get(listing_id)
        brought = self.index.supplied([listing_id]).get(listing_id, [])
        return newest_looks(self.index.observations(listing_id), hit.last_seen if hit else "", brought)

    def masked(self, targets: Iterable[Target]) -> Iterator[str]:
        """Pictures of these pages that our own browser made, with grey boxes in place of media."""
        for target in targets:
            for look in self.index.observations(target.listing_id):
                if look.capture is not None and look.capture.screenshot and not look.capture.supplied:
                    yield look.capture.screenshot
            hit = self.index.get(self.records.current_id(target.finding_id))
            capture: Any = hit.value.get("capture") if hit else None
            if capture and capture.get("screenshot") and not capture.get("supplied"):
                yield str(capture["screenshot"])

    def refusals(self, notice: Notice, now: str, *, without: str = "") -> list[Refusal]:
        """What its gates say."""
        return check(self.case(notice, now), without=without)


@contextmanager
def desk(*, write: bool = True) -> Iterator[Desk]:
    """The stores of the home, opened. What `takedown` refuses becomes one line (`CommandError`)."""
    place, settings = home(), load_settings()
    if write:
        place.prepare()
    with (
        closing(open_index(place, settings.index, write=False)) as index,
        closing(open_decisions(place, write=write)) as records,
    ):
        try:
            yield Desk(place, settings, records, index)
        except (NoticeError, DraftError) as error:
            raise CommandError(str(error)) from error
        except Overtaken as error:
            raise CommandError(t("notice.overtaken")) from error


def wanted_findings(held: Desk, answers: Answers, names: Iterable[str], query: str | None) -> list[str]:
    """The confirmed findings that ids of units and findings, or a query, name.

    Of units and queries what nobody confirmed is left out, and counted aloud; a finding that is named by its own id
    has to be confirmed. Raises CommandError for ids that nothing carries.
    """
    standing, found = confirmed_by(answers), []
    left = 0
    for name in names:
        if name.startswith("u1-"):
            members = [held.records.current_id(one) for one in _unit(answers, name)]
            found += [one for one in members if one in standing]
            left += sum(one not in standing for one in members)
        else:
            found.append(_finding(held.index, name))
    for hit in held.index.scan(query) if query is not None else ():
        if hit.id in standing:
            found.append(hit.id)
        else:
            left += 1
    if left:
        remark(t("notice.left_out", count=left))
    return list(dict.fromkeys(found))


def _unit(answers: Answers, name: str) -> list[str]:
    """Members of a decided unit, by its id or an unambiguous beginning."""
    units = [unit for unit in answers.units if unit.startswith(name)]
    if name in answers.units:
        units = [name]
    if len(units) != 1:
        raise CommandError(t("notice.no_unit", id=name))
    return list(dict.fromkeys(one for answer in answers.units[units[0]] for one in answer.decision.finding_ids))


def _finding(index: Index, name: str) -> str:
    hit = index.get(name)
    if hit is None or hit.kind != "findings":
        raise CommandError(t("notice.no_finding", id=name))
    return hit.id


def pictures_of(index: Index, findings: Iterable[str]) -> Iterator[str]:
    """SHA-256 of the page pictures of findings."""
    for name in findings:
        hit = index.get(name)
        capture: Any = hit.value.get("capture") if hit else None
        if capture and capture.get("screenshot"):
            yield str(capture["screenshot"])


def summary(notice: Notice) -> dict[str, object]:
    """The contract of what `notice draft`, `edit`, `approve`, `list` ... print (docs/schema/notice_state.json)."""
    content = notice.content
    return {
        "id": notice.id,
        "version": notice.version,
        "state": notice.state,
        "recipient": content.recipient,
        "form": content.form,
        "basis": content.basis,
        "language": content.language,
        "action": content.action,
        "brand": content.brand,
        "targets": len(content.targets),
        "violations": [each.violation for each in content.allegations],
        "digest": content.digest,
        "drafted_by": notice.steps[0].by,
        "drafted_at": notice.steps[0].at,
        "changed_by": notice.steps[-1].by,
        "changed_at": notice.steps[-1].at,
    }
