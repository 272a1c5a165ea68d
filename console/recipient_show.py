"""`copycatch recipients list` and `show`: who takes notices, what their forms ask, and how old that knowledge is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.text import Text

from console.exits import CommandError, Exit
from console.terminal import JsonFlag, emit, home, out, table
from index.messages import language, t
from index.plain import plain
from index.times import utc
from takedown.recipients import Deadline, Field, Form, Recipient, recipients
from takedown.recipients.lint import OLD, age

RecipientArgument = Annotated[str, typer.Argument(help=t("cli.recipients.id"), show_default=False)]


def list_recipients(*, json: JsonFlag = False) -> int:
    """All recipients; one line for each of their forms."""
    found, today = recipients(home().recipients), utc()[:10]
    if json:
        for each in found.values():
            emit(_summary(each, today))
        return Exit.DONE
    columns = [t(f"recipients.column.{name}") for name in ("id", "name", "form", "bases", "verified", "origin")]
    rows = [_row(each, form, today) for each in found.values() for form in each.forms]
    out().print(table(columns, rows, wide={columns[1]: 2, columns[3]: 3, columns[4]: 2}))
    return Exit.DONE


def show(recipient: RecipientArgument, *, json: JsonFlag = False) -> int:
    """One recipient with every field of its forms."""
    known, today = recipients(home().recipients), utc()[:10]
    if recipient not in known:
        raise CommandError(t("recipients.unknown", id=recipient, known=", ".join(sorted(known))))
    found = known[recipient]
    if json:
        emit(found)
        return Exit.DONE
    for said in _about(found):
        out().print(said, soft_wrap=True)
    for form in found.forms:
        out().print()
        _print_form(form, today)
    return Exit.DONE


def _summary(each: Recipient, today: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "name_zh": each.name_zh,
        "name_en": each.name_en,
        "country": each.country,
        "channel": each.channel,
        "address": each.address,
        "deadline": {"unit": each.deadline.unit, "number": each.deadline.number},
        "marketplaces": each.marketplaces,
        "hosts": each.hosts,
        "origin": each.origin,
        "forms": [
            {
                "id": form.id,
                "version": form.version,
                "verified_at": form.verified_at,
                "age_days": age(form, today),
                "unverified": form.unverified,
                "bases": form.bases,
                "fields": len(form.fields),
                "required": sum(one.required for one in form.fields),
            }
            for form in each.forms
        ],
    }


def _row(each: Recipient, form: Form, today: str) -> list[str | Text]:
    bases = t("recipients.comma").join(t(f"recipients.basis.{basis}") for basis in form.bases)
    verified = _verified(form, today)
    if form is not each.forms[0]:  # who it is, is said once
        return ["", "", form.id, bases, verified, ""]
    return [each.id, each.name(language()), form.id, bases, verified, t(f"recipients.origin.{each.origin}")]


def _verified(form: Form, today: str) -> Text:
    """When the form was compared with its source, and how long ago that is."""
    days = age(form, today)
    said = t(f"recipients.{'written' if form.unverified else 'verified'}", day=form.verified_at, days=days)
    return Text(said, style="yellow" if form.unverified or days > OLD else "green")


def _about(found: Recipient) -> Iterator[Text]:
    lang = language()
    yield Text(plain(f"{found.name(lang)} ({found.id})"), style="bold")
    facts = {
        "channel": t(f"recipients.channel.{found.channel}"),
        "address": found.address or t("recipients.by_drafter"),
        "deadline": _deadline(found.deadline),
        "marketplaces": ", ".join((*found.marketplaces, *found.hosts)),
        "law": t("recipients.comma").join(
            f"{law.title_zh if lang == 'zh' else law.title_en} {law.article}".strip() for law in found.law
        ),
        "escalation": ", ".join(found.escalation),
        "origin": t(f"recipients.origin.{found.origin}"),
    }
    for name, value in facts.items():
        if value:
            yield Text.assemble((f"{t(f'recipients.column.{name}')}: ", "dim"), plain(value))


def _deadline(deadline: Deadline) -> str:
    said = t(f"recipients.deadline.{deadline.unit}", number=deadline.number)
    return f"{said} ({deadline.source})" if deadline.source else said


def _print_form(form: Form, today: str) -> None:
    lang = language()
    out().print(
        Text.assemble((plain(form.title(lang)), "bold"), f" ({form.id}, {form.version})  ", _verified(form, today))
    )
    for said in (form.note(lang), t("recipients.source", source=form.source)):
        if said:
            out().print(Text(plain(said), style="dim"), soft_wrap=True)
    columns = [t(f"recipients.column.{name}") for name in ("number", "field", "path", "kind", "required", "limit")]
    rows = [_field_row(number, each) for number, each in enumerate(form.fields, start=1)]
    out().print(table(columns, rows, wide={columns[1]: 3, columns[2]: 2, columns[4]: 2}))


def _field_row(number: int, each: Field) -> list[str]:
    required = t("recipients.always") if each.required else ""
    if each.required_if and not each.required:
        required = t("recipients.comma").join(t(f"recipients.basis.{basis}") for basis in each.required_if)
    limit = "" if each.limit is None else t(f"recipients.unit.{each.unit}", limit=f"{each.limit:,}")
    return [str(number), each.label(language()), each.path, t(f"recipients.kind.{each.kind}"), required, limit]
