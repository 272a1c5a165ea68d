"""Worked examples: for each violation that can be observed what a listing says, what is quoted, and a lawful twin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from index.model import Listing, SourceKind
from index.reading import ReadError, read, yaml_of

FILE = Path(__file__).parent / "examples.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One worked example."""

    violation: str
    """Short taxonomy id."""
    title: str
    description: str
    kind: SourceKind
    quote: str
    """Stands in what the evidence quotes."""
    twin: str
    """Nearly the same words as the title of something lawful."""
    seller: str | None = None
    package: str | None = None

    def listing(self) -> Listing:
        """The listing that is judged."""
        return Listing(
            marketplace="examples",
            native_id=self.violation,
            url="",
            title=self.title,
            source_kind=self.kind,
            description=self.description,
            seller=self.seller,
            package_name=self.package,
        )

    def lawful(self) -> Listing:
        """The twin as a listing of the same kind."""
        return replace(self.listing(), title=self.twin, description="", seller=None, package_name=None)


@cache
def examples() -> dict[str, Example]:
    """Short id -> example; a category may share that of one of its sub-items. Raises ReadError."""
    raw = yaml_of(FILE.read_text("utf-8"))
    own = {
        short: read(Example, {**row, "violation": short}, f"{FILE.name}, {short}")
        for short, row in raw.items()
        if "see" not in row
    }
    shared = {short: row["see"] for short, row in raw.items() if "see" in row}
    if strange := {short for short, other in shared.items() if other not in own}:
        raise ReadError(f"{FILE.name}: {', '.join(sorted(strange))} has the example of something without one")
    return {short: own[shared.get(short, short)] for short in raw}
