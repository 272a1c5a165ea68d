"""The archived pages of a bundle: records copied into a WACZ, with what is known of how each was captured."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from index.archive.captures import CaptureMissingError
from index.media import cut_data_media
from index.model import Capture, Run, Supplied
from takedown.evidence.captures import Shown, by_place, seen_as
from takedown.evidence.custody import taken
from takedown.evidence.records import Archive, Copied
from takedown.evidence.subject import Subject
from takedown.evidence.wacz import WARC, Page, Records, write_wacz

WACZ = "pages.wacz"
Say = Callable[..., None]
"""Notes that something is missing: what, about, detail."""


class Pages:
    """Copies what shows the targets."""

    def __init__(self, subject: Subject, all_shown: Sequence[Shown], runs: Mapping[str, Run], say: Say) -> None:
        self._subject, self._shown, self._runs, self._say = subject, all_shown, runs, say
        self._titles = {target.finding_id: target.title for target in subject.targets}
        self._supplied = {
            (one.capture.warc, one.capture.offset): one
            for each in all_shown
            for one in each.supplied
            if one.capture is not None
        }
        self.entries: list[dict[str, Any]] = []
        """Of the manifest, in the order of the records."""
        self.chains: dict[str, list[bytes]] = {}
        """Run -> the lines of its chain about these records."""
        self.seen_runs: list[str] = []

    def write(self, archive: Archive, folder: Path, *, at: str, name: str, about: dict[str, Any]) -> Path | None:
        """Writes the WACZ into `folder`; None where no page could be had. Raises OSError, TooLargeError."""
        records = Records(folder / "data.warc.gz", at=at, name=name)
        try:
            self._enter({"kind": "about", "captured_at": at, "origin": "made"}, records.places[0], records.about)
            pages = self._copy_all(archive, records, at)
        finally:
            records.close()
        if not pages:
            self.entries.clear()
            return None
        path = folder / WACZ
        pages.sort(key=lambda page: (page.at, page.url))
        write_wacz(path, records, folder / "data.warc.gz", pages, about=about)
        return path

    def _copy_all(self, archive: Archive, records: Records, at: str) -> list[Page]:
        done: dict[tuple[str, int], dict[str, Any]] = {}
        pages: list[Page] = []
        for capture, findings in by_place(self._shown).values():
            places = self._allowed(archive, capture, findings)
            if places:
                title = self._titles.get(findings[0], "")
                pages.append(Page(url=capture.url, at=capture.taken_at, title=title))
            for place in places:
                if place in done:
                    known = done[place]["finding_ids"]
                    known += [each for each in findings if each not in known]
                    continue
                copied = archive.copy(*place)
                facts = {**self._facts(copied, capture, at), **self._run(place[0], copied)}
                done[place] = self._enter({**facts, "finding_ids": list(findings)}, records.add(copied), copied.raw)
        return pages

    def _allowed(self, archive: Archive, capture: Capture, findings: list[str]) -> list[tuple[str, int]]:
        """Where the records of a page lie; none where it is gone, or shows what nobody may pass on."""
        try:
            body, places = archive.page(capture)
        except CaptureMissingError as error:
            self._say("page_gone", findings, f"{capture.url} {capture.taken_at}: {error}")
            return []
        if self._subject.ruled & set(findings) and cut_data_media(body)[1]:
            self._say("media", findings, f"{capture.url} {capture.taken_at} SHA-256 {capture.sha256}")
            return []
        return places

    def _facts(self, copied: Copied, capture: Capture, at: str) -> dict[str, Any]:
        supplied = self._supplied.get((capture.warc, capture.offset))
        return {
            "kind": "page",
            "origin": "supplied" if copied.supplied or capture.supplied else "crawled",
            "parent_ids": [],
            "record_type": copied.type,
            "payload_sha256": copied.payload,
            "source_url": copied.url,
            "final_url": copied.url,
            "http_status": copied.status,
            "captured_at": copied.at,
            "server_date": copied.server_date,
            "server_ip": copied.server_ip,
            "ntp_offset": None,
            **seen_as(capture),
            **_anew(copied),
            "custody": list(_custody(copied, supplied, at)),
        }

    def _enter(self, facts: Mapping[str, Any], place: tuple[int, int], raw: bytes) -> dict[str, Any]:
        where = {"path": WACZ, "within": WARC, "offset": place[0], "size": place[1], "sha256": sha256(raw).hexdigest()}
        self.entries.append({**where, **facts})
        return self.entries[-1]

    def _run(self, file: str, copied: Copied) -> dict[str, Any]:
        """The crawl, and the line that its chain has for this record."""
        name = copied.chain[0] if copied.chain else file.partition(".")[0]
        run = self._runs.get(name) or self._runs.get(name.partition("+")[0])
        if name not in self.seen_runs:
            self.seen_runs.append(name)
            if run is None or run.seal is None:
                self._say("seal_none", [name])
        said = {"run": name, "tool": f"copycatch {run.spider}" if run else "copycatch"}
        if copied.chain is None:
            self._say("chain_none", [name], copied.url)
            return said
        _, line, digest = copied.chain
        self.chains.setdefault(name, []).append(line)
        return {**said, "chain": {"path": chain_name(name), "line": digest, "seal": run.seal if run else None}}


def chain_name(run: str) -> str:
    """The member with the lines of a run's chain."""
    return f"chains/{re.sub('[^A-Za-z0-9-]', '_', run)[:80]}.jsonl"


def _anew(copied: Copied) -> dict[str, Any]:
    """What the record was before names were left out of it; nothing where there were none."""
    said = {"original_sha256": copied.original_sha256, "original_payload_sha256": copied.original_payload}
    return {name: value for name, value in said.items() if value}


def _custody(copied: Copied, supplied: Supplied | None, at: str) -> Iterator[dict[str, str]]:
    if supplied is not None:
        yield taken("person", "handed over", supplied.supply.received_at)
        yield taken("copycatch", "taken in", supplied.at)
    else:
        yield taken("copycatch", "fetched and archived", copied.at)
    yield taken("copycatch", "copied into the bundle", at)


def runs_file(names: Sequence[str], runs: Mapping[str, Run]) -> bytes:
    """What is known of the crawls: when they were, how they ended, what seals their archives."""
    said = []
    for name in sorted(names):
        run = runs.get(name) or runs.get(name.partition("+")[0])
        said.append(
            {
                "run": name,
                "chain": chain_name(name),
                "marketplace": run.marketplace if run else None,
                "spider": run.spider if run else None,
                "started_at": run.started_at if run else None,
                "finished_at": run.finished_at if run else None,
                "outcome": run.outcome if run else None,
                "seal": run.seal if run else None,
                "supplied": bool(run and run.supplied),
            }
        )
    return json.dumps(said, indent=1).encode()
