"""A response as text: which encoding it is really in, and when it was sent."""

from __future__ import annotations

import codecs
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree
from scrapy.http import HtmlResponse, Response
from scrapy.utils.response import get_base_url
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

from crawler.families.addresses import clean_url

SERVER_DEFAULTS = {"ascii", "us-ascii", "iso-8859-1", "latin_1", "cp1252"}
"""Encodings that servers announce without knowing the page."""
TOLERANCE = 10
"""One undecodable byte in so many beyond ASCII is damage, more is another encoding."""
HIGH = re.compile(rb"[\x80-\xff]+")
BASE = re.compile(rb"<base\b[^>]*>", re.IGNORECASE)
_BASES = etree.XPath("//base/@href", smart_strings=False)
PAIRS = re.compile(rb"[\x80-\xff]{2,}")


def readable(response: Response) -> HtmlResponse:
    """The page with the encoding it is really in, whatever header and meta element claim.

    Valid UTF-8 is UTF-8, and so is what is valid but for a few bytes: text in other encodings hardly ever looks so,
    while UTF-8 read as GB 18030 often decodes without an error. Else the candidate (header, meta, UTF-8, GB 18030 or
    Latin) that leaves the fewest bytes undecoded wins, the earlier one when two leave equally many.
    """
    page = HtmlResponse(
        response.url,
        status=response.status,
        headers=response.headers,
        body=response.body,
        request=response.request,
        encoding=encoding_of(response.body, response.headers.get("Content-Type")),
    )
    try:
        get_base_url(page)
    except ValueError:  # Scrapy asks for it with every selector, and would raise there
        return page.replace(body=BASE.sub(b"", page.body))
    return page


def encoding_of(body: bytes, content_type: bytes | None = None) -> str:
    """Name of the encoding of `body`. See `readable`."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        high = sum(len(run) for run in HIGH.findall(body))
        if body.decode("utf-8", "replace").count("\ufffd") * TOLERANCE <= high:
            return "utf-8"
    else:
        return "utf-8"
    return min(_candidates(body, content_type), key=lambda name: body.decode(name, "replace").count("\ufffd"))


def _candidates(body: bytes, content_type: bytes | None) -> list[str]:
    header = http_content_type_encoding(content_type.decode("latin-1")) if content_type else None
    said = [resolve_encoding(name) for name in (header, html_body_declared_encoding(body)) if name]
    declared = [codecs.lookup(name).name for name in said if name]
    meant = [name for name in declared if name not in SERVER_DEFAULTS]
    # In Latin encodings every byte is a letter, so they would always leave nothing undecoded.
    return list(dict.fromkeys([*meant, "utf-8", "gb18030" if _is_paired(body) else "cp1252"]))


def _is_paired(body: bytes) -> bool:
    """Whether most bytes beyond ASCII have a neighbour of their kind, as in Chinese and unlike in Latin scripts."""
    together = sum(len(run) for run in PAIRS.findall(body))
    return together * 2 >= sum(len(run) for run in HIGH.findall(body))


def base_of(page: HtmlResponse) -> str:
    """The address that relative links of the page are meant from."""
    return clean_url(next(iter(_BASES(page.selector.root)), ""), page.url) or page.url


def sent_at(response: Response) -> datetime | None:
    """When the server says it sent the page; None when it does not."""
    header = response.headers.get("Date")
    if not header:
        return None
    try:
        moment = parsedate_to_datetime(header.decode("latin-1"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
