"""`copycatch detect`: listings in, judgement out, nothing stored."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from console.exits import Exit
from console.let_pass import let_pass_by
from console.offers import Offer, read_offers
from console.terminal import JsonFlag, emit, home, out, table
from console.words import chance, verdict
from detection.judge import TOGETHER, findings, judge_all
from detection.subject import Subject
from index.messages import language, t
from index.model import AllowedHit, Judgement, Listing, Violation
from index.open import open_allowed, open_registry
from index.profiles import Profile, load_profiles
from index.reading import ReadError
from takedown.columns import allowed


def run(
    file: Annotated[str, typer.Argument(help=t("cli.detect.file"), metavar="FILE|-", show_default=False)],
    *,
    json: JsonFlag = False,
    ignore_unknown: Annotated[bool, typer.Option("--ignore-unknown", help=t("cli.detect.ignore_unknown"))] = False,
    pictures: Annotated[Path | None, typer.Option("--pictures", help=t("pictures.folder"), show_default=False)] = None,
) -> int:
    """Judges every line."""
    place = home()
    profiles, registry = load_profiles(place.brands), open_registry(place)
    seen = ExitStack()
    let_pass = let_pass_by(open_allowed(place), seen)
    with seen, nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as source:
        told = _told_by(pictures, profiles, seen)

        def subject(offer: Offer) -> Subject:
            listing = told(offer.id, offer.listing())
            return Subject(listing=listing, profiles=profiles, registry=registry, allowed=let_pass(listing))

        offers = read_offers(source, "stdin" if file == "-" else file, ignore_unknown=ignore_unknown)
        # Whoever writes to standard input may wait for each answer.
        judged = _judged(_in_batches(offers, 1 if file == "-" else TOGETHER), subject)
        if json:
            for offer_id, listing, judgement in judged:
                emit(document(offer_id, judgement, allowed_of(listing, judgement)))
        else:
            _show(judged)
    return Exit.DONE


def _judged(
    batches: Iterable[Sequence[Offer]], subject: Callable[[Offer], Subject]
) -> Iterator[tuple[str, Listing, Judgement]]:
    for batch in batches:
        subjects = [subject(offer) for offer in batch]
        for offer, one, judgement in zip(batch, subjects, judge_all(subjects), strict=True):
            yield offer.id, one.listing, judgement


def _show(judged: Iterable[tuple[str, Listing, Judgement]]) -> None:
    """A table; where a line is broken, of what stands before it."""
    rows: list[tuple[Any, ...]] = []
    broken = None
    try:
        rows += _rows(judged)
    except ReadError as error:
        broken = error
    if rows or not broken:
        columns = [t(f"cli.detect.column.{name}") for name in ("id", "verdict", "title", "why")]
        out().print(table(columns, rows, wide={columns[2]: 1, columns[3]: 2}))
    if broken:
        raise broken


def _in_batches(offers: Iterator[Offer], size: int) -> Iterator[list[Offer]]:
    """What stands before a broken line comes before its error."""
    batch: list[Offer] = []
    try:
        for offer in offers:
            batch.append(offer)
            if len(batch) == size:
                yield batch
                batch = []
    except ReadError:
        yield batch
        raise
    yield batch


def _told_by(
    folder: Path | None, profiles: Mapping[str, Profile], closing: ExitStack
) -> Callable[[str, Listing], Listing]:
    """Adds to a listing what its pictures in the folder say."""
    if folder is None:
        return lambda _, listing: listing
    from console.local_pictures import LocalPictures  # noqa: PLC0415 - workers and an optional extra

    local = LocalPictures(folder, profiles)
    closing.callback(local.close)
    return local.told


def allowed_of(listing: Listing, judgement: Judgement) -> list[AllowedHit]:
    """The entries of the allow-list that cover a finding that a crawl would make of it."""
    return list(dict.fromkeys(hit for finding in findings(listing, judgement) for hit in finding.allowed))


def document(offer_id: str, judgement: Judgement, entries: Sequence[AllowedHit] = ()) -> dict[str, Any]:
    """The contract of `detect --json` (docs/schema/detect.json)."""
    said = {"allowed": [asdict(one) for one in entries]} if entries else {}
    return {
        "id": offer_id,
        "verdict": judgement.verdict,
        "violations": [_violation(violation) for violation in judgement.violations],
        "brand": judgement.brand,
        "priority": judgement.priority,
        **said,
    }


def _violation(violation: Violation) -> dict[str, Any]:
    shown = ("detector", "quote", "start", "end", "field", "decode", "zh", "en")
    return {
        "id": violation.id,
        "probability": violation.probability,
        "evidence": [{name: getattr(evidence, name) for name in shown} for evidence in violation.evidence],
    }


def _rows(judged: Iterable[tuple[str, Listing, Judgement]]) -> Iterator[tuple[Any, ...]]:
    lang = language()
    for offer_id, listing, judgement in judged:
        top = judgement.violations[0] if judgement.violations and judgement.verdict != "benign" else None
        why = f"{top.id} {chance(top.probability)} " if top else ""
        entries = [asdict(one) for one in allowed_of(listing, judgement)]
        reasons = [getattr(evidence, lang) for evidence in (top.evidence[:2] if top else ())]
        why += "; ".join((*allowed({"allowed": entries}, lang), *reasons))
        yield offer_id, verdict(judgement.verdict), listing.title, why
