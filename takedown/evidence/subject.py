"""What a bundle is about: the targets of a notice, or findings without one. Nobody's name but the seller's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from index.media import RULED
from index.messages import t
from index.profiles import Profile
from index.protocol import Index, Stored
from index.reading import encode
from takedown.allegations import allegations
from takedown.comparing import compared
from takedown.notice import Allegation, Compared, Notice, Target
from takedown.targets import Targets

BATCH = 200


class UnknownFindingError(ValueError):
    """There is no such finding; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is shown to a third party."""

    targets: tuple[Target, ...]
    allegations: tuple[Allegation, ...] = ()
    comparison: tuple[Compared, ...] = ()
    brand: str | None = None
    notice: str = ""
    """Its id; empty for findings without one."""
    recipient: str = ""
    form: str = ""
    ruled: frozenset[str] = field(default_factory=frozenset)
    """Finding ids under the sexual-material rule: of these no media is in the bundle."""

    @property
    def name(self) -> str:
        """For file names."""
        return self.notice or self.targets[0].finding_id

    def told(self) -> list[dict[str, object]]:
        """The targets as they stand in the bundle: no name of who brought one, or looked at it."""
        return [_target(target) for target in self.targets]

    def alleged(self) -> list[dict[str, object]]:
        """What was found, in both languages, with exact quotes. No probability: it proves nothing."""
        names = ("violation", "title_zh", "title_en", "observability", "reasons_zh", "reasons_en", "quotes", "targets")
        return [{name: _plain(getattr(one, name)) for name in names} for one in self.allegations]


HIDDEN = frozenset({"custody", "look"})
"""Fields of a target that may name a person: told apart, without the name."""


def _target(target: Target) -> dict[str, object]:
    said = {name: value for name, value in _plain(target).items() if name not in HIDDEN}
    look = target.look
    if look is not None:
        said["look"] = {
            "at": look.at,
            "state": look.state,
            "by": "person" if look.by else "crawler",
            "picture_sha256": look.picture_sha256,
        }
    return said


def _plain(value: object) -> Any:
    """As JSON would have it."""
    import msgspec  # noqa: PLC0415 - with what it reads

    return msgspec.json.decode(encode(value))


def of_notice(notice: Notice, index: Index) -> Subject:
    """What the notice is about."""
    content = notice.content
    return Subject(
        targets=content.targets,
        allegations=content.allegations,
        comparison=content.comparison,
        brand=content.brand,
        notice=notice.id,
        recipient=content.recipient,
        form=content.form,
        ruled=_ruled(content.targets, content.allegations, index),
    )


def of_findings(names: Iterable[str], index: Index, profiles: Mapping[str, Profile]) -> Subject:
    """The same of findings. Raises UnknownFindingError."""
    hits = [_finding(name, index) for name in dict.fromkeys(names)]
    make = Targets(index)
    targets: list[Target] = []
    for start in range(0, len(hits), BATCH):
        some = hits[start : start + BATCH]
        supplied = index.supplied(str(hit.value["listing_id"]) for hit in some)
        for hit in some:
            listing = index.get(str(hit.value["listing_id"]))
            if listing is None:
                raise UnknownFindingError(t("evidence.unknown", id=hit.id))
            targets.append(make.make(hit, listing, supplied.get(listing.id, ())))
    brands = [str(hit.value.get("brand") or "") for hit in hits]
    lines = [
        line for target, brand in zip(targets, brands, strict=True) for line in compared([target], profiles.get(brand))
    ]
    alleged = allegations(hits, basis="platform_policy", jurisdiction="CN")
    return Subject(
        targets=tuple(targets),
        allegations=alleged,
        comparison=tuple(lines),
        brand=brands[0] if len(set(brands)) == 1 and brands[0] else None,
        ruled=_ruled(targets, alleged, index),
    )


def _finding(name: str, index: Index) -> Stored:
    hit = index.get(name)
    if hit is None or hit.kind != "findings":
        raise UnknownFindingError(t("evidence.unknown", id=name))
    return hit


def _ruled(targets: Iterable[Target], alleged: Iterable[Allegation], index: Index) -> frozenset[str]:
    """Targets for which such a violation was ever considered, in any finding of their listing, or is alleged."""
    found = set()
    said = [one for one in alleged if one.violation.startswith(RULED)]
    for target in targets:
        hits = index.search(f'listing_id:"{target.listing_id}"', limit=1000)
        considered = {str(one["id"]) for hit in hits for one in _violations(hit)}
        if any(short.startswith(RULED) for short in considered) or any(
            not one.targets or target.finding_id in one.targets for one in said
        ):
            found.add(target.finding_id)
    return frozenset(found)


def _violations(hit: Stored) -> Iterable[Mapping[str, Any]]:
    held: Any = hit.value.get("violations")
    return held or ()
