"""A bundle against its manifest `custody.jsonl`: all members, all records, the chains of the crawls, the time stamp."""

from __future__ import annotations

import json
import os
from typing import Any

from takedown.evidence.checking.chained import START, chained
from takedown.evidence.checking.pages import check_pages
from takedown.evidence.checking.report import Member, Report, Wrong
from takedown.evidence.checking.stamp import check_stamp
from takedown.evidence.checking.zip_file import read_zip

FORMAT = "copycatch-evidence/1"
MANIFEST, STAMP, STAMP_NOTE, ABOUT = "custody.jsonl", "custody.tsr", "stamp.jsonl", "bundle.json"
MOST_ENTRIES = 500_000


def check(path: str, *, seal: str = "", tsr: str = "") -> Report:
    """Reads all of the file once. `seal`: what the last line has to be; `tsr`: a time stamp beside the file, by default
    '<file>.tsr' where there is one. Raises OSError where a file cannot be read.
    """
    with open(path, "rb") as stream:  # noqa: PTH123 - the name is enough
        report = Report(stream)
        report.attempt("ZIP", _check, seal)
        beside = tsr or path + ".tsr"
        if tsr or os.path.exists(beside):  # noqa: PTH110 - as above
            with open(beside, "rb") as token:  # noqa: PTH123 - works with names, runs alone
                report.attempt(beside, _check_beside, token.read(1 << 20), os.path.basename(beside))  # noqa: PTH119 - works with names, runs alone
    return report


def _check(report: Report, seal: str) -> None:
    members = read_zip(report, 0, report.size, "")
    report.members = len(members)
    held = {member.name: member for member in members}
    if MANIFEST not in held:
        raise Wrong("missing", MANIFEST)
    entries = _manifest(report, held[MANIFEST])
    if seal and seal != report.seal:
        report.say("seal", MANIFEST, report.seal)
    _check_members(report, members, entries)
    for member in members:
        if member.name.endswith(".wacz"):
            inside = [entry for entry in entries if entry.get("path") == member.name and "within" in entry]
            report.attempt(member.name, check_pages, member, inside)
    report.attempt("chains", _check_chains, members, entries)
    if ABOUT in held:
        report.attempt(ABOUT, _take_missing, held[ABOUT])
    if STAMP in held or STAMP_NOTE in held:
        report.attempt(STAMP, _check_stamped, held)


def _manifest(report: Report, member: Member) -> list[dict[str, Any]]:
    entries = []
    for value, stated in chained(report, member, START):
        entries.append(value)
        report.seal = stated
        if len(entries) > MOST_ENTRIES:
            raise Wrong("too_large", MANIFEST)
    if not entries or entries[0].get("format") != FORMAT:
        raise Wrong("no_zip", MANIFEST)
    if entries[-1].get("kind") != "seal" or entries[-1].get("entries") != len(entries) - 1:
        report.say("no_seal", MANIFEST)
    report.custody_sha256, report.created_at = member.sha256, str(entries[0].get("created_at"))
    return entries


def _check_members(report: Report, members: list[Member], entries: list[dict[str, Any]]) -> None:
    """Each member is listed and each listed one is there, as it was and in the order of the manifest."""
    held = {member.name: member for member in members}
    listed = {str(entry["path"]): entry for entry in entries if "path" in entry and "within" not in entry}
    for name, entry in listed.items():
        member = held.get(name)
        if member is None:
            report.say("missing", name)
        elif (member.sha256, member.size) != (entry.get("sha256"), entry.get("size")):
            report.say("changed", name, f"SHA-256 {member.sha256}")
    stamped = [STAMP, STAMP_NOTE] if {STAMP, STAMP_NOTE} & set(held) else []
    order = [*listed, MANIFEST, *stamped]
    expected = set(order)
    for name in held:
        if name not in expected:
            report.say("extra", name)
    if set(held) == expected and list(held) != order:
        report.say("order", next(name for n, name in enumerate(held) if name != order[n]))


def _check_chains(report: Report, members: list[Member], entries: list[dict[str, Any]]) -> None:
    """What the lines of the crawls' own chains say of the records."""
    known = {}
    for member in members:
        if member.name.startswith("chains/"):
            for value, stated in chained(report, member, None):
                known[member.name, stated] = value["link"]
    for entry in entries:
        if entry.get("chain"):
            link = known.get((entry["chain"]["path"], entry["chain"]["line"]), {})
            if link.get("sha256") != entry.get("original_sha256", entry.get("sha256")):
                report.say("run_chain", str(entry.get("artefact_id")))


def _take_missing(report: Report, member: Member) -> None:
    said = json.loads(report.whole(member).decode())["missing"]
    report.missing = [each for each in said if isinstance(each, dict)]


def _check_stamped(report: Report, held: dict[str, Member]) -> None:
    """The note about the time stamp follows the seal and names the stamp; the stamp is one of the manifest."""
    for name in (STAMP, STAMP_NOTE):
        if name not in held:
            raise Wrong("missing", name)
    notes = [value for value, _ in chained(report, held[STAMP_NOTE], None)]
    if len(notes) != 1 or notes[0].get("prev_entry_sha256") != report.seal:
        report.say("chain", STAMP_NOTE)
    elif notes[0].get("sha256") != held[STAMP].sha256:
        report.say("changed", STAMP)
    check_stamp(report, held[MANIFEST], report.whole(held[STAMP]), STAMP)


def _check_beside(report: Report, token: bytes, where: str) -> None:
    """A stamp that came later lies beside the bundle: the bundle stays as it was sent."""
    for member in read_zip(Report(report.stream), 0, report.size, ""):
        if member.name == MANIFEST:
            check_stamp(report, member, token, where)
