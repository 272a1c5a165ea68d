"""How finders come together: found by scan, each trait once, every kind explained."""

import ast
from pathlib import Path

import pytest

import apk_analysis.traits.finders
from apk_analysis.traits.engine import MOST_OF_A_KIND, MOST_TRAITS, finders
from apk_analysis.traits.facts import FOLDER, all_facts
from apk_analysis.traits.patterns import automaton
from index.messages import text
from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import MAIN, look

MODULES = sorted(Path(apk_analysis.traits.finders.__path__[0]).glob("[a-z]*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_kind_of_trait_is_explained(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.keyword)]
    kinds = {node.value.value for node in calls if node.arg == "kind" and isinstance(node.value, ast.Constant)}
    for kind in kinds:
        assert text(f"trait.{kind}", "zh") != text(f"trait.{kind}", "en")


def test_each_module_holds_a_finder() -> None:
    assert {finder.__module__.rpartition(".")[2] for finder in finders()} == {path.stem for path in MODULES}


def test_every_fact_file_is_read_and_every_anchor_searched() -> None:
    assert set(all_facts()) == {path.stem for path in FOLDER.glob("*.yml")}
    searched = {(origin.file, origin.id, origin.anchor) for origin in automaton()[0]}
    anchors = {
        (file, fact.id, anchor) for file, facts in all_facts().items() for fact in facts for anchor in fact.anchors
    }
    assert searched == anchors


def test_a_trait_is_told_once_with_the_first_place() -> None:
    url = b"https://api.deepseek.com"
    pages = {"assets/a.js": url, "assets/b.js": url}
    assert [item.where for item in look(pages)[0] if item.kind == "model_api_host"] == ["assets/a.js"]
    found, _ = look({**pages, "classes.dex": dex({MAIN: [url.decode()]})})
    assert [item.where for item in found if item.kind == "model_api_host"] == ["classes.dex"], "code before assets"


def test_lists_have_an_end() -> None:
    many = " ".join(f"https://h{number}.sample.cn" for number in range(MOST_OF_A_KIND + 1)).encode()
    found, problems = look({"assets/a.js": many})
    assert len(found) == MOST_OF_A_KIND <= MOST_TRAITS
    assert [(item.kind, item.detail) for item in problems] == [("not_all_listed", "host")]
