"""The tables of a bundle: observed against genuine, and the Chinese list of extracted and fixed electronic data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.messages import LANGUAGES, text
from takedown.evidence.subject import Subject
from takedown.evidence.tables import html, xlsx

COMPARED = ("finding", "title", "part", "observed", "genuine", "differs")
LISTED = ("number", "name", "source", "how", "at", "kind", "size", "sha256", "note")
LISTED_KINDS = frozenset({"page", "screenshot", "fingerprint"})
"""What was extracted; the rest was made from it."""


def _both(message: str) -> str:
    return " / ".join(dict.fromkeys(text(message, lang) for lang in LANGUAGES))


def comparison(subject: Subject, at: str) -> dict[str, bytes]:
    """The comparison sheet as two files. What is not known of the genuine side is said, and is no difference."""
    titles = {target.finding_id: target.title for target in subject.targets}
    rows = [
        (
            one.finding_id,
            titles.get(one.finding_id, ""),
            _both(f"evidence.part.{one.part}"),
            one.observed,
            _both("evidence.not_collected") if one.genuine is None else one.genuine,
            _both({True: "evidence.differs", False: "evidence.same", None: "evidence.cannot_say"}[one.differs]),
        )
        for one in subject.comparison
    ]
    heading = [_both(f"evidence.column.{name}") for name in COMPARED]
    title = _both("evidence.comparison")
    notes = [text("evidence.comparison_note", lang) for lang in LANGUAGES]
    return {
        "comparison.html": html(title, heading, rows, lang="zh", notes=notes),
        "comparison.xlsx": xlsx(
            text("evidence.comparison", "zh"), heading, rows, at=at, widths=(30, 36, 18, 48, 48, 20), notes=notes
        ),
    }


def fixation_list(entries: Iterable[tuple[str, Mapping[str, Any]]], at: str) -> dict[str, bytes]:
    """电子数据提取固定清单 as two files: what was extracted, whence, how, when, and its completeness check value."""
    rows = [_row(number, name, entry) for number, (name, entry) in enumerate(entries, start=1)]
    heading = [text(f"evidence.list.{name}", "zh") for name in LISTED]
    title = text("evidence.list.title", "zh")
    notes = [text("evidence.list.note_hash", "zh"), text("evidence.list.note_how", "zh"), *_signing()]
    return {
        "fixation-list.html": html(title, heading, rows, lang="zh", notes=notes),
        "fixation-list.xlsx": xlsx(
            title, heading, rows, at=at, widths=(6, 30, 60, 20, 22, 16, 12, 70, 40), notes=notes
        ),
    }


def _signing() -> Sequence[str]:
    """Lines that people fill in by hand: the program signs for nobody."""
    return (text("evidence.list.signing", "zh"),)


def _row(number: int, name: str, entry: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        number,
        f"{name} {entry['path']}" + (f" ({entry['within']}, {entry['offset']})" if "within" in entry else ""),
        entry.get("source_url") or "",
        text(f"evidence.list.{_how(entry)}", "zh"),
        entry.get("captured_at") or "",
        text(f"evidence.kind.{entry['kind']}", "zh"),
        entry["size"],
        entry["sha256"],
        _note(entry),
    )


def _how(entry: Mapping[str, Any]) -> str:
    """How it was extracted: what only somebody who is logged in sees is no public page."""
    if entry.get("origin") == "supplied":
        return "supplied"
    return "session" if entry.get("own_session") else "online"


def _note(entry: Mapping[str, Any]) -> str:
    said = []
    if entry.get("payload_sha256"):
        said.append(text("evidence.list.payload", "zh", sha256=entry["payload_sha256"]))
    if entry.get("original_sha256"):
        said.append(text("evidence.list.anew", "zh", sha256=entry["original_sha256"]))
    if entry.get("original_payload_sha256"):
        said.append(text("evidence.list.cut", "zh", sha256=entry["original_payload_sha256"]))
    return "\n".join(said)
