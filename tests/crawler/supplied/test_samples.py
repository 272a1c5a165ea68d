"""Samples that somebody brought: into the quarantine, fingerprinted, judged by what they say of themselves."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from crawler.intake import intake
from crawler.supplied.brought import Outcome, UnreadableError
from crawler.supplied.files import Asked, entries_of
from crawler.supplied.kinds import kind_of
from crawler.supplied.sample_file import into_quarantine
from demo.market import store
from index.home import Home
from index.model import Run, Supply
from index.open import open_index
from index.settings import CrawlSettings, Settings

SUPPLY = Supply(by="品牌方", channel="e-mail", received_at="2026-11-20T00:00:00Z", file="x", file_sha256="ab" * 32)


@pytest.fixture(scope="module")
def apk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A really signed sample of the practice market."""
    name, content = next((name, body) for name, body in store("http://127.0.0.1:1").items() if name.endswith(".apk"))
    path = tmp_path_factory.mktemp("apk") / Path(name).name
    path.write_bytes(content)
    return path


def take(path: Path, home: Path, **more: object) -> tuple[Run, list[Outcome]]:
    heard: list[Outcome] = []
    run = intake(
        entries_of(path, kind_of(path), Asked(received_at="2026-11-28T00:00:00Z")),
        source="import:sample",
        supply=SUPPLY,
        home=Home(home),
        settings=Settings(crawl=CrawlSettings(**more)),
        told_of=lambda _, outcome: heard.append(outcome) if outcome else None,
    )
    return run, heard


def test_a_sample_is_a_listing_of_what_it_says(apk: Path, own_home: Path) -> None:
    run, [told] = take(apk, own_home)
    digest = hashlib.sha256(apk.read_bytes()).hexdigest()
    assert (run.outcome, told.state, run.counts["samples"]) == ("healthy", "new", 1)
    assert (own_home / "samples" / digest[:2] / digest[2:4] / digest).read_bytes() == apk.read_bytes()
    index = open_index(Home(own_home))
    [hit] = index.search("*", kind="listings")
    sample = index.get(digest)
    assert sample is not None and sample.value["label"] == hit.value["title"]
    assert hit.value["source_kind"] == "app_store" and hit.value["package_name"] == sample.value["package"]
    assert hit.value["sample_sha256"] == digest and hit.value["version"] == sample.value["version_name"]
    assert "unseen.page" not in hit.value["judgement"]["unseen"]
    assert index.supplied([hit.id])[hit.id][0].supply == SUPPLY
    index.close()
    _, [told] = take(apk.rename(apk.with_name("other name.apk")), own_home)
    apk.with_name("other name.apk").rename(apk)
    assert told.state == "known"


@pytest.mark.parametrize("suffix", [".xapk", ".apks", ".apkm", ".zip"])
def test_bundles_are_told_by_what_is_inside(apk: Path, tmp_path: Path, own_home: Path, suffix: str) -> None:
    path = tmp_path / f"bundle{suffix}"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.write(apk, "base.apk")
        bundle.writestr("manifest.json", '{"package_name": "com.example.x", "name": "x"}')
    assert kind_of(path) == "sample"
    run, [told] = take(path, own_home)
    assert told.state == "new" and run.counts["samples"] == 1


@pytest.mark.parametrize(("content", "kind"), [(b"MZ" + bytes(900), "no_sample"), (b"", "no_sample")])
def test_what_is_no_package_is_not_kept(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as error:
        into_quarantine(path, tmp_path / "samples", max_mb=1)
    assert error.value.why.kind == kind
    assert [one for one in (tmp_path / "samples").rglob("*") if one.is_file()] == []


def test_a_sample_that_is_too_large_is_not_kept(apk: Path, tmp_path: Path, own_home: Path) -> None:
    big = tmp_path / "big.apk"
    big.write_bytes(apk.read_bytes() + bytes(2 << 20))
    run, [told] = take(big, own_home, sample_max_mb=1)
    assert (told.state, run.outcome, run.problems) == ("unreadable", "unhealthy", {"sample_large": 1})
    assert [one for one in (own_home / "samples").rglob("*") if one.is_file()] == []


def test_a_broken_package_is_evidence_all_the_same(apk: Path, tmp_path: Path, own_home: Path) -> None:
    torn = tmp_path / "torn.apk"
    torn.write_bytes(apk.read_bytes()[:-300])
    _, [told] = take(torn, own_home)
    assert told.state == "new"
