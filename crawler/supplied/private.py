"""What belongs to the person who saved a page is cut out before anything is kept, and the cut is written down.

Cut are cookies, authorization, tokens, and the visitor's own name, avatar and contacts (`crawler.supplied.visitor`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from crawler.families.readable import encoding_of
from crawler.supplied.brought import Cut, SavedPage
from crawler.supplied.raw_page import RawPage
from crawler.supplied.visitor import MARK, TOKEN, Counts, counting, is_name, places, shorn
from index.media import cut_data_media
from index.messages import t

HEADERS = frozenset(
    {
        *("content-type", "content-language", "date", "last-modified", "etag", "expires", "server", "location", "link"),
        *("cache-control", "age", "via", "x-powered-by", "x-generator", "content-disposition", "x-robots-tag"),
    }
)
"""Header fields of answers that are kept; others may name the visitor."""
COOKIE = frozenset({"cookie", "set-cookie", "cookie2", "set-cookie2"})
_SECRET_HEADER = re.compile(r"authorization|token|secret|api-?key|csrf|xsrf|session|credential", re.IGNORECASE)


def without_saver(page: RawPage, taken_at: str) -> SavedPage:
    """The page as it may be kept, judged and shown. `taken_at`: for pages that do not say when they were saved."""
    counts: Counts = Counter()
    headers = _headers(page, counts)
    accounts, secrets = _of_request(page, counts)
    content, media = cut_data_media(page.body)  # first: most of a page saved as one file is pictures
    encoding = encoding_of(content, _media(page).encode("latin-1", "replace"))
    text = content.decode(encoding, "surrogateescape")
    shorn_text = shorn(text, counts, is_html="html" in _media(page).lower(), accounts=accounts, secrets=secrets)
    body = content if shorn_text == text else shorn_text.encode(encoding, "surrogateescape")
    url = TOKEN.sub(counting(counts, "token", "address"), page.url).replace(MARK, "cut")
    cut: list[Any] = [Cut(kind=kind, where=where, count=n) for (kind, where), n in sorted(counts.items())]  # type: ignore[arg-type] # kinds are ours
    return SavedPage(
        url=url,
        status=page.status,
        headers=headers,
        body=body,
        taken_at=page.taken_at or taken_at,
        cut=tuple(cut),
        media=media,
    )


def without_tokens(address: str) -> str:
    """The address as it may be shown."""
    return TOKEN.sub(counting(Counter(), "token", "address"), address).replace(MARK, "cut")


def in_words(counts: Mapping[str, int]) -> str:
    """Kind of what was cut -> how often, in the reader's language."""
    return t("intake.between_parts").join(
        t(f"intake.cut.{kind}", count=count) for kind, count in counts.items() if count
    )


def by_kind(cuts: Iterable[Cut]) -> dict[str, int]:
    """Kind of what was cut -> how often, wherever it stood."""
    counts: Counter[str] = Counter()
    for cut in cuts:
        counts[cut.kind] += cut.count
    return dict(sorted(counts.items()))


def told(cuts: Iterable[Cut]) -> str:
    """'account=2 (element), token=1 (meta)': what was cut, how often and where; never what it was."""
    return ", ".join(f"{cut.kind}={cut.count} ({cut.where})" for cut in cuts)


def _media(page: RawPage) -> str:
    return next((value for name, value in page.headers if name.lower() == "content-type"), "")


def _headers(page: RawPage, counts: Counts) -> tuple[tuple[str, str], ...]:
    for name, _ in page.headers:
        if name.lower() in COOKIE:
            counts["cookie", f"header {name.title()}"] += 1
        elif _SECRET_HEADER.search(name):
            counts["token", f"header {name.title()}"[:60]] += 1
    return tuple((name, value) for name, value in page.headers if name.lower() in HEADERS)


def _of_request(page: RawPage, counts: Counts) -> tuple[set[str], set[str]]:
    """Names and secrets that the request, of which nothing is kept, and the answer's cookies carry."""
    accounts: set[str] = set()
    secrets: set[str] = set()
    for name, value in (*page.sent, *(pair for pair in page.headers if pair[0].lower() in COOKIE)):
        if name.lower() in COOKIE:
            for pair in value.split(";")[: 1 if "set" in name.lower() else None]:
                key, _, content = pair.strip().partition("=")
                _of_cookie(key, content, accounts, secrets)
        elif "authorization" in name.lower():
            secrets.add(value.rpartition(" ")[2])
    for name, _ in page.sent:
        if name.lower() in COOKIE:
            counts["cookie", "request"] += 1
        elif "authorization" in name.lower():
            counts["authorization", "request"] += 1
        elif _SECRET_HEADER.search(name):
            counts["token", "request"] += 1
    return {name for name in accounts if is_name(name)}, {value for value in secrets if len(value) >= 16}


def _of_cookie(key: str, content: str, accounts: set[str], secrets: set[str]) -> None:
    plain = unquote(content.strip('"'))
    if key.lower() in places()["cookies"]:
        accounts.add(plain)
    elif re.fullmatch(r"[A-Za-z0-9+/_.~%-]{16,4000}=*", content):
        secrets.add(content)
