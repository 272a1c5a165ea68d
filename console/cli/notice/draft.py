"""`copycatch notice draft`: a notice from what people confirmed."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.notice_page import show_refusals, show_state
from console.notices import desk, party, pictures_of, summary, wanted_findings
from console.terminal import JsonFlag
from index.messages import t
from index.times import utc
from takedown.drafting import Wanted, draft, proposed_basis
from takedown.gates import APPROVAL
from takedown.notice import Action, Basis, Language
from takedown.recipients import Form, Recipient, recipients


def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="UNIT|FINDING", help=t("cli.notice.names"), show_default=False)
    ] = None,
    *,
    to: Annotated[str, typer.Option("--to", metavar="RECIPIENT", help=t("cli.notice.to"), show_default=False)],
    query: Annotated[str | None, typer.Option("--query", help=t("cli.notice.query"), show_default=False)] = None,
    form: Annotated[str | None, typer.Option("--form", help=t("cli.notice.form"), show_default=False)] = None,
    basis: Annotated[Basis | None, typer.Option("--basis", help=t("cli.notice.basis"), show_default=False)] = None,
    language: Annotated[
        Literal["zh", "en"] | None, typer.Option("--language", help=t("cli.notice.language"), show_default=False)
    ] = None,
    action: Annotated[Action | None, typer.Option("--action", help=t("cli.notice.action"), show_default=False)] = None,
    by: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Drafts it, and says what is still missing."""
    person = acting(by, "draft")
    if not names and query is None:
        raise CommandError(t("notice.nothing"))
    with desk() as held:
        answers = held.answers()
        findings = wanted_findings(held, answers, names or (), query)
        recipient = _recipient(recipients(held.place.recipients), to)
        chosen = _form(recipient, form, basis)
        reporter = party(held.settings.reporter)
        hits = [hit for name in findings[:200] if (hit := held.index.get(name))]
        wanted = Wanted(
            recipient=recipient,
            form=chosen,
            basis=basis or proposed_basis(chosen, reporter, hits),
            language=language or _language(chosen),
            reporter=reporter,
            principal=party(held.settings.principal) if held.settings.principal else None,
            action=action,
        )
        content = draft(findings, wanted, held.known(answers, pictures_of(held.index, findings)))
        notice = held.book.draft(content, at=utc(), by=person.name)
        show_state(notice, json=json, document=summary(notice))
        if not json:
            show_refusals(notice, held.refusals(notice, utc(), without=APPROVAL), json=False)
    return Exit.DONE


def _recipient(known: dict[str, Recipient], name: str) -> Recipient:
    if name not in known:
        raise CommandError(t("notice.no_recipient", id=name, known=", ".join(sorted(known))))
    return known[name]


def _form(recipient: Recipient, name: str | None, basis: Basis | None) -> Form:
    """The one that was named, else the first that takes the basis, else the first."""
    if name is not None:
        if (form := recipient.form(name)) is None:
            known = ", ".join(each.id for each in recipient.forms)
            raise CommandError(t("notice.no_form", recipient=recipient.id, id=name, known=known))
        return form
    fitting = recipient.forms_for(basis) if basis else recipient.forms
    return (fitting or recipient.forms)[0]


def _language(form: Form) -> Language:
    """Chinese where the form takes it."""
    return "zh" if "zh" in form.languages else form.languages[0]
