"""Making a bundle: everything is collected and named in the manifest, and what is missing is said.

The same inputs and the same `now` give the same bytes, but for a time stamp, which differs each time it is asked for.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from index.messages import LANGUAGES, text
from takedown.evidence.answers import answers
from takedown.evidence.bundle import Bundle, Missing, Sources, read_bundle
from takedown.evidence.captures import shown
from takedown.evidence.checking.bundle import ABOUT, FORMAT, MANIFEST, STAMP, STAMP_NOTE
from takedown.evidence.custody import Custody, stamp_note
from takedown.evidence.package import Package
from takedown.evidence.pages import WACZ, Pages, chain_name, runs_file
from takedown.evidence.pictures import Pictures, supplies
from takedown.evidence.readme import readme
from takedown.evidence.records import Archive
from takedown.evidence.samples import samples
from takedown.evidence.sheets import LISTED_KINDS, comparison, fixation_list
from takedown.evidence.standalone import program
from takedown.evidence.subject import Subject, of_findings, of_notice
from takedown.evidence.time_stamp import StampError
from takedown.notice import Notice

Stamp = Callable[[bytes], bytes]
"""The manifest -> an RFC 3161 answer about it, checked. Raises StampError."""
Member = tuple[str, bytes | Path, dict[str, Any]]
"""Name, content, and what the manifest says of it."""


def build(
    about: Notice | Sequence[str], sources: Sources, target: Path, now: str, *, stamp: Stamp | None = None
) -> Bundle:
    """Writes the bundle of a notice, or of findings by id, to `target` in one step, readable by its owner only.

    Where a time stamp was wanted and could not be had, the bundle is there without one, and says that it waits.
    Raises UnknownFindingError, TooLargeError, ReadError, IndexUnavailable and OSError.
    """
    if isinstance(about, Notice):
        subject = of_notice(about, sources.index)
    else:
        subject = of_findings(about, sources.index, sources.profiles or {})
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".evidence-") as folder:
        made = _Making(subject, sources, now, Path(folder))
        made.collect()
        path, refused = made.write(stamp)
        path.chmod(0o600)
        path.replace(target)
    done = read_bundle(target)
    return replace(done, stamp="waiting", stamp_detail=refused) if refused else done


class _Making:
    """First everything is collected, since what is missing stands at the beginning; then it is written, once."""

    def __init__(self, subject: Subject, sources: Sources, now: str, folder: Path) -> None:
        self._subject, self._sources, self._now, self._folder = subject, sources, now, folder
        self._missing: dict[Missing, None] = {}
        key = json.dumps([subject.notice, [target.finding_id for target in subject.targets], now])
        self._id = f"e1-{sha256(key.encode()).hexdigest()[:24]}"
        self._evidence: list[Member] = []
        self._records: list[dict[str, Any]] = []
        self._background: list[Member] = []
        self._supplies: list[dict[str, Any]] = []

    def _say(self, what: str, about: Sequence[str], detail: str = "") -> None:
        self._missing.update({Missing(what=what, about=name, detail=detail[:500]): None for name in about})

    def collect(self) -> None:
        """Reads everything there is."""
        subject, sources = self._subject, self._sources
        runs = {run.id: run for run in sources.index.runs(limit=1_000_000)}
        everything = [shown(target, sources.index) for target in subject.targets]
        for one in everything:
            if not one.captures:
                self._say("page_none", [one.target.finding_id], one.target.url)
        pages = Pages(subject, everything, runs, self._say)
        about = {"title": f"copycatch {self._id}", "created": self._now, "software": f"copycatch {sources.version}"}
        wacz = pages.write(
            Archive(sources.archive, sources.cut), self._folder, at=self._now, name=self._id, about=about
        )
        self._records = pages.entries
        if wacz is not None:
            self._evidence.append((WACZ, wacz, {"kind": "wacz", "captured_at": self._now, "origin": "made"}))
        self._evidence += Pictures(subject, sources.picture, self._say, self._now).collect(everything)
        self._evidence += samples(subject, sources.index, self._say, self._now)
        self._supplies = list(supplies(everything))
        for run, lines in pages.chains.items():
            self._background.append((chain_name(run), b"".join(lines), {"kind": "chain", "run": run}))
        if pages.seen_runs:
            self._background.append(("runs.json", runs_file(pages.seen_runs, runs), {"kind": "runs"}))
        self._decided()
        if not subject.comparison:
            self._say("comparison_none", [subject.name])

    def _decided(self) -> None:
        names = [target.finding_id for target in self._subject.targets]
        found = answers(names, self._sources.decisions) if self._sources.decisions is not None else b""
        if found:
            self._background.append(("decisions.jsonl", found, {"kind": "decisions"}))
        else:
            self._say("decision_none", [self._subject.name])

    def write(self, stamp: Stamp | None) -> tuple[Path, str]:
        """Writes it; where it is, and why there is no time stamp although one was wanted. Raises OSError."""
        custody = Custody(
            {"id": self._id, "created_at": self._now, "notice": self._subject.notice or None, **self._tool()}
        )
        path = self._folder / "bundle.zip"
        with path.open("wb") as out:
            package = Package(out)
            listed: list[tuple[str, dict[str, Any]]] = []
            for name, content, facts in self._members(listed):
                held = package.add(name, content)
                entry = {"path": name, "size": held.size, "sha256": held.sha256, "tsr_path": None, **facts}
                listed.append((custody.enter(entry), entry))
                if name == WACZ:
                    listed += [(custody.enter(record), record) for record in self._records]
            for supply in self._supplies:
                custody.enter({"size": 0, **supply})
            manifest = custody.seal()
            package.add(MANIFEST, manifest)
            refused = self._stamp(package, manifest, custody.head, stamp)
            package.end()
        return path, refused

    def _tool(self) -> dict[str, Any]:
        return {"tool": "copycatch", "version": self._sources.version, "source_revision": None,
                "operator": self._sources.operator, "egress_ip": None}  # fmt: skip

    def _members(self, listed: list[tuple[str, dict[str, Any]]]) -> Iterator[Member]:
        """All members in order. `listed`: those before, with the ids they got, when the tables' turn comes."""
        missing = list(self._missing)
        for lang in LANGUAGES:
            content = readme(self._subject, missing, at=self._now, name=self._id, lang=lang)
            yield f"README.{lang}.txt", content, {"kind": "readme"}
        yield "verify.py", program(), {"kind": "program"}
        yield ABOUT, self._about(missing), {"kind": "about"}
        yield from self._evidence
        if self._subject.comparison:
            for name, content in comparison(self._subject, self._now).items():
                yield name, content, {"kind": "comparison", "captured_at": self._now, "origin": "made"}
        extracted = [(name, entry) for name, entry in listed if entry["kind"] in LISTED_KINDS]
        for name, content in fixation_list(extracted, self._now).items():
            yield name, content, {"kind": "list", "captured_at": self._now, "origin": "made"}
        yield from self._background

    def _about(self, missing: Sequence[Missing]) -> bytes:
        said = {
            "format": FORMAT,
            "id": self._id,
            "created_at": self._now,
            **self._tool(),
            "notice": self._subject.notice or None,
            "recipient": self._subject.recipient or None,
            "form": self._subject.form or None,
            "brand": self._subject.brand,
            "targets": self._subject.told(),
            "allegations": self._subject.alleged(),
            "under_the_media_rule": sorted(self._subject.ruled),
            "missing": [each.told() for each in missing],
            "samples": {lang: text("evidence.no_samples", lang) for lang in LANGUAGES},
        }
        return json.dumps(said, indent=1).encode()

    def _stamp(self, package: Package, manifest: bytes, seal: str, stamp: Stamp | None) -> str:
        if stamp is None:
            return ""
        try:
            token = stamp(manifest)
        except StampError as error:
            return str(error)
        held = package.add(STAMP, token)
        note = stamp_note(seal, tsr_sha256=held.sha256, size=held.size, at=self._now, path=STAMP)
        package.add(STAMP_NOTE, note)
        return ""
