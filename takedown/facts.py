"""The facts of a notice in a few sentences: a draft in the sender's language, which the sender edits.

It says what was observed, where and when; never intent, never a probability.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.messages import text
from index.plain import line
from takedown.notice import Allegation, Language, Target

SAID = 2
"""Reasons of one violation that the summary repeats."""
SAID_LONGEST = 200
"""Characters of one of them."""
SUSPECTED = re.compile(r"^(?:疑似[^：“”]{0,30}：|[Ss]uspected[^:'“”]{0,60}: )")
"""How sentences of evidence begin."""
MOST_PLACES = 5


def summary(targets: Sequence[Target], alleged: Sequence[Allegation], language: Language) -> str:
    """The facts in a few sentences: how many pages, where, from when to when, and what was observed there."""
    places = list(dict.fromkeys(target.marketplace.partition(":")[2] or target.marketplace for target in targets))
    shown = text("notice.and", language).join(places[:MOST_PLACES])
    if len(places) > MOST_PLACES:
        shown = text("notice.and_more", language, places=shown, count=len(places) - MOST_PLACES)
    first = min((target.first_seen for target in targets if target.first_seen), default="")[:10]
    last = max((target.look.at if target.look else target.last_seen for target in targets), default="")[:10]
    values = {"count": len(targets), "places": shown, "last": last}
    if first in {"", last}:
        said = [text("notice.summary_day", language, **values)]
    else:
        said = [text("notice.summary", language, first=first, **values)]
    said += [_observed(number, each, len(targets), language) for number, each in enumerate(alleged, start=1)]
    return "\n".join(said)


def _observed(number: int, each: Allegation, total: int, language: Language) -> str:
    """One violation with what was observed; of several pages some of it, and it says so."""
    reasons = (each.reasons_zh if language == "zh" else each.reasons_en)[:SAID]
    facts = text("notice.between", language).join(_fact(one) for one in reasons)
    title = each.title_zh if language == "zh" else each.title_en
    if each.observability != "direct":
        title = text("notice.suspected", language, title=title)
    count = len(each.targets) or total
    message = "notice.observed_bare" if not facts else "notice.observed" if count == 1 else "notice.observed_among"
    return text(message, language, number=number, title=title, count=count, facts=facts)


def _fact(reason: str) -> str:
    """The sentence without the name of the violation before it, which stands there already."""
    return SUSPECTED.sub("", line(reason, SAID_LONGEST)).rstrip("。.;；")
