"""Who takes notices, and what their forms ask. Read from YAML only through `takedown.recipients`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from index.messages import t
from takedown.notice import Action, Basis, Content, Language, Law, TargetKind

Channel = Literal["portal", "email", "api", "letter"]
Kind = Literal["text", "choice", "date", "url", "urls", "file", "check"]
Unit = Literal["chars", "bytes", "gbk_bytes"]
"""chars: code points. bytes: of UTF-8. gbk_bytes: as older Chinese forms count, two for a character."""
Declaration = Literal["good_faith", "accuracy", "perjury", "liability"]
"""A field of `takedown.notice.Statements`."""
AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When an answer is due after the notice was sent."""

    unit: Literal["working_days", "days", "hours", "without_delay"]
    number: int | None = None
    source: str = ""
    """Where the rule was read; empty where nobody read one."""

    def __post_init__(self) -> None:
        """Raises ValueError for a time that nobody can count."""
        if (self.unit == "without_delay") != (self.number is None):
            raise ValueError(t("recipients.deadline_number", unit=self.unit))
        if self.number is not None and not 0 < self.number <= 1000:
            raise ValueError(t("recipients.limit", name="number", got=self.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that a form offers."""

    value: str
    """What stands in the content ('ip_trademark'), or is written into `Content.fields`."""
    label_zh: str
    label_en: str
    """What the form shows."""

    def label(self, lang: str) -> str:
        """In the reader's language."""
        return self.label_zh if lang == "zh" else self.label_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a form accepts as attachments."""

    types: tuple[str, ...] = ("image/png", "image/jpeg", "application/pdf")
    """Media types; none: no attachment is taken."""
    max_bytes: int | None = None
    """Of one file; None: not known."""
    max_count: int | None = None
    max_total: int | None = None
    """Bytes of all files together."""
    max_pixels: int | None = None
    """Longer side of a picture."""
    names: Literal["any", "ascii"] = "ascii"
    """ascii: letters, digits, '-', '_' and '.', which every upload takes."""
    name_length: int = 60
    """Characters of a file name, with its ending."""
    assumed: bool = False
    """Whether these are cautious limits of ours, because nobody read the form's own."""

    def __post_init__(self) -> None:
        """Raises ValueError for a limit that nothing fits."""
        for name in ("max_bytes", "max_count", "max_total", "max_pixels", "name_length"):
            if (limit := getattr(self, name)) is not None and limit < 1:
                raise ValueError(t("recipients.limit", name=name, got=limit))
        if self.name_length < 12:
            raise ValueError(t("recipients.name_length", got=self.name_length))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    id: str
    path: str
    """Where its value stands in `takedown.notice.Content` (see `takedown.recipients.paths`)."""
    label_zh: str
    label_en: str
    """The form's own words; what is ours is in brackets."""
    kind: Kind = "text"
    required: bool = False
    required_if: tuple[str, ...] = ()
    """Bases under which it is required; 'agent': where the reporter acts for a principal."""
    limit: int | None = None
    """None: not known."""
    unit: Unit = "chars"
    choices: tuple[Choice, ...] = ()
    help_zh: str = ""
    help_en: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for a field that nobody can fill in."""
        if self.limit is not None and self.limit < 1:
            raise ValueError(t("recipients.limit", name=f"{self.id}: limit", got=self.limit))
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(t("recipients.choices", id=self.id))
        known = {*get_args(Basis), AGENT}
        if wrong := sorted(set(self.required_if) - known):
            names = {"got": ", ".join(wrong), "known": ", ".join(sorted(known))}
            raise ValueError(t("recipients.required_if", id=self.id, **names))

    def label(self, lang: str) -> str:
        """In the reader's language."""
        return self.label_zh if lang == "zh" else self.label_en

    def help(self, lang: str) -> str:
        """In the reader's language."""
        return self.help_zh if lang == "zh" else self.help_en

    def shown(self, value: str, lang: str) -> str:
        """A value as the form shows it: of a choice its label."""
        return next((each.label(lang) for each in self.choices if each.value == value), value)

    def length(self, text: str) -> int:
        """How long the form counts a text, in the field's unit."""
        if self.unit == "chars":
            return len(text)
        return len(text.encode("gb18030" if self.unit == "gbk_bytes" else "utf-8", "replace"))

    def needed(self, content: Content) -> bool:
        """Whether this notice must fill it in."""
        agent = AGENT in self.required_if and content.principal is not None
        return self.required or agent or content.basis in self.required_if


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form, packet or letter of a recipient."""

    id: str
    title_zh: str
    title_en: str
    version: str
    """Ours: changes whenever this description changes."""
    verified_at: str
    """Day on which somebody compared it with its source: '2026-11-25'."""
    source: str
    """Where the fields were read."""
    unverified: bool = True
    """Whether nobody saw the form itself, or parts are not known. Said on everything that is made from it."""
    bases: tuple[Basis, ...]
    """In what right one may write; any other basis is refused."""
    languages: tuple[Language, ...] = ("zh", "en")
    actions: tuple[Action, ...] = ("remove",)
    """What one may ask for; the first is proposed."""
    address: str = ""
    """Of this form, where the recipient's own is another."""
    forbids_personal: bool = False
    """Whether personal data have no place in it."""
    max_targets: int | None = None
    """None: not known."""
    fields: tuple[Field, ...]
    """In the form's own order."""
    attachments: Limits = Limits()
    statements: tuple[Declaration, ...] = ()
    """What the sender must declare."""
    needs_rights: bool = False
    """Whether a right (mark, work) must be named whatever the basis."""
    note_zh: str = ""
    note_en: str = ""
    """What is not known, and what to mind."""

    @property
    def one_target(self) -> bool:
        """Whether each target needs a notice of its own."""
        return self.max_targets == 1

    def title(self, lang: str) -> str:
        """In the reader's language."""
        return self.title_zh if lang == "zh" else self.title_en

    def note(self, lang: str) -> str:
        """In the reader's language."""
        return self.note_zh if lang == "zh" else self.note_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody who can take an offer down, or sees to it that somebody does."""

    id: str
    """Also the name of its file."""
    name_zh: str
    name_en: str
    country: str
    """ISO 3166-1 alpha-2, 'EU', or empty: anywhere."""
    channel: Channel
    address: str = ""
    """Where the form is, or the mail goes; empty: the notice says ('fields.to_address')."""
    languages: tuple[Language, ...] = ("zh", "en")
    forms: tuple[Form, ...]
    """The first is proposed."""
    deadline: Deadline
    marketplaces: tuple[str, ...] = ()
    """Marketplaces whose listings it takes down ('taobao', 'fdroid_repo:*'); patterns as in file names."""
    hosts: tuple[str, ...] = ()
    """The same by the host of the address: 'taobao.com' means it and all below."""
    kinds: tuple[TargetKind, ...] = ()
    """Kinds of target for which it is proposed after all that match by marketplace or host."""
    escalation: tuple[str, ...] = ()
    """Ids of recipients to turn to when it does not answer or refuses."""
    law: tuple[Law, ...] = ()
    """On which it must act. Unverified ones are listed to the drafter, never quoted."""
    origin: Literal["shipped", "own"] = "shipped"
    """Set by the reader: shipped with copycatch, or the operator's own."""

    def name(self, lang: str) -> str:
        """In the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en

    def form(self, name: str) -> Form | None:
        """One of its forms by id."""
        return next((each for each in self.forms if each.id == name), None)

    def forms_for(self, basis: Basis) -> tuple[Form, ...]:
        """Its forms that take notices in this right; the first is proposed."""
        return tuple(form for form in self.forms if basis in form.bases)
