"""A letter out of a notice: facts as observed, in the order in which a clerk reads them.

What is not known is left out, never called unknown; provisions that nobody verified are not cited; a machine's
probability is no proof and does not stand here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from index.laws import checked
from index.party import Party
from takedown.exporting import Context
from takedown.letters import facts
from takedown.letters.model import Block, Facts, Heading, Letter, Table, Text
from takedown.letters.words import Words, joined, ranges
from takedown.notice import Allegation, Content, Notice

MOST_TARGETS = 20
MOST_ROWS = 40
"""Quotes, lines of comparison, and attachments of a letter."""
MOST_LINES = 10
"""Of one fact."""
STATEMENTS = ("good_faith", "accuracy", "perjury", "liability")


def letter(notice: Notice, context: Context, *, annex: str = "", content: Content | None = None) -> Letter:
    """The letter. `annex` is the name of the workbook that holds what finds no room; `content` stands in for the
    notice's own where something had to be left out of it.
    """
    writing = _Writing(content or notice.content, Words(context.spoken(notice)), context, annex)
    said, words = writing.content, writing.words
    blocks = tuple(writing.blocks())
    principal = said.principal.org or said.principal.name if said.principal else ""
    return Letter(
        language=words.lang,
        sender=words.shown(name_of(said.reporter), 200),
        on_behalf=words.t("head.for", name=words.shown(principal, 200)) if principal else "",
        reference=words.t("reference", id=notice.id),
        to=words.t("to", name=words.shown(said.fields.get("to_name") or context.addressee(notice), 200)),
        subject=subject(said, words),
        date=words.day(context.now),
        blocks=blocks,
        signature=tuple(_signature(said, words, context.now)),
        small=words.t("small", checked=checked(), digest=notice.content.digest),
        needs_annex=words.cut or writing.left,
    )


def subject(content: Content, words: Words) -> str:
    """What the letter is about, in one line."""
    work = next((right.title for right in content.rights), "") if content.basis.startswith("ip_") else ""
    brand = words.shown(work or content.brand_name, 60) or words.t("unnamed")
    return words.t(f"subject.{content.basis}", brand=brand, kind=words.kind(content))


def name_of(party: Party) -> str:
    """Its organisation, else the person."""
    return party.org or party.name


class _Writing:
    """The blocks of one letter, and whether anything had to be left out."""

    def __init__(self, content: Content, words: Words, context: Context, annex: str) -> None:
        self.content, self.words, self.annex = content, words, annex
        self._recipient, self._form = context.recipient, context.form
        self.left = False
        self._number = {target.finding_id: number for number, target in enumerate(content.targets, 1)}

    def blocks(self) -> Iterator[Block]:
        """All sections that have something to say, numbered as they come."""
        sections = (
            ("facts", self._opening()),
            ("targets", self._targets()),
            ("allegations", self._allegations()),
            ("comparison", self._comparison()),
            ("rights", self._rights()),
            ("law", self._laws()),
            ("attachments", self._attachments()),
            ("fields", self._fields()),
            ("request", self._request()),
            ("statements", self._statements()),
        )
        number = 0
        for name, section in sections:
            held = list(section)
            if held:
                number += 1
                yield Heading(text=f"{_ordinal(number, self.words.lang)}{self.words.t(f'heading.{name}')}")
                yield from held

    def _opening(self) -> Iterator[Block]:
        said, words = self.content, self.words
        parties = {
            "reporter": words.shown(name_of(said.reporter), 200),
            "principal": words.shown(name_of(said.principal), 200) if said.principal else "",
        }
        role = "agent" if said.principal else said.reporter.role
        role = "rights_owner" if role == "agent" and not said.principal else role
        yield Text(text=words.t(f"opening.{role}", kind=words.kind(said), **parties))
        if said.resubmits:
            yield Text(text=words.t("opening.resubmits", receipt=words.shown(said.resubmits, 100)))
        for paragraph in filter(str.strip, said.summary.splitlines()):
            yield Text(text=words.shown(paragraph, 4000))
        supplied = any(target.custody != "crawled" for target in said.targets)
        yield Text(text=words.t("method_supplied" if supplied else "method"), style="small")

    def _targets(self) -> Iterator[Block]:
        targets, words = self.content.targets, self.words
        if len(targets) > MOST_TARGETS:
            self.left = True
            yield Text(text=words.t("more_targets", shown=MOST_TARGETS, all=len(targets), file=self.annex))
        for number, target in enumerate(targets[:MOST_TARGETS], 1):
            rows = ((name, show(target, words)) for name, show in facts.TARGET.items())
            yield Facts(
                title=words.t("target", number=number),
                rows=tuple(
                    (words.t(f"column.{name}"), self._lines(value) if name in facts.SEVERAL else words.shown(value))
                    for name, value in rows
                    if value
                ),
            )

    def _allegations(self) -> Iterator[Block]:
        words, room = self.words, MOST_ROWS
        for allegation in self.content.allegations:
            name = words.shown(facts.title(allegation, words), 200)
            which = self._which(allegation)
            yield Text(text=words.t(f"observed.{allegation.observability}", title=name) + which, style="strong")
            for number, reason in enumerate(facts.reasons(allegation, words), 1):
                yield Text(text=words.t("reason", number=number, text=words.shown(reason)))
            quotes = self._quotes(allegation)
            shown = list(islice(quotes.items(), room))
            room -= len(shown)
            for (where, quoted), numbers in shown:
                said = words.t("quote", where=where, text=words.shown(quoted))
                yield Text(text=said + self._of(numbers), style="quote")
            yield from self._more(len(quotes) - len(shown))

    def _quotes(self, allegation: Allegation) -> dict[tuple[str, str], list[int]]:
        """(where, words) -> the items whose pages say so: many offers say the same."""
        found: dict[tuple[str, str], list[int]] = {}
        for quote in allegation.quotes:
            numbers = found.setdefault((facts.where(quote, self.words), quote.text), [])
            numbers.append(self._number.get(quote.finding_id, 0))
        return found

    def _which(self, allegation: Allegation) -> str:
        """The items it is about; nothing where it is about all."""
        numbers = [self._number[name] for name in allegation.targets if name in self._number]
        return self._of(numbers) if len(numbers) < len(self.content.targets) else ""

    def _of(self, numbers: Sequence[int]) -> str:
        known = [number for number in numbers if number]
        if not known or len(self.content.targets) == 1:
            return ""
        return self.words.t(
            "of_target" if len(known) == 1 else "of_targets", numbers=self.words.shown(ranges(known), 300)
        )

    def _comparison(self) -> Iterator[Block]:
        words = self.words
        lines = list(facts.compared(self.content))
        yield from self._table(
            {"number": 0.08, "part": 0.14, "observed": 0.33, "genuine": 0.33, "differs": 0.12},
            [
                {
                    "number": str(self._number.get(line.finding_id, "")),
                    "part": words.t(f"part.{line.part}"),
                    "observed": line.observed,
                    "genuine": str(line.genuine),
                    "differs": facts.differs(line, words),
                }
                for line in lines[:MOST_ROWS]
            ],
            len(lines) - MOST_ROWS,
        )

    def _rights(self) -> Iterator[Block]:
        words = self.words
        for number, one in enumerate(self.content.rights, 1):
            rows = facts.right(one, words).items()
            held = tuple((words.t(f"column.{name}"), words.shown(value)) for name, value in rows if value)
            yield Facts(title=str(number) if len(self.content.rights) > 1 else "", rows=held)

    def _laws(self) -> Iterator[Block]:
        words = self.words
        if ground := facts.grounds(self._recipient, self.content, words):
            yield Text(text=words.t("law_ground", laws=joined(ground, words.lang)))
        if found := facts.laws(self.content, words):
            yield Text(text=words.t("law_intro") + joined(found, words.lang) + _stop(words))

    def _request(self) -> Iterator[Block]:
        words = self.words
        action = words.t(f"action.{self.content.action}", kind=words.kind(self.content))
        yield Text(text=words.t("request", action=action))
        yield Text(text=words.t("request_answer"))

    def _fields(self) -> Iterator[Block]:
        """What the recipient's form asks beside everything else."""
        lang, held = self.words.lang, {}
        for each in self._form.fields if self._form else ():
            head, _, name = each.path.partition(".")
            if head == "fields" and not name.startswith("to_") and (value := self.content.fields.get(name)):
                held[name] = (self.words.shown(each.label(lang), 60), self.words.shown(each.shown(value, lang)))
        rows = tuple(held.values())
        if rows:
            yield Facts(title="", rows=rows)

    def _statements(self) -> Iterator[Block]:
        made = [name for name in STATEMENTS if getattr(self.content.statements, name)]
        for number, name in enumerate(made, 1):
            yield Text(text=self.words.t("reason", number=number, text=self.words.t(f"statement.{name}")))

    def _attachments(self) -> Iterator[Block]:
        held = self.content.attachments
        yield from self._table(
            {"number": 0.08, "name": 0.26, "what": 0.18, "size": 0.13, "sha256": 0.35},
            [
                {"number": str(number), **facts.attachment(one, self.words)}
                for number, one in enumerate(held[:MOST_ROWS], 1)
            ],
            len(held) - MOST_ROWS,
        )
        for one in held[:MOST_ROWS]:
            if seal := facts.seal(one):
                yield Text(text=self.words.t("seal", name=self.words.shown(one.name, 100), seal=seal), style="small")

    def _table(self, widths: dict[str, float], rows: Sequence[dict[str, Any]], left: int) -> Iterator[Block]:
        if not rows:
            return
        shown = tuple(tuple(self.words.shown(row[name], 300) for name in widths) for row in rows)
        head = tuple(self.words.t(f"column.{name}") for name in widths)
        yield Table(head=head, widths=tuple(widths.values()), rows=shown)
        yield from self._more(left)

    def _more(self, left: int) -> Iterator[Block]:
        if left > 0:
            self.left = True
            yield Text(text=self.words.t("more", left=left, file=self.annex), style="small")

    def _lines(self, value: str) -> str:
        """A few short lines of one fact, such as several certificates."""
        first, rest = value.split("\n")[:MOST_LINES], value.split("\n")[MOST_LINES:]
        self.left = self.left or bool(rest)
        counted = [self.words.t("more", left=len(rest), file=self.annex)] if rest else []
        return "\n".join([*map(self.words.shown, first), *counted])


def _signature(content: Content, words: Words, now: str) -> Iterator[str]:
    reporter, signed = content.reporter, content.statements
    yield words.shown(name_of(reporter), 200)
    yield words.t("sign.by", name=words.shown(signed.signed_by, 100)) if signed.signed_by else words.t("sign.line")
    yield words.day(signed.signed_at or now)
    for name, value in (("contact", reporter.name), ("phone", reporter.phone), ("email", reporter.email)):
        if value:
            yield words.t(f"sign.{name}", **{"name" if name == "contact" else name: words.shown(value, 200)})
    if reporter.address:
        yield words.t("sign.address", address=words.shown(reporter.address, 300))
    if reporter.id_number:
        kind, number = words.shown(reporter.id_kind, 40), words.shown(reporter.id_number, 60)
        yield words.t("sign.identity", kind=kind, number=number)
    if reporter.uscc:
        yield words.t("sign.uscc", number=words.shown(reporter.uscc, 40))


def _ordinal(number: int, lang: str) -> str:
    return f"{'一二三四五六七八九十'[number - 1]}、" if lang == "zh" else f"{number}. "


def _stop(words: Words) -> str:
    return "。" if words.lang == "zh" else "."
