"""The logs of all crawls: lines for people in `crawl.log`, the same as JSON for programs in `crawl.jsonl`.

Nothing secret is written: neither cookies nor the values of parameters and headers that carry keys.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from scrapy.settings import Settings as ScrapySettings
from scrapy.utils.log import configure_logging

from index.home import Home
from index.plain import line
from index.times import utc

LARGEST = 16 << 20
"""Bytes of a log; then it is rotated."""
KEPT = 3
LONGEST = 2000
"""Characters of a message in the JSON log."""
FIELDS = ("event", "listing", "finding", "problem", "part", "url", "group", "verdict", "outcome", "counts")
"""What records may carry beside their message (`extra`)."""

_SECRET = re.compile(
    r"\b((?:access_?|refresh_?|api_?)?(?:token|key|secret)|sign(?:ature)?|passw(?:or)?d|authorization|(?:set-)?cookie"
    r"|sess(?:ion)?(?:_?id)?|sid|csrf\w{0,20}|x5sec\w{0,10})(['\"]?\s{0,3}[=:]\s{0,3}['\"]?)(?:Bearer\s|Basic\s)?[^\s&'\"]{1,2000}",
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """The text without the values of what is called like a secret."""
    return _SECRET.sub(r"\1\2***", text)


class Where(logging.Filter):
    """Adds to every record which run it belongs to; a process crawls one marketplace after the other."""

    run = ""
    marketplace = ""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: D102 - as in the base class
        record.run, record.marketplace = self.run, self.marketplace
        return True


class ForPeople(logging.Formatter):
    """A line, and the traceback of a defect."""

    def format(self, record: logging.LogRecord) -> str:  # noqa: D102 - as in the base class
        return redacted(super().format(record))


class ForPrograms(logging.Formatter):
    """One JSON object on a line."""

    def format(self, record: logging.LogRecord) -> str:  # noqa: D102 - as in the base class
        said: dict[str, object] = {
            "at": utc(record.created),
            "level": record.levelname.lower(),
            "run": getattr(record, "run", ""),
            "marketplace": getattr(record, "marketplace", ""),
            "event": "message",
            "logger": record.name,
            "message": redacted(line(record.getMessage(), LONGEST)),
        }
        for name in FIELDS:
            value = record.__dict__.get(name)
            if value is not None:
                said[name] = redacted(value) if isinstance(value, str) else value
        if record.exc_info:
            said["event"] = "defect"
            said["traceback"] = redacted(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=True, default=str)


class SharedRotation(RotatingFileHandler):
    """Rotation for several processes that write into one log: of those that find it full, one rotates it."""

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the library's name
        """Also goes on in the new file when another process has rotated."""
        self._follow()
        return bool(super().shouldRollover(record))

    def _follow(self) -> None:
        with suppress(OSError):
            own = os.fstat(self.stream.fileno()) if self.stream is not None else None
            if own is not None and Path(self.baseFilename).stat().st_ino == own.st_ino:
                return
        if self.stream is not None:
            self.stream.close()
        self.stream = self._open()

    def doRollover(self) -> None:  # noqa: N802 - the library's name
        """Under a lock, and only if it is still full."""
        with Path(f"{self.baseFilename}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._follow()
            if Path(self.baseFilename).stat().st_size * 2 > self.maxBytes:
                super().doRollover()


def log_into(home: Home, scrapy_set: ScrapySettings) -> Where:
    """The log of all crawls goes into the home: the terminal belongs to whoever watches the progress."""
    scrapy_set.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="project")
    configure_logging(scrapy_set)
    where = Where()
    formats = {
        "crawl.log": ForPeople("%(asctime)s %(levelname)s %(name)s: %(message)s"),
        "crawl.jsonl": ForPrograms(),
    }
    for name, form in formats.items():
        handler = SharedRotation(home.logs / name, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
        handler.setFormatter(form)
        handler.addFilter(where)
        logging.root.addHandler(handler)
    for logger in (None, "scrapy"):  # Scrapy sets its own logger to DEBUG, which would write down every listing
        logging.getLogger(logger).setLevel(scrapy_set["LOG_LEVEL"])
    return where
