"""The help texts, all of them, in both languages, as they stand in golden files. A new text is written, then reviewed."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from console.cli import names, notice, parts
from index.messages import LANGUAGES
from tests.conftest import ROOT

GOLDEN = Path(__file__).parent / "golden/help"
PARTS = {
    "triage": (
        "list",
        "next",
        "show",
        "confirm",
        "dismiss",
        "wait",
        "escalate",
        "assign",
        "note",
        "undo",
        "cut",
        "allow",
        "allowed",
    ),
    "brands": ("list", "show", "add", "preview", "check", "match", "variants", "candidates"),
    "registry": ("import", "check"),
    "recipients": ("list", "show", "check"),
    "schedule": ("run", "next", "due"),
    "browser": ("login", "status"),
    "audit": ("list", "export", "verify"),
    "report": ("day", "week", "campaign", "make"),
    "hold": ("add", "list", "release"),
    "retention": ("plan", "run", "forget"),
    "groups": ("list", "show", "export", "cut", "mend", "cuts", "relisted", "half-life"),
    "notice": tuple(parts(notice)),
    "kibana": ("build", "install"),
    "papers": ("add", "list", "show", "remove"),
    "archive": ("status", "verify", "prune"),
    "evidence": ("build", "verify", "stamp"),
    "index": ("status", "init", "migrate", "rebuild", "copy", "backup", "restore", "rescore", "pictures"),
}
CALLS = ((), *((name,) for name in names()), *((name, part) for name in PARTS for part in PARTS[name]))

PROGRAM = """
import contextlib, io, json, sys
from console.cli import main
texts = {}
for call in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as text:
        assert main([*call, "--help"]) == 0
    texts["-".join(call)] = text.getvalue()
print(json.dumps(texts))
"""


@cache
def texts(lang: str) -> dict[str, str]:
    environment = {**os.environ, "COPYCATCH_LANG": lang, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(CALLS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, str] = json.loads(result.stdout)
    return {name: "\n".join(line.rstrip() for line in text.splitlines()) + "\n" for name, text in found.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: "-".join(call) or "overview")
def test_help(call: tuple[str, ...], lang: str) -> None:
    shown = texts(lang)["-".join(call)]
    golden = GOLDEN / f"{'-'.join(call) or 'overview'}.{lang}.txt"
    if not golden.exists():
        golden.write_text(shown, "utf-8")
        pytest.fail(f"wrote {golden}: review it, then run again")
    assert shown == golden.read_text("utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("call", [call for call in CALLS if call not in {(name,) for name in PARTS}])
def test_every_help_has_an_example_of_its_own_call(call: tuple[str, ...], lang: str) -> None:
    shown = texts(lang)["-".join(call)]
    assert ("示例：" if lang == "zh" else "Examples:") in shown
    assert f"copycatch {' '.join(call)}".strip() in shown.partition("示例：" if lang == "zh" else "Examples:")[2]


def test_no_golden_text_is_left_of_a_command_that_is_gone() -> None:
    expected = {f"{'-'.join(call) or 'overview'}.{lang}.txt" for call in CALLS for lang in LANGUAGES}
    assert {path.name for path in GOLDEN.iterdir()} <= expected


def test_chinese_help_has_no_word_of_the_library_and_is_never_cut_off() -> None:
    for name, shown in texts("zh").items():
        assert "…" not in shown.replace("……", ""), name
        assert not re.search(r"Usage|Options|Arguments|Commands|\[required\]|\[default|Show this", shown), name
