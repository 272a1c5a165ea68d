"""Shared fixtures: where the reference material is, and what must not be missing."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
LONG = ("platforms", "apk_analysis/hostile/test_variants.py", "crawler/test_browser_hostile.py", "demo",
        "crawler/test_browser_shops.py", "crawler", "index/elastic", "console/test_evaluate.py",
        "console/test_recheck.py", "apk_analysis", "index")  # fmt: skip
"""Files and folders that take longest; they start first, so that no process waits for the last of them."""
REQUIRED = {name for name in os.environ.get("COPYCATCH_REQUIRE", "").split(",") if name}

# By day the same examples every time, so that a change is judged by what it changes; every night others.
settings.register_profile("day", derandomize=True)
settings.load_profile("default" if os.environ.get("COPYCATCH_NIGHTLY") else "day")


def missing(what: str, how: str) -> None:
    """Skips with a clear message, or fails where COPYCATCH_REQUIRE says that `what` must be there."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here and missing: {how}")
    pytest.skip(f"{what} is missing: {how}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; `script/test` has them given out in this order."""
    order = {ROOT / "tests" / name: number for number, name in enumerate(LONG)}
    items.sort(
        key=lambda item: next((order[one] for one in (item.path, *item.path.parents) if one in order), len(LONG))
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material (recorded pages, corpora, labelled data), which is not part of the product."""
    folder = Path(os.environ.get("COPYCATCH_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        missing("shared", "set COPYCATCH_SHARED to the folder with the reference material")
    return folder


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the developer's home, settings or language."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("COPYCATCH_HOME", str(home))
    for name in ("COPYCATCH_INDEX", "COPYCATCH_ALLOW_HOSTS", "COPYCATCH_LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return home
