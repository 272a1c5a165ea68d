"""The practice market from a finding to its takedown and back: every step as a user types it, every file as it is read."""

import json
from pathlib import Path

import pytest

from demo.market import Market
from demo.takedown import AGAIN, APP, Practice, Step
from index.messages import LANGUAGES, text
from takedown.exporters import notice_exporters


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    with Market(0) as market:
        return list(Practice(market, tmp_path_factory.mktemp("practice")).walk())


def test_every_step_ends_as_it_should(walked: list[Step]) -> None:
    assert walked[-1].id == "audit"
    for step in walked:
        assert step.well, (step.words, step.code, step.aside)
        for lang in LANGUAGES:
            assert text(f"demo.step.{step.id}", lang, **step.values)


def test_what_is_missing_is_refused_by_name(walked: list[Step]) -> None:
    (refused,) = (step for step in walked if step.id == "refused")
    paths = {one["field"] for one in refused.said[0]["refusals"]}
    assert {"fields.kind", "statements.good_faith", "statements.signed_by"} <= paths


def test_every_format_was_written_and_is_what_was_noted(walked: list[Step]) -> None:
    (exported,) = (step.said[0] for step in walked if step.id == "export")
    folder = Path(exported["folder"])
    assert len(exported["files"]) >= len(notice_exporters())
    for name in exported["files"]:
        assert (folder / name).stat().st_size > 0


def test_the_relisting_is_tied_to_what_was_removed(walked: list[Step]) -> None:
    (found,) = (step.said for step in walked if step.id == "relisted")
    said = json.dumps(found, ensure_ascii=False)
    assert APP in said and AGAIN in said and "signer" in said
