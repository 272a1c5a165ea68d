"""What a third party reads first, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Sequence

from index.messages import text
from index.plain import line
from takedown.evidence.bundle import Missing
from takedown.evidence.subject import Subject

MOST = 200
"""Lines of one list; `bundle.json` has all."""
PARTS = ("pages", "screenshots", "samples", "comparison", "list", "decisions", "chains", "custody", "verify")


def readme(subject: Subject, missing: Sequence[Missing], *, at: str, name: str, lang: str) -> bytes:
    """The text, with a mark at its beginning by which old editors know it is UTF-8."""
    said = [text("evidence.readme.title", lang, name=name), "", text("evidence.readme.made", lang, at=at), ""]
    said += [text("evidence.readme.about", lang, count=len(subject.targets))]
    shown = subject.targets[:MOST]
    said += [f"  - {line(target.title, 120)}  {line(target.url, 500)}  ({target.finding_id})" for target in shown]
    said += _more(len(subject.targets), lang)
    said += ["", text("evidence.readme.parts", lang)]
    said += [f"  {text(f'evidence.readme.part.{part}', lang)}" for part in PARTS]
    said += ["", text("evidence.readme.check", lang), "", text("evidence.readme.proves", lang), ""]
    said += [text("evidence.readme.left_out", lang), ""]
    said += [text("evidence.readme.missing" if missing else "evidence.readme.nothing_missing", lang)]
    said += [f"  - {line(each.told()[lang], 500)}" for each in missing[:MOST]]
    said += _more(len(missing), lang)
    return ("\ufeff" + "\r\n".join("\r\n".join(part.splitlines()) for part in said) + "\r\n").encode()


def _more(count: int, lang: str) -> list[str]:
    return [f"  {text('evidence.readme.more', lang, count=count - MOST)}"] if count > MOST else []
