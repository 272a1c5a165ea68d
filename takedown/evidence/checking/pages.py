"""The archived pages: a WACZ inside the bundle, whose every record is listed in the manifest."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from typing import Any

from takedown.evidence.checking.report import CHUNK, Member, Report, Wrong
from takedown.evidence.checking.zip_file import read_zip

RECORD, ALL_RECORDS = 512 << 20, 64 << 30
"""Bytes of one archived record, and of all of them, inflated."""
PACKAGE, DIGEST, INDEX = "datapackage.json", "datapackage-digest.json", "indexes/index.cdx"
INSIDE = "!/"


def check_pages(report: Report, outer: Member, entries: list[dict[str, Any]]) -> None:
    """One WACZ, its own statements and record by record. `entries`: those of the manifest that are about it."""
    label = outer.name + INSIDE
    inner = {member.name: member for member in read_zip(report, outer.at, outer.size, label)}
    report.attempt(label + PACKAGE, check_package, label, inner)
    listed: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        listed.setdefault(label + str(entry["within"]), []).append(entry)
    report.attempt(label + INDEX, check_index, inner.get(label + INDEX), label, listed)
    for name, member in inner.items():
        if name.startswith(label + "archive/"):
            report.attempt(name, check_records, member, listed.pop(name, []))
    for name in listed:
        report.say("missing", name)


def check_package(report: Report, label: str, inner: dict[str, Member]) -> None:
    """Resources and digest of a WACZ 1.1.1."""
    package = inner[label + PACKAGE]
    digest = json.loads(report.whole(inner[label + DIGEST]).decode())
    if digest != {"path": PACKAGE, "hash": "sha256:" + package.sha256}:
        report.say("wacz", label + DIGEST)
    said = json.loads(report.whole(package).decode())
    resources = {label + one["path"]: (one["hash"], one["bytes"]) for one in said["resources"]}
    for name in sorted({*resources, *inner} - {label + PACKAGE, label + DIGEST}):
        member = inner.get(name)
        if member is None or resources.get(name) != ("sha256:" + member.sha256, member.size):
            report.say("wacz", name)


def check_index(report: Report, index: Member | None, label: str, listed: dict[str, list[dict[str, Any]]]) -> None:
    """Each line of the index points to a record of the manifest."""
    if index is None:
        raise Wrong("missing", label + INDEX)
    places = {(name, entry["offset"], entry["size"]) for name, entries in listed.items() for entry in entries}
    for number, line in enumerate(report.lines(index), start=1):
        said = json.loads(line[line.index(b" {") :].decode())
        place = (f"{label}archive/{said['filename']}", int(said["offset"]), int(said["length"]))
        if place not in places:
            report.say("index", f"{index.name}, {number}")


def check_records(report: Report, member: Member, entries: list[dict[str, Any]]) -> None:
    """Every byte of a WARC file belongs to a listed record, and each record is what its entry says."""
    at = 0
    for entry in entries:
        where, size = f"{member.name}, {entry['artefact_id']}", int(entry["size"])
        if entry["offset"] != at or size <= 0 or at + size > member.size:
            raise Wrong("record", where, f"byte {member.at + at}")
        digest = hashlib.sha256()
        for chunk in report.chunks(member.at + at, size):
            digest.update(chunk)
        if digest.hexdigest() != entry["sha256"]:
            report.say("record", where, f"bytes {member.at + at} to {member.at + at + size}")
        else:
            report.attempt(where, check_page, member.at + at, size, entry, where)
        at += size
        report.pages += entry["kind"] == "page"
    if at != member.size:
        report.say("record", member.name, f"byte {member.at + at}")


def check_page(report: Report, at: int, size: int, entry: dict[str, Any], where: str) -> None:
    """The page in a record has the hash that the record and its entry state."""
    pieces = inflated(report, at, size, where)
    head, rest = _until_blank(b"", pieces, where)
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    left = int(fields["content-length"])
    if fields["warc-type"] == "response":
        http, rest = _until_blank(rest, pieces, where)
        left -= len(http) + 4
    digest = hashlib.sha256(rest[: max(0, left)])
    left -= len(rest)
    for piece in pieces:
        digest.update(piece[: max(0, left)])
        left -= len(piece)
    if left != -4:
        raise Wrong("record", where, "length")
    stated = fields.get("warc-payload-digest", "")
    if fields["warc-type"] == "response" and stated != "sha256:" + digest.hexdigest():
        raise Wrong("payload", where, digest.hexdigest())
    if entry["kind"] == "page" and stated != f"sha256:{entry['payload_sha256']}":
        raise Wrong("payload", where, stated)


def _until_blank(held: bytes, pieces: Iterator[bytes], where: str) -> tuple[bytes, bytes]:
    """What stands before the first blank line, and what was read behind it."""
    while True:
        head, blank, rest = held.partition(b"\r\n\r\n")
        if blank:
            return head, rest
        more = next(pieces, b"")
        if not more or len(held) > 4 * CHUNK:
            raise Wrong("record", where, "no header")
        held += more


def inflated(report: Report, at: int, size: int, where: str) -> Iterator[bytes]:
    """One gzip member that fills its place, piece by piece and within bounds."""
    inflate, total = zlib.decompressobj(31), 0
    for chunk in report.chunks(at, size):
        left = chunk
        while left and not inflate.eof:
            piece = inflate.decompress(left, CHUNK)
            left = inflate.unconsumed_tail
            total += len(piece)
            report.inflated += len(piece)
            if total > RECORD or report.inflated > ALL_RECORDS:
                raise Wrong("too_large", where)
            if piece:
                yield piece
        if left or inflate.unused_data:
            raise Wrong("record", where, "more than a record")
    if not inflate.eof:
        raise Wrong("record", where, "cut off")
