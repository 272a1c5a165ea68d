"""Recognises answers that refuse us (captcha, challenge, login wall, empty body); they are never 'no results'.

A title or a phrase alone proves nothing: sellers write about captchas too, and would hide a listing by pasting what
refusing software writes. So each rule needs both, or a page that has no room for content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scrapy.http import Response

from crawler.problems import Typed

STATUSES = frozenset({401, 403, 405, 412, 418, 429, 451})
"""Refusals by status; 405 and 412 are what Chinese web firewalls answer to a plain GET."""
TINY, SMALL, NOTICE = 4 << 10, 16 << 10, 64 << 10
"""Bytes: a page with no room for content; a page that a title alone convicts; the largest challenge page."""

MARKS: tuple[tuple[bytes, str], ...] = (
    (b"_cf_chl_", "cloudflare challenge"),
    (b"cf-captcha-container", "cloudflare captcha"),
    (b"used CloudFlare to restrict access", "cloudflare refusal"),
    (b"__CF$cv$params", "cloudflare bot check"),
    (b"sucuri_cloudproxy_js", "sucuri challenge"),
    (b"_____tmd_____/punish", "punish page"),
    (b"acw_sc__v2", "aliyun challenge"),
    (b"/antibot/", "proof-of-work challenge"),
    (b"whoa there, pardner", "reddit refusal"),
    (b"_Incapsula_Resource", "imperva challenge"),
    (b"captcha-delivery.com", "datadome captcha"),
    (b"px-captcha", "perimeterx captcha"),
    (b"wappass.baidu.com/static/captcha", "baidu captcha"),
)
"""What refusing software writes. Sellers can too: it convicts only a tiny page, or one titled as a refusal."""

TITLES = {
    "just a moment...": "challenge",
    "attention required!": "challenge",
    "access denied": "refusal",
    "blocked": "refusal",
    "you are being redirected...": "challenge",
    "verifying your browser…": "challenge",
    "verifying your browser...": "challenge",
    "robot check": "captcha",
    "are you a robot?": "captcha",
    "ddos-guard": "challenge",
    "reddit.com: over 18?": "age gate",
    "安全验证": "captcha",
    "百度安全验证": "captcha",
    "人机验证": "captcha",
    "访问验证": "captcha",
    "滑动验证页面": "captcha",
    "验证码拦截": "captcha",
}
"""Whole title (up to " | ") of a page of at most NOTICE bytes -> what it is."""

_TITLE = re.compile(rb"<title[^>]*>([^<]{0,300})", re.IGNORECASE)
_DISCUZ_NOTICE = re.compile(rb"""id=["']messagetext["']""")
_GONE = ("不存在", "已被删除", "已删除", "not exist", "been deleted")
_NOTHING_FOUND = ("没有找到匹配", "没有匹配")
_MTOP_REFUSED = re.compile(
    rb'^\s*(?:\w+\()?\{[^{}]{0,200}?"ret":\s*\[\s*"(?:FAIL_SYS_USER_VALIDATE|RGV587|FAIL_SYS_ILLEGAL'
    rb"|FAIL_SYS_SESSION|FAIL_SYS_TRAFFIC)"
)
_LOGIN = re.compile(
    r"/(?:login|signin|sign-in|passport|account/login)\b|[?&]mod=logging\b|//(?:login|passport)\.", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a page that is no content is."""

    kind: str
    """'blocked', or 'not_found' where the page says that the thing is gone."""
    reason: str


def recognise(
    status: int, body: bytes, *, url: str = "", redirected: bool = False, headers: Mapping[str, Any] | None = None
) -> Refusal | None:
    """What refuses us in this answer; None for content (also for an honest 404 or 500, which have their own kinds)."""
    reason = None
    if status in STATUSES:
        reason = f"status {status}"
    elif headers and headers.get("cf-mitigated"):
        reason = "cloudflare challenge"
    elif redirected and _LOGIN.search(url):
        reason = "login wall"
    elif status == 200 and not body.strip():
        reason = "empty body"
    if reason is not None:
        return Refusal("blocked", reason)
    return None if status in {404, 410} or len(body) > NOTICE else _by_body(body)


def _by_body(body: bytes) -> Refusal | None:
    if body[:1] in b"{m" and _MTOP_REFUSED.match(body):
        return Refusal("blocked", "mtop refusal")
    return _page(body)


def _page(body: bytes) -> Refusal | None:
    found = _TITLE.search(body, 0, SMALL)
    title = _decoded(found[1]).strip().lower() if found else ""
    what = TITLES.get(title.partition(" | ")[0])
    if what is not None or len(body) <= TINY:
        what = next((name for mark, name in MARKS if mark in body), what if len(body) <= SMALL else None)
        return Refusal("blocked", what) if what else None
    if title.startswith("提示信息") and (place := _DISCUZ_NOTICE.search(body)):
        return _discuz_notice(_decoded(body[place.end() : place.end() + 600]))
    return None


def _discuz_notice(message: str) -> Refusal | None:
    if any(words in message for words in _NOTHING_FOUND):
        return None
    if any(words in message for words in _GONE):
        return Refusal("not_found", "notice: gone")
    return Refusal("blocked", "discuz notice")


def _decoded(part: bytes) -> str:
    try:
        return part.decode()
    except UnicodeDecodeError:
        text = part.decode("gb18030", "replace")
        return part.decode("utf-8", "ignore") if "\ufffd" in text else text


class Blocked(Typed):
    """Raised in place of a callback; counted by the ledger under its kind."""

    def __init__(self, refusal: Refusal, response: Response) -> None:
        super().__init__(refusal.reason)
        self.kind = refusal.kind
        self.response = response


class BlockedPages:
    """Spider middleware: a page that refuses us never reaches a callback."""

    def process_spider_input(self, response: Response) -> None:
        """Raises Blocked."""
        if response.status in response.meta.get("handle_httpstatus_list", ()):
            return  # the spider has said that it knows what this status means here
        refusal = recognise(
            response.status,
            response.body,
            url=response.url,
            redirected="redirect_urls" in response.meta,
            headers=response.headers,
        )
        if refusal is not None:
            raise Blocked(refusal, response)
