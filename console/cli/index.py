"""`copycatch index`: state, making, migration, rebuilding, copying, backup, restore, re-scoring and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from console.backlog import tell_backlog
from console.carrying import copy, init, make_files, rebuild, tell_built
from console.exits import CommandError, Exit
from console.opening import reading
from console.picture_reading import pictures
from console.rescoring import rescore
from console.terminal import JsonFlag, emit, home, out
from index.kept import copy_kept
from index.messages import t
from index.open import administration, back_up, is_team, stores
from index.open import restore as put_back
from index.plain import plain
from index.settings import load_settings


def status(*, json: JsonFlag = False) -> int:
    """Where the index lies and how much is in it; what did not reach it is told beside."""
    tell_backlog()
    with reading() as index:
        found = index.status()
    if json:
        emit(found)
    else:
        for name, value in found.items():
            out().print(plain(f"{name}: {value}"), soft_wrap=True)
    return Exit.DONE


def migrate(*, json: JsonFlag = False) -> int:
    """Brings index and decisions up to date, or makes them."""
    home().prepare()
    settings = load_settings()
    if is_team(settings.index):
        return _done([administration().migrate(settings.index, settings.elastic, tell=tell_built)], json=json)
    return _done(make_files(), json=json)


def backup(
    folder: Annotated[Path, typer.Argument(help=t("cli.index.target"), show_default=False)], *, json: JsonFlag = False
) -> int:
    """Copies both files, papers and receipts while others may go on writing."""
    place = home()
    made = back_up(place, folder, load_settings().index)
    return _done([*made, *copy_kept(place.path, folder)], json=json)


def restore(
    folder: Annotated[Path, typer.Argument(help=t("cli.index.source"), show_default=False)],
    *,
    yes: Annotated[bool, typer.Option("--yes", help=t("cli.index.yes"))] = False,
    json: JsonFlag = False,
) -> int:
    """Puts both files back; what was there is kept beside them."""
    place = home()
    url = load_settings().index
    if not yes and any(path.exists() for path in stores(place, url).values()):
        raise CommandError(t("cli.index.wants_yes", path=place.path))
    place.prepare()
    made = put_back(folder, place, url)
    return _done([*made, *copy_kept(folder, place.path)], json=json)


RUN = {
    "status": status,
    "init": init,
    "migrate": migrate,
    "rebuild": rebuild,
    "copy": copy,
    "backup": backup,
    "restore": restore,
    "rescore": rescore,
    "pictures": pictures,
}


def _done(files: Sequence[Path | str], *, json: bool) -> int:
    if json:
        emit({"files": [str(path) for path in files]})
    else:
        for path in files:
            out().print(plain(t("cli.index.done", path=path)), soft_wrap=True)
    return Exit.DONE
