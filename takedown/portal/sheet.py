"""A portal sheet, before it becomes a page or a text: what to do in each field of the form, and with which words.

Everything in it is harmless to look at and to paste: what could move, hide or reorder text is written visibly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from index.messages import text
from index.plain import line, plain
from takedown.attachments import Prepared
from takedown.exporting import Context
from takedown.notice import Content, Language, Notice
from takedown.portal.fitting import Cut, cut
from takedown.recipients import Field, Filled, Form, filled

Do = Literal["copy", "choose", "tick", "upload", "skip"]
"""skip: the notice says nothing for a field that may stay empty."""
PAPERS = frozenset({"authorization", "rights.paper"})
"""Paths that name a paper, whose file goes along as an attachment."""
FREE = frozenset({"summary"})
"""Paths of texts in paragraphs; everything else is one line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field."""

    number: int
    field: Field
    do: Do
    text: str = ""
    """What to copy or choose, or what to tick."""
    length: int = 0
    """Of the text, in the field's unit."""
    cut: Cut | None = None
    """A shorter text, where it is too long and one can be found."""
    needed: bool = False
    missing: tuple[str, ...] = ()
    """What has to be settled before this can be sent, in words."""
    files: tuple[Prepared, ...] = ()

    @property
    def over(self) -> bool:
        """Whether the form takes less."""
        return self.field.limit is not None and self.length > self.field.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything on the sheet."""

    lang: Language
    notice: str
    digest: str
    made_at: str
    version: str
    recipient: str
    form: Form
    address: str
    rows: tuple[Row, ...]
    attachments: tuple[Prepared, ...]

    @property
    def problems(self) -> int:
        """Rows that need somebody's eyes before this can be sent."""
        return sum(bool(row.missing) or row.over for row in self.rows)


def sheet(notice: Notice, form: Form, context: Context, attachments: Sequence[Prepared] = ()) -> Sheet:
    """The sheet of a notice."""
    lang = context.spoken(notice)
    own = context.recipient.address if context.recipient else ""
    named = notice.content.fields.get("to_address", "")
    content = notice.content
    making = _Making(lang, attachments, _names_of_parts(content, lang))
    rows = tuple(making.row(number, each) for number, each in enumerate(filled(form, content), start=1))
    return Sheet(
        lang=lang,
        notice=notice.id,
        digest=notice.content.digest,
        made_at=context.now,
        version=context.version,
        recipient=context.addressee(notice),
        form=form,
        address=line(form.address or own or named, 500),
        rows=rows,
        attachments=tuple(attachments),
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """What every row is made with."""

    lang: Language
    attachments: Sequence[Prepared]
    parts: Mapping[str, str]
    """As a missing value names it (`Filled.missing`) -> the sentence that says so."""

    def row(self, number: int, one: Filled) -> Row:
        """The row of one field."""
        missing = [self.parts.get(where) or text("portal.missing", self.lang) for where in one.missing]
        field = one.field
        if field.kind == "check":
            return self._check(number, one, missing)
        if field.kind == "file" or field.path in PAPERS:
            return self._files(number, one, missing)
        if field.kind == "choice":
            return self._choice(number, one, missing)
        return self._text(number, one, missing)

    def _check(self, number: int, one: Filled, missing: list[str]) -> Row:
        said = one.field.label(self.lang) if one.values else ""
        do: Do = "tick" if said else "skip"
        return Row(number=number, field=one.field, do=do, text=said, needed=one.needed, missing=tuple(missing))

    def _files(self, number: int, one: Filled, missing: list[str]) -> Row:
        kind = one.field.path.rpartition(".")[2]
        if one.field.path in PAPERS:
            kind = "paper" if one.values else ""
        files = tuple(each for each in self.attachments if kind in {"attachments", each.attachment.kind})
        names = [file.name for each in files for file in each.files]
        if one.needed and not names and not missing:
            missing.append(text("portal.no_file", self.lang))
        # As a dialogue for uploads takes them: several in quotes.
        said = names[0] if len(names) == 1 else " ".join(f'"{name}"' for name in names)
        do: Do = "upload" if names else "skip"
        return Row(
            number=number, field=one.field, do=do, text=said, needed=one.needed, missing=tuple(missing), files=files
        )

    def _choice(self, number: int, one: Filled, missing: list[str]) -> Row:
        labels = {each.value: each.label(self.lang) for each in one.field.choices}
        values = dict.fromkeys(one.values)
        shown = "、".join(labels[value] for value in values if value in labels)
        wrong = [line(value, 60) for value in values if value not in labels]
        missing += [text("portal.not_offered", self.lang, value=value) for value in wrong]
        do: Do = "choose" if shown else "skip"
        return Row(number=number, field=one.field, do=do, text=shown, needed=one.needed, missing=tuple(missing))

    def _text(self, number: int, one: Filled, missing: list[str]) -> Row:
        field, said = one.field, _said(one, self.lang)
        length, shorter = field.length(said), None
        if field.limit is not None and length > field.limit:
            shorter = cut(said, field.limit, field.length, lines=_is_list(field))
        return Row(
            number=number, field=field, do="copy" if said else "skip", text=said, length=length, cut=shorter,
            needed=one.needed, missing=tuple(missing),
        )  # fmt: skip


def _said(one: Filled, lang: Language) -> str:
    """The words to paste: an address or name per line, other values beside each other."""
    field = one.field
    if field.path in FREE:
        return "\n".join(plain(value) for value in one.values)
    if field.kind == "date":
        moments = sorted(one.values)
        ends = dict.fromkeys(_moment(value, lang) for value in (moments[:1] + moments[-1:]))
        return " – ".join(ends)
    if field.path == "action":
        return ", ".join(text(f"portal.action.{value}", lang) for value in one.values)
    values = [line(value) for value in one.values]
    if _is_list(field):
        return "\n".join(values)
    return ("、" if lang == "zh" else ", ").join(dict.fromkeys(values))


def _is_list(field: Field) -> bool:
    """Whether there is one line for each target or address."""
    return field.kind == "urls" or field.path.startswith("targets.")


def _names_of_parts(content: Content, lang: Language) -> dict[str, str]:
    """Targets and rights, by what a missing value calls them."""
    found = {
        right.title: text("portal.missing_of_right", lang, title=line(right.title, 60)) for right in content.rights
    }
    for number, target in enumerate(content.targets, start=1):
        title = line(target.title or target.url, 60)
        found[target.finding_id] = text("portal.missing_of_target", lang, number=number, title=title)
    return found


def _moment(at: str, lang: Language) -> str:
    """'2026-11-25 16:00（北京时间）', or in UTC; a day, and what is no time, as it stands."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return line(at, 60)
    if "T" not in at:
        return at
    if lang == "zh":
        return f"{moment + timedelta(hours=8):%Y-%m-%d %H:%M}（北京时间）"
    return f"{moment:%Y-%m-%d %H:%M} UTC"
