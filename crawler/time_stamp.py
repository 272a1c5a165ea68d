"""Asking a time-stamp authority over HTTP (RFC 3161, section 3.4)."""

from __future__ import annotations

import asyncio
import http.client
from urllib.parse import urlsplit

from crawler.egress import EgressRefused
from crawler.one_post import post
from index.messages import t
from index.settings import Settings
from takedown.evidence.time_stamp import StampError

ASKS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


def ask(request: bytes, settings: Settings) -> bytes:
    """The authority's answer to a request. Raises StampError: nobody answers, or not as an authority does."""
    url = settings.evidence.tsa
    host = urlsplit(url).hostname
    try:
        status, answer = asyncio.run(post(url, request, ASKS, settings))
    except EgressRefused as error:
        raise StampError(f"{error.host}: {error.why}") from error
    except (OSError, http.client.HTTPException) as error:
        raise StampError(t("evidence.stamp.unreachable", host=host, reason=type(error).__name__)) from error
    if status != http.client.OK:
        raise StampError(t("evidence.stamp.unreachable", host=host, reason=f"HTTP {status}"))
    return answer
