"""The adapter of APKiD, with stand-ins for the program: answers, failures, limits. The real one: tests/platforms."""

import json
import os
import select
import sys
from pathlib import Path

import pytest

from apk_analysis.apkid import ask_apkid, find_apkid
from apk_analysis.fingerprint import Trait


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.apk"
    path.write_bytes(b"PK")
    return path


def stand_in(folder: Path, script: str) -> str:
    program = folder / "apkid"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def answer(folder: Path, document: object) -> str:
    (folder / "answer.json").write_text(json.dumps(document))
    return stand_in(folder, f'cat "{folder}/answer.json"')


def test_an_answer(tmp_path: Path, sample: Path) -> None:
    matches = {"packer": ["Jiagu"], "compiler": ["dx"], "anti_vm": ["Build.TAGS check"]}
    files = [
        {"filename": f"{sample}!classes.dex", "matches": matches},
        {"filename": f"{sample}", "matches": {"packer": ["UPX \x07"]}},
    ]
    program = answer(tmp_path, {"apkid_version": "3.2.0", "files": files, "rules_sha256": ""})
    traits, problems = ask_apkid(sample, program=program)
    assert not problems
    assert traits == (
        Trait(kind="apkid", value="anti_vm: Build.TAGS check (APKiD 3.2.0)", where="classes.dex"),
        Trait(kind="apkid", value="packer: Jiagu (APKiD 3.2.0)", where="classes.dex"),
        Trait(kind="apkid", value="packer: UPX \\x07 (APKiD 3.2.0)", where="sample.apk"),
    )


def test_too_many_matches_are_cut(tmp_path: Path, sample: Path) -> None:
    files = [{"filename": f"{sample}!a", "matches": {"packer": [f"p{number}" for number in range(500)]}}]
    traits, _ = ask_apkid(sample, program=answer(tmp_path, {"apkid_version": "3", "files": files}))
    assert len(traits) == 200


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"apkid_version": 3, "files": []},
        {"apkid_version": "3", "files": {}},
        {"apkid_version": "3", "files": ["x"]},
        {"apkid_version": "3", "files": [{"filename": "a", "matches": []}]},
        {"apkid_version": "3", "files": [{"filename": "a", "matches": {"packer": "Jiagu"}}]},
    ],
)
def test_other_answers_are_a_problem(tmp_path: Path, sample: Path, document: object) -> None:
    traits, problems = ask_apkid(sample, program=answer(tmp_path, document))
    assert not traits and [(problem.part, problem.kind) for problem in problems] == [("apkid", "apkid_failed")]


@pytest.mark.parametrize("script", ["echo no json", "exit 3", "kill -9 $$", "yes | head -c 9000000", ""])
def test_failures_are_a_problem(tmp_path: Path, sample: Path, script: str) -> None:
    traits, problems = ask_apkid(sample, program=stand_in(tmp_path, script))
    assert not traits and [problem.kind for problem in problems] == ["apkid_failed"]


def test_it_is_ended_with_all_that_it_started(tmp_path: Path, sample: Path) -> None:
    program = stand_in(tmp_path, f'sleep 600 & echo $! > "{tmp_path}/child"; wait')
    _, problems = ask_apkid(sample, program=program, seconds=1)
    assert [problem.detail for problem in problems] == ["no answer within 1 s"]
    assert ended(int((tmp_path / "child").read_text()))


def ended(process: int) -> bool:
    """Whether it is gone; a killed process may need a moment on a busy machine, and that is waited for."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 30)[0])
    finally:
        os.close(handle)


def test_its_memory_is_limited(tmp_path: Path, sample: Path) -> None:
    program = stand_in(tmp_path, f'"{sys.executable}" -c "bytearray(300 << 20)" && echo "{{}}"')
    _, problems = ask_apkid(sample, program=program, memory_mb=200)
    assert [problem.kind for problem in problems] == ["apkid_failed"]


def test_it_need_not_be_installed(sample: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_apkid() is None
    traits, problems = ask_apkid(sample)
    assert not traits and [problem.kind for problem in problems] == ["apkid_missing"]
    stand_in(tmp_path, "exit 1")
    assert find_apkid() == str(tmp_path / "apkid")
