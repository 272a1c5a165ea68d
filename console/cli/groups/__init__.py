"""`copycatch groups`: who probably stands behind several listings, what came again, and how long listings stand.

Each module here is one sub-command, found by its presence: it offers `run`. Its words stand in the catalogue under
`cli.groups.<name>`. A module whose name is a Python keyword carries a trailing underscore; '_' is '-' when called.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules


def _runs() -> dict[str, Callable[..., int]]:
    modules = sorted(module.name for module in iter_modules(__path__))
    return {name.rstrip("_").replace("_", "-"): import_module(f"{__name__}.{name}").run for name in modules}


RUN = _runs()
