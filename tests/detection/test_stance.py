"""Stance: signs by clause, and who does what to whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.fields import Field
from detection.look import Look
from detection.normalise import normalise
from detection.stance import clause_at, refused, signs_in, stance_at
from detection.stance.signs import kinds
from detection.subject import Subject

KINDS = kinds()


def field(text: str, name: str = "title") -> Field:
    return Field(name, text, normalise(text), own_words=True)


def shown(text: str) -> set[str]:
    return {sign.kind for sign in signs_in([field(text)])}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_sign_shows_in_its_examples_only(kind) -> None:
    assert KINDS[kind].hits
    assert KINDS[kind].misses
    for text in KINDS[kind].hits:
        assert kind in shown(text), text
    for text in KINDS[kind].misses:
        assert kind not in shown(text), text


def test_a_pair_holds_only_near_and_in_one_clause() -> None:
    assert "absent" in shown("不用麻烦号主")
    assert "absent" not in shown("不用押金，号主自己来办")
    assert "absent" not in shown("不用担心物流太慢或者售后太差包装破损号主")


def test_a_sign_quotes_what_stands_there() -> None:
    text = field("代过，对方 根 本 不 知 道")
    sign = next(sign for sign in signs_in([text]) if sign.kind == "unaware")
    start, end = text.text.span("joined", sign.start, sign.end)
    assert text.raw[start:end].replace(" ", "") == "对方根本不知道"


def test_a_clause_that_refuses_is_told_from_its_neighbour() -> None:
    text = field("替人过脸的不接，老照片修复一张5元")
    against = refused(signs_in([text]))
    assert clause_at(text, "plain", text.raw.index("过脸")) in against
    assert clause_at(text, "plain", text.raw.index("老照片")) not in against


@given(st.text(alphabet=st.sampled_from("不用本人知道，。 免费a1代过人脸"), max_size=300))
def test_signs_stay_within_their_text(text) -> None:
    one = field(text)
    for sign in signs_in([one]):
        assert 0 <= sign.start < sign.end <= len(one.text.joined)


def test_a_text_full_of_signs_is_cut_off() -> None:
    assert len(list(signs_in([field("不用本人知道，" * 2800)]))) <= 2 * 1000


def stance(listing, profiles, title="", **values):
    look = Look(Subject(listing=listing(title, **{"source_kind": "forum", **values}), profiles=profiles))
    hit = next(iter(look.hits), None)
    act = next(one for one in look.signs if one.kind == "face_check")
    field, start, end = (hit.field, hit.start, hit.end) if hit else (act.field, act.start, act.end)
    return stance_at(look.signs, field, start, end, sham=look.sham is not None, priced=False)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("刷脸代办，失败全退，号主不在也行", ("offer", "seller", "unknown", "without")),
        ("任意人照片都能过人脸，私聊报价", ("offer", "seller", "anyone", "unknown")),
        ("替人刷脸的不接", ("refuse", "seller", "unknown", "unknown")),
        ("上门采集，刷脸须本人同意", ("mention", "seller", "consenting", "given")),
        ("识别刷脸时的虚拟摄像头注入", ("warn", "institution", "unknown", "unknown")),
        ("请问刷脸总失败怎么办", ("ask", "asker", "unknown", "unknown")),
        ("记者了解到有人代刷脸牟利", ("report", "reporter", "unknown", "without")),
        ("课题组关于刷脸安全的论文", ("study", "researcher", "unknown", "unknown")),
        ("招聘刷脸产品测试岗位", ("hire", "employer", "unknown", "unknown")),
        ("代刷脸的骗了我三百", ("complain", "victim", "unknown", "without")),
    ],
)
def test_who_speaks_about_whom(title, expected, listing, profiles) -> None:
    found = stance(listing, profiles, title)
    assert (found.kind, found.actor, found.object, found.consent) == expected
    assert found.against is (expected[0] in {"refuse", "warn", "complain"})


def test_a_review_is_the_buyers(listing, profiles) -> None:
    found = stance(listing, profiles, "手机壳", reviews=("刷脸过了，包过",))
    assert (found.actor, found.field.name) == ("buyer", "reviews[0]")
