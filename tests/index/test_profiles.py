from pathlib import Path

import pytest
import yaml

from index.profiles import SHIPPED, last_day, load_profiles, read_profile
from index.reading import ReadError


def write(folder: Path, name: str, content: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yml"
    path.write_text(content, "utf-8")
    return path


def test_shipped_profiles_are_read_and_marked() -> None:
    profiles = load_profiles()
    assert set(profiles) == {path.stem for path in SHIPPED.glob("*.yml")}
    assert all(profile.origin == "shipped" for profile in profiles.values())


def test_the_operators_own_come_after_and_replace(tmp_path) -> None:
    write(tmp_path / "own", "doubao", "id: doubao\nnames: [{text: 豆包}]")
    write(tmp_path / "own", "my_brand", "id: my_brand\nnames: [{text: 我的品牌}]\npackages: [{id: cn.mine.app}]")
    profiles = load_profiles(tmp_path / "missing", tmp_path / "own")
    assert profiles["doubao"].packages == ()
    assert profiles["doubao"].origin == "own"
    assert profiles["my_brand"].packages[0].platform == "android"
    assert profiles["deepseek"].origin == "shipped"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "expected a brand profile"),
        ("[1, 2]", "expected a brand profile"),
        ("id: [", "b.yml: "),
        ("id: other\nnames: [{text: x}]", "expected 'b' as the file is called"),
        ("id: b", "missing required field `names`"),
        ("id: b\nnames: []", "names: at least one"),
        ("id: b\nnames: [{text: ' '}]", "names: at least one"),
        ("id: b\nnames: {text: x}", "b.yml, names: expected a list"),
        ("id: b\nnames: [{text: x, colour: red}]", "b.yml, names, number 1: unknown field colour"),
        ("id: b\nnames: [{text: x}]\ntypo: 1", "b.yml: unknown field typo"),
        ("id: b\nnames: [{text: x}]\npackages: [{id: p, platform: symbian}]", "b.yml, packages, number 1: Invalid"),
        ("id: b\nnames: [{text: x}]\nsigners: [{package: p, store: s}]", "has no digest"),
        ("id: b\nnames: [{text: x}]\nsigners: [{package: p, store: s, sha256: AB}]", "is not 64 lower-case digits"),
        (
            "id: b\nnames: [{text: x}]\nsigners: [{package: p, store: s, md5: 12}]",
            "signers, number 1: md5 of p is not 32",
        ),
        ("id: b\nnames: [{text: x, since: 2026-13}]", "names, number 1: since"),
        ("id: b\nnames: [{text: x, since: yesterday}]", "is no day"),
        ("id: b\nnames: [{text: x, since: 2026-02-03, until: 2025}]", "since 2026-02-03 is after until 2025"),
        ("id: b\nnames: [{text: x}]\nmarks: [{name: x, number: 1, classes: [46]}]", "marks, number 1: classes"),
        ("id: b\nnames: [{text: x}]\nmarks: [{name: x, number: 1, expires: 2026-02-30}]", "marks, number 1: expires"),
        ("id: b\nnames: [{text: x}]\npartners: [{name: x, signers: [12]}]", "partners, number 1: signers"),
        ("id: b\nnames: [{text: x}]\nknown_bad: [abc]", "known_bad, number 1"),
        ("id: b\nnames: &a [{text: x}]\nnote: *a", "references"),
        ("id: b\nnames: " + "[" * 5000, "b.yml: "),
        ("id: b\nnames: [{text: x}]\nnote: " + "x" * (1 << 20), "larger than 1 MB"),
    ],
)
def test_a_broken_profile_names_file_and_field(tmp_path, content, complaint) -> None:
    with pytest.raises(ReadError, match=r"b\.yml") as error:
        read_profile(write(tmp_path, "b", content))
    assert complaint in str(error.value)


def test_a_file_that_is_no_text_is_a_clear_error(tmp_path) -> None:
    path = tmp_path / "b.yml"
    path.write_bytes(b"\xff\xfe\x00id")
    with pytest.raises(ReadError, match=r"b\.yml"):
        read_profile(path)


def test_pins_that_may_accuse_are_rare_and_say_their_store() -> None:
    pins = [pin for profile in load_profiles().values() for pin in profile.signers]
    assert pins
    assert all(pin.store and pin.sha256 for pin in pins)


@pytest.mark.shared
def test_facts_are_those_of_the_reference(shared: Path) -> None:
    """Ids, pins and filings are copied exactly; nothing was left out."""
    profiles = load_profiles()
    for brand in yaml.safe_load((shared / "reference" / "brands.yml").read_text("utf-8"))["brands"]:
        profile = profiles[brand["id"]]
        assert {(p.platform, p.id, p.confidence) for p in profile.packages} == {
            (p["platform"], p["id"], p["confidence"]) for p in brand["packages"]
        }
        assert {(p.package, p.store, p.sha256) for p in profile.signers} == {
            (p["package"], p["store"], p["sha256"].lower()) for p in brand["pins"]
        }
        assert {f.number for f in profile.filings} == {f["number"] for f in brand["filings"] if f["number"]}
        assert set(profile.domains) == {site["host"] for site in brand["sites"]}
        assert set(profile.wrong_ids) == set(brand["wrong_ids"])
        entities = {entity["name"] for entity in brand["entities"]}
        assert entities <= {developer.name for developer in profile.developers}
        assert profile.confidence == brand["confidence"]


def test_days_and_numbers_are_read_as_they_are_written(tmp_path) -> None:
    text = "id: b\nnames: [{text: x, since: 2024, until: 2025-11}]\nmarks: [{name: x, number: 0123, classes: [9, 42], expires: 2030-01-02}]"
    profile = read_profile(write(tmp_path, "b", text))
    assert (profile.names[0].since, profile.names[0].until) == ("2024", "2025-11")
    assert (profile.marks[0].number, profile.marks[0].classes, profile.marks[0].expires) == (
        "0123",
        ("9", "42"),
        "2030-01-02",
    )


@pytest.mark.parametrize(
    ("written", "day"),
    [("2024", "2024-12-31"), ("2024-02", "2024-02-29"), ("2024-12", "2024-12-31"), ("2026-03-04", "2026-03-04")],
)
def test_a_day_that_is_known_by_month_or_year_means_its_last_one(written: str, day: str) -> None:
    assert last_day(written).isoformat() == day
