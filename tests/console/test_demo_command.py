"""`copycatch demo` finds the practice market by name; tests/demo runs it."""

from typing import Any

import pytest

from demo.planted import planted
from demo.run import Outcome, _document
from demo.takedown import Step
from index.model import Run
from index.reading import encode
from tests.console.conftest import Answer


def test_its_document_fits_the_schema() -> None:
    finding: dict[str, Any] = {"id": "f1-0", "group": "shell", "verdict": "lead", "brand": None, "probability": 0.5}
    outcomes = [Outcome(planted=truth, listing={"id": "l1-0"}, findings=(finding,)) for truth in planted()]
    run = Run(id="r1", marketplace="feed:x", spider="feed", started_at="2026-11-25T08:00:00Z", counts={"new": 3})
    step = Step(id="audit", words=("audit", "verify"), code=0, expected=0)
    (document,) = Answer(code=0, out=encode(_document([run], outcomes, [step])).decode(), err="").fits("demo")
    assert document["new"] == 3


def test_an_installation_may_come_without_it(copycatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.cli.demo.find_spec", lambda name: None)
    answer = copycatch("demo")
    assert (answer.code, answer.out) == (4, "")
    assert "practice market" in answer.err
