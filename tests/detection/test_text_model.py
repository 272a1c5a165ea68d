"""The text model: n-grams, opinions, the way it joins the rules, and that it is the one its listings give."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from detection.judge import judge, judge_all
from detection.scoring import NAMED_FROM, TEXT_ALONE_FROM, TEXT_MODEL, chance, sentence, verdict, weighed
from detection.subject import Subject
from detection.text_model.mixture import ENOUGH, KNOWN, described, mixture, trust_in
from detection.text_model.model import TextModel, text_model
from detection.text_model.ngrams import (
    LONGEST,
    MOST_CHARACTERS,
    Keys,
    Vocabulary,
    codes_of,
    columns_of,
    keys_of,
    vocabulary_of,
    weigh,
)
from detection.training.data import digest, kind_of, labelled
from detection.training.unread import read_unread
from index.model import Evidence, Listing, SourceKind, Violation
from index.profiles import load_profiles

PROFILES = load_profiles()
TEXT = st.text(st.characters(codec="utf-8"), max_size=80)


def plain_ngrams(text: str) -> set[str]:
    folded = "".join("0" if c in "0123456789" else " " if "\t" <= c <= "\r" else c for c in text)
    pieces = folded.split("\0")
    return {p[at : at + n] for p in pieces for n in range(1, LONGEST + 1) for at in range(len(p) - n + 1)}


@given(st.lists(TEXT, min_size=1, max_size=3))
@settings(max_examples=100)
def test_keys_are_those_of_the_ngrams_and_none_crosses_texts(texts: list[str]) -> None:
    keys = {int(key) for key in keys_of(codes_of(texts)) if key}
    assert len(keys) == len({gram for text in texts for gram in plain_ngrams(text)})


def without_weights(known: Keys) -> Vocabulary:
    return vocabulary_of(known, np.ones(len(known), np.float32), np.zeros(len(known), np.float32))


def test_every_known_ngram_is_found_where_it_is_and_others_are_not() -> None:
    known = np.unique(keys_of(codes_of(["代过人脸 失败全退"])))
    known = known[known != 0]
    vocabulary = without_weights(known)
    assert columns_of(known, vocabulary).tolist() == list(range(len(known)))
    others = np.setdiff1d(keys_of(codes_of(["二手登山包"])), np.append(known, 0).astype(np.uint64))
    assert len(others)
    assert set(columns_of(others, vocabulary).tolist()) == {-1}


def test_shares_are_those_of_a_unit_vector() -> None:
    codes = codes_of(["好好好"])
    keys = keys_of(codes)
    known = np.unique(keys[keys != 0])
    vocabulary = without_weights(known)
    shares = weigh(columns_of(keys, vocabulary), np.ones(len(keys), np.float32))
    whole = [shares[keys == key].sum() for key in known]
    assert np.isclose(sum(value**2 for value in whole), 1)
    assert np.isclose(max(whole) / min(whole), 1 + np.log(3))


def test_the_places_add_up_to_the_margin_without_the_constant() -> None:
    opinion = text_model().opinion(["代过人脸 失败全退 私聊"])
    nothing = text_model().opinion(["代过人脸 失败全退 私聊", ""])
    bias = float(text_model().parts()["bias"][0])
    assert opinion.at.sum() == pytest.approx(opinion.margin - bias, abs=1e-3)
    assert nothing.margin == pytest.approx(opinion.margin)


@pytest.mark.parametrize("texts", [[], [""], ["\x00" * 50], ["\ud800"], ["\U000e0001" * 9], ["换" * 2_000_000]])
def test_odd_texts_have_an_opinion(texts: list[str]) -> None:
    opinion = text_model().opinion(texts)
    assert np.isfinite(opinion.margin)
    assert len(opinion.at) <= MOST_CHARACTERS


FOREIGN = {
    "ru": "Точный прогноз погоды на неделю для вашего города. Осадки, ветер, влажность, восход и закат. Покупка один раз, 99 рублей.",
    "th": "แอปพยากรณ์อากาศที่แม่นยำสำหรับทุกจังหวัด แสดงอุณหภูมิ ความชื้น และปริมาณฝนรายชั่วโมง ซื้อครั้งเดียว 59 บาท ติดต่อเราได้ทุกวัน",
    "ko": "매시간 정확한 날씨 예보와 강수량, 습도, 바람 정보를 제공합니다. 한 번 구매로 평생 사용하세요. 문의는 언제든지 환영합니다. 위젯도 있습니다.",
    "ar": "توقعات الطقس لكل ساعة لمدينتك مع الرطوبة والرياح والأمطار. تطبيق بسيط وسريع بدون إعلانات، شراء لمرة واحدة بسعر زهيد.",
}  # fmt: skip


@pytest.mark.parametrize("lang", FOREIGN)
def test_a_language_that_it_has_not_read_is_trusted_little(lang: str) -> None:
    assert text_model().opinion([FOREIGN[lang]]).trust < 0.5
    page = Listing(
        marketplace="m", native_id=lang, url="", title="x", description=FOREIGN[lang], source_kind="shop", price="$5"
    )
    assert judge(Subject(listing=page, profiles=PROFILES)).verdict == "benign"


def test_its_own_languages_are_trusted() -> None:
    read = read_unread()
    long = [row for row in labelled() if len(row.listing.description) > 2 * ENOUGH]
    assert all(read[row.id].trust == 1 for row in long[:200])
    assert any(one.trust < 1 for one in read.values())


def test_parts_that_do_not_belong_together_are_refused() -> None:
    parts = text_model().parts()
    with pytest.raises(ValueError, match="belong"):
        TextModel(parts["keys"][:-1], parts["idf"], parts["weights"], parts["bias"], text_model().kinds)


def test_the_shipped_model_was_made_from_the_shipped_listings() -> None:
    assert described()["trained_on"] == digest()


def test_no_weight_of_evidence_is_negative() -> None:
    assert min(mixture().text, mixture().rules, mixture().against) >= 0


STRENGTHS = st.lists(st.floats(-8, 8), max_size=6)


def pieces(strengths: list[float], text: float) -> list[Evidence]:
    rules = [Evidence(detector="illegal_tool", violation="p1-2b", strength=s, observed="x") for s in strengths]
    return [*rules, Evidence(detector=TEXT_MODEL, violation="p1-2b", strength=text, observed="")]


def probable(strengths: list[float], text: float, trust: float) -> float:
    return chance(sum(one.share for one in weighed(pieces(strengths, text), {"illegal_tool"}, trust)))


@given(STRENGTHS, st.floats(-9, 9), st.floats(0, 1), st.floats(0, 8))
def test_more_never_gives_less(strengths, text, trust, more) -> None:
    before = probable(strengths, text, trust)
    assert probable([*strengths, more], text, trust) >= before - 1e-4
    assert probable([*strengths, -more], text, trust) <= before + 1e-4
    assert probable(strengths, text + more, trust) >= before - 1e-4


def test_what_was_observed_needs_no_text() -> None:
    signer = Evidence(detector="brand_signer", violation="p2-6a", strength=6.0, observed="x")
    text = Evidence(detector=TEXT_MODEL, violation="p2-6a", strength=-6.0, observed="")
    assert {one.detector: one.share for one in weighed([signer, text], trust=1.0)} == {"brand_signer": 6, TEXT_MODEL: 0}


def test_the_sentence_names_every_term_and_they_add_up() -> None:
    row = next(row for row in labelled() if row.verdict == "violation" and "p1-2b" in row.violations)
    violation = judge(Subject(listing=row.listing, profiles=PROFILES)).violations[0]
    assert chance(sum(one.share for one in violation.evidence)) == pytest.approx(violation.probability, abs=1e-3)
    for lang in ("zh", "en"):
        said = sentence(violation, lang)
        assert f"{violation.probability:.0%}" in said
        assert all(f"{one.share:+.1f}" in said for one in violation.evidence if abs(one.share) > 0.1)


@pytest.mark.parametrize("kind", ["app_store", "site"])
def test_of_a_bare_name_alone_the_model_says_nothing(kind: SourceKind) -> None:
    titles = [row.listing.title for row in labelled()[::3]]
    subjects = [
        Subject(listing=Listing(marketplace="m", native_id="", url="", title=title, source_kind=kind))
        for title in titles
    ]
    assert len(titles) > 5000
    speaking = [
        {one.detector for violation in judgement.violations for one in violation.evidence if one.strength > 0}
        for judgement in judge_all(subjects)
    ]
    assert any(speaking)
    assert {TEXT_MODEL} not in speaking


def test_a_short_text_and_one_of_unknown_characters_count_in_proportion() -> None:
    assert trust_in(ENOUGH // 4, KNOWN) == 0.25
    assert trust_in(ENOUGH, KNOWN / 2) == 0.5


def test_the_text_alone_must_be_surer_than_what_can_be_named() -> None:
    text = Evidence(detector=TEXT_MODEL, violation="p1-2b", strength=5.0, share=5.0, observed="")
    rule = Evidence(detector="illegal_tool", violation="p1-2b", strength=NAMED_FROM, share=1.0, observed="x", quote="x")
    little = changed(rule, strength=NAMED_FROM - 0.1)
    between = Violation(id="p1-2b", group="illegal_tool", probability=0.8, evidence=(text,))
    assert verdict([between]) == "lead"
    assert verdict([replace(between, evidence=(text, rule))]) == "violation"
    assert verdict([replace(between, evidence=(text, little))]) == "lead"
    assert verdict([replace(between, probability=TEXT_ALONE_FROM)]) == "violation"


def test_its_evidence_quotes_the_text_and_names_the_model() -> None:
    row = next(row for row in labelled() if row.verdict == "violation" and "p1-2b" in row.violations)
    judgement = judge(Subject(listing=row.listing, profiles=PROFILES))
    said = [e for v in judgement.violations for e in v.evidence if e.detector == TEXT_MODEL]
    assert said
    assert all(described()["version"] in one.zh and described()["version"] in one.en for one in said)


@pytest.mark.parametrize(("given", "kind"), [("p1-2b", "p1-2b"), ("x-abuse", "x-abuse"), ("p9-9z", "p9-9z")])
def test_kinds_are_what_rules_tell_apart(given: str, kind: str) -> None:
    assert kind_of(given) == kind
