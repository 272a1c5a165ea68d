"""`copycatch demo`: the main job on the practice market, end to end.

The practice market stands above the console in the house, for it drives the whole command line. So nothing here imports
it; it is looked up by name when somebody asks for it, and an installation may leave it out.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Annotated

import typer

from console.exits import CommandError, Exit
from console.terminal import JsonFlag
from index.messages import t


def run(
    *, serve: Annotated[bool, typer.Option("--serve", help=t("cli.demo.serve"))] = False, json: JsonFlag = False
) -> int:
    """Starts the market, crawls it, shows what was found and what was not."""
    if find_spec("demo") is None or find_spec("demo.run") is None:
        raise CommandError(t("cli.demo.missing"), Exit.MISSING)
    return int(import_module("demo.run").run(serve=serve, json=json) or Exit.DONE)
