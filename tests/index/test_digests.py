"""Digests of certificates: written in many ways, told apart by kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.digests import by_kind, stated


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("C5:6F:B7:D5:91:BA:67:04:DF:04:7F:D9:8F:53:53:72:FE:A0:02:11", "c56fb7d591ba6704df047fd98f535372fea00211"),
        ("ab" * 32, "ab" * 32),
        ("AB cd" * 8, "abcd" * 8),
        ("hex-md5:" + "AB" * 16, "hex-md5:" + "ab" * 16),
        ("hex-md5:" + "ab" * 20, None),
        ("ab" * 19, None),
        ("zz" * 16, None),
        ("١" * 32, None),
        ("", None),
        ("ab:" * 5000, None),
        (None, None),
        (17, None),
    ],
)
def test_a_digest_is_held_without_separators_or_not_at_all(written: object, held: str | None) -> None:
    assert stated(written) == held


def test_kinds_are_told_by_length_and_mark() -> None:
    found = by_kind(["AB" * 32, "cd" * 20, "ef" * 16, "hex-md5:" + "01" * 16, "nonsense"])
    assert found == {"sha256": {"ab" * 32}, "sha1": {"cd" * 20}, "md5": {"ef" * 16}, "hex_md5": {"01" * 16}}


@given(st.text(max_size=90))
def test_any_text_is_a_digest_or_nothing_and_a_held_one_stays(text: str) -> None:
    if (held := stated(text)) is not None:
        assert stated(held) == held and held.isascii()
