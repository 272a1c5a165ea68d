"""`copycatch brands preview`: which open findings an edited profile would explain, or raise anew. It closes none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.exits import Exit
from console.terminal import JsonFlag, emit, home, out, remark, table
from console.words import verdict
from crawler.rejudge import Rejudge
from detection.judge import by_rules, findings, judge
from detection.scoring import GENERAL
from detection.subject import Subject
from index.home import Home
from index.messages import LANGUAGES, both, language, t, text
from index.model import Finding
from index.open import has_decisions, open_decisions, open_index
from index.profiles import Profile, load_profiles, read_profile
from index.protocol import Index, Stored
from index.settings import load_settings
from takedown.answers import answers_about

if TYPE_CHECKING:
    from index.records import Decisions

MOST = 20_000
"""Findings of one brand that are looked at."""
_BATCH = 100


def preview(
    file: Annotated[Path, typer.Argument(help=t("brands_onboarding.preview.file"), show_default=False)],
    *,
    json: JsonFlag = False,
) -> int:
    """Judges the brand's open findings anew with the profile in FILE; nothing is stored."""
    profile, place = read_profile(file), home()
    changes = verdicts_that_change(place, load_profiles(place.brands), profile)
    if json:
        emit({"id": profile.id, "changes": changes})
    else:
        print_changes(changes, profile.id)
    return Exit.DONE


def verdicts_that_change(place: Home, profiles: Mapping[str, Profile], edited: Profile) -> list[dict[str, Any]]:
    """The brand's open findings whose verdict would be another one, each with the reason; empty without an index.

    Findings that a person decided about are left alone. Raises IndexUnavailable, ReadError for a damaged object.
    """
    settings = load_settings()
    if settings.index is None and not place.index.exists():
        return []
    changed = {**profiles, edited.id: edited}
    with closing(open_index(place, settings.index, write=False)) as index, _decisions(place) as decisions:
        before, after = (Rejudge(index, known, "preview") for known in (profiles, changed))
        named = islice(index.scan(f'brand:"{edited.id}"'), MOST)
        found = (stored for stored in named if stored.value.get("brand") == edited.id and _is_open(stored, decisions))
        told: list[dict[str, Any]] = []
        while batch := list(islice(found, _BATCH)):
            told += _changes(index, before, after, batch)
        return told


@contextmanager
def _decisions(place: Home) -> Iterator[Decisions | None]:
    if not has_decisions(place):
        yield None
        return
    with closing(open_decisions(place, write=False)) as decisions:
        yield decisions


def _is_open(stored: Stored, decisions: Decisions | None) -> bool:
    """Proposed, and nobody said yet whether it is a case."""
    if stored.value.get("verdict") == "benign":
        return False
    return decisions is None or answers_about(decisions, [stored.id]).verdict(stored.id) is None


def _changes(index: Index, before: Rejudge, after: Rejudge, batch: Sequence[Stored]) -> Iterator[dict[str, Any]]:
    """Both ways of judging are done now, so that what changed in the rules since is not laid at the profile's door."""
    pairs = [(stored, index.get(str(stored.value["listing_id"]))) for stored in batch]
    known = [(stored, listing) for stored, listing in pairs if listing is not None]
    listings = [listing for _, listing in known]
    for (stored, _), old, new in zip(known, before.known(listings), after.known(listings), strict=True):
        group, brand = str(stored.value["group"]), stored.value.get("brand")
        was = _finding(
            findings(old.subject.listing, judge(old.subject), fingerprint=old.subject.fingerprint), group, brand
        )
        judgement = judge(new.subject)
        now = _finding(findings(new.subject.listing, judgement, fingerprint=new.subject.fingerprint), group, brand)
        if (was and was.verdict) != (now and now.verdict):
            yield {
                "finding": stored.id,
                "title": str(stored.value.get("title", "")),
                "marketplace": str(stored.value.get("marketplace", "")),
                "before": was.verdict if was else "benign",
                "after": now.verdict if now else "benign",
                "reason": _reason(was, now, new.subject),
            }


def _finding(found: Iterable[Finding], group: str, brand: object) -> Finding | None:
    return next((one for one in found if (one.group, one.brand) == (group, brand)), None)


def _reason(was: Finding | None, now: Finding | None, subject: Subject) -> dict[str, str]:
    """What is said now and was not before; else what is not said any more."""
    former = [one for violation in (was.violations if was else ()) for one in violation.evidence]
    present = by_rules(subject)  # also what speaks for the listing where nothing speaks against it
    fresh = [one for one in present if one.zh not in {other.zh for other in former}]
    gone = [one for one in former if one.detector not in GENERAL and one.zh not in {other.zh for other in present}]
    eased = (now.probability if now else 0) < (was.probability if was else 0)
    telling = [one for one in fresh if (one.strength < 0) == eased]
    if telling:
        one = max(telling, key=lambda one: abs(one.strength))
        return {"zh": one.zh, "en": one.en}
    if gone:
        one = max(gone, key=lambda one: abs(one.strength))
        words = {"zh": one.zh, "en": one.en}
        return {lang: text("brands_onboarding.preview.no_longer", lang, said=words[lang]) for lang in LANGUAGES}
    return both("brands_onboarding.preview.weighs_otherwise")


def print_changes(changes: Sequence[Mapping[str, Any]], brand: str) -> None:
    """A table, or that nothing would change; and that nothing was closed."""
    if changes:
        columns = [
            t(f"brands_onboarding.preview.column.{name}") for name in ("finding", "before", "after", "title", "reason")
        ]
        rows = [
            (one["finding"], verdict(one["before"]), verdict(one["after"]), one["title"], one["reason"][language()])
            for one in changes
        ]
        out().print(table(columns, rows, wide={columns[3]: 1, columns[4]: 2}))
    remark(t("brands_onboarding.preview.told", number=len(changes), id=brand))
