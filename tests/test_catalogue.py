"""The message catalogue is complete: every id in both languages, with the same places to fill; every id that code names exists."""

import ast
import re
import string

import pytest
import yaml

from index.messages import FOLDER, LANGUAGES, text
from tests.conftest import ROOT

TOPICS = {path.stem: yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in sorted(FOLDER.glob("*.yml"))}
IDS = sorted(name for topic in TOPICS.values() for name in topic)
ROOMS = ("apk_analysis", "index", "detection", "takedown", "crawler", "spiders", "console", "demo")


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("topic", TOPICS)
def test_ids_begin_with_their_topic(topic: str) -> None:
    assert all(name.startswith(topic + ".") for name in TOPICS[topic])


@pytest.mark.parametrize("topic", TOPICS)
def test_every_message_exists_in_both_languages_with_the_same_places(topic: str) -> None:
    for name, entry in TOPICS[topic].items():
        assert set(entry) == set(LANGUAGES), name
        assert all(isinstance(entry[lang], str) and entry[lang].strip() for lang in LANGUAGES), name
        assert places(entry["zh"]) == places(entry["en"]), name
        assert text(name, "zh") != "" and re.search(r"[\u4e00-\u9fff]|^[\W\d_{}a-zA-Z]+$", entry["zh"]), name


def named_ids() -> dict[str, str]:
    """Literal strings in the code that look like a message id of an existing topic -> where."""
    shape = re.compile(rf"(?:{'|'.join(TOPICS)})\.[a-z0-9_.]+")
    found = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
                    "t",
                    "text",
                    "both",
                }:
                    for value in node.args[:1]:
                        if (
                            isinstance(value, ast.Constant)
                            and isinstance(value.value, str)
                            and shape.fullmatch(value.value)
                        ):
                            found[value.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


def test_every_id_that_code_names_exists() -> None:
    missing = {name: place for name, place in named_ids().items() if name not in IDS}
    assert not missing
