import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.normalise import MAX_LENGTH, Normalised, fold, normalise
from detection.normalise.emoji import by_emoji
from detection.normalise.encoded import by_decoding
from detection.normalise.parts import by_parts, pairs
from detection.normalise.sounds import by_sound

TRICKY = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("豆包換臉 變·-_./|abcIl1о0еАG月佥👗ㄌ%6\u200b\u0301Ｄ🅰ﬁßİ㊙\n①９"),
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("raw", "view", "seen"),
    [
        ("ＤｅｅｐＳｅｅｋ", "plain", "deepseek"),
        ("Deep\u200bSeek", "plain", "deepseek"),
        ("ᴅᴇᴇᴘꜱᴇᴇᴋ", "plain", "deepseek"),
        ("🅳🅴🅴🅿", "plain", "deep"),
        ("huàn liǎn", "plain", "huan lian"),
        ("D\u0336e\u0336e\u0336p\u0336", "plain", "deep"),
        ("AI換臉 變聲", "plain", "ai换脸 变声"),
        ("元寳", "plain", "元宝"),
        ("换 脸 直 播", "joined", "换脸直播"),
        ("即.梦 豆.包", "joined", "即梦豆包"),
        ("每个 s-w-a-p 都", "joined", "每个 swap 都"),
        ("价格 3.5 元，v2.0", "joined", "价格 3.5 元,v2.0"),
        ("DeepSееk", "skeleton", "deepseek"),
        ("0utfit Er4ser", "skeleton", "outfit eraser"),
        ("2025 v2.0 gpt4 bard2025", "skeleton", "2025 v2.0 gpt4 bard2025"),
        ("Привет мир", "skeleton", "привет мир"),
    ],
)
def test_views(raw, view, seen) -> None:
    assert getattr(normalise(raw), view) == seen


@given(TRICKY)
def test_folding_twice_changes_nothing(raw) -> None:
    assert fold(fold(raw)) == fold(raw)
    once = normalise(raw)
    assert normalise(once.joined).plain == once.joined
    assert normalise(once.skeleton).skeleton == once.skeleton


@given(TRICKY, st.data())
def test_every_span_leads_back_into_the_raw_text(raw, data) -> None:
    text = normalise(raw)
    for view in ("plain", "joined", "skeleton"):
        string = getattr(text, view)
        if not string:
            continue
        start = data.draw(st.integers(0, len(string) - 1))
        end = data.draw(st.integers(start + 1, len(string)))
        raw_start, raw_end = text.span(view, start, end)
        assert 0 <= raw_start < raw_end <= len(raw)
        assert view == "skeleton" or set(string[start:end]) <= set(fold(raw[raw_start:raw_end]))
        text.steps(view, start, end)


@given(TRICKY, st.data())
def test_every_reading_leads_back_into_the_joined_text(raw, data) -> None:
    text = normalise(raw)
    starts = [at for at in range(len(text.joined)) if text.joined[at : at + 2] in pairs()]
    for reading in (by_sound(text.joined), by_parts(text.joined, starts), by_emoji(text.joined), by_decoding(text)):
        if reading is None or not reading.string:
            continue
        start = data.draw(st.integers(0, len(reading.string) - 1))
        end = data.draw(st.integers(start + 1, len(reading.string)))
        joined_start, joined_end = reading.in_joined(start, end)
        assert 0 <= joined_start < joined_end <= len(text.joined)


def test_private_characters_do_not_pass_for_syllables() -> None:
    syllable = by_sound("脸").string
    assert by_sound(syllable).string.strip() == ""


def test_a_window_of_a_longer_text_has_offsets_in_all_of_it() -> None:
    whole = "字" * 50 + "ＡＩ 換\u200b臉"
    text = Normalised(whole[50:], base=50)
    at = text.joined.index("换脸")
    start, end = text.span("joined", at, at + 2)
    assert whole[start:end] == "換\u200b臉"
    assert text.steps("joined", at, at + 2) == ("traditional", "zero_width")
    assert text.in_joined(start, end) == (at, at + 2)


def test_a_quote_is_the_raw_text_and_its_path_is_named() -> None:
    raw = "出 變\u200b 臉 软件"
    text = normalise(raw)
    at = text.joined.index("变脸")
    start, end = text.span("joined", at, at + 2)
    assert raw[start:end] == "變\u200b 臉"
    assert text.steps("joined", at, at + 2) == ("traditional", "zero_width", "separators")


def test_words_met_across_a_gap_by_chance_are_told_apart() -> None:
    chance, purpose = normalise("更换 脸部 护理"), normalise("换 脸")
    assert not chance.evenly(1, 3)
    assert purpose.evenly(0, 2)


@pytest.mark.parametrize(
    "unit", ["a1", "0abc", "aж", "a", "1", "@", " ", "a ", "换 ", "\u200b", "换·", "e\u0301", "🅰", "．", "﷽"]
)
def test_hostile_texts_take_linear_time(unit) -> None:
    def cpu(length: int) -> float:
        text = (unit * length)[:length]
        best = float("inf")
        for _ in range(3):
            normalise.cache_clear()
            start = time.process_time()
            normalise(text)
            best = min(best, time.process_time() - start)
        return best

    cpu(100)
    assert cpu(MAX_LENGTH) < 60 * max(cpu(MAX_LENGTH // 10), 1e-3)


def test_long_texts_are_read_up_to_a_limit() -> None:
    assert len(normalise("长" * (MAX_LENGTH + 5)).plain) == MAX_LENGTH


def test_lone_surrogates_do_not_break_it() -> None:
    assert normalise("豆包\ud800\udfff").plain.startswith("豆包")
