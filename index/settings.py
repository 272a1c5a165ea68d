"""Settings: `copycatch.toml`, overridden by COPYCATCH_* variables; checked on start, errors name file and key."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from index.home import settings_file
from index.messages import t
from index.party import Party
from index.reading import ReadError, read

Positive = Annotated[int, Meta(ge=1)]


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
    shipped: bool = True
    """Whether `crawl --all` visits the single-site marketplaces that copycatch brings along; False: only what stands
    under [[marketplaces]]."""
    vantage: str = ""
    """Where the crawler stands, in the operator's words ('北京电信'): kept with every capture, since pages differ."""
    accept_language: str = "en"
    """Sent with every page request; for pages that differ by it: kept with every capture."""
    sample_max_mb: int = 2048
    audit_one_in: int = 50
    """One in this many samples is fetched although nothing points at it, to see what the rules miss; 0 for none."""
    pages: Positive | None = None
    """Budget of a run: pages fetched. What is left over is fetched by the next run; None: no bound."""
    minutes: Annotated[float, Meta(gt=0)] | None = None
    """The same in minutes."""
    megabytes: Positive | None = None
    """The same in megabytes that came in, samples included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceSettings:
    """One [[marketplaces]] in copycatch.toml: `copycatch crawl --all` visits it."""

    spider: str
    """'discuz', 'fdroid_repo', ...: see `copycatch marketplaces`."""
    start: tuple[str, ...] = ()
    """Addresses where the crawl begins; a spider of a single site knows its own."""
    queries: tuple[str, ...] = ()
    interval: str | None = None
    """When it is due: '6h', 'daily 07:00', or a cron expression; None: as the spider says."""
    lang: tuple[str, ...] = ()
    """Languages of the words it is asked for; empty: by the spider's country."""
    pages: Positive | None = None
    """As in [crawl], for this marketplace."""
    minutes: Annotated[float, Meta(gt=0)] | None = None
    megabytes: Positive | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    """[watch] in copycatch.toml: what marketplaces are asked for, and whose samples are always fetched."""

    brands: tuple[str, ...] = ()
    """Ids of brand profiles; empty: all."""
    terms: bool = True
    """Whether the lexicon's search words are asked for as well."""
    words: tuple[str, ...] = ()
    """The operator's own words and package names; asked for before all others."""
    samples: tuple[str, ...] = ()
    """Package names, sellers, and SHA-256 of certificates or samples whose sample is fetched wherever it is seen."""
    per_run: Positive = 40
    """Words one marketplace is asked for in one run; those that were asked longest ago come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """[schedule] in copycatch.toml."""

    zone: str | None = None
    """Time zone of cron expressions and of 'daily 07:00' ('Asia/Shanghai'); None: the system's."""
    jitter: str = "10m"
    """Runs begin up to so much later than they are due, each marketplace by an amount of its own."""
    at_once: Positive = 2
    """Runs under way at the same time; never two of one marketplace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSettings:
    """[browser] in copycatch.toml: for marketplaces that only show themselves in a browser."""

    tabs: Positive = 2
    """Pages open at once; each takes about 100 MB."""
    restart_after: Positive = 200
    """Pages until the browser is started anew: browsers grow."""
    memory_mb: Positive = 2048
    """The browser is started anew above this, and killed above twice as much."""
    page_seconds: Annotated[float, Meta(gt=0)] = 60.0
    """For one page, from its first byte to its last leaf."""
    screenshots: bool = True
    """Whether findings and leads on rendered pages get a picture of the page, without its media."""
    logins: dict[str, str] = field(default_factory=dict)
    """Spider name -> file with the session of the operator's own browser (Playwright's storage state, mode 0600);
    those not named are looked for as `logins/<spider>.json` in the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """[archive] in copycatch.toml."""

    file_mb: Positive = 1024
    """MB of a WARC file, after which the next one begins."""


Days = Annotated[int, Meta(ge=0, le=36_500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """[retention] in copycatch.toml: days after which things may go that nothing needs; 0 keeps them for ever."""

    pages: Days = 0
    """Archived pages, from when they were taken."""
    pictures: Days = 0
    """Pictures of pages and of offers, from when they were stored; as are samples and exports."""
    samples: Days = 0
    exports: Days = 0
    listings: Days = 0
    """Listings on which nothing was found, from when they were last seen."""
    decided: Days = 0
    """Listings of which everything that was found was confirmed or dismissed, from the last answer on."""
    notices: Days = 0
    """What notices say beyond what statistics count, from when they were closed or withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticSettings:
    """[elastic] in copycatch.toml: for an `index` that is the address of an Elasticsearch server."""

    user: str = ""
    password_file: str = ""
    """File with the password; COPYCATCH_ELASTIC_PASSWORD (the password itself) goes before it."""
    api_key_file: str = ""
    """File with the encoded API key; COPYCATCH_ELASTIC_API_KEY (the key itself) goes before it, and before a user."""
    ca_file: str = ""
    """Certificate of the authority that signed the server's; empty: those this machine trusts."""
    allow_http: bool = False
    """Whether a server on another machine may be asked without encryption."""
    prefix: str = "copycatch"
    """Before the names of our indices; a path in the address goes before it."""
    timeout: Annotated[float, Meta(gt=0)] = 30.0
    """Seconds for one request."""
    analysis: Literal["", "smartcn", "ik"] = ""
    """A plugin of the server that analyses Chinese once more, in a subfield of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KibanaSettings:
    """[kibana] in copycatch.toml: where `copycatch kibana install` brings its dashboards."""

    url: str = ""
    space: str = ""
    """Empty: Kibana's default space."""
    user: str = ""
    password_file: str = ""
    """File with the password; COPYCATCH_KIBANA_PASSWORD (the password itself) goes before it."""
    api_key_file: str = ""
    """File with the encoded API key; COPYCATCH_KIBANA_API_KEY (the key itself) goes before it, and before a user."""
    ca_file: str = ""
    """Certificate of the authority that signed the server's; empty: those this machine trusts."""
    allow_http: bool = False
    """Whether a Kibana on another machine may be asked without encryption."""
    timeout: Annotated[float, Meta(gt=0)] = 60.0
    """Seconds for the import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSettings:
    """[evidence] in copycatch.toml: time stamps for evidence bundles."""

    tsa: str = ""
    """Address of an RFC 3161 time-stamp authority; empty: `--stamp` cannot be asked for."""
    tsa_roots: str = ""
    """PEM file with the authority's root certificate: its signature is checked when a time stamp comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """[alerts] in copycatch.toml: who is told of runs that need somebody."""

    kind: Literal["wecom", "dingtalk", "feishu", "plain"] | None = None
    """企业微信, 钉钉, 飞书, or a plain JSON document; None: nobody is told."""
    url: str = ""
    """Where a plain alert goes. The addresses of group robots hold their keys and never stand here."""
    url_file: str = ""
    """File with the address of the robot; COPYCATCH_ALERT_URL goes before it."""
    secret_file: str = ""
    """File with the key for signatures (钉钉 加签, 飞书 签名校验); COPYCATCH_ALERT_SECRET goes before it."""
    link: str = ""
    """Page that an alert points to, such as the web console's; '{run}' in it becomes the run's id."""
    lang: Literal["zh", "en"] = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSettings:
    """One [[people]] in copycatch.toml: an account until people sign in."""

    name: str
    roles: tuple[Literal["analyst", "reviewer", "admin"], ...] = ("analyst",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings."""

    index: str | None = None
    """'sqlite:///path'; None for index.sqlite in the home."""
    crawl: CrawlSettings = field(default_factory=CrawlSettings)
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    marketplaces: tuple[MarketplaceSettings, ...] = ()
    watch: WatchSettings = field(default_factory=WatchSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    browser: BrowserSettings = field(default_factory=BrowserSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    elastic: ElasticSettings = field(default_factory=ElasticSettings)
    kibana: KibanaSettings = field(default_factory=KibanaSettings)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    people: tuple[PersonSettings, ...] = ()
    reporter: Party | None = None
    principal: Party | None = None


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
            raise ReadError(_unreadable(place, error)) from error
    crawl = raw.pop("crawl", {})
    if isinstance(crawl, dict):
        _add_variables(crawl)
    if url := os.environ.get("COPYCATCH_INDEX"):
        raw["index"] = url
    read(CrawlSettings, crawl, f"{place}, [crawl]")
    for key, kind in _TABLES.items():
        read(kind, raw.get(key, {}), f"{place}, [{key}]")
    alerts = read(AlertSettings, raw.get("alerts", {}), f"{place}, [alerts]")
    if alerts.url and alerts.kind != "plain":
        raise ReadError(t("mistake.alert_address", place=place))
    for key, entry_kind in (("marketplaces", MarketplaceSettings), ("people", PersonSettings)):
        _check_entries(entry_kind, raw.get(key, []), f"{place}, [[{key}]]")
    return read(Settings, {**raw, "crawl": crawl}, place)


_TABLES: dict[str, type] = {
    "watch": WatchSettings,
    "schedule": ScheduleSettings,
    "browser": BrowserSettings,
    "evidence": EvidenceSettings,
    "retention": RetentionSettings,
    "archive": ArchiveSettings,
    "elastic": ElasticSettings,
    "kibana": KibanaSettings,
    "reporter": Party,
    "principal": Party,
}


def _check_entries(kind: type, entries: object, place: str) -> None:
    """Each entry by itself, so that an error names which one it is."""
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
        read(kind, entry, f"{place} {t('mistake.entry', number=number)}")


def _unreadable(place: str, error: OSError | ValueError) -> str:
    """Why the file could not be read, and where in it."""
    if isinstance(error, UnicodeDecodeError):
        return t("mistake.no_utf8", place=place, at=error.start + 1)
    if isinstance(error, OSError):
        return t("mistake.unreadable", place=place, reason=error.strerror or error)
    if found := re.search(r"^(.*) \(at line (\d+), column (\d+)\)$", str(error)):
        return t("mistake.toml", place=place, detail=found[1], row=found[2], column=found[3])
    return t("mistake.no_toml", place=place, detail=error)


def _add_variables(crawl: dict[str, Any]) -> None:
    """COPYCATCH_* over what the file says under [crawl]."""
    if hosts := os.environ.get("COPYCATCH_ALLOW_HOSTS"):
        crawl["allow_hosts"] = [*crawl.get("allow_hosts", []), *(host.strip() for host in hosts.split(","))]
    for key in ("operator", "contact", "vantage"):
        if value := os.environ.get(f"COPYCATCH_{key.upper()}"):
            crawl[key] = value
    for key, kind in (("delay", float), ("concurrency", int), ("audit_one_in", int)):
        if value := os.environ.get(name := f"COPYCATCH_{key.upper()}"):
            try:
                crawl[key] = kind(value)
            except ValueError as error:
                raise ReadError(t("mistake.variable_number", name=name, got=repr(value))) from error
