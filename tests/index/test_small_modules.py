"""Ids, times, the strict reader, the catalogue, the home and the settings."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import messages
from index.home import HOME_SCHEMA, Home, HomeError, find_home, settings_file
from index.ids import finding_id, listing_id
from index.model import Judgement, Listing
from index.reading import ReadError, decode, encode, read
from index.settings import Settings, load_settings
from index.times import utc
from tests.index.objects import fingerprint, judged, listing

# ids


def test_ids_never_change() -> None:
    assert listing_id("shop:a", "1") == "l1-41f2fde0171bf103e6ca1a2d"
    assert finding_id("l1-x", "counterfeit", None) == "f1-9190591dd1069020c2f9e5c0"


@given(st.text(), st.text(), st.text(), st.text())
def test_different_parts_make_different_ids(a: str, b: str, c: str, d: str) -> None:
    assert (listing_id(a, b) == listing_id(c, d)) == ((a, b) == (c, d))
    assert listing_id(a, b).startswith("l1-") and len(finding_id(a, b, c)) == 27


# times


def test_times_are_utc_text_that_sorts() -> None:
    noon = datetime(2026, 1, 2, 12, tzinfo=timezone(timedelta(hours=8)))
    assert (
        utc(noon) == "2026-01-02T04:00:00Z" == utc(noon.timestamp()) == utc(noon.astimezone(UTC).replace(tzinfo=None))
    )
    assert len(utc()) == 20


# the strict reader


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ([], "expected an object"),
        (None, "expected an object"),
        ({"titel": "x"}, r"unknown field titel \(known: bio, "),
        ({}, "missing required field `marketplace`"),
        ({"marketplace": 1}, "marketplace"),
        ({1: "x"}, "unknown field 1"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(raw: object, reason: str) -> None:
    with pytest.raises(ReadError, match=r"shops\.csv, line 7: .*" + reason):
        read(Listing, raw, "shops.csv, line 7")


def test_nothing_is_guessed() -> None:
    good = {"marketplace": "m", "native_id": "1", "url": "u", "title": "t", "source_kind": "shop"}
    assert read(Listing, good, "here").native_id == "1"
    for field, value in (("version_code", "7"), ("source_kind", "mall"), ("reviews", "x"), ("title", None)):
        with pytest.raises(ReadError, match=f"here: .*{field}"):
            read(Listing, {**good, field: value}, "here")


@given(st.text(), st.lists(st.text()).map(tuple), st.integers() | st.none())
def test_what_is_encoded_is_decoded_again(title: str, reviews: tuple[str, ...], code: int | None) -> None:
    code = None if code is None or abs(code) >= 2**63 else code
    whole = listing(title=title, reviews=reviews, version_code=code)
    assert decode(Listing, encode(whole)) == whole


def test_lone_surrogates_become_the_replacement_sign() -> None:
    assert decode(Listing, encode(listing(title="a\ud800b", counters={"\udfff": 1.0}))).title == "a?b"


def test_stored_bytes_that_are_broken_are_named() -> None:
    for broken in (b"{", b"\xff", b"[]", b'{"sha256": 1}', ""):
        with pytest.raises(ReadError, match="stored Listing"):
            decode(Listing, broken)


def test_whole_objects_survive_the_way_through_json() -> None:
    one = judged(listing(), flagged=True, sample=fingerprint())
    assert decode(type(one), encode(one)) == one


# the model


@pytest.mark.parametrize("kind", [Listing, Judgement])
def test_domain_objects_are_frozen_and_keyword_only(kind: type) -> None:
    assert all(field.kw_only for field in fields(kind)) and not hasattr(kind, "__dict__.title")
    with pytest.raises(AttributeError):
        listing().title = "x"


# the catalogue


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "greeting.yml").write_text(
        "greeting.hello: {zh: '你好{name}', en: 'hello {name}'}\ngreeting.set: {zh: '{', en: '{'}\n", "utf-8"
    )
    monkeypatch.setattr(messages, "FOLDER", tmp_path)
    messages._topic.cache_clear()


@pytest.mark.usefixtures("catalogue")
def test_a_message_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert messages.both("greeting.hello", name="李") == {"zh": "你好李", "en": "hello 李"}
    assert messages.text("greeting.set", "zh") == "{"
    for value, expected in (("zh_CN.UTF-8", "你好x"), ("en", "hello x"), ("C", "hello x")):
        monkeypatch.setenv("COPYCATCH_LANG", value)
        assert messages.t("greeting.hello", name="x") == expected
    with pytest.raises(KeyError):
        messages.text("greeting.none", "zh")
    messages._topic.cache_clear()


# home and settings


def test_the_home_is_found_in_three_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_HOME", str(tmp_path / "named"))
    assert find_home().path == tmp_path / "named"
    monkeypatch.delenv("COPYCATCH_HOME")
    (tmp_path / "copycatch.toml").write_text("")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    assert find_home(tmp_path / "deep" / "er").path == tmp_path / "var"
    (tmp_path / "copycatch.toml").unlink()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert find_home(tmp_path).path == tmp_path / "xdg" / "copycatch"


def test_a_home_is_prepared_once_and_only_for_its_owner(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare().prepare()
    assert (home.path.stat().st_mode & 0o777) == 0o700 and home.samples.is_dir() and home.archive.is_dir()


@pytest.mark.parametrize("mark", [str(HOME_SCHEMA + 1), "", "x"])
def test_a_newer_or_strange_home_is_refused(tmp_path: Path, mark: str) -> None:
    (tmp_path / "schema").write_text(mark)
    with pytest.raises(HomeError, match="newer copycatch"):
        Home(tmp_path).prepare()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="cannot be written"):
        Home(tmp_path / "file" / "home").prepare()


def configured(folder: Path, text: str) -> Settings:
    (folder / "copycatch.toml").write_text(text, "utf-8")
    return load_settings(folder)


def test_settings_come_from_the_file_and_variables_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'index = "sqlite:///a"\n[crawl]\noperator = "甲"\nallow_hosts = ["a:1"]\n'
    assert configured(tmp_path, text).crawl.operator == "甲" and settings_file(tmp_path) == tmp_path / "copycatch.toml"
    for name, value in (("INDEX", "sqlite:///b"), ("OPERATOR", "乙"), ("ALLOW_HOSTS", "b, c:2"), ("DELAY", "0.5")):
        monkeypatch.setenv(f"COPYCATCH_{name}", value)
    settings = configured(tmp_path, text)
    assert (settings.index, settings.crawl.operator, settings.crawl.delay) == ("sqlite:///b", "乙", 0.5)
    assert settings.crawl.allow_hosts == ("a:1", "b", "c:2")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("indx = 1", "unknown field indx"),
        ("index = 1", "index"),
        ("[crawl]\ndelya = 1", r"\[crawl\]: unknown field delya"),
        ('[crawl]\ndelay = "x"', "delay"),
        ("crawl = 3", "crawl"),
        ("x = = 1", "line 1"),
    ],
)
def test_wrong_settings_name_the_file_and_the_key(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ReadError, match=rf"copycatch\.toml.*{reason}"):
        configured(tmp_path, text)


def test_a_variable_that_is_no_number_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_CONCURRENCY", "many")
    with pytest.raises(ReadError, match="COPYCATCH_CONCURRENCY: expected a number"):
        load_settings(tmp_path)
