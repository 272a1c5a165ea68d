"""Who is at work: the account that a decision, an approval or a notice is written down under."""

from __future__ import annotations

import getpass
import os
from typing import Annotated

import typer

from console.exits import CommandError
from index.messages import t
from index.settings import load_settings
from takedown.people import MAY, Deed, NotAllowedError, Person

AsFlag = Annotated[str | None, typer.Option("--as", help=t("people.as"), metavar="NAME", show_default=False)]


def acting(given: str | None, deed: Deed) -> Person:
    """The person named by --as, by COPYCATCH_AS, or by the system's login, if their roles allow the deed.

    Where the settings name nobody, the login's name is an analyst: one person alone can decide and draft, and the
    second pair of eyes has to be named first. Raises CommandError.
    """
    name = given or os.environ.get("COPYCATCH_AS") or getpass.getuser()
    people = {person.name: person for person in load_settings().people}
    if people and name not in people:
        raise CommandError(t("people.unknown", name=name, known=", ".join(sorted(people))))
    person = Person(name=name, roles=people[name].roles) if people else Person(name=name)
    try:
        person.may(deed)
    except NotAllowedError as error:
        roles = ", ".join(t(f"people.role.{role}") for role in sorted(MAY[deed]))
        raise CommandError(t("people.not_allowed", name=name, deed=t(f"people.deed.{deed}"), roles=roles)) from error
    return person
