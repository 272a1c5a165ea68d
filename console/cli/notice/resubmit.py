"""`copycatch notice resubmit`: a new draft for what is still up, citing the first receipt."""

from __future__ import annotations

from dataclasses import replace

from console.acting import AsFlag, acting
from console.after_sending import NoticeId, Watch
from console.exits import Exit
from console.notices import desk, summary
from console.terminal import JsonFlag, emit, out, remark
from index.messages import t
from index.plain import line
from index.times import utc
from takedown.lifecycle.asks import asks
from takedown.lifecycle.resubmission import again
from takedown.recipients import recipients


def run(notice: NoticeId, *, name: AsFlag = None, json: JsonFlag = False) -> int:
    """Drafts it, by the recipient's form as it is now, and shows what the recipient asked back."""
    person = acting(name, "draft")
    with desk() as held:
        first = held.book.get(notice)
        content = again(first, Watch(held).of(first))
        recipient = recipients(held.place.path / "recipients").get(content.recipient)
        if recipient and (form := recipient.form(content.form)):
            content = replace(content, form_version=form.version)
        made = held.book.draft(content, at=utc(), by=person.name)
        asked = [each for each in asks(held.records, content.recipient) if each.notice == first.id]
        left = len(first.content.targets) - len(content.targets)
    if json:
        emit({**summary(made), "resubmits": content.resubmits, "first": first.id, "left_out": left, "asks": asked})
        return Exit.DONE
    out().print(
        line(t("life.drafted_again", id=made.id, cited=content.resubmits, count=len(content.targets))), soft_wrap=True
    )
    if left:
        remark(t("life.left_out", count=left))
    for each in asked:
        remark(t("life.asked_back", reason=each.reason, asked="; ".join(each.asked) or "-"))
    return Exit.DONE
