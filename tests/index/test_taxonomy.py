from pathlib import Path

import pytest
import yaml

from index.reading import ReadError
from index.taxonomy import read_taxonomy, taxonomy


def test_thirteen_categories_their_items_and_the_extension() -> None:
    entries = taxonomy()
    categories = [short for short in entries if short == entries[short].category]
    assert len([short for short in categories if short != "x-abuse"]) == 13
    assert all(entry.category in entries for entry in entries.values())
    assert entries["p2-6a"].id == "qinglang25:p2-6a"
    assert entries["p2-6a"].group == "counterfeit"
    assert entries["x-abuse"].category == "x-abuse"


def test_every_entry_is_named_in_both_languages() -> None:
    for entry in taxonomy().values():
        assert entry.name("zh") != entry.name("en")
        assert entry.name("en").isascii()


def test_a_category_is_observed_as_well_as_its_best_item() -> None:
    rank = {"none": 0, "lead": 1, "direct": 2}
    entries = taxonomy()
    for short, entry in entries.items():
        items = [other for other in entries.values() if other.category == short and other.short != short]
        if items:
            assert rank[entry.observability] == max(rank[item.observability] for item in items), short


@pytest.mark.shared
def test_ids_and_observability_are_those_of_the_campaign(shared: Path) -> None:
    known = yaml.safe_load((shared / "reference" / "taxonomy.yml").read_text("utf-8"))
    expected = {
        row["short"]: row["observability"] for category in known["categories"] for row in (category, *category["items"])
    } | {row["short"]: row["observability"] for row in known["extensions"]}
    assert {short: entry.observability for short, entry in taxonomy().items()} == expected


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "not a taxonomy"),
        ("namespace: x", "not a taxonomy"),
        ("namespace: x\nentries: {a: 3}", "t.yml, a: expected fields"),
        ("namespace: x\nentries: {a: {group: shell, harm: 2.0, observability: lead, zh: 甲, en: a}}", "t.yml, a: harm"),
        (
            "namespace: x\nentries: {a: {group: odd, harm: 1.0, observability: lead, zh: 甲, en: a}}",
            "t.yml, a: Invalid",
        ),
        ("namespace: x\nentries: {a: {group: shell}}", "t.yml, a: "),
    ],
)
def test_a_broken_taxonomy_names_its_place(tmp_path, content, complaint) -> None:
    path = tmp_path / "t.yml"
    path.write_text(content, "utf-8")
    with pytest.raises(ReadError) as error:
        read_taxonomy(path)
    assert complaint in str(error.value)
