"""The documents tell the truth about what exists."""

import re
import runpy
from dataclasses import fields

import pytest
import yaml

from index.settings import CrawlSettings
from tests.conftest import ROOT

DOCS = {path: path.read_text("utf-8") for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]}


def test_the_data_format_is_up_to_date() -> None:
    page = runpy.run_path(str(ROOT / "script/data_format.py"))["page"]()
    assert (ROOT / "docs/data-format.md").read_text("utf-8") == page


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", DOCS[path]):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_documents_name_exist(path) -> None:
    rooms = "apk_analysis|index|detection|takedown|crawler|spiders|console|demo|script|tests|benchmarks|docs"
    for name in re.findall(rf"`((?:{rooms})/[\w./-]+)`", DOCS[path]):
        assert (ROOT / name).exists(), name


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    assert all(f"`{f.name}`" in text for f in fields(CrawlSettings))


def test_both_readmes_show_the_same_commands() -> None:
    commands = []
    for name in ("README.md", "README.zh-CN.md"):
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / name).read_text("utf-8"), re.MULTILINE | re.DOTALL)
        commands.append([line for language, block in blocks if not language for line in block.splitlines()])
    assert len(commands[0]) > 5 and commands[0] == commands[1]


def test_compose_and_taxonomy_style_files_are_readable_yaml() -> None:
    for path in (ROOT / "index").rglob("*.yml"):
        assert yaml.safe_load(path.read_text("utf-8")) is not None, path
