"""Recognises answers that refuse us (captcha, challenge, login wall, empty body); they are never 'no results'.

A title or a phrase alone proves nothing: sellers write about captchas too, and would hide a listing by pasting what
refusing software writes. So each rule here needs both, or a page that has no room for content. What is less sure is
asked only of pages that yielded nothing (`crawler.silence`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scrapy.http import Response

from crawler.families.page_text import text_of
from crawler.notices import decoded, notice_in
from crawler.problems import Typed
from crawler.refusal_words import refusal_in

STATUSES = {
    401: "login_wall",
    403: "refusal",
    405: "refusal",
    412: "refusal",
    418: "refusal",
    429: "rate_limited",
    430: "refusal",
    451: "regional_block",
    999: "refusal",
}
"""Refusals by status; 405, 412 and 418 are what Chinese web firewalls answer to a plain GET, 430 Shopify's, 999
LinkedIn's."""
TINY, SMALL, NOTICE = 4 << 10, 16 << 10, 64 << 10
"""Bytes: a page with no room for content; a page that a title alone convicts; the largest challenge page."""

MARKS: tuple[tuple[bytes, str, str], ...] = (
    (b"cf-captcha-container", "captcha", "cloudflare captcha"),
    (b"_cf_chl_", "challenge", "cloudflare challenge"),
    (b"used CloudFlare to restrict access", "refusal", "cloudflare refusal"),
    (b"used Cloudflare to restrict access", "refusal", "cloudflare refusal"),
    (b"__CF$cv$params", "challenge", "cloudflare bot check"),
    (b"sucuri_cloudproxy_js", "challenge", "sucuri challenge"),
    (b"_____tmd_____/punish", "captcha", "punish page"),
    (b"acw_sc__v2", "challenge", "aliyun challenge"),
    (b"__jsl_clearance", "challenge", "jiasule challenge"),
    (b"EO_Bot_Ssid", "challenge", "edgeone challenge"),
    (b"/antibot/", "challenge", "proof-of-work challenge"),
    (b"whoa there, pardner", "refusal", "reddit refusal"),
    (b"_Incapsula_Resource", "challenge", "imperva challenge"),
    (b"captcha-delivery.com", "captcha", "datadome captcha"),
    (b"px-captcha", "captcha", "perimeterx captcha"),
    (b"wappass.baidu.com/static/captcha", "captcha", "baidu captcha"),
    (b"turing.captcha.qcloud.com", "captcha", "tencent captcha"),
    (b"risk_handler", "captcha", "jd risk page"),
    (b"passport.weibo.com/visitor", "login_wall", "weibo visitor page"),
    (b"/challenge-platform/", "challenge", "cloudflare challenge"),
    (b"ddos-guard", "challenge", "ddos-guard"),
    (b"awswaf.com", "challenge", "aws challenge"),
    (b"yunaq.com", "refusal", "knownsec refusal"),
)
"""What refusing software writes -> kind, name. Sellers can write it too: it convicts only a page titled as a
refusal, and a tiny one that does not show it to its readers."""

TITLES = {
    "just a moment...": "challenge",
    "attention required": "challenge",
    "access denied": "refusal",
    "access to this page has been denied": "refusal",
    "blocked": "refusal",
    "403 forbidden": "refusal",
    "request rejected": "refusal",
    "you are being redirected...": "challenge",
    "verifying your browser…": "challenge",
    "verifying your browser...": "challenge",
    "checking your browser": "challenge",
    "human verification": "captcha",
    "robot check": "captcha",
    "are you a robot?": "captcha",
    "pardon our interruption": "challenge",
    "ddos-guard": "challenge",
    "too many requests": "rate_limited",
    "429 too many requests": "rate_limited",
    "reddit.com: over 18?": "age_gate",
    "age verification": "age_gate",
    "sina visitor system": "login_wall",
    "安全验证": "captcha",
    "百度安全验证": "captcha",
    "京东验证": "captcha",
    "人机验证": "captcha",
    "访问验证": "captcha",
    "滑动验证页面": "captcha",
    "验证码拦截": "captcha",
    "网站防火墙": "refusal",
    "访问被拦截": "refusal",
    "访问被拒绝": "refusal",
    "禁止访问": "refusal",
}
"""Whole title (up to " | ", without exclamation mark) of a page of at most SMALL bytes -> what it is."""

_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_MTOP_REFUSED = re.compile(
    rb'^\s{0,99}(?:\w{1,99}\()?\{[^{}]{0,200}?"ret":\s{0,9}\[\s{0,9}'
    rb'"(FAIL_SYS_USER_VALIDATE|RGV587|FAIL_SYS_ILLEGAL|FAIL_SYS_SESSION|FAIL_SYS_TRAFFIC)'
)
_MTOP = {b"FAIL_SYS_SESSION": "login_wall", b"FAIL_SYS_TRAFFIC": "rate_limited", b"FAIL_SYS_ILLEGAL": "refusal"}
_LOGIN = re.compile(
    r"/(?:login|signin|sign-in|passport|account/login)\b|[?&]mod=logging\b|//(?:login|passport)\.", re.IGNORECASE
)
_STORE_PASSWORD = re.compile(r"^https?://[^/]{1,255}/password/?(?:$|\?)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a page that is no content is."""

    kind: str
    """One of `crawler.refusal_words.KINDS`, or 'not_found' where the page says that the thing is gone."""
    reason: str


def recognise(
    status: int, body: bytes, *, url: str = "", redirected: bool = False, headers: Mapping[str, Any] | None = None
) -> Refusal | None:
    """What refuses us in this answer; None for content (also for an honest 404 or 500, which have their own kinds)."""
    if status in STATUSES:
        return _of_status(status, body)
    if headers and headers.get("cf-mitigated"):
        return Refusal("challenge", "cloudflare challenge")
    if redirected and (_LOGIN.search(url) or _STORE_PASSWORD.search(url)):
        return Refusal("login_wall", "sent to a login page")
    if status == 200 and not body.strip():
        return Refusal("empty_answer", "empty body")
    return None if status in {404, 410} or len(body) > NOTICE else _by_body(body)


def _of_status(status: int, body: bytes) -> Refusal:
    """The page beside a refusing status says more exactly what it is."""
    known = _by_body(body) if len(body) <= NOTICE else None
    if known is not None and known.kind != "not_found":
        return Refusal(known.kind, f"status {status}, {known.reason}")
    message = decoded(body[:TINY]) if len(body) <= TINY else ""
    return Refusal(refusal_in(message) or STATUSES[status], f"status {status}")


def _by_body(body: bytes) -> Refusal | None:
    if body[:1] in b"{m[" and (found := _MTOP_REFUSED.match(body)):
        return Refusal(_MTOP.get(found[1], "captcha"), "mtop refusal")
    found = _TITLE.search(body, 0, SMALL)
    title = decoded(found[1]).strip().lower() if found else ""
    if (what := TITLES.get(title.partition(" | ")[0].rstrip("!！"))) is not None:
        for mark, kind, name in MARKS:
            if mark in body:
                return Refusal(kind, name)
        return Refusal(what, f"titled {title!r}") if len(body) <= SMALL else None
    if len(body) <= TINY and b"<" in body[:200] and not body.lstrip().startswith(b"<?xml"):
        for mark, kind, name in MARKS:
            if mark in body and mark.decode() not in text_of(decoded(body)):  # what a reader sees may be an offer
                return Refusal(kind, name)
    notice = notice_in(body)
    return Refusal(notice.kind, f"{notice.engine} notice") if notice and notice.kind else None


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
