"""A notice without personal data, for formats and forms that have no place for them (MISP, statements of reasons).

Gone are: who signs and whom to ask, numbers of identity documents, files marked as personal, names of people who state
what they saw; in free text, what is written like a mail address, a telephone, identity or account number. What the law
calls personal beyond that no program knows: a person reads the text before it leaves.
"""

from __future__ import annotations

import re
from dataclasses import replace

from index.party import Party
from takedown.notice import Allegation, Compared, Content, Look, Statements, Target

MARK = "[…]"
_WRITTEN = (
    re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}", re.ASCII),
    re.compile(r"(?<!\w)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\w)", re.ASCII),
    re.compile(r"(?<![\w-])(?:\+?86[ -]?)?1[3-9]\d([ -]?)\d{4}\1\d{4}(?![\w-])", re.ASCII),
    re.compile(r"(?<![\w-])(?:0\d{2,3}-)\d{7,8}(?![\w-])", re.ASCII),
    re.compile(
        r"(?:QQ群?|扣扣|微信号?|薇信|威信|VX|V信|wechat|weixin|telegram|TG|whatsapp)[号號]?\s{0,3}[:：]?\s{0,3}@?"
        r"[A-Za-z0-9][A-Za-z0-9_-]{4,29}(?![\w-])",
        re.IGNORECASE | re.ASCII,
    ),
)
"""Mail, identity card, mobile and fixed telephone numbers of mainland China, handles behind their service's name."""


def impersonal(content: Content) -> Content:
    """The same notice without them. Addresses of targets stay: without them there is no notice."""
    return replace(
        content,
        summary=redacted(content.summary),
        reporter=_party(content.reporter),
        principal=_party(content.principal) if content.principal else None,
        statements=replace(content.statements, signed_by="") if content.statements else Statements(),
        targets=tuple(map(impersonal_target, content.targets)),
        allegations=tuple(map(_allegation, content.allegations)),
        comparison=tuple(map(_compared, content.comparison)),
        attachments=tuple(each for each in content.attachments if not each.personal),
        fields={name: redacted(value) for name, value in content.fields.items()},
        overrides={},
    )


def redacted(text: str) -> str:
    """Text with a mark in place of what is written like personal data."""
    for pattern in _WRITTEN:
        text = pattern.sub(MARK, text)
    return text


def _party(party: Party) -> Party:
    """Organisations stay; a person who acts alone becomes nobody."""
    return Party(
        org=party.org, role=party.role, country=party.country, domain=party.domain, uscc=party.uscc if party.org else ""
    )


def impersonal_target(target: Target) -> Target:
    """One target without them."""
    return replace(
        target,
        title=redacted(target.title),
        seller=redacted(target.seller),
        look=_look(target.look) if target.look else None,
        custody=target.custody if target.custody == "crawled" else "supplied",
    )


def _compared(line: Compared) -> Compared:
    genuine = None if line.genuine is None else redacted(line.genuine)
    return replace(line, observed=redacted(line.observed), genuine=genuine)


def _look(look: Look) -> Look:
    return replace(look, by=MARK if look.by else "", statement=redacted(look.statement))


def _allegation(allegation: Allegation) -> Allegation:
    return replace(
        allegation,
        reasons_zh=tuple(map(redacted, allegation.reasons_zh)),
        reasons_en=tuple(map(redacted, allegation.reasons_en)),
        quotes=tuple(replace(quote, text=redacted(quote.text)) for quote in allegation.quotes),
    )
