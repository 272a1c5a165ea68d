"""A response as text: which encoding it is really in, and when it was sent."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.http import HtmlResponse, Response
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

SERVER_DEFAULTS = {"ascii", "us-ascii", "iso-8859-1", "latin_1", "cp1252"}
"""Encodings that servers announce without knowing the page."""


def readable(response: Response) -> HtmlResponse:
    """The page with the encoding it is really in, whatever header and meta element claim.

    Valid UTF-8 is UTF-8. Else the candidate (header, meta, UTF-8, GB 18030) that leaves the fewest bytes undecoded
    wins, the earlier one when two leave equally many: a UTF-8 page with one cut character stays UTF-8.
    """
    return HtmlResponse(
        response.url,
        status=response.status,
        headers=response.headers,
        body=response.body,
        request=response.request,
        encoding=encoding_of(response.body, response.headers.get("Content-Type")),
    )


def encoding_of(body: bytes, content_type: bytes | None = None) -> str:
    """Name of the encoding of `body`. See `readable`."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    candidates = _declared(body, content_type)
    return min(candidates, key=lambda name: body.decode(name, "replace").count("\ufffd"))


def _declared(body: bytes, content_type: bytes | None) -> list[str]:
    header = http_content_type_encoding(content_type.decode("latin-1")) if content_type else None
    meta = html_body_declared_encoding(body)
    ordered = [meta, header] if header in SERVER_DEFAULTS else [header, meta]
    names = [resolve_encoding(name) for name in ordered if name] + ["utf-8", "gb18030"]
    known = [codecs.lookup(name).name for name in names if name]
    # Every byte is a letter in Latin encodings: they win only where nothing else was declared or fits better.
    return sorted(dict.fromkeys(known), key=lambda name: name in SERVER_DEFAULTS)


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
