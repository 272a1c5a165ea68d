"""Chromium for pages that only scripts fill: where it is, and how a run uses it. Nothing here imports Playwright."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

from crawler.sexual import allow_resource
from index.messages import t

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OWN_BROWSERS = "PLAYWRIGHT_BROWSERS_PATH"
"""Variable that says where Playwright keeps the browsers it downloaded."""
NAVIGATION = 30_000
"""Milliseconds for a page to load."""
SCRIPT_MB = 512
"""Memory of one page's scripts; a page that wants more crashes, and the others stay."""
HANDLER = "crawler.browser_download.BrowserDownload"


class BrowserMissing(RuntimeError):  # noqa: N818 - named like the state it tells
    """The extra 'browser' or a Chromium is not there; the message says how to get it."""


def find_chromium() -> Path | None:
    """The system's Chromium, else the one that Playwright downloaded, else None. COPYCATCH_CHROMIUM names another."""
    if named := os.environ.get("COPYCATCH_CHROMIUM"):
        return Path(named) if os.access(named, os.X_OK) else None
    for program in PROGRAMS:
        if found := shutil.which(program):
            return Path(found)
    folder = Path(os.environ.get(OWN_BROWSERS) or Path.home() / ".cache/ms-playwright")
    return max(folder.glob("chromium-*/chrome-linux*/chrome"), default=None)


def require_browser() -> Path:
    """The Chromium to use. Raises BrowserMissing."""
    if importlib.util.find_spec("scrapy_playwright") is None:
        raise BrowserMissing(t("browser.no_extra"))
    if (chromium := find_chromium()) is None:
        raise BrowserMissing(t("browser.no_chromium"))
    return chromium


def has_sandbox() -> bool:
    """Root has no sandbox; some containers have none either, and then the operator must say so."""
    return os.geteuid() != 0 and os.environ.get("COPYCATCH_CHROMIUM_SANDBOX", "1") != "0"


def browser_settings(chromium: Path) -> dict[str, Any]:
    """Scrapy settings of a run that renders pages. A run has one browser of its own, without state from before."""
    return {
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": str(chromium),
            "headless": True,
            "chromium_sandbox": has_sandbox(),
            "args": [
                "--disable-dev-shm-usage",
                "--dns-prefetch-disable",
                "--blink-settings=imagesEnabled=false",  # `data:` addresses too, which no request asks for
                f"--js-flags=--max-old-space-size={SCRIPT_MB}",
                "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            ],
        },
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1_000_000,  # crawler.browser_budget counts them, and survives crashes
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": NAVIGATION,
    }


def unwanted(request: Any) -> bool:
    """Whether Playwright is to abort this request: media are never fetched while crawling."""
    return not allow_resource(request.resource_type, request.url)
