"""A number against the copy: outcomes kept apart, entities compared with care, copies backed up."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.home import Home
from index.open import back_up, open_registry, restore
from index.profiles import Developer, Filing, Name, Profile
from index.registry.check import check
from index.registry.entities import LIKE, SAME, compare, is_entity, key
from index.registry.model import Record
from index.registry.numbers import find
from index.registry.store import Shelf

OWNER = "北京明湖智能科技有限公司"
BRAND = Profile(
    id="minghu",
    names=(Name(text="明湖"),),
    developers=(Developer(name="明湖科技", complete=False), Developer(name="MingHu AI Pte. Ltd.")),
    filings=(Filing(registry="generative_ai", number="Beijing-MingHu-20240315", entity=OWNER),),
)
PROFILES = {BRAND.id: BRAND}


def record(**fields) -> Record:
    values = {"register": "generative_ai", "number": "Beijing-MingHu-20240315", "name": "明湖大模型", "entity": OWNER}
    where = {"file": "list.csv", "sha256": "ab" * 32, "place": "2", "imported": "2026-11-28", "as_of": "2026-07-10"}
    return Record(**{**values, **where, **fields})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").prepare()


def stored(home: Home, *records: Record):
    shelf = Shelf(home.registry)
    for one in records:
        shelf.add([one])
    shelf.close()
    return open_registry(home)


def outcome(registry, text: str, entity: str | None = OWNER, **options) -> str:
    (number,) = find(text)
    return check(number, registry, entity=entity, profiles=PROFILES, **options).outcome


@pytest.mark.parametrize(
    ("text", "entity", "calls", "expected"),
    [
        ("Beijing-MingHu-20240315", OWNER, False, "own"),
        ("beijing-minghu-20240315", OWNER, True, "own"),
        ("Beijing-MingHu-20240315", "上海青禾网络科技有限公司", True, "base_model"),
        ("Beijing-MingHu-20240315", "上海青禾网络科技有限公司", False, "other_entity"),
        ("Beijing-MingHu-20240315", "青禾工具箱", False, "undecided"),
        ("Beijing-MingHu-20240315", "Qinghe Network Co., Ltd.", False, "undecided"),
        ("Beijing-MingHu-20240315", "", False, "undecided"),
        ("备案号 Beijing-MingHu-20241315", OWNER, False, "malformed"),
        ("Beijing-Weizhi-20240315", OWNER, False, "not_in_copy"),
        ("网信算备110108823483901240031号", OWNER, False, "not_collected"),
        ("91110102MAD55U9H0F", OWNER, False, "well_formed"),
    ],
)
def test_the_outcomes(home: Home, text: str, entity: str, calls, expected: str) -> None:
    assert outcome(stored(home, record()), text, entity, calls_model=calls) == expected


def test_nothing_imported_is_not_collected_and_a_bad_form_is_bad_all_the_same(home: Home) -> None:
    assert open_registry(home) is None
    assert outcome(None, "Beijing-MingHu-20240315") == "not_collected"
    assert outcome(None, "网信算备12345号") == "malformed"


def test_an_odd_number_that_a_list_has_is_not_malformed(home: Home) -> None:
    registry = stored(home, record(register="algorithm", number="网信算备110108823483901180031号"))
    assert outcome(registry, "网信算备110108823483901180031号") == "own"


def test_a_filers_other_app_shares_its_number_before_the_serial(home: Home) -> None:
    registry = stored(home, record(register="app", number="京ICP备2026031728号-2A"))
    (number,) = find("京ICP备2026031728号-5A")
    done = check(number, registry, entity=OWNER, profiles=PROFILES)
    assert (done.outcome, done.exact) == ("own", False)


def test_a_renamed_filer_is_known_by_its_older_name(home: Home) -> None:
    registry = stored(home, record(as_of="2025-01-01", entity="北京清波软件有限公司"), record())
    assert outcome(registry, "Beijing-MingHu-20240315", "北京清波软件有限公司") == "own"
    assert outcome(registry, "Beijing-MingHu-20240315", "天津墨海数据有限公司") == "other_entity"


@pytest.mark.parametrize(
    ("shown", "filed", "verdict"),
    [
        (OWNER, OWNER, "same"),
        ("北京明湖智能科技　有限公司", OWNER, "same"),
        ("明湖(北京)智能科技有限公司", "明湖（北京）智能科技有限公司", "same"),
        ("北京明湖智能科技股份有限公司", OWNER, "same"),
        ("明湖科技集团有限公司", OWNER, "same"),  # the profile says that they belong together
        ("MingHu AI Pte. Ltd.", OWNER, "same"),
        ("上海明湖智能科技有限公司", OWNER, "unclear"),
        ("北京明湖网络技术有限公司", "北京明湖信息服务有限公司", "unclear"),
        ("明湖", "北京明湖信息服务有限公司", "unclear"),
        ("小王的数码店", OWNER, "unclear"),
        ("北京青禾智能科技有限公司", OWNER, "other"),
        ("上海大云网络科技有限公司", "上海小星网络科技有限公司", "other"),
    ],
)
def test_different_firms_often_differ_by_one_word(shown: str, filed: str, verdict: str) -> None:
    like = compare(shown, filed, PROFILES)
    assert ("same" if like.same else "other" if like.other else "unclear") == verdict


@given(st.text(max_size=40), st.text(max_size=40))
def test_comparing_is_symmetric_within_its_scale(one: str, other: str) -> None:
    like = compare(one, other, {})
    assert 0 <= like.confidence <= 1
    assert not (like.same and like.other) and (not like.other or like.confidence < LIKE < SAME)
    assert like.same == compare(other, one, {}).same
    assert key(key(one)) == key(one)


@pytest.mark.parametrize("name", ["北京大学", "某某研究院", "甲乙有限合伙", "中国联合网络通信集团有限公司"])
def test_entities_end_as_entities_do(name: str) -> None:
    assert is_entity(name)
    assert not is_entity(name + "的小店")


def test_copies_are_backed_up_with_the_rest(home: Home, tmp_path: Path) -> None:
    stored(home, record())
    back_up(home, tmp_path / "backup")
    other = Home(tmp_path / "other").prepare()
    restore(tmp_path / "backup", other)
    assert outcome(open_registry(other), "Beijing-MingHu-20240315") == "own"
