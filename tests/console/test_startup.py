"""Starting is fast because nothing is loaded that the command does not need."""

import subprocess
import sys

import pytest

from console.cli import load, names
from tests.conftest import ROOT

HEAVY = {"scrapy", "twisted", "lxml", "openpyxl", "luqum", "pandas", "numba", "numpy", "sklearn", "elasticsearch", "rich",
         "bs4", "cryptography", "dateparser", "opencc", "sqlite3", "asyncio", "apk_info", "apkutils"}  # fmt: skip


def loaded(program: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules, file=sys.stderr)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in result.stderr.split()}


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    assert not loaded("import console.cli") & HEAVY


def test_the_overview_loads_no_command() -> None:
    needed_for_the_picture = {"rich", "asyncio"}
    assert not loaded("import console.cli; console.cli.main(['--help'])") & (HEAVY - needed_for_the_picture)


def test_a_command_loads_only_its_own_needs() -> None:
    assert not loaded("import console.cli; console.cli.main(['search', '--help'])") & {"scrapy", "apk_info", "openpyxl"}


@pytest.mark.parametrize("name", names())
def test_every_command_can_be_loaded(name: str) -> None:
    assert load(name).name == name
