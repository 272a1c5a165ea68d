"""Message pages of forum engines at status 200: the engine's own box with its words in it, told by the engine's markup.

What members write cannot bring such markup into a page, and the words are looked for in the box only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.refusal_words import refusal_in, says_gone, says_nothing_found

MESSAGE = 1200
"""Bytes behind the mark within which the message stands."""
_TAG = re.compile(r"<[^<>]{0,300}>?")


@dataclass(frozen=True, slots=True)
class Engine:
    """How an engine says something instead of showing something."""

    name: str
    page: re.Pattern[bytes]
    """Found in such a page, where its members cannot write it."""
    box: re.Pattern[bytes]
    """Where the message begins."""
    only_refuses: bool = False
    """Whether a message that says nothing known is a refusal as well."""


ENGINES = (
    Engine(
        "discuz",
        re.compile(rb"<title>\s*(?:" + "提示信息|提示訊息".encode() + rb"|\xcc\xe1\xca\xbe\xd0\xc5\xcf\xa2)"),
        re.compile(rb"""<div[^<>]{0,200}\bid=["']messagetext["']"""),
        only_refuses=True,
    ),
    Engine("phpbb", re.compile(rb'<body id="phpbb"'), re.compile(rb'<div class="panel" id="message"')),
    Engine(
        "xenforo",
        re.compile(rb'<html[^<>]{0,1000}\bdata-template="(?:error|login|message_page)"'),
        re.compile(rb"""<div[^<>]{0,99}\bclass=["']blockMessage"""),
    ),
    Engine(
        "vbulletin",
        re.compile(rb'<meta name="generator" content="vBulletin'),
        re.compile(rb"""<div[^<>]{0,99}\bclass=["']standard_error\b"""),
    ),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """What an engine said."""

    engine: str
    kind: str | None
    """Kind of refusal, 'not_found', or None when the message is content ('nothing found')."""


def notice_in(body: bytes) -> Notice | None:
    """The message of a page that is nothing but a message; None for any other page."""
    for engine in ENGINES:
        if engine.page.search(body) and (place := engine.box.search(body)):
            message = _TAG.sub(" ", decoded(body[place.end() : place.end() + MESSAGE]))
            if says_nothing_found(message):
                return Notice(engine.name, None)
            if says_gone(message):
                return Notice(engine.name, "not_found")
            kind = refusal_in(message) or ("refusal" if engine.only_refuses else None)
            return Notice(engine.name, kind)
    return None


def decoded(part: bytes) -> str:
    """A piece of a page as text: UTF-8, else GB 18030, also where a cut went through a character."""
    texts = (part.decode(encoding, "replace") for encoding in ("utf-8", "gb18030"))
    return min(texts, key=lambda text: text.count("\ufffd"))
