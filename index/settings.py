"""Settings: `copycatch.toml`, overridden by COPYCATCH_* variables; checked on start, errors name file and key."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.home import settings_file
from index.reading import ReadError, read


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSettings:
    """[crawl] in copycatch.toml."""

    operator: str = "an unnamed operator"
    """Who crawls: stands in the user agent, so that a marketplace knows whom to ask."""
    contact: str = ""
    """Mail address or web page for the same purpose."""
    allow_hosts: tuple[str, ...] = ()
    """'host' or 'host:port' that may be visited although private, loopback or link-local."""
    robots_exempt: dict[str, str] = field(default_factory=dict)
    """Host -> written reason for ignoring its robots rules; recorded with every run."""
    delay: float = 1.0
    """Least seconds between two requests to one host; a spider may ask for more."""
    concurrency: int = 4
    """Requests under way at once, over all hosts."""
    vantage: str = ""
    """Where the crawler stands, in the operator's words ('北京电信'): kept with every capture, since pages differ."""
    accept_language: str = "en"
    """Sent with every page request; for pages that differ by it: kept with every capture."""
    sample_max_mb: int = 2048
    audit_one_in: int = 50
    """One in this many samples is fetched although nothing points at it, to see what the rules miss; 0 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceSettings:
    """One [[marketplaces]] in copycatch.toml: `copycatch crawl --all` visits it."""

    spider: str
    """'discuz', 'fdroid_repo', ...: see `copycatch marketplaces`."""
    start: tuple[str, ...]
    """Addresses where the crawl begins."""
    queries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings."""

    index: str | None = None
    """'sqlite:///path'; None for index.sqlite in the home."""
    crawl: CrawlSettings = field(default_factory=CrawlSettings)
    marketplaces: tuple[MarketplaceSettings, ...] = ()


def load_settings(start: Path | None = None) -> Settings:
    """Reads the nearest copycatch.toml, if any, then the variables; COPYCATCH_ALLOW_HOSTS is comma-separated and adds.

    Raises ReadError, which names the file and what is wrong in it.
    """
    raw: dict[str, object] = {}
    place = "settings"
    if path := settings_file(start):
        place = str(path)
        try:
            raw = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ReadError(f"{place}: {error}") from error
    crawl = raw.pop("crawl", {})
    if isinstance(crawl, dict):
        _add_variables(crawl)
    if url := os.environ.get("COPYCATCH_INDEX"):
        raw["index"] = url
    read(CrawlSettings, crawl, f"{place}, [crawl]")
    entries = raw.get("marketplaces", [])
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
        read(MarketplaceSettings, entry, f"{place}, [[marketplaces]] number {number}")
    return read(Settings, {**raw, "crawl": crawl}, place)


def _add_variables(crawl: dict[str, Any]) -> None:
    """COPYCATCH_* over what the file says under [crawl]."""
    if hosts := os.environ.get("COPYCATCH_ALLOW_HOSTS"):
        crawl["allow_hosts"] = [*crawl.get("allow_hosts", []), *(host.strip() for host in hosts.split(","))]
    for key in ("operator", "contact", "vantage"):
        if value := os.environ.get(f"COPYCATCH_{key.upper()}"):
            crawl[key] = value
    for key, kind in (("delay", float), ("concurrency", int), ("audit_one_in", int)):
        if value := os.environ.get(f"COPYCATCH_{key.upper()}"):
            try:
                crawl[key] = kind(value)
            except ValueError as error:
                raise ReadError(f"COPYCATCH_{key.upper()}: expected a number, got {value!r}") from error
