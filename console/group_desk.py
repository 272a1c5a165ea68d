"""The stores of the home, opened for groups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from console.exits import CommandError, Exit
from console.terminal import home
from index.home import Home
from index.messages import t
from index.open import has_decisions, open_decisions, open_index
from index.profiles import Profile, load_profiles
from index.protocol import Index
from index.records import Decisions, Overtaken
from index.settings import load_settings
from takedown.cuts import CutError
from takedown.groups import Group, Groups, groups


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with."""

    place: Home
    index: Index
    records: Decisions
    profiles: dict[str, Profile]

    def groups(self) -> Groups:
        """All groups as they are now."""
        return groups(self.index, self.records, self.profiles)

    def listing(self, given: str) -> str:
        """The id of a listing, from it or a beginning of it, or from a finding's. Raises CommandError."""
        hit = self.index.get(given)
        if hit is None or hit.kind == "samples":
            raise CommandError(t("groups.no_listing", id=given))
        return hit.id if hit.kind == "listings" else str(hit.value["listing_id"])


@contextmanager
def desk(*, write: bool = False) -> Iterator[Desk]:
    """Everything opened. What `takedown` refuses becomes one line (CommandError)."""
    place, settings = home(), load_settings()
    with (
        closing(open_index(place, settings.index, write=False)) as index,
        closing(open_decisions(place, write=write or not has_decisions(place))) as records,
    ):
        try:
            yield Desk(place, index, records, load_profiles(place.brands))
        except CutError as error:
            raise CommandError(str(error)) from error
        except Overtaken as error:
            raise CommandError(t("groups.overtaken"), Exit.FAILURES) from error


def named(found: Groups, given: str) -> Group:
    """The group with this id, or that has this listing. Raises CommandError."""
    group = found.named(given)
    if group is None:
        raise CommandError(t("groups.unknown", id=given))
    return group
