"""Personal data in a page that is to become a test case: replaced by invented data of the same kind, and counted.

The same value becomes the same invention everywhere, so that what the page says fits together. The visitor's own
traces and all tokens are cut first (`crawler.supplied.visitor`). What programs cannot know stays for the reviewer.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import Any

from parsel import Selector

from crawler.families.page_text import attribute
from crawler.supplied.visitor import is_name, shorn

MOST_NAMES = 2000
_ESCAPE = re.compile(r"(?<!\\)\\u((?!00[0-7]|202[89]|[dD][89a-fA-F])[0-9a-fA-F]{4})")
_NO_DOMAIN = r"(?!png|jpe?g|gif|webp|svg|css|js|ico|avif|mp4)"
_START = r"(?:(?<![\w.=/+\\-])|(?<=\\[nrt]))"
"""Where a word begins, also behind an escaped line break."""
EMAIL = re.compile(
    rf"{_START}[\w.+-]{{1,64}}@(?:[A-Za-z0-9-]{{1,63}}\.){{1,4}}{_NO_DOMAIN}[A-Za-z]{{2,24}}\b", re.ASCII
)
PHONE = re.compile(
    rf"{_START}(?<!:\")(?<!: \")(?<!\":)(?<!\": )(?:\+?86[ -]?)?1[3-9]\d([ -]?)\d{{4}}\1\d{{4}}(?![\w-])"
    rf"|{_START}\+\d{{1,3}}(?:[ -]?\(?\d{{2,4}}\)?){{2,4}}(?!\w)",
    re.ASCII,
)
"""A whole value of JSON is left alone: it may be the number of the thing."""
PHONE_FIELD = re.compile(
    r"""((?:phone|mobile|telephone|tel|cellphone|whatsapp)["']?\s{0,3}[:=]\s{0,3}["']?)(\+?\d[\d -]{6,18}\d)""",
    re.IGNORECASE,
)
HANDLE = re.compile(
    r"((?:QQ群?|扣扣|微信号?|薇信|威信|VX|V信|wechat|weixin|telegram|TG|whatsapp)[号號]?\s{0,3}[:：]?\s{0,3}@?)"
    r"([A-Za-z0-9][A-Za-z0-9_-]{4,29})(?![\w-])",
    re.IGNORECASE | re.ASCII,
)
ADDRESS = re.compile(r"""(?:https?:)?(?:\\?/){2}[^\s"'<>()]{3,1000}""", re.IGNORECASE)
AVATAR = re.compile(r"avatar|headimg|head_img|portrait|userface|user_head|/face/", re.IGNORECASE)
PEOPLE = re.compile(
    r"review|comment|repl|answer|question|poster|author|user|member|reviewer|rate|buyer|commenter", re.IGNORECASE
)
"""Keys of JSON objects about people, or about what people wrote: their 'name' is somebody's."""
NAMED = re.compile(
    r"(?:nick|nick_?name|user_?name|user_?nick|display_?name|screen_?name|author(?:_?name)?|reviewer(?:_?name)?|login"
    r"|real_?name|poster|commenter|buyer_?nick)",
    re.IGNORECASE,
)
"""Keys whose text is a person's name wherever they stand."""
ELEMENTS = (
    "[itemprop=author] [itemprop=name], [rel=author], [class*=author i], [class*=username i], [class*=user-name i],"
    " [class*=nickname i], [class*=reviewer i], [class*=commenter i], [class*=poster i], a[href*='space-uid'],"
    " a[href*='uid='], a[href*='/user/'], a[href*='/users/'], a[href*='/u/'], a[href*='/members/'], a[href*='/profile']"
)
SELLING = re.compile(r"seller|shop|store|developer|publisher|brand|company|vendor|merchant", re.IGNORECASE)
"""What names these is what a listing shows of its seller, and stays."""


def unescaped(text: str) -> str:
    """Characters beyond ASCII that scripts and JSON write as escapes, as themselves: the same document."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def without_people(text: str) -> tuple[str, dict[str, int]]:
    """The text with invented persons in place of real ones, and how many of each kind were replaced."""
    visitor: Counter[tuple[str, str]] = Counter()
    text = shorn(text, visitor, is_html="<" in text[:5000], accounts=set(), secrets=set())
    counts: Counter[str] = Counter()
    for (kind, _), number in visitor.items():
        counts[f"visitor's {kind}" if kind != "token" else "token"] += number
    for name, other in _inventions(names_in(text)).items():
        text = _alone(text, name, other, counts)
    text = _each(text, ADDRESS, "avatar", lambda number: f"https://avatar.invalid/{number}.png", counts)
    text = _each(text, EMAIL, "email", lambda number: f"person{number}@example.org", counts)
    text = PHONE_FIELD.sub(lambda found: _counted(found[1] + "19900000000", "phone", counts), text)
    text = _each(text, PHONE, "phone", lambda number: f"1990000{number:04}", counts)
    text = _handles(text, counts)
    return text, dict(sorted(counts.items()))


def names_in(text: str) -> list[str]:
    """Names of people that the page shows, each once."""
    found: dict[str, None] = {}
    for name in (*_in_json(text), *(_in_html(text) if "<" in text else ())):
        said = " ".join(name.split())
        if is_name(said) and len(found) < MOST_NAMES and not _INVENTED.fullmatch(said):
            found[said] = None
    return list(found)


_INVENTED = re.compile(r"user-\d+|用户\d+|\[cut\]")


def _inventions(names: list[str]) -> dict[str, str]:
    return {name: f"user-{number}" if name.isascii() else f"用户{number:03}" for number, name in enumerate(names, 1)}


def _in_json(text: str) -> Iterator[str]:
    """From a body that is JSON, and from scripts that hold some."""
    parts = [text] if text.lstrip("\ufeff \r\n\t")[:1] in {"{", "["} else []
    if not parts and "<script" in text:
        try:
            parts = Selector(text=text).css("script[type*=json]::text").getall()
        except ValueError:
            parts = []
    for part in parts:
        try:
            value = json.loads(part)
        except (ValueError, RecursionError):
            continue
        yield from _people(value)


def _people(document: Any) -> Iterator[str]:
    """Texts under keys that name people, without recursion."""
    waiting: list[tuple[Any, str]] = [(document, "")]
    while waiting:
        value, key = waiting.pop()
        if isinstance(value, list):
            waiting.extend((part, key) for part in value)
        for name, part in value.items() if isinstance(value, dict) else ():
            named = NAMED.fullmatch(name) or (name in {"name", "fullname"} and PEOPLE.search(key))
            if isinstance(part, str) and named and not SELLING.search(key) and not SELLING.search(name):
                yield part
            else:
                waiting.append((part, name))


def _in_html(text: str) -> Iterator[str]:
    try:
        found = Selector(text=text).css(ELEMENTS)
    except ValueError:
        return
    for element in found:
        said = unescape(" ".join(element.css("::text").getall()).strip())
        if len(said) <= 40 and not SELLING.search(attribute(element, "class")):
            yield said


def _alone(text: str, name: str, other: str, counts: Counter[str]) -> str:
    """The other name wherever the name is all that an element, an attribute or a text of JSON says."""
    forms = {
        name,
        escape(name),
        escape(name, quote=False),
        json.dumps(name)[1:-1],
        json.dumps(name, ensure_ascii=False)[1:-1],
    }
    written = "|".join(re.escape(form).replace(r"\ ", r"\s{1,20}") for form in sorted(forms, key=len, reverse=True))
    made, number = re.subn(rf"""(?<=[>"'@])(\s{{0,20}})(?:{written})(?=\s{{0,20}}[<"'])""", rf"\g<1>{other}", text)
    counts["account"] += number
    return made


def _each(text: str, what: re.Pattern[str], kind: str, invented: Callable[[int], str], counts: Counter[str]) -> str:
    """Every match replaced, equal ones by equal inventions. Of addresses only those of people's pictures."""
    known: dict[str, str] = {}

    def replace(found: re.Match[str]) -> str:
        said = found[0]
        other = what is ADDRESS and not AVATAR.search(said)
        if other or said.endswith("@example.org") or "avatar.invalid" in said or said.startswith("1990000"):
            return said
        return _counted(known.setdefault(said, invented(len(known) + 1)), kind, counts)

    return what.sub(replace, text)


def _counted(text: str, kind: str, counts: Counter[str]) -> str:
    counts[kind] += 1
    return text


def _handles(text: str, counts: Counter[str]) -> str:
    """Numbers and names under which somebody can be reached elsewhere."""
    known: dict[str, str] = {}

    def replace(found: re.Match[str]) -> str:
        said = found[2]
        if not any(sign.isdigit() for sign in said) and len(said) < 6:
            return found[0]  # a word
        counts["contact"] += 1
        number = len(known) + 1
        return found[1] + known.setdefault(said, f"10000{number:03}" if said.isdigit() else f"handle_{number:03}")

    return HANDLE.sub(replace, text)
