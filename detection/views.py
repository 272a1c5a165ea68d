"""Views that differ: what a second, declared look at a listing was shown instead. Stated as it is, and never scored.

A page that shows one thing to a crawler and another to a buyer is worth a person's look; so is one that only exists at
night. But sellers also edit their pages: whoever hands views in here has left out what may be a mere change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import replace as changed
from rapidfuzz import fuzz

from index.messages import LANGUAGES, both, text
from index.model import Evidence, Listing, View, Violation

MATERIAL = ("title", "price", "seller", "package_name", "sample_sha256", "download_urls", "declared_signers", "forms")
"""Fields in which any difference counts."""
ALIKE = 60.0
"""Texts that share less (percent of their words, in whatever order) are different texts."""
SHOWN = 120
"""Characters of a value that are shown."""
DETECTOR = "views_differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that a view showed differently."""

    field: str
    """Name of a listing field, or 'page' where the whole page was something else."""
    here: str
    """As the listing is known."""
    there: str
    """As the view showed it."""
    view: View


def differences(listing: Listing, view: View) -> Iterator[Difference]:
    """What the view showed differently."""
    if view.listing is None:
        if view.state in {"gone", "off_shelf", "moved"}:
            yield Difference(field="page", here="seen", there=view.state, view=view)
        return
    for name in MATERIAL:
        here, there = _plain(getattr(listing, name)), _plain(getattr(view.listing, name))
        if here != there:
            yield Difference(field=name, here=here, there=there, view=view)
    here, there = listing.description, view.listing.description
    if fuzz.token_set_ratio(here, there) < ALIKE and here.strip() != there.strip():
        yield Difference(field="description", here=_plain(here), there=_plain(there), view=view)


def with_views(violations: Sequence[Violation], listing: Listing, views: Sequence[View]) -> tuple[Violation, ...]:
    """The violations; those that are suspected anyway say what other views showed. No probability changes."""
    said = [_evidence(one) for view in views for one in differences(listing, view)]
    if not said:
        return tuple(violations)
    return tuple(
        replace(one, evidence=(*one.evidence, *(changed(each, violation=one.id) for each in said)))
        if any(piece.strength > 0 for piece in one.evidence)
        else one
        for one in violations
    )


def _evidence(one: Difference) -> Evidence:
    visitor = one.view.visitor
    values = {"at": one.view.at, "vantage": visitor.vantage or "-", "lang": visitor.lang or "-"}
    values |= {"field": one.field, "here": one.here or "-", "there": one.there or "-"}
    session = both("view.session" if visitor.session else "view.no_session")
    message = "view.page" if one.field == "page" else "view.field"
    words = {lang: text(message, lang, session=session[lang], **values) for lang in LANGUAGES}
    return Evidence(
        detector=DETECTOR,
        violation="",
        strength=0.0,
        observed=one.there,
        expected=one.here,
        zh=words["zh"],
        en=words["en"],
    )


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(sorted(str(one) for one in value))[:SHOWN]
    return " ".join(str("" if value is None else value).split())[:SHOWN]
