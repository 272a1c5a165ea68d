"""What a page that yielded nothing really is: a refusal in few words, the shell of a script application, or empty.

A page that yields listings or links is never looked at here, so that no offer can be taken for a refusal; one that
yields nothing may be an honest empty list, so it must also be short and say that it refuses.
"""

from __future__ import annotations

import re

from scrapy.http import Response

from crawler.blocked import NOTICE, TINY, Refusal
from crawler.families.page_text import text_of
from crawler.families.readable import encoding_of
from crawler.refusal_words import refusal_in, says_gone, says_nothing_found

SHORT = 300
"""Characters a reader sees of a page that has nothing but a message; more is content."""
BARE = 120
"""The same for the shell of a script application: a name, 'loading', perhaps a footer."""
DATA = 2 << 10
"""Bytes of an inline script that may hold the page's data: then it is no empty shell."""

_PASSWORD = re.compile(r"""<input\b[^<>]{0,500}\btype=["']?password""", re.IGNORECASE)
_ROOT = re.compile(r"""\bid=["']?(?:app|root|__next|__nuxt|main-app|ice-container|react-root)\b""", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^<>]{0,2000})>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>|\s{2,99}")
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_JSON_DATA = re.compile(r"""type=["']?application/(?:ld\+)?json""", re.IGNORECASE)


def silence(response: Response) -> Refusal | None:
    """Why a page without listings and links is no honest empty page; None when it may be one."""
    body = response.body
    if response.status != 200 or len(body) > NOTICE or b"\0" in body[:TINY]:
        return None
    text = body.decode(encoding_of(body, response.headers.get("Content-Type")), "replace")
    if text.lstrip()[:1] in {"{", "["}:
        return _in_json(text)
    return _in_page(text) if "<" in text else _of_message(text.strip())


def _in_json(text: str) -> Refusal | None:
    # Escapes are undone piece by piece: a body that is no whole JSON is read as well.
    return _of_message(re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text))


def _in_page(html: str) -> Refusal | None:
    seen = text_of(html)
    if len(seen) > SHORT or _told_without_scripts(html):
        return None
    title = found[1].strip() if (found := _TITLE.search(html)) else ""
    if (refusal := _of_message(f"{title}\n{seen}")) is not None:
        return refusal
    if _PASSWORD.search(html):
        return Refusal("login_wall", "nothing but a login form")
    return Refusal("script_shell", "a page that only scripts fill") if _is_shell(html, seen) else None


def _of_message(text: str) -> Refusal | None:
    if len(text) > 2 * SHORT or says_nothing_found(text) or says_gone(text):
        return None
    kind = refusal_in(text)
    return Refusal(kind, f"a page that says no more than: {' '.join(text.split())[:200]}") if kind else None


def _told_without_scripts(html: str) -> bool:
    """Whether readers without scripts are shown more than a message."""
    parts = html.lower().split("<noscript")[1:]
    return sum(len(_TAG.sub(" ", part.partition("</noscript")[0])) for part in parts) > SHORT


def _is_shell(html: str, seen: str) -> bool:
    if len(seen) > BARE:
        return False
    scripts = list(_SCRIPT.finditer(html))
    if not any("src" in script[1] for script in scripts) or any(_JSON_DATA.search(script[1]) for script in scripts):
        return False
    ends = [*(script.start() for script in scripts[1:]), len(html)]
    inline = sum(end - script.end() for script, end in zip(scripts, ends, strict=True) if "src" not in script[1])
    return inline <= DATA and (_ROOT.search(html) is not None or "<noscript" in html.lower())
