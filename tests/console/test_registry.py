"""`copycatch registry`: lists in, outcomes out; the date of the copy is always said."""

import json
from pathlib import Path

import pytest

OWNER, OTHER = "北京明湖智能科技有限公司", "徐州青禾网络科技有限公司"
NUMBER = "Beijing-MingHu-20240315"
LIST = f"序号,属地,模型名称,备案单位,备案编号,备案时间\n1,北京,明湖大模型,{OWNER},{NUMBER},2024年3月15日\n2,上海,无号,上海某某科技有限公司,,\n"


@pytest.fixture
def listed(copycatch, own_home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(LIST.encode("gb18030"))
    copycatch("registry", "import", path, "--registry", "generative_ai", "--as-of", "2026-07-10")
    return path


def checked(copycatch, *argv: object) -> dict:
    (one,) = copycatch("registry", "check", *argv, "--json").fits("registry_check")
    return one


def test_every_row_is_accounted_for_and_the_unreadable_are_named(copycatch, listed: Path) -> None:
    answer = copycatch("registry", "import", listed, "--registry", "generative_ai", "--json")
    (said,) = answer.fits("registry_import")
    assert answer.code == 1
    assert said["rows"] == 3 == said["known"] + len(said["unreadable"]) + len(said["aside"])
    assert said["unreadable"][0]["place"] == "3" and "list.csv:3" in answer.err
    assert said["tables"][0]["columns"]["entity"] == "备案单位"


def test_the_mapping_is_shown_to_people(copycatch, own_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LIST, "utf-8")
    assert "entity = 备案单位" in copycatch("registry", "import", path, "--registry", "generative_ai").out


@pytest.mark.parametrize(
    ("text", "entity", "outcome"),
    [
        (NUMBER, OWNER, "own"),
        (NUMBER.lower(), OWNER, "own"),
        (NUMBER, OTHER, "other_entity"),
        (f"本应用使用明湖大模型，备案号：{NUMBER}", OTHER, "base_model"),
        ("备案号：Beijing-MingHu-20241345", OTHER, "malformed"),
        ("Beijing-Weizhi-20250101", OTHER, "not_in_copy"),
        (NUMBER, None, "undecided"),
        ("网信算备110108823483901230031号", OWNER, "not_collected"),
    ],
)
def test_the_outcomes_are_kept_apart(copycatch, listed: Path, text: str, entity: str | None, outcome: str) -> None:
    said = checked(copycatch, text, *(["--entity", entity] if entity else []))
    assert said["outcome"] == outcome
    assert text[said["start"] : said["end"]] == said["quote"]
    if outcome != "not_collected":
        assert [copy["as_of"] for copy in said["copies"]] == ["2026-07-10"]


def test_the_date_of_the_copy_and_the_source_are_printed(copycatch, listed: Path) -> None:
    said = copycatch("registry", "check", NUMBER, "--entity", OTHER).out
    assert "as of 2026-07-10" in said and "list.csv:2" in said and OWNER in said and "not complete" in said


def test_without_a_copy_it_is_not_collected(copycatch, own_home: Path) -> None:
    assert checked(copycatch, NUMBER, "--entity", OTHER)["outcome"] == "not_collected"
    assert "not collected" in copycatch("registry", "check", NUMBER).out


def test_listings_are_checked_by_their_sellers(copycatch, listed: Path, tmp_path: Path) -> None:
    path = tmp_path / "offers.jsonl"
    rows = [
        {"id": "a", "title": "明湖AI", "description": f"备案号 {NUMBER}", "seller": OWNER},
        {"id": "b", "title": "登山包"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    said = checked(copycatch, "--listing", path)
    assert (said["id"], said["outcome"], said["field"]) == ("a", "own", "description")


def test_no_number_is_no_verdict(copycatch, own_home: Path) -> None:
    answer = copycatch("registry", "check", "随便写写")
    assert (answer.code, answer.out) == (0, "") and "never a verdict" in answer.err


def test_what_an_entity_filed_is_listed(copycatch, listed: Path) -> None:
    for name in (OWNER, "明湖大模型"):
        said = checked(copycatch, "--entity", name)
        assert (said["number"], said["record"]["entity"]) == (NUMBER, OWNER)
    answer = copycatch("registry", "check", "--entity", OTHER)
    assert answer.out == "" and "never a verdict" in answer.err and "2026-07-10" in answer.err


@pytest.mark.parametrize("argv", [(), ("x", "--listing", "y.jsonl")])
def test_one_thing_to_check_is_wanted(copycatch, own_home: Path, argv: tuple[str, ...]) -> None:
    assert copycatch("registry", "check", *argv).code == 2


def test_a_day_that_is_none_is_wrong_use(copycatch, listed: Path) -> None:
    answer = copycatch("registry", "import", listed, "--registry", "app", "--as-of", "July")
    assert answer.code == 2 and "July" in answer.err


def test_detect_reads_the_copy(copycatch, listed: Path) -> None:
    offer = {"id": "1", "title": "AI聊天助手", "description": f"自研大模型，备案号 {NUMBER}", "seller": OTHER}
    (said,) = copycatch("detect", "-", "--json", stdin=json.dumps(offer).encode()).fits("detect")
    evidence = [one for violation in said["violations"] for one in violation["evidence"]]
    assert any(
        one["detector"] == "registry_claim" and "2026-07-10" in one["en"] and OWNER in one["zh"] for one in evidence
    )
