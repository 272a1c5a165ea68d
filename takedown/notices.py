"""The book of notices: drafts, edits and steps, kept as records. Nothing here judges; `takedown.gates` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import uuid4

from index.messages import t
from index.reading import read
from index.records import Decisions, Entry, Record
from takedown.notice import FOLLOWS, Content, Notice, Step

EDITABLE = frozenset({"draft", "approved", "exported"})


class NoticeError(ValueError):
    """What was asked cannot be done with this notice; the message says why."""


class NoticeBook:
    """Notices in a store of records. Every change compares and sets: who read an older version gets `Overtaken`."""

    def __init__(self, records: Decisions) -> None:
        self._records = records

    def draft(self, content: Content, *, at: str, by: str) -> Notice:
        """A new notice."""
        name = f"n1-{uuid4().hex}"
        step = Step(state="draft", at=at, by=by, digest=content.digest)
        about = _about(content)
        self._records.append_all(
            [
                Entry(kind="notice", id=name, value=content, about=about),
                Entry(kind="step", id=name, value=step, about=about),
            ],
            at=at,
            by=by,
        )
        return Notice(id=name, version=1, content=content, steps=(step,))

    def get(self, name: str) -> Notice:
        """By id, or an unambiguous beginning of it. Raises NoticeError and ReadError."""
        record = self._records.latest("notice", name)
        if record is None:
            known = {each.id for each in self._records.every("step") if each.version == 1 and each.id.startswith(name)}
            if len(known) != 1 or len(name) < 7:
                raise NoticeError(t("notice.ambiguous" if known else "notice.unknown", id=name))
            name = known.pop()
            record = self._records.latest("notice", name)
        if record is None:
            raise NoticeError(t("notice.unknown", id=name))
        return _notice(record, self._records.versions("step", name))

    def every(self) -> Iterator[Notice]:
        """All notices, in the order in which they were drafted."""
        names = [each.id for each in self._records.every("step") if each.version == 1]
        yield from map(self.get, names)

    def edit(self, notice: Notice, content: Content, *, at: str, by: str) -> Notice:
        """The notice with another content, a draft again. Raises NoticeError once it was sent, Overtaken."""
        if notice.state not in EDITABLE:
            raise NoticeError(t("notice.not_editable", id=notice.id, state=t(f"notice.state.{notice.state}")))
        entries = [
            Entry(kind="notice", id=notice.id, value=content, after=notice.version, about=_about(content)),
        ]
        steps = notice.steps
        if notice.state != "draft":
            steps = (*steps, Step(state="draft", at=at, by=by, digest=content.digest))
            entries.append(self._step(notice, steps[-1]))
        unmoved = {("step", notice.id): len(notice.steps)} if len(entries) == 1 else None
        self._records.append_all(entries, at=at, by=by, unmoved=unmoved)  # type: ignore[arg-type] # literals
        return Notice(id=notice.id, version=notice.version + 1, content=content, steps=steps)

    def step(self, notice: Notice, step: Step, *, by: str, at: str = "", also: Sequence[Entry] = ()) -> Notice:
        """The notice one step further. Raises NoticeError for a step that cannot follow, Overtaken."""
        return self.step_all([(notice, step)], by=by, at=at, also=also)[0]

    def step_all(
        self, steps: Sequence[tuple[Notice, Step]], *, by: str, at: str = "", also: Sequence[Entry] = ()
    ) -> list[Notice]:
        """Each notice one step further, and further records: all of it or nothing. `at`: when it is written down,
        where that is not when it happened. Raises NoticeError, Overtaken.
        """
        unmoved = {("notice", notice.id): notice.version for notice, _ in steps}
        for notice, step in steps:
            if step.state not in FOLLOWS[notice.state]:
                states = {"state": t(f"notice.state.{notice.state}"), "wanted": t(f"notice.state.{step.state}")}
                raise NoticeError(t("notice.not_next", id=notice.id, **states))
        entries = [*(self._step(notice, step) for notice, step in steps), *also]
        when = at or max((step.at for _, step in steps), default="")
        self._records.append_all(entries, at=when, by=by, unmoved=unmoved)  # type: ignore[arg-type] # literals
        return [replace(notice, steps=(*notice.steps, step)) for notice, step in steps]

    def _step(self, notice: Notice, step: Step) -> Entry:
        return Entry(kind="step", id=notice.id, value=step, after=len(notice.steps), about=_about(notice.content))


def _about(content: Content) -> tuple[str, ...]:
    return tuple(target.finding_id for target in content.targets)


def _notice(record: Record, steps: list[Record]) -> Notice:
    place = f"notice {record.id}"
    return Notice(
        id=record.id,
        version=record.version,
        content=read(Content, record.value, place),
        steps=tuple(read(Step, each.value, f"{place}, step {each.version}") for each in steps),
    )
