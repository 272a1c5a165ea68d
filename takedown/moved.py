"""What became of targets since somebody confirmed them, and since they were written into a notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.protocol import Index, Stored
from takedown.answers import Answers
from takedown.material import differences, material
from takedown.notice import Target

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Material fields (`takedown.material.FIELDS`) of one target that are not what they were."""

    decided: tuple[str, ...] = ()
    """Since somebody confirmed it: the confirmation reopens."""
    written: tuple[str, ...] = ()
    """Since it was written into the notice: it would say what is not so any more."""


def moved(
    index: Index, answers: Answers, targets: Sequence[Target], current: Callable[[str], str] = str
) -> dict[str, Moved]:
    """Finding id, as the notice has it -> what moved; those of which nothing did are left out.

    `current`: id of a finding -> the id it has now. What the index does not know any more has not moved.
    """
    found = {}
    for start in range(0, len(targets), BATCH):
        some = targets[start : start + BATCH]
        ties = index.ties(target.listing_id for target in some)
        for target in some:
            hit, listing = index.get(current(target.finding_id)), index.get(target.listing_id)
            if hit is None or listing is None:
                continue
            said = Moved(
                decided=tuple(_since(answers, hit, listing, ties.get(listing.id, ()))),
                written=tuple(_other(target, hit, listing)),
            )
            if said.decided or said.written:
                found[target.finding_id] = said
    return found


def _since(answers: Answers, hit: Stored, listing: Stored, ties: Sequence[str]) -> Iterator[str]:
    answer = answers.of(hit.id)
    was = answer.decision.material.get(hit.id) if answer is not None else None
    if was is not None:
        yield from (each.field for each in differences(was, material(hit.value, listing.value, ties)))


def _other(target: Target, hit: Stored, listing: Stored) -> Iterator[str]:
    """Only what a notice rests on, and only where both sides are known."""
    now = {"sample": hit.value.get("sample_sha256"), "package": listing.value.get("package_name")}
    written = {"sample": target.sample_sha256, "package": target.package_name}
    yield from (name for name, value in now.items() if value and written[name] and value != written[name])
