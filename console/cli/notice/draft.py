"""`copycatch notice draft`: a notice from what people confirmed."""

from __future__ import annotations

from typing import Annotated, Literal, NoReturn

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.notice_page import show_refusals, show_state
from console.notices import Desk, desk, pictures_of, summary, wanted_findings
from console.terminal import JsonFlag
from index.messages import language, t
from index.party import Party
from index.times import utc
from takedown.drafting import Wanted, draft, proposed_basis
from takedown.gates import APPROVAL
from takedown.notice import RIGHTS, Action, Basis, Language
from takedown.recipients import Form, Recipient, recipients
from takedown.recipients.choosing import proposed
from takedown.targets import Targets

MOST_PROPOSED = 8


def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="UNIT|FINDING", help=t("cli.notice.names"), show_default=False)
    ] = None,
    *,
    to: Annotated[
        str | None, typer.Option("--to", metavar="RECIPIENT", help=t("cli.notice.whom"), show_default=False)
    ] = None,
    query: Annotated[str | None, typer.Option("--query", help=t("cli.notice.query"), show_default=False)] = None,
    form: Annotated[str | None, typer.Option("--form", help=t("cli.notice.form"), show_default=False)] = None,
    basis: Annotated[Basis | None, typer.Option("--basis", help=t("cli.notice.basis"), show_default=False)] = None,
    lang: Annotated[
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
        known = recipients(held.place.recipients)
        recipient = _recipient(known, to) if to is not None else _nobody(held, known, findings, basis)
        chosen = _form(recipient, form, basis)
        reporter = held.settings.reporter or Party()
        hits = [hit for name in findings[:200] if (hit := held.index.get(name))]
        wanted = Wanted(
            recipient=recipient,
            form=chosen,
            basis=basis or proposed_basis(chosen, reporter, hits),
            language=lang or _language(chosen),
            reporter=reporter,
            principal=held.settings.principal,
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


def _nobody(held: Desk, known: dict[str, Recipient], findings: list[str], basis: Basis | None) -> NoReturn:
    """Says who can be written to about the first of the findings, the likeliest first."""
    hit = held.index.get(findings[0]) if findings else None
    listing = held.index.get(str(hit.value["listing_id"])) if hit else None
    if hit is None or listing is None:
        raise CommandError(t("notice.nothing"))
    target = Targets(held.index).make(hit, listing, held.index.supplied([listing.id]).get(listing.id, []))
    found = [each.recipient for each in proposed(known, target, basis)]
    ordered = sorted(found, key=_rights_only) if basis is None else found  # a right has to be proven first
    likely = [f"{each.id} ({each.name(language())})" for each in ordered]
    raise CommandError(t("notice.whom", likely="; ".join(likely[:MOST_PROPOSED])))


def _rights_only(recipient: Recipient) -> bool:
    """Whether one can write to it only in a right of one's own."""
    return all(basis in RIGHTS for form in recipient.forms for basis in form.bases)


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
