"""What every spider declares, and what none may do."""

import ast
import inspect
import typing
from datetime import date
from pathlib import Path

import pytest

from crawler.declarations import declared
from crawler.spider import Expect, MarketplaceSpider
from index.messages import text
from index.model import Listing, SourceKind
from tests.conftest import ROOT

SPIDERS = declared()
MODULES = sorted((ROOT / "spiders").glob("[a-z]*.py"))
LONGEST = 120
"""Lines of a module."""
MOST_STATEMENTS = 80
POLITE_ENOUGH: dict[str, str] = {}
"""Spider with a delay below the floor -> why."""
UNTOUCHABLE = {"ROBOTSTXT_OBEY", "USER_AGENT", "ROBOTSTXT_USER_AGENT", "DOWNLOAD_DELAY", "HTTPERROR_ALLOW_ALL"}


def test_there_are_spiders() -> None:
    assert {"fdroid_repo", "jsonld_shop", "discuz", "feed", "rendered_page", "spirit"} <= SPIDERS.keys()


@pytest.mark.parametrize("name", SPIDERS)
def test_declarations_are_there_and_typed(name: str) -> None:
    spider = SPIDERS[name]
    assert issubclass(spider, MarketplaceSpider)
    assert spider.robots in {"obeyed", "exempt"}
    assert bool(spider.starts) == spider.one_site
    assert spider.walks or spider.searches() or spider.looks_up()
    assert spider.kind in typing.get_args(SourceKind)
    assert spider.access in {"open", "key", "browser", "unproven"}
    assert spider.proof in {"real software", "recorded", "synthetic"}
    assert date.fromisoformat(spider.format_confirmed) >= date(2026, 1, 1)
    assert isinstance(spider.native_id_rule, str) and len(spider.native_id_rule) > 5
    assert spider.interval[-1] in "hd" and spider.interval[:-1].isdigit()
    assert isinstance(spider.expect, Expect)
    assert set(spider.expect.fill) <= set(Listing.__dataclass_fields__)
    low, high = spider.expect.listings
    assert low >= 0 and (high is None or high > low)
    assert spider.__doc__ and inspect.getmodule(spider).__doc__


@pytest.mark.parametrize("name", SPIDERS)
def test_the_name_is_that_of_the_file(name: str) -> None:
    module = SPIDERS[name].__module__
    assert module == f"spiders.{name}"


@pytest.mark.parametrize("name", SPIDERS)
def test_politeness_is_not_switched_off(name: str) -> None:
    spider = SPIDERS[name]
    assert name in POLITE_ENOUGH or spider.delay >= 1.0
    assert 1 <= spider.concurrency <= 4
    assert not UNTOUCHABLE & set(spider.custom_settings or {})
    assert "update_settings" not in vars(spider)  # families may, and are few
    assert not {"download_delay", "user_agent", "handle_httpstatus_all"} & set(dir(spider))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_spiders_stay_small(path: Path) -> None:
    source = path.read_text("utf-8")
    statements = sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(source)))
    assert len(source.splitlines()) <= LONGEST and statements <= MOST_STATEMENTS


@pytest.mark.parametrize(
    "path", [*MODULES, *sorted((ROOT / "crawler/families").glob("*.py"))], ids=lambda path: path.stem
)
def test_callbacks_touch_neither_network_nor_disk_nor_clock(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module.partition(".")[0]}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "exec", "eval", "compile"}
        elif isinstance(node, ast.Attribute):
            assert node.attr not in {"now", "utcnow", "today"}
    assert not imported & {"time", "socket", "requests", "urllib3", "httpx", "pathlib", "os", "subprocess", "pickle"}


def test_the_browser_extra_is_not_needed_to_list_the_spiders() -> None:
    for path in MODULES + sorted((ROOT / "crawler/families").glob("*.py")):
        assert "playwright" not in [
            name.partition("_")[0]
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        ]


def problem_kinds() -> set[str]:
    """Kinds of the problems that families and spiders make."""
    return {
        keyword.value.value
        for path in MODULES + sorted((ROOT / "crawler/families").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem"
        for keyword in node.keywords
        if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant)
    }


def test_every_problem_of_a_page_is_explained_in_both_languages() -> None:
    kinds = problem_kinds()
    assert {"not_understood", "wrong_signature", "malformed_feed"} <= kinds
    for kind in kinds:
        assert text(f"problem.{kind}", "zh") and text(f"problem.{kind}", "en")
