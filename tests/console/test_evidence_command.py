"""`copycatch evidence`: bundles of notices and findings, checked, and stamped now or later."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import Archive
from index.home import Home
from index.open import open_decisions, open_index
from takedown.notices import NoticeBook
from takedown.targets import Targets
from tests.console.conftest import Answer
from tests.takedown.authority import Authority, authority, served
from tests.takedown.evidence_home import AT, VISITOR, Shelf, archived, filled
from tests.takedown.objects import content

Command = Callable[..., Answer]


@pytest.fixture
def shelf(own_home: Path) -> Iterator[Shelf]:
    home = Home(own_home).prepare()
    with closing(open_index(home)) as index, closing(open_decisions(home)) as records:
        yield filled(home, index, records)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tsa"))


def settings(folder: Path, monkeypatch: pytest.MonkeyPatch, url: str, roots: Path | None = None) -> None:
    lines = ['[crawl]\nallow_hosts = ["127.0.0.1"]\n[evidence]', f'tsa = "{url}"']
    lines += [f'tsa_roots = "{roots}"'] if roots else []
    (folder / "copycatch.toml").write_text("\n".join(lines))
    monkeypatch.chdir(folder)


def draft(shelf: Shelf, *names: str) -> str:
    targets = []
    for name in names:
        finding, listing = shelf.index.get(shelf.findings[name]), shelf.index.get(shelf.listing(name))
        assert finding is not None and listing is not None
        targets.append(Targets(shelf.index).make(finding, listing, ()))
    return NoticeBook(shelf.records).draft(content(*targets), at=AT, by="li").id


def test_a_bundle_of_findings_is_made_and_checked(copycatch: Command, shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "bundle.zip"
    answer = copycatch("evidence", "build", *shelf.findings.values(), "--out", out, "--json", "--as", "li")
    [said] = answer.fits("evidence_build")
    assert answer.code == 0 and said["file"] == str(out) and said["pages"] == 4 and said["stamp"] == "none"
    assert said["findings"] == list(shelf.findings.values())
    checked = copycatch("evidence", "verify", out, "--json", "--seal", said["seal"])
    [found] = checked.fits("evidence_verify")
    assert checked.code == 0 and found["whole"] and found["seal"] == said["seal"]
    assert len(found["missing"]) == len(said["missing"]) > 0


def test_each_notice_gets_a_bundle_of_its_own_in_the_exports(copycatch: Command, shelf: Shelf, own_home: Path) -> None:
    names = [draft(shelf, "plain"), draft(shelf, "brought", "again")]
    said = copycatch("evidence", "build", *names, "--json").fits("evidence_build")
    assert [one["notice"] for one in said] == names and [len(one["findings"]) for one in said] == [1, 2]
    assert {Path(one["file"]).parent for one in said} == {own_home / "exports"}
    written = [record for record in shelf.records.every("audit") if record.value["what"] == "evidence"]
    assert [record.value["seal"] for record in written] == [one["seal"] for one in said]


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("封存值", "没有存下网页")), ("en", ("seal", "no page was archived"))]
)
def test_what_is_missing_is_said_on_the_screen(
    copycatch: Command, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, lang: str, words: tuple[str, str]
) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    answer = copycatch("evidence", "build", shelf.findings["bare"])
    assert answer.code == 0 and words[0] in answer.out and words[1] in answer.err


def test_a_page_that_was_lost_is_a_failure(copycatch: Command, shelf: Shelf, own_home: Path) -> None:
    (own_home / "archive" / shelf.captures["plain"].warc).unlink()
    answer = copycatch("evidence", "build", shelf.findings["plain"])
    assert answer.code == 1 and "not there any more" in answer.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_changed_bundle_is_told_with_its_place(
    copycatch: Command, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    out = tmp_path / "bundle.zip"
    copycatch("evidence", "build", shelf.findings["plain"], "--out", out)
    spoilt = bytearray(out.read_bytes())
    spoilt[spoilt.index(b"<!DOCTYPE html>") + 20] ^= 1
    out.write_bytes(spoilt)
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    answer = copycatch("evidence", "verify", out)
    assert answer.code == 1 and "fixation-list.html" in answer.out and ("被改动" in answer.out) == (lang == "zh")
    assert copycatch("evidence", "verify", tmp_path / "gone.zip").code == 2


def test_names_that_are_none_are_refused(copycatch: Command, shelf: Shelf) -> None:
    for names in (["f1-" + "0" * 24], ["n1-" + "0" * 32], [shelf.listing("plain")]):
        answer = copycatch("evidence", "build", *names)
        assert answer.code == 2 and "Traceback" not in answer.err
    assert copycatch("evidence", "build", draft(shelf, "plain"), shelf.findings["plain"]).code == 2
    assert copycatch("evidence", "build", shelf.findings["plain"], "--stamp").code == 2  # no authority is set


def test_a_stamp_is_had_at_once(
    copycatch: Command, shelf: Shelf, tsa: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tsa) as url:
        settings(tmp_path, monkeypatch, url, tsa.root)
        [said] = copycatch("evidence", "build", shelf.findings["plain"], "--stamp", "--json").fits("evidence_build")
    assert said["stamp"] == "stamped"
    [found] = copycatch("evidence", "verify", said["file"], "--json").fits("evidence_verify")
    assert found["whole"] and found["stamp"]["where"] == "custody.tsr"
    assert "openssl ts -verify" in copycatch("evidence", "verify", said["file"]).out


@pytest.fixture(params=["status", "page", "nobody"])
def spoilt(request: pytest.FixtureRequest, tsa: Authority) -> Iterator[Authority]:
    tsa.spoil = request.param
    yield tsa
    tsa.spoil = ""


def test_a_stamp_that_cannot_be_had_is_queued_and_had_later(
    copycatch: Command, shelf: Shelf, spoilt: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(spoilt) as url:
        settings(tmp_path, monkeypatch, "http://127.0.0.1:9001/tsa" if spoilt.spoil == "nobody" else url)
        answer = copycatch("evidence", "build", shelf.findings["plain"], "--stamp", "--json")
        [said] = answer.fits("evidence_build")
        assert answer.code == 1 and said["stamp"] == "waiting" and said["stamp_detail"]
        assert copycatch("evidence", "stamp").code == 1
        spoilt.spoil = ""
        settings(tmp_path, monkeypatch, url, spoilt.root)
        before = Path(said["file"]).read_bytes()
        [stamped] = copycatch("evidence", "stamp", "--json").fits("evidence_stamp")
    assert (
        stamped == {"bundle": said["file"], "tsr": said["file"] + ".tsr"} and Path(said["file"]).read_bytes() == before
    )
    [found] = copycatch("evidence", "verify", said["file"], "--json").fits("evidence_verify")
    assert found["whole"] and found["stamp"]["where"].endswith(".zip.tsr")
    answer = copycatch("evidence", "stamp")  # nothing waits any more
    assert answer.code == 0 and answer.out == ""


def test_an_authority_whose_signature_is_not_known_gives_no_stamp(
    copycatch: Command, shelf: Shelf, tsa: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = authority(tmp_path / "other")
    with served(tsa) as url:
        settings(tmp_path, monkeypatch, url, other.root)
        [said] = copycatch("evidence", "build", shelf.findings["plain"], "--stamp", "--json").fits("evidence_build")
    assert said["stamp"] == "waiting" and "signature" in said["stamp_detail"]


def test_an_authority_on_the_network_inside_needs_leave(
    copycatch: Command, shelf: Shelf, tsa: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tsa) as url:
        settings(tmp_path, monkeypatch, url)
        text = (tmp_path / "copycatch.toml").read_text().replace('["127.0.0.1"]', "[]")
        (tmp_path / "copycatch.toml").write_text(text)
        before = tsa.asked
        [said] = copycatch("evidence", "build", shelf.findings["plain"], "--stamp", "--json").fits("evidence_build")
    assert said["stamp"] == "waiting" and tsa.asked == before


def test_what_is_no_bundle_cannot_be_stamped(
    copycatch: Command, tsa: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(tmp_path, monkeypatch, "http://127.0.0.1:1/")
    (tmp_path / "x.zip").write_bytes(b"PK nonsense")
    for name in ("x.zip", "gone.zip"):
        answer = copycatch("evidence", "stamp", tmp_path / name)
        assert answer.code == 1 and "no evidence bundle" in answer.err


def test_the_name_in_the_operators_own_session_is_cut_out_of_what_it_was_shown(
    copycatch: Command, shelf: Shelf, own_home: Path, tmp_path: Path
) -> None:
    (own_home / "logins").mkdir()
    cookies = [
        {"name": "_nk_", "value": "%E6%8A%80%E6%9C%AF%E5%91%98%E6%9D%8E"},
        {"name": "theme", "value": "dark-mode"},
    ]
    (own_home / "logins" / "shop.json").write_text(json.dumps({"cookies": cookies}))
    (own_home / "logins" / "broken.json").write_text("[")
    made = Archive(own_home / "archive", "r9")
    answer = '{"item": "小舟智聊", "buyer_hint": "技术员李 您好", "mode": "dark-mode"}'.encode()
    shown = archived(made, "https://store.example/api", answer, visitor=replace(VISITOR, session=True))
    made.seal()
    shelf.put("api", capture=shown)
    out = tmp_path / "bundle.zip"
    copycatch("evidence", "build", shelf.findings["api"], "--out", out)
    [found] = copycatch("evidence", "verify", out, "--json").fits("evidence_verify")
    with zipfile.ZipFile(out) as file, zipfile.ZipFile(io.BytesIO(file.read("pages.wacz"))) as pages:
        records = pages.read("archive/data.warc.gz")
    with gzip.open(io.BytesIO(records)) as file:
        text = file.read().decode()
    assert found["whole"] and "技术员李" not in text and "小舟智聊" in text and "dark-mode" in text
