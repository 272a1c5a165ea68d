"""Figures on labelled material that is not part of the product; they fail when the rules get worse."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("detect_bench", ROOT / "benchmarks" / "detect_bench.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_labelled_listings(bench, shared: Path, profiles) -> None:
    figures = bench.labelled(shared / "benchmarks" / "listings_dev.jsonl", profiles)
    assert figures["all"]["precision"] >= 0.97
    assert figures["all"]["recall"] >= 0.8
    assert figures["all"]["right_id"] >= 0.9
    for writer in "abc":
        assert figures[f"writer {writer}"]["precision"] >= 0.95
        assert figures[f"writer {writer}"]["recall"] >= 0.75


def test_real_store_titles_are_left_alone(bench, shared: Path, profiles) -> None:
    figures = bench.titles(shared / "benchmarks" / "play_titles_dev.csv", profiles)
    assert figures["titles"] > 4000
    assert figures["share"] <= 0.002


def test_verified_apps_are_never_flagged(bench, shared: Path, profiles) -> None:
    figures = bench.verified(shared / "benchmarks" / "verified_apps.yml", profiles)
    assert figures["packages"] > 1000
    assert figures["flagged"] == []
