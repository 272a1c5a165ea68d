"""Rules for compiled functions, and what happens where their machine code cannot be kept."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import apk_analysis
from apk_analysis.compiled import COMPILED, compiled

pytestmark = pytest.mark.skipif(not COMPILED, reason="nothing is compiled here")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(apk_analysis.__path__, "apk_analysis."):
        yield importlib.import_module(found.name)


def foreign_calls(module: ModuleType) -> Iterator[str]:
    """Compiled functions of other modules that the module's own compiled functions name."""
    for function in vars(module).values():
        python: Any = getattr(function, "py_func", None)
        if python is not None and python.__module__ == module.__name__:
            for name in python.__code__.co_names:
                home = getattr(getattr(python.__globals__.get(name), "py_func", None), "__module__", module.__name__)
                if home != module.__name__:
                    yield f"{module.__name__}.{function.__name__} calls {home}.{name}"


def test_machine_code_is_renewed_whenever_its_source_changes() -> None:
    """numba looks at the file of the compiled function alone; a function of another file would stay an old one."""
    found = [*modules()]
    assert sum(hasattr(value, "py_func") for module in found for value in vars(module).values()) > 5
    assert not [call for module in found for call in foreign_calls(module)]


def test_without_a_place_for_machine_code_functions_are_compiled_all_the_same() -> None:
    names: dict[str, Any] = {}
    exec("def twice(number): return 2 * number", names)  # of no file: numba has no place beside it
    twice = compiled(names["twice"])
    assert twice(4) == 8 and twice.signatures
