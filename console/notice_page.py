"""How notices and refusals look in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from console.page_parts import SHOWN, bullet
from console.terminal import emit, out, table
from console.words import chance
from index.messages import language, t
from index.plain import line
from takedown.gating import Refusal
from takedown.notice import Attachment, Content, Notice, Step, Target

MOST_REFUSALS = 40
MOST_TARGETS = 20
COLUMNS = ("id", "state", "recipient", "basis", "brand", "targets", "drafted", "changed")


def refusals_document(notice: Notice, found: Sequence[Refusal]) -> dict[str, object]:
    """The contract of `notice check --json` (docs/schema/notice_check.json)."""
    return {
        "id": notice.id,
        "version": notice.version,
        "state": notice.state,
        "digest": notice.content.digest,
        "passes": not any(one.blocks for one in found),
        "refusals": list(found),
    }


def show_refusals(notice: Notice, found: Sequence[Refusal], *, json: bool) -> None:
    """What keeps it in the house, then what its sender should know."""
    if json:
        emit(refusals_document(notice, found))
        return
    closed = [one for one in found if one.blocks]
    passes = "notice.passes_but_approval" if notice.state == "draft" else "notice.passes"
    head = t("notice.blocked", count=len(closed)) if closed else t(passes)
    out().print(Text(f"{notice.id}  {head}", style="bold red" if closed else "bold green"), soft_wrap=True)
    for one in found[:MOST_REFUSALS]:
        out().print(_refusal(one), soft_wrap=True)
    if any(one.blocks and one.gate == "fields" for one in found):
        out().print(Text(t("notice.hint", id=notice.id[:15]), style="dim"), soft_wrap=True)
    if len(found) > MOST_REFUSALS:
        out().print(Text(t("notice.more_refusals", count=len(found) - MOST_REFUSALS), style="dim"))


def _refusal(one: Refusal) -> Text:
    mark, style = ("✗", "red") if one.blocks else ("○", "green") if one.overridden else ("!", "yellow")
    gate = t(f"gate.name.{one.gate}")
    said = f" — {t('notice.overridden', by=line(one.overridden, 200))}" if one.overridden else ""
    return Text.assemble((f"{mark} ", style), (f"[{gate}] ", "dim"), line(one.said(language()), SHOWN), said)


def show_state(notice: Notice, *, json: bool, document: dict[str, object]) -> None:
    """One line about a notice that was just made or changed."""
    if json:
        emit(document)
        return
    out().print(Text(line(one_line(notice))), soft_wrap=True)


def one_line(notice: Notice) -> str:
    """Id, state, recipient, and what it is about."""
    content = notice.content
    return t(
        "notice.line",
        id=notice.id,
        state=t(f"notice.state.{notice.state}"),
        recipient=content.recipient,
        basis=t(f"gate.basis.{content.basis}"),
        count=len(content.targets),
        brand=content.brand_name or content.brand or "-",
    )


def notices_table(rows: Iterable[Sequence[str]]) -> Any:
    """One row for each notice (`notice_row`)."""
    return table([t(f"notice.column.{name}") for name in COLUMNS], rows)


def notice_row(notice: Notice) -> tuple[str, ...]:
    """What a list says of one."""
    content = notice.content
    return (
        notice.id[:15],
        t(f"notice.state.{notice.state}"),
        content.recipient,
        t(f"gate.basis.{content.basis}"),
        content.brand_name or content.brand or "-",
        str(len(content.targets)),
        f"{notice.steps[0].at[:10]} {notice.steps[0].by}",
        f"{notice.steps[-1].at[:10]} {notice.steps[-1].by}",
    )


def notice_page(notice: Notice, recipient: str) -> Group:
    """Everything a second person reads before approving."""
    content = notice.content
    spoken = language()
    head = Text.assemble((line(one_line(notice)), "bold"))
    facts = {
        "to": f"{recipient} ({content.recipient}/{content.form}, {content.form_version})",
        "basis": t(f"gate.basis.{content.basis}"),
        "action": t(f"gate.action.{content.action}"),
        "language": t(f"gate.language.{content.language}"),
        "jurisdiction": content.jurisdiction,
        "brand": content.brand_name or content.brand or "",
        "reporter": _party(content.reporter),
        "principal": _party(content.principal) if content.principal else "",
        "decisions": ", ".join(content.decisions[:10]),
        "digest": content.digest,
    }
    return Group(
        head,
        *(_fact(name, said) for name, said in facts.items() if said),
        *_section("summary", iter([Text(line(each, SHOWN)) for each in content.summary.splitlines()])),
        *_section("allegations", _allegations(content, spoken)),
        *_section("targets", _targets(content.targets)),
        *_section("rights", _rights(content)),
        *_section("comparison", _comparison(content)),
        *_section("files", map(_file, content.attachments)),
        *_section("statements", _statements(content)),
        *_section("steps", map(_step, notice.steps)),
    )


def _fact(name: str, said: str) -> Text:
    return Text.assemble((f"{t(f'notice.fact.{name}')}: ", "dim"), line(said, SHOWN))


def _file(each: Attachment) -> Text:
    return bullet(f"{each.kind}  {line(each.name, 80)}  {each.size}  sha256 {each.sha256}")


def _step(each: Step) -> Text:
    said = line(each.note or each.reason, 200)
    return bullet(f"{each.at}  {t(f'notice.state.{each.state}')}  {each.by}  {said}".rstrip())


def _section(name: str, lines: Iterator[Text]) -> Iterator[Any]:
    """A headline and its lines; nothing at all when there are none."""
    held = list(lines)
    if held:
        yield Text(f"\n{t(f'notice.section.{name}')}", style="bold")
        yield from (Padding(each, (0, 0, 0, 2)) for each in held)


def _party(party: Any) -> str:
    return " / ".join(str(part) for part in (party.org, party.name, party.email, party.phone, party.address) if part)


def _allegations(content: Content, spoken: str) -> Iterator[Text]:
    for each in content.allegations:
        title = each.title_zh if spoken == "zh" else each.title_en
        seen = t(f"notice.observability.{each.observability}")
        count = len(each.targets) or len(content.targets)
        yield Text(f"{each.violation} {title}  {seen}  {chance(each.probability)}  ×{count}", style="yellow")
        for reason in each.reasons_zh if spoken == "zh" else each.reasons_en:
            yield bullet(line(reason, 300))
        for quote in each.quotes[:5]:
            yield Text(f"    “{line(quote.text, 300)}”  {quote.field}", style="dim")
        for law in each.laws:
            name = (law.title_zh if spoken == "zh" else law.title_en) or law.title_en or law.title_zh
            mark = t("notice.unverified_law") if law.unverified else ""
            yield Text(f"    {name} {law.article} {mark}".rstrip(), style="dim")


def _targets(targets: Sequence[Target]) -> Iterator[Text]:
    for each in targets[:MOST_TARGETS]:
        look = each.look
        seen = f"{look.at} {t(f'page.state.{look.state}')} {look.by}".rstrip() if look else t("notice.no_look")
        yield bullet(f"{line(each.title, 60)}  {line(each.url, 200)}  {seen}  {each.finding_id[:15]}")
    if len(targets) > MOST_TARGETS:
        yield Text(f"  {t('cli.show.more', count=len(targets) - MOST_TARGETS)}", style="dim")


def _rights(content: Content) -> Iterator[Text]:
    for each in content.rights:
        classes = ", ".join(map(str, each.classes))
        yield bullet(
            f"{t(f'gate.right.{each.kind}')}  {line(each.title, 80)}  {each.number}  {each.jurisdiction}  {classes}  "
            f"{each.owner}  {each.valid_to}  {each.paper}"
        )
    if content.authorization:
        yield bullet(f"{t('papers.kind.authorisation')}  {content.authorization}")


def _comparison(content: Content) -> Iterator[Text]:
    for each in content.comparison[:MOST_TARGETS]:
        genuine = each.genuine or t("notice.not_collected")
        mark = {True: "≠", False: "=", None: "?"}[each.differs]
        yield bullet(f"{t(f'notice.part.{each.part}')}  {line(each.observed, 100)}  {mark}  {line(genuine, 100)}")


def _statements(content: Content) -> Iterator[Text]:
    said = content.statements
    for name in ("good_faith", "accuracy", "perjury", "liability"):
        if getattr(said, name):
            yield bullet(t(f"notice.statement.{name}"))
    if said.signed_by:
        yield bullet(t("notice.signed", name=said.signed_by, at=said.signed_at))
