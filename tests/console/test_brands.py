"""`copycatch brands`: what is known of the genuine side, and whether the profiles do what they promise."""

from pathlib import Path

import pytest

from index.home import Home
from index.profiles import load_profiles

OWN = """
id: mingjing
names:
  - {text: 明镜智能助手}
packages:
  - {id: com.example.mingjing}
should_match:
  - {title: 明镜智能助手 破解版, package: com.fake.mingjing}
should_not_match:
  - {title: 登山包}
"""


@pytest.fixture
def own(own_home: Path) -> Path:
    folder = Home(own_home).brands
    folder.mkdir()
    path = folder / "mingjing.yml"
    path.write_text(OWN, "utf-8")
    return path


def test_the_list_names_every_profile_and_where_it_comes_from(copycatch, own: Path) -> None:
    rows = {row["id"]: row for row in copycatch("brands", "list", "--json").fits("brands_list")}
    assert set(rows) == {*load_profiles(), "mingjing"}
    assert rows["mingjing"]["origin"] == "own"
    assert {row["origin"] for name, row in rows.items() if name != "mingjing"} == {"shipped"}


def test_what_nobody_collected_is_said_so(copycatch, own: Path) -> None:
    assert "not collected" in copycatch("brands", "list").out
    assert "signers: not collected" in copycatch("brands", "show", "mingjing").out


def test_one_profile_is_shown_with_everything(copycatch) -> None:
    (profile,) = copycatch("brands", "show", "doubao", "--json").fits("brands_show")
    assert profile["id"] == "doubao" and profile["names"]
    shown = copycatch("brands", "show", "doubao").out
    assert "packages:" in shown and "com.larus.nova  (" in shown
    assert "Package(" not in shown


@pytest.mark.parametrize("brand", load_profiles())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_profile_can_be_shown(copycatch, monkeypatch: pytest.MonkeyPatch, brand: str, lang: str) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    answer = copycatch("brands", "show", brand)
    assert answer.code == 0 and brand in answer.out


def test_an_unknown_profile_lists_the_known_ones(copycatch) -> None:
    answer = copycatch("brands", "show", "nobody")
    assert (answer.code, answer.out) == (2, "")
    assert "doubao" in answer.err


def test_shipped_and_own_profiles_do_what_they_promise(copycatch, own: Path) -> None:
    answer = copycatch("brands", "check", "--json")
    rows = answer.fits("brands_check")
    assert answer.code == 0, answer.err
    assert {row["file"] for row in rows} == {f"{name}.yml" for name in [*load_profiles(), "mingjing"]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OWN.replace("names:", "nmaes:"), "unknown field nmaes"),
        (OWN.replace("mingjing\n", "other\n", 1), "id is 'other'"),
        (OWN.replace("明镜智能助手 破解版", "登山包"), "should have been taken as an imitation"),
        (
            OWN.replace("{title: 登山包}", "{title: 明镜智能助手 破解版, package: com.fake.mingjing}"),
            "should not have been",
        ),
        ("- a\n- list", "expected a brand profile"),
        ("id: [", "mingjing.yml: "),
        ("!!python/object/apply:os.system ['true']", "mingjing.yml: "),
    ],
)
def test_a_profile_that_is_wrong_is_listed(copycatch, own: Path, text: str, words: str) -> None:
    own.write_text(text, "utf-8")
    answer = copycatch("brands", "check", own, "--json")
    assert answer.code == 1
    assert answer.fits("brands_check")[0]["ok"] is False
    assert words in answer.err
