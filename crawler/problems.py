"""From an exception of a fetch or a callback to a typed problem: what kind, and the particulars."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.spidermiddlewares.httperror import HttpError

from apk_analysis.fingerprint import Problem
from crawler.egress import EgressRefused

KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (EgressRefused, "address_refused"),
    (DownloadTimeoutError, "no_answer_in_time"),
    (TimeoutError, "no_answer_in_time"),
    (CannotResolveHostError, "unknown_host"),
    (DownloadConnectionRefusedError, "unreachable"),
    (DownloadFailedError, "unreachable"),
    (ConnectionError, "unreachable"),
    (DownloadCancelledError, "too_large"),
    (ResponseDataLossError, "broken_off"),
    (UnsupportedURLSchemeError, "address_refused"),
    (NotSupported, "wrong_content_type"),
    (OSError, "unreachable"),
)
"""First fitting one counts."""

IGNORED = (
    ("max redirections", "endless_redirect"),
    ("during decompression", "too_large"),
)
"""Part of the message of Scrapy's IgnoreRequest -> kind."""


class Typed(IgnoreRequest):
    """A refusal of ours that already knows its kind."""

    kind = "refused"


class Stopping(Typed):
    """The run is being stopped; the request was not answered and stays in the frontier."""

    kind = "stopping"


def problem_of(error: BaseException, part: str = "page") -> Problem:
    """What went wrong with a page or sample, as a typed problem."""
    return Problem(part=part, kind=_kind(error), detail=str(error)[:500])


def _kind(error: BaseException) -> str:
    if isinstance(kind := getattr(error, "kind", None), str):
        return kind
    if isinstance(error, HttpError):
        status = error.response.status
        if status in {404, 410}:
            return "not_found"
        return "server_error" if status >= 500 else "http_error"
    if isinstance(error, IgnoreRequest):
        return next((kind for part, kind in IGNORED if part in str(error)), "refused")
    return next((kind for type_, kind in KINDS if isinstance(error, type_)), "fetch_failed")
