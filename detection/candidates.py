"""Hosts that resemble a brand's own domain, among names that somebody collected: lists of new domains, certificate
logs, links in listings. Only spellings are compared; nobody is asked whether a site is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detection.domains import LONGEST_HOST, Domains, readable

_RUN = re.compile(r"[a-z0-9\u00c0-\u058f\u4e00-\u9fff.-]{4,}", re.IGNORECASE)
"""What may be a host, whatever the file's format is: a plain list, CSV, JSON of a certificate log, a zone."""
_RUN_IN_TEXT = re.compile(r"[a-z0-9\u00c0-\u058f.-]{4,}", re.IGNORECASE)
"""The same in running text, where Chinese words stand directly beside a host."""
_ESCAPED = re.compile(r"\\(?:[nrt/\"]|u00[0-9a-f]{2})", re.IGNORECASE)
"""What JSON writes between names that stand on lines of their own."""
MOST = 100_000
"""Candidates of one call; whoever has more has a rule that fits everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A host worth looking at."""

    host: str
    """As people read it: decoded where it is internationalised."""
    brand: str
    """Id of the profile."""
    resembles: str
    """The genuine domain."""
    technique: str
    """As in `detection.domains`."""
    sure: bool
    """False where an honest owner may well use such a name."""
    source: str
    """Where the name was found: 'new.csv:17', a listing's id, 'variant'."""

    @property
    def address(self) -> str:
        """Where a visit begins. Without TLS: those who have it send on, and the way there is kept."""
        ascii_host = self.host if self.host.isascii() else self.host.encode("idna").decode()
        return f"http://{ascii_host}/"


def hosts_in(text: str, *, running: bool = False) -> Iterator[str]:
    """Hosts that a text names, as people read them. `running`: sentences rather than a list."""
    text = _ESCAPED.sub(" ", text) if "\\" in text else text
    for match in (_RUN_IN_TEXT if running else _RUN).finditer(text):
        run = match[0].strip(".-").removeprefix("www.")
        if len(run) <= LONGEST_HOST and "." in run and (host := readable(run)):
            yield host


def candidates(named: Iterable[tuple[str, str]], domains: Domains) -> Iterator[Candidate]:
    """Those among (host, source) that resemble a brand's domain, each host once, at most MOST; genuine ones never."""
    seen: set[str] = set()
    for host, source in named:
        if host in seen:
            continue
        found = domains.resembling(host)
        if not found or not _usable(host):
            continue
        seen.add(host)
        like = found[0]
        yield Candidate(
            host=host,
            brand=like.profile.id,
            resembles=like.genuine,
            technique=like.technique,
            sure=like.sure,
            source=source,
        )
        if len(seen) >= MOST:
            return


def _usable(host: str) -> bool:
    """Whether a resolver can be asked for it."""
    try:
        return len(host.encode("idna")) < 254
    except UnicodeError:
        return False
