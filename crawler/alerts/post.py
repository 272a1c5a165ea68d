"""Sending an alert: through the egress, once, without redirects, within seconds. It never breaks a run.

The address holds the robot's key, so no message of ours and no error says more of it than its host.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.alerts.robots import Message, message, taken
from crawler.alerts.words import Alert, words
from crawler.egress import Egress, EgressRefused
from crawler.one_post import post
from index.messages import t
from index.settings import Settings

URL, SECRET = "COPYCATCH_ALERT_URL", "COPYCATCH_ALERT_SECRET"

FAILED = {"event": "alert_failed"}

logger = logging.getLogger(__name__)


class AlertError(Exception):
    """The alert did not arrive. The message says why, and nothing secret."""


async def send(alert: Alert, settings: Settings) -> None:
    """Sends the alert; a failure is logged."""
    try:
        await deliver(alert, settings)
    except AlertError as error:
        logger.warning("the alert about run %s was not delivered: %s", alert.run, error, extra=FAILED)
    except Exception as error:  # noqa: BLE001 - no run is lost for a message; no traceback, it could quote the address
        logger.error("the alert about run %s failed: %s", alert.run, type(error).__name__, extra=FAILED)  # noqa: TRY400 - see above
    else:
        logger.info("an alert about run %s was delivered", alert.run, extra={"event": "alert"})


async def deliver(alert: Alert, settings: Settings) -> None:
    """Sends the alert. Raises AlertError."""
    own = settings.alerts
    if own.kind is None:
        raise AlertError(t("alert.no_kind"))
    url = own.url or _secret(URL, own.url_file)
    if not url:
        raise AlertError(t("alert.no_address", variable=URL))
    said = words(alert, own.lang)
    prepared = message(own.kind, url, said, alert, secret=_secret(SECRET, own.secret_file), now=time.time())
    try:
        status, answer = await _post(prepared, settings)
    except TimeoutError as error:
        raise AlertError(t("alert.no_answer")) from error
    except EgressRefused as error:
        raise AlertError(f"{urlsplit(url).hostname}: {error.why}") from error
    except (OSError, http.client.HTTPException) as error:
        raise AlertError(f"{urlsplit(url).hostname}: {type(error).__name__}") from error
    if (why := taken(own.kind, status, answer)) is not None:
        raise AlertError(t("alert.not_taken", host=urlsplit(url).hostname, why=why))


def _secret(variable: str, file: str) -> str:
    if value := os.environ.get(variable):
        return value.strip()
    if not file:
        return ""
    try:
        return Path(file).expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AlertError(t("alert.no_file", file=file, kind=type(error).__name__)) from error


async def _post(prepared: Message, settings: Settings) -> tuple[int, Any]:
    host, port = Egress(settings.crawl.allow_hosts).check_url(prepared.url)
    allowed = {host, f"{host}:{port}"} & set(settings.crawl.allow_hosts)
    if urlsplit(prepared.url).scheme != "https" and not allowed:
        raise EgressRefused(host, "the address holds a key and is not https")
    body = json.dumps(prepared.body, ensure_ascii=False).encode("utf-8", "replace")
    status, raw = await post(prepared.url, body, {"Content-Type": "application/json; charset=utf-8"}, settings)
    try:
        return status, json.loads(raw)
    except ValueError:
        return status, None
