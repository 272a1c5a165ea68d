"""The `copycatch` command. Each module here is one command, imported only when it is called: starting is fast.

A command module offers `run`, or `RUN`, a mapping of sub-command names to functions; a package without either has one
sub-command in each of its modules, which offers `run`. Its words stand in the catalogue:
`cli.<command>.summary`, `.help` and `.examples` (for a sub-command `cli.<command>.<sub>.help` and `.examples`).
A function returns an exit code of `console.exits.Exit`, and raises what `console.exits.explain` can put into one line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextvars import copy_context
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from console.helping import SpokenCommand, SpokenGroup
from index.messages import t

LOOK: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "no_args_is_help": True}


def names() -> list[str]:
    """The commands, by name. A module whose name is a Python keyword carries a trailing underscore."""
    return sorted(module.name.rstrip("_") for module in iter_modules(__path__))


def load(name: str) -> Any:
    """The command itself; imports its module and thereby whatever the command needs."""
    module = import_module(f"{__name__}.{'import_' if name == 'import' else name}")
    if not hasattr(module, "run") and not hasattr(module, "RUN"):
        return _package(name, module)
    app = typer.Typer(name=name, cls=SpokenGroup, help=t(f"cli.{name}.help"), **LOOK)
    runs = getattr(module, "RUN", None) or {name: module.run}
    for part, run in runs.items():
        key = f"cli.{name}" if runs.keys() == {name} else f"cli.{name}.{part}"
        app.command(name=part, cls=SpokenCommand, help=t(f"{key}.help"), epilog=t(f"{key}.examples"))(run)
    return get_command(app)


def parts(package: Any) -> dict[str, str]:
    """Sub-command -> module, of a command whose sub-commands are modules of a package."""
    found = sorted(module.name for module in iter_modules(package.__path__))
    return {name.rstrip("_").replace("_", "-"): name for name in found}


class Parts(SpokenGroup):
    """Sub-commands by their help; the one that is called is imported."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: D102 - as in the base class
        name, placeholder, rest = super().resolve_command(ctx, args)
        return name, _part(str(self.name), name) if name and placeholder else None, rest


def _package(name: str, package: Any) -> Any:
    group = Parts(name=name, help=t(f"cli.{name}.help"), no_args_is_help=True)
    group.commands = {part: TyperCommand(part, help=t(f"cli.{name}.{part}.help")) for part in parts(package)}
    return group


def _part(name: str, part: str) -> Any:
    module = import_module(f"{__name__}.{name}.{parts(import_module(f'{__name__}.{name}'))[part]}")
    app = typer.Typer(**LOOK)
    key = f"cli.{name}.{part}"
    app.command(name=part, cls=SpokenCommand, help=t(f"{key}.help"), epilog=t(f"{key}.examples"))(module.run)
    return get_command(app)


class Commands(SpokenGroup):
    """All commands by their summaries; the one that is called is imported."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: D102 - as in the base class
        name, placeholder, rest = super().resolve_command(ctx, args)
        return name, load(name) if name and placeholder else None, rest


def _version(wanted: bool) -> None:  # noqa: FBT001 - so typer calls it
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - slow, and hardly ever asked for

        sys.stdout.write(f"copycatch {version('copycatch')}\n")
        raise typer.Exit


def application() -> TyperGroup:
    """The whole command line, in the reader's language."""
    app = typer.Typer(cls=Commands, help=t("cli.help"), epilog=t("cli.examples"), **LOOK)

    @app.callback()
    def copycatch(
        *,
        _version: Annotated[
            bool, typer.Option("--version", help=t("cli.version"), is_eager=True, callback=_version)
        ] = False,
    ) -> None:
        """Every command stands in a module of its own."""

    group = get_command(app)
    assert isinstance(group, TyperGroup)  # noqa: S101 - for the type checker: a Typer with a callback makes a group
    group.commands = {name: TyperCommand(name, help=t(f"cli.{name}.summary")) for name in names()}
    return group


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; errors become one line on standard error.

    COPYCATCH_DEBUG=1 shows the traceback instead.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show Chinese still shows the rest
            stream.reconfigure(errors="backslashreplace")
    try:
        code = copy_context().run(application().main, args=argv, prog_name="copycatch", standalone_mode=False)
    except Exception as error:  # the outermost place: whatever happened, the user gets one line
        if os.environ.get("COPYCATCH_DEBUG"):
            raise
        from console.exits import report  # noqa: PLC0415 - not needed when all goes well

        return report(error)
    return code if isinstance(code, int) else 0
