"""Ways to reach who stands behind an app: `contact_qq`, `contact_qq_group`, `contact_wechat`, `contact_telegram`,
`contact_mail`. Only in its own strings, assets and resources; never in licences and the lines of authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.facts import fact
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.places import is_of_app
from apk_analysis.traits.search import Hit

_FOREIGN_LINE = re.compile(
    r"(?i)copyright|\(c\)|©|licen[cs]e|author|contribut|written by|maintain|creator|credits|patch|thanks|<[^<>]*$"
)
_QQ = re.compile(r"[^\d\n]{0,12}?(?<![\d.])([1-9]\d{4,10})(?![\d.])")
_QQ_LINK = re.compile(r"[^\s\"']*?[?&](?:amp;)?(?:uin|Uin)=([1-9]\d{4,10})(?!\d)")
_WECHAT = re.compile(
    r"[^\w\n]{0,3}(?:号|客服|群主|ID|id|信)?[^\w\n]{0,4}([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_-])"
)
_WECHAT_ID = re.compile(r"wxid_[a-z0-9]{10,20}")
_TELEGRAM = re.compile(r"(?:joinchat/|\+|s/|@|\s)*([A-Za-z][A-Za-z0-9_]{4,31}|[A-Za-z0-9_-]{16,22})(?![A-Za-z0-9_.-])")
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}\Z")
_MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@((?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,12})(?![\w-])")
_PICTURE = re.compile(r"@\dx|\.(?:png|jpe?g|gif|svg|webp)\Z")


class Contacts(Finder):
    """Reports each contact once, in lower case."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """In the order QQ, WeChat, Telegram, mail."""
        ordinary = fact("contacts", "ordinary").more
        for name in ("qq", "wechat", "telegram", "mail"):
            for hit in seen.hits.of("contacts", name):
                if not is_of_app(hit) or not seen.own.owns(hit):
                    continue
                for kind, value in _READERS[name](hit):
                    domain, local = value.rpartition("@")[2], value
                    if any(domain == item or domain.endswith(f".{item}") for item in ordinary["domains"]):
                        continue
                    if name != "telegram" or local not in ordinary["telegram"]:
                        yield Trait(kind=kind, value=value, where=hit.where, decode=hit.decode)


def _qq(hit: Hit) -> Iterator[tuple[str, str]]:
    link = "qq.com" in hit.anchor or "/" in hit.anchor
    if found := (_QQ_LINK if link else _QQ).match(hit.text, 0 if link else len(hit.anchor)):
        around = hit.before[-4:] + hit.text[: found.end()]
        group = "群" in around or "card_type=group" in hit.text[:200]
        yield "contact_qq_group" if group else "contact_qq", found[1]


def _wechat(hit: Hit) -> Iterator[tuple[str, str]]:
    if hit.anchor == "wxid_":
        found = _WECHAT_ID.match(hit.text)
        if found:
            yield "contact_wechat", found[0]
        return
    name = _WECHAT.match(hit.text, len(hit.anchor))
    # English words name fields and functions too: there only what is quoted and no plain word counts.
    if name and (not hit.anchor.isascii() or _is_quoted(hit, name)) and re.search(r"[\d_]", name[1]):
        yield "contact_wechat", name[1].lower()


def _is_quoted(hit: Hit, name: re.Match[str]) -> bool:
    quotes = "\"'"
    return hit.text[name.start(1) - 1] in quotes and hit.text[name.end(1) : name.end(1) + 1] in quotes


def _telegram(hit: Hit) -> Iterator[tuple[str, str]]:
    if hit.before[-1:].isalnum() or hit.before.endswith(("-", "_")):
        return
    if found := _TELEGRAM.match(hit.text, len(hit.anchor)):
        yield "contact_telegram", found[1] if "+" in found[0] or "joinchat" in found[0] else found[1].lower()


def _mail(hit: Hit) -> Iterator[tuple[str, str]]:
    line = hit.before.rpartition("\n")[2]
    if _FOREIGN_LINE.search(line):
        return
    if hit.anchor == "mailto:":
        found = _MAIL.match(hit.text, len(hit.anchor))
    else:
        local = _LOCAL.search(hit.before)
        found = _MAIL.match((local[0] if local else "") + hit.text)
    if found and not _PICTURE.search(found[0]):
        yield "contact_mail", found[0].lower()


_READERS = {"qq": _qq, "wechat": _wechat, "telegram": _telegram, "mail": _mail}
