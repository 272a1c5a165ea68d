"""The recipient and its form are described here, as they were when the notice was drafted, and take what it asks."""

from __future__ import annotations

from collections.abc import Iterator

from takedown.gating import Case, Refusal, refusal, words
from takedown.recipients import Form, Recipient
from takedown.recipients.choosing import proposed

NAME = "recipient"
OVERRIDABLE = False


def check(case: Case) -> Iterator[Refusal]:
    """Refuses what the form does not take; says what nobody verified, and where it may be the wrong desk."""
    content = case.content
    if case.recipient is None:
        yield refusal(NAME, "no_recipient", path="recipient", id=content.recipient)
        return
    if case.form is None:
        yield refusal(NAME, "no_form", path="form", id=content.form, recipient=_name(case.recipient))
        return
    yield from _form(case, case.form)
    if case.form.unverified:
        yield refusal(NAME, "unverified", path="form", blocks=False, day=case.form.verified_at)
    desks = {case.recipient.id: case.recipient}
    if any(not proposed(desks, target) for target in content.targets):
        yield refusal(NAME, "other_desk", path="recipient", blocks=False, recipient=_name(case.recipient))


def _form(case: Case, form: Form) -> Iterator[Refusal]:
    content = case.content
    if content.form_version != form.version:
        yield refusal(NAME, "form_moved", path="form_version", old=content.form_version, new=form.version)
    if content.language not in form.languages:
        taken = {
            lang: " / ".join(words(f"gate.language.{each}")[lang] for each in form.languages) for lang in ("zh", "en")
        }
        yield refusal(NAME, "language", path="language", taken=taken)
    if content.action and content.action not in form.actions:  # what is empty is missing: the gate 'fields' says so
        taken = {lang: " / ".join(words(f"gate.action.{each}")[lang] for each in form.actions) for lang in ("zh", "en")}
        yield refusal(NAME, "action", path="action", action=words(f"gate.action.{content.action}"), taken=taken)
    if form.max_targets is not None and len(content.targets) > form.max_targets:
        yield refusal(NAME, "too_many", path="targets", count=len(content.targets), most=form.max_targets)


def _name(recipient: Recipient) -> dict[str, str]:
    return {"zh": recipient.name_zh, "en": recipient.name_en}
