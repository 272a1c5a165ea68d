"""The program: what it takes, what it says, and its exit codes."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from takedown.evidence.checking.bundle import MANIFEST, check
from takedown.evidence.checking.report import Report
from takedown.evidence.checking.words import LANGUAGES, words

MOST_MISSING = 20
"""Things that the bundle says are missing and that are listed; --json has all."""


def told(report: Report, languages: tuple[str, ...] = LANGUAGES) -> list[str]:
    """What was found, in lines for people."""
    said = words("bad" if report.wrong else "ok", languages)
    for code, where, detail in report.wrong:
        said += [f"  - {where}: {' / '.join(words(code, languages))}{f' ({detail})' if detail else ''}"]
    if report.more:
        said += words("more", languages, report.more)
    if report.seal:
        said += words("say_counts", languages, report.members, report.pages, report.created_at)
        said += words("say_seal", languages, report.seal)
    if report.missing:
        said += words("say_missing", languages, len(report.missing))
        shown = report.missing[:MOST_MISSING]
        said += ["  - " + " / ".join(str(missing.get(lang, "")) for lang in languages) for missing in shown]
        said += ["  ..."] if len(report.missing) > MOST_MISSING else []
    if report.stamp is not None:
        said += words("say_stamp", languages, report.stamp["at"])
        said += [f"  openssl ts -verify -data {MANIFEST} -in {report.stamp['where']} -CAfile CA.pem"]
    elif not report.wrong:
        said += words("say_no_stamp", languages)
    return [harmless(line) for line in said]


def harmless(line: str) -> str:
    """Names and words in a bundle are hostile: what could steer a terminal, hide or reorder text becomes visible."""
    return "".join(letter if letter.isprintable() else f"<U+{ord(letter):04X}>" for letter in line)


def as_json(report: Report, name: str) -> dict[str, Any]:
    """The same for programs."""
    wrong = [
        {"code": code, "where": where, "detail": detail, **{lang: words(code, (lang,))[0] for lang in LANGUAGES}}
        for code, where, detail in report.wrong
    ]
    return {
        "file": name,
        "whole": not report.wrong,
        "wrong": wrong,
        "more": report.more,
        "seal": report.seal,
        "custody_sha256": report.custody_sha256,
        "created_at": report.created_at,
        "members": report.members,
        "pages": report.pages,
        "missing": report.missing,
        "stamp": report.stamp,
    }


def main(argv: list[str] | None = None) -> int:
    """Checks one bundle. 0: whole; 1: something is not as it was; 2: it cannot be read."""
    parser = argparse.ArgumentParser(description="核对证据包 / checks an evidence bundle")
    parser.add_argument("bundle")
    parser.add_argument("--seal", default="", help="函件所载封存值 / the seal in the letter")
    parser.add_argument("--tsr", default="", help="包外的时间戳 / a time stamp beside the bundle")
    parser.add_argument("--lang", choices=LANGUAGES)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    languages = (given.lang,) if given.lang else LANGUAGES
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that cannot show Chinese still shows the rest
    try:
        report = check(given.bundle, seal=given.seal.lower(), tsr=given.tsr)
    except OSError as error:
        sys.stderr.write("\n".join(words("no_file", languages, error)) + "\n")
        return 2
    lines = [json.dumps(as_json(report, given.bundle))] if given.json else told(report, languages)
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if report.wrong else 0
