"""What is odd about a recipient: nothing that keeps it from being used, but somebody should look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from index.messages import t
from takedown.recipients.model import AGENT, Form, Recipient

OLD = 180
"""Days after which a form should be compared with its source again."""


def age(form: Form, today: str) -> int:
    """Days since somebody compared the form with its source; 0 where that lies ahead."""
    return max(0, (date.fromisoformat(today) - date.fromisoformat(form.verified_at)).days)


def lint(recipient: Recipient, others: Mapping[str, Recipient], today: str) -> Iterator[str]:
    """Remarks, in the reader's language."""
    if not (recipient.marketplaces or recipient.hosts or recipient.kinds):
        yield t("recipients.lint.unreachable")
    for name in recipient.marketplaces:
        for other in others.values():
            if other.id != recipient.id and name in other.marketplaces:
                yield t("recipients.lint.shared", marketplace=name, other=other.id)
    for law in recipient.law:
        if law.unverified:
            yield t("recipients.lint.law", law=law.id, article=law.article)
    for form in recipient.forms:
        for remark in _form(form, recipient, today):
            yield f"{form.id}: {remark}"


def _form(form: Form, recipient: Recipient, today: str) -> Iterator[str]:
    if form.verified_at > today:
        yield t("recipients.lint.ahead", day=form.verified_at)
    if (days := age(form, today)) > OLD:
        yield t("recipients.lint.old", days=days)
    if form.unverified:
        yield t("recipients.lint.unverified")
    paths = {each.path for each in form.fields}
    if not (form.address or recipient.address or "fields.to_address" in paths):
        yield t("recipients.lint.no_address")
    if not any(each.required or each.required_if for each in form.fields):
        yield t("recipients.lint.nothing_required")
    for each in form.fields:
        if unused := sorted(set(each.required_if) - {AGENT, *form.bases}):
            yield t("recipients.lint.unused_basis", id=each.id, bases=", ".join(unused))
        if each.kind == "file" and not form.attachments.types:
            yield t("recipients.lint.no_types", id=each.id)
