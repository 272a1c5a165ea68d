"""Offers told by structure, sham warnings, and what speaks against."""

import pytest

from detection.fields import fields
from detection.look import Look
from detection.schemes import schemes
from detection.stance.signs import acts
from detection.subject import Subject
from index.reading import ReadError
from tests.detection.test_stance import shown

ACTS = acts()


@pytest.fixture
def looked(listing, profiles):
    def look_at(title="", /, **values) -> Look:
        values = {"source_kind": "second_hand", **values}
        return Look(Subject(listing=listing(title, **values), profiles=profiles))

    return look_at


@pytest.mark.parametrize("act", ACTS)
def test_an_act_shows_in_its_examples_only(act) -> None:
    assert ACTS[act].hits
    assert ACTS[act].misses
    assert all(act in shown(text) for text in ACTS[act].hits)
    assert not any(act in shown(text) for text in ACTS[act].misses)


def test_every_act_serves_a_scheme() -> None:
    used = {act for scheme in schemes() for group in scheme.acts for act in group}
    assert set(ACTS) - used == {"way_to_buy"}


OFFERS = {
    "p1-2b": {"title": "开播要刷脸的看过来", "description": "号主不在也行，失败全退", "price": "60"},
    "p1-1c": {"title": "做一个会说话的TA", "description": "声音谁的都行，前任也可以，懂的都懂"},
    "p2-4c": {"title": "语音代打", "description": "学你孙子的口气，老人听不出来"},
    "p2-4a": {"title": "名嘴替你口播", "description": "观众都以为是真的，永久会员"},
    "p1-1b": {"title": "夏季清凉图", "description": "女同事的也行，对方不会知道，包月199"},
    "p1-5": {"title": "AI标识处理", "description": "平台检测不到，一条2元"},
    "p2-1c": {"title": "带章通知代做", "description": "家长看不出来，出事与本人无关，一份20"},
    "p2-1b": {"title": "突发灾情图文", "description": "读者分不清真假，招徒弟，学费299"},
    "p2-5c": {"title": "评论铺满", "description": "平台查不到，掉了补，包月"},
    "p2-5a": {"title": "各平台老号", "description": "一机一号防关联，掉线补"},
    "p2-5b": {"title": "爆文改写", "description": "过查重，招代理，月卡"},
    "p1-4d": {"title": "AI人设陪聊系统", "description": "客户都当真人，防封"},
    "p2-3a": {"title": "大人模式出图", "description": "无审核，会员解锁"},
    "x-abuse": {"title": "网课代看", "description": "人不在也行，老师没发现", "price": "30"},
}


@pytest.mark.parametrize("violation", OFFERS)
def test_an_offer_without_trade_words_is_told_by_its_structure(violation, looked) -> None:
    look = looked(**{**OFFERS[violation], "title": ""}, bio=OFFERS[violation]["title"])
    assert violation in look.schemes
    scheme, signs = look.schemes[violation]
    assert len(signs) >= len(scheme.acts)
    texts = {field.name: field.raw for field in fields(look.subject.listing)}
    assert all(sign.quote() in texts[sign.field.name] for sign in signs)


@pytest.mark.parametrize("violation", OFFERS)
def test_the_same_act_refused_is_no_offer(violation, looked) -> None:
    title = OFFERS[violation]["title"]
    assert violation not in looked(f"{title}的不接，免谈", description="失败全退，懂的都懂，包月").schemes


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("reviews", ("号主不在也给刷脸过了，领导没发现",)),
        ("questions", ("能刷脸吗？答：能，号主不在也行，失败全退",)),
        ("options", ("刷脸单次 号主不在也行", "刷脸包月")),
        ("notes", "刷脸号主不在也行，失败全退"),
        ("image_text", ("刷脸 号主不在也行", "失败全退")),
        ("bio", "刷脸 号主不在也行 失败全退"),
    ],
)
def test_an_offer_is_read_wherever_it_stands(place, value, judged) -> None:
    judgement = judged("手机壳 来图定制", source_kind="second_hand", price="1", **{place: value})
    told = [one for v in judgement.violations if v.id == "p1-2b" for one in v.evidence if one.strength > 0]
    assert any((one.field or "").startswith(place) for one in told), judgement.violations


def test_a_warning_followed_by_a_way_to_buy_is_a_sham_and_both_are_quoted(looked, judged) -> None:
    text = "谨防骗子！代过人脸只找我，失败全退"
    warning, way = looked(text).sham
    assert (warning.quote(), way.quote()) == ("谨防", "找我")
    said = [one for v in judged(text, source_kind="channel").violations for one in v.evidence if "幌子" in one.zh]
    assert said
    assert all("找我" in one.zh and "谨防" in one.zh and "谨防" in one.en for one in said)


@pytest.mark.parametrize(
    "text",
    [
        "避雷！他说包过，让我加v，收了钱就拉黑我",
        "Scam alert: he promised it would work or refund, then told everybody to message me",
        "提醒大家别信，代过人脸都是骗局",
        "反诈志愿者：被骗了可以联系我们 help@example.org，一次也不收钱",
    ],
)
def test_who_quotes_a_seller_or_helps_is_no_sham(text, looked) -> None:
    assert looked(text).sham is None


def test_a_waived_consent_is_none() -> None:
    assert "consented" in shown("需本人授权")
    assert "consented" not in shown("无需本人授权")
    assert "consented" not in shown("without permission")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{}", "expected a list of schemes"),
        ("- {violation: p9-9, acts: [], signs: [], strength: 4}", "scheme 1: 'p9-9' is not known"),
        ("- {violation: p1-5, acts: [[flying]], signs: [], strength: 4}", "scheme 1: 'flying' is not known"),
        ("- {violation: p1-5, acts: [], signs: [[yawning]], strength: 4}", "scheme 1: 'yawning' is not known"),
        ("- {violation: p1-5, acts: [], signs: [], strength: 4, typo: 1}", "scheme 1: unknown field typo"),
    ],
)
def test_a_broken_scheme_names_file_and_number(content, complaint, tmp_path, monkeypatch) -> None:
    path = tmp_path / "schemes.yml"
    path.write_text(content, "utf-8")
    monkeypatch.setattr("detection.schemes.SCHEMES", path)
    with pytest.raises(ReadError, match=r"schemes\.yml") as error:
        schemes.__wrapped__()
    assert complaint in str(error.value)
