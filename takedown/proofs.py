"""What a notice rests on beside what was observed: rights and authority from the papers, and the files as proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from index.party import Party
from index.profiles import Mark, Profile
from index.protocol import Stored
from takedown.notice import Attachment, Right
from takedown.papers import Paper

PROVES = {"mark": "trademark", "work": "copyright"}
"""Kind of paper -> kind of right."""
MOST_PICTURES = 50


def rights(
    kind: str, brand: str, profile: Profile | None, papers: Sequence[Paper], jurisdiction: str
) -> tuple[Right, ...]:
    """Rights of that kind that hold where the notice goes, from papers; marks of the profile where no paper is.

    Where none of the papers holds there all are named, and the gates say why that will not do.
    """
    fitting = [one for one in papers if not one.removed and PROVES.get(one.kind) == kind and one.brand == brand]
    here = [one for one in fitting if one.holds_in(jurisdiction)] or fitting
    if here:
        return tuple(_right(one, jurisdiction) for one in here)
    marks = profile.marks if profile and kind == "trademark" else ()
    return tuple(_mark(one) for one in marks if one.region == jurisdiction)


def _right(paper: Paper, jurisdiction: str) -> Right:
    region = jurisdiction if jurisdiction in paper.regions else next(iter(paper.regions), "")
    return Right(
        kind=PROVES[paper.kind],  # type: ignore[arg-type] # its values are kinds of rights
        title=paper.title,
        number=paper.number,
        jurisdiction=region,
        classes=paper.classes,
        owner=paper.owner,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
        paper=paper.id,
        original_url=paper.original_url,
    )


def _mark(mark: Mark) -> Right:
    return Right(
        kind="trademark",
        title=mark.name,
        number=mark.number,
        jurisdiction=mark.region,
        classes=tuple(int(one) for one in mark.classes),
        owner=mark.holder or "",
        valid_to=mark.expires or "",
    )


def authorization(principal: Party | None, brand: str | None, papers: Sequence[Paper]) -> str:
    """The paper that lets the reporter act for the principal: the one that lasts longest; empty where there is none."""
    if principal is None:
        return ""
    fitting = [
        one
        for one in papers
        if one.kind == "authorisation" and not one.removed
        if one.brand in {"", brand or ""} and one.owner in {"", principal.org}
    ]
    return max(fitting, key=lambda one: one.valid_to or "9999-12-31").id if fitting else ""


def papers_attached(papers: Iterable[Paper], named: Iterable[str], brand: str | None) -> Iterator[Attachment]:
    """The files of the papers that the notice names, and of those that say who the sender is."""
    wanted = set(named)
    for one in papers:
        identity = one.kind in {"licence", "identity"} and one.brand in {"", brand or ""}
        if one.sha256 and not one.removed and (one.id in wanted or identity):
            yield Attachment(
                kind="paper",
                name=one.file_name,
                sha256=one.sha256,
                size=one.size,
                media_type=one.media_type,
                note=one.title,
                personal=one.kind == "identity",
            )


def pictures_attached(hits: Iterable[Stored], kept: Mapping[str, int], most: int | None) -> Iterator[Attachment]:
    """Pictures of the findings' pages, of those that are kept (SHA-256 -> bytes), as many as the form takes."""
    left = min(most or MOST_PICTURES, MOST_PICTURES)
    for hit in hits:
        capture: Any = hit.value.get("capture") or {}
        digest = capture.get("screenshot")
        if digest in kept and left > 0:
            left -= 1
            yield Attachment(
                kind="screenshot",
                name=f"{hit.id[:15]}.png",
                sha256=digest,
                size=kept[digest],
                media_type="image/png",
                captured_at=str(capture.get("taken_at") or ""),
                source_url=str(capture.get("url") or ""),
                finding_id=hit.id,
            )
