"""The labelled listings: read strictly, one JSON object per line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from index.model import Listing, Verdict
from index.reading import ReadError, read

LISTINGS = Path(__file__).parent / "listings"
PREDICTIONS = Path(__file__).parent / "predictions.csv"
"""What detection said of them when the model was trained, each judged by a model that has not read its writer."""
_LEXICON = Path(__file__).parents[1] / "lexicon"
_LABELS = ("id", "verdict", "violations", "labels", "brand", "official", "evasion", "benign_kind", "pair", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One listing and what people say of it."""

    id: str
    """'mo-0001': the part before the dash names the writer."""
    listing: Listing
    verdict: Verdict
    violations: tuple[str, ...] = ()
    """Kinds, as `kind_of` gives them."""
    evasion: tuple[str, ...] = ()
    benign_kind: str | None = None
    """What makes a harmless listing look suspicious; None where nothing does, and for violations."""
    pair: str | None = None
    """Listings with the same one are of minimal contrast: same words, other intent."""

    @property
    def writer(self) -> str:
        """Who wrote it."""
        return self.id.partition("-")[0]


def kind_of(violation: str) -> str:
    """The entry that rules and model tell apart: the violation itself, or what it is a part of ('p2-5c' -> 'p2-5')."""
    return violation[:-1] if violation not in _kinds() and violation[:-1] in _kinds() else violation


@cache
def _kinds() -> frozenset[str]:
    return frozenset(path.stem for path in _LEXICON.glob("*.yml"))


def labelled(paths: Iterable[Path] = ()) -> list[Labelled]:
    """All listings of the files; of those that are shipped by default. Raises ReadError naming file and line."""
    return [row for path in list(paths) or sorted(LISTINGS.glob("*.jsonl")) for row in _rows(path)]


def digest() -> str:
    """Hexadecimal hash of the shipped listings."""
    seen = hashlib.blake2b(digest_size=8)
    for path in sorted(LISTINGS.glob("*.jsonl")):
        seen.update(path.read_bytes())
    return seen.hexdigest()


def _rows(path: Path) -> Iterator[Labelled]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"{path.name}: cannot be read ({error})") from error
    for number, line in enumerate(lines, start=1):
        place = f"{path.name}, line {number}"
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ReadError(f"{place}: not JSON ({error})") from error
        if not isinstance(raw, dict):
            raise ReadError(f"{place}: expected an object")
        yield _row(raw, place)


def _row(raw: dict[str, Any], place: str) -> Labelled:
    values = {name: value for name, value in raw.items() if name not in _LABELS and value is not None}
    id_ = str(raw.get("id", ""))
    listing = read(Listing, {"marketplace": "labelled", "native_id": id_, "url": "", **values}, place)
    named = raw.get("violations", raw.get("labels")) or []
    evasion = raw.get("evasion") or []
    labels = {
        "id": id_,
        "verdict": raw.get("verdict"),
        "violations": sorted({kind_of(str(one)) for one in named}),
        "evasion": [one for one in ([evasion] if isinstance(evasion, str) else evasion) if one != "none"],
        "benign_kind": raw.get("benign_kind"),
        "pair": raw.get("pair"),
    }
    given = read(_Labels, labels, place)
    return Labelled(listing=listing, **{name: getattr(given, name) for name in labels})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    id: str
    verdict: Literal["violation", "lead", "benign"]
    violations: tuple[str, ...] = ()
    evasion: tuple[str, ...] = ()
    benign_kind: str | None = None
    pair: str | None = None
