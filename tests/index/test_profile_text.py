"""Changed profiles keep their comments and order, and say what was put in, whatever it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import profile_text
from index.profiles import SHIPPED, parse_profile

TEXT = """# a remark above
id: b  # the id
names:
  - {text: 明镜, lang: zh}  # first
  # between
  - text: Mingjing
    kind: alias
packages: []  # not collected
sources: [one, two]
"""


def test_items_are_put_behind_and_comments_stay() -> None:
    text = profile_text.append(TEXT, "names", [{"text": "镜子", "kind": "nickname"}])
    text = profile_text.append(text, "packages", [{"id": "cn.mine.app"}])
    text = profile_text.append(text, "sources", ["three"])
    text = profile_text.append(text, "domains", ["mine.example"])
    profile = parse_profile(text, "b.yml")
    assert [name.text for name in profile.names] == ["明镜", "Mingjing", "镜子"]
    assert profile.names[1].kind == "alias"
    assert (profile.packages[0].id, profile.sources, profile.domains) == (
        "cn.mine.app",
        ("one", "two", "three"),
        ("mine.example",),
    )
    assert all(comment in text for comment in ("# a remark above", "# the id", "# first", "# between"))
    assert "packages: []" not in text
    assert text.index("names:") < text.index("packages:") < text.index("sources:") < text.index("domains:")


@pytest.mark.parametrize("number", [0, 1])
def test_one_item_is_rewritten_and_nothing_else(number: int) -> None:
    text = profile_text.replace(TEXT, "names", number, {"text": "新名", "since": "2026-01-02"})
    names = parse_profile(text, "b.yml").names
    assert (names[number].text, names[number].since) == ("新名", "2026-01-02")
    assert len(names) == 2 and names[1 - number].text in {"明镜", "Mingjing"}
    assert "# first" in text and "# between" in text


def test_a_single_value_is_set() -> None:
    text = profile_text.scalar(profile_text.scalar(TEXT, "category", "voice"), "note", "x: y # z")
    profile = parse_profile(text, "b.yml")
    assert (profile.category, profile.note) == ("voice", "x: y # z")
    assert parse_profile(profile_text.scalar(text, "category", "image"), "b.yml").category == "image"


def test_a_blank_profile_takes_everything() -> None:
    text = profile_text.append(profile_text.blank("b"), "names", [{"text": "x"}])
    profile = parse_profile(text, "b.yml")
    assert profile.signers == () and text.count("not collected") == len(profile_text.ORDER) - 1


@given(st.text(min_size=1).filter(lambda text: text.strip() and not any("\ud800" <= c <= "\udfff" for c in text)))
def test_any_text_comes_back_as_it_went_in(value: str) -> None:
    text = profile_text.append(TEXT, "names", [{"text": value}])
    assert parse_profile(text, "b.yml").names[-1].text == value


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yml")), ids=lambda path: path.stem)
def test_every_shipped_profile_can_be_added_to(path: Path) -> None:
    text = path.read_text("utf-8")
    before = parse_profile(text, path.name)
    for field in profile_text.ORDER:
        part = getattr(before, field)
        if part and field != "domains":
            assert parse_profile(
                profile_text.append(text, field, [{"text": "x"}] if field == "names" else []), path.name
            )
    after = parse_profile(
        profile_text.append(text, "signers", [{"package": "p", "store": "s", "md5": "1" * 32}]), path.name
    )
    assert after.signers[:-1] == before.signers and after.signers[-1].md5 == "1" * 32
    assert (after.names, after.should_match) == (before.names, before.should_match)


def test_a_file_is_there_at_once_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "brands" / "b.yml"
    profile_text.write(path, TEXT)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        profile_text.write(path, "other")
    assert path.read_text("utf-8") == TEXT and [found.name for found in path.parent.iterdir()] == ["b.yml"]
