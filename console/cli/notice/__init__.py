"""`copycatch notice`: requests to take something down, from the draft to what came of it.

Each module here is one sub-command, found by its presence: it offers `run`. Its words stand in the catalogue under
`cli.notice.<name>`. A module whose name is a Python keyword carries a trailing underscore.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules


def names() -> list[str]:
    """The sub-commands, by name."""
    return sorted(module.name.rstrip("_") for module in iter_modules(__path__))


def _runs() -> dict[str, Callable[..., int]]:
    modules = [module.name for module in iter_modules(__path__)]
    return {name.rstrip("_"): import_module(f"{__name__}.{name}").run for name in sorted(modules)}


RUN = _runs()
