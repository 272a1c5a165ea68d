"""What gates look at, and what they answer. A gate (`takedown.gates`) fetches nothing: its caller brings everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from index.messages import LANGUAGES, text
from index.records import Decisions
from takedown.lifecycle.asks import Ask
from takedown.moved import Moved
from takedown.named_before import NamedBefore
from takedown.notice import Content, Look, Notice
from takedown.papers import Paper
from takedown.people import Role
from takedown.recipients import Form, Recipient

Value = str | int | Mapping[str, str]
"""What a message names; a mapping where it reads otherwise in each language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One thing that keeps a notice in the house, or that its sender should know before."""

    gate: str
    message: str
    """Id in the catalogue."""
    zh: str
    en: str
    field: str = ""
    """Path of what is missing or wrong in the content ('reporter.org', 'targets.url'); empty where it is no field."""
    finding_id: str = ""
    """The target it is about; empty where it is about all."""
    blocks: bool = True
    """False: said, and no obstacle."""
    overridden: str = ""
    """'reviewer: reason', where a reviewer let it pass; it blocks no more."""

    def said(self, lang: str) -> str:
        """In the reader's language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Authors:
    """Who wrote a notice."""

    drafter: str
    last: str
    """Who changed its content last; overrides, which only reviewers give, are no change."""


def no_file(_sha256: str) -> int | None:
    """Where nothing is kept."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A notice and everything that gates may know about it."""

    notice: Notice
    now: str
    recipient: Recipient | None
    """None where no file describes it any more."""
    form: Form | None
    authors: Authors
    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    """Account name -> roles, of everybody the settings name."""
    looks: Mapping[str, Sequence[Look]] = field(default_factory=dict)
    """Finding id -> our own newest looks at its address, as the index has them now (`targets.newest_looks`)."""
    confirmed: Mapping[str, str] = field(default_factory=dict)
    """As `takedown.confirmed.confirmed` says."""
    moved: Mapping[str, Moved] = field(default_factory=dict)
    """Finding id -> what changed since it was confirmed or written down (`takedown.moved.moved`)."""
    current: Callable[[str], str] = str
    """Id of a finding -> the id it has now."""
    papers: Mapping[str, Paper] = field(default_factory=dict)
    asks: Sequence[Ask] = ()
    """What this recipient asked back so far, newest first."""
    named_before: Sequence[NamedBefore] = ()
    """Earlier notices to the same recipient that name the same listings, newest first."""
    masked: frozenset[str] = frozenset()
    """SHA-256 of pictures that our own browser made, with boxes in place of media."""
    kept: Callable[[str], int | None] = no_file
    """SHA-256 of an attachment -> its bytes, or None where the file is not kept here."""

    @property
    def content(self) -> Content:
        """What would leave the house."""
        return self.notice.content

    def age(self, at: str) -> timedelta:
        """How long ago that was; negative where it is yet to come."""
        return datetime.fromisoformat(self.now) - datetime.fromisoformat(at)


class Gate(Protocol):
    """What a module of `takedown.gates` offers."""

    NAME: str
    OVERRIDABLE: bool
    """Whether a reviewer may let it pass, with a reason."""

    def check(self, case: Case) -> Sequence[Refusal]:
        """What is wrong; nothing where all is well."""


def refusal(
    gate: str, message: str, /, *, path: str = "", finding_id: str = "", blocks: bool = True, **values: Value
) -> Refusal:
    """A refusal in the words of 'gate.<message>'."""
    said = {
        lang: text(f"gate.{message}", lang, **{name: _in(value, lang) for name, value in values.items()})
        for lang in LANGUAGES
    }
    return Refusal(
        gate=gate,
        message=f"gate.{message}",
        field=path,
        finding_id=finding_id,
        blocks=blocks,
        zh=said["zh"],
        en=said["en"],
    )


def words(message: str, **values: object) -> dict[str, str]:
    """A message as a value of another one."""
    return {lang: text(message, lang, **values) for lang in LANGUAGES}


def _in(value: Value, lang: str) -> str | int:
    return value[lang] if isinstance(value, Mapping) else value


def authors(records: Decisions, notice: Notice) -> Authors:
    """Who drafted a notice and who changed its content last, from its records."""
    versions = [record for record in records.versions("notice", notice.id) if record.value]
    last, before = notice.steps[0].by, None
    for record in versions:
        now = {name: value for name, value in record.value.items() if name != "overrides"}
        overrides = record.value.get("overrides")
        if before is None or now != before[0] or overrides == before[1]:
            last = record.by
        before = (now, overrides)
    return Authors(drafter=notice.steps[0].by, last=last)
