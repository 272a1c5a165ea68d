from pathlib import Path

import pytest
import yaml

from index.reading import ReadError
from index.taxonomy import counterpart, crosswalk, pickable, read_taxonomy, taxonomies, taxonomy


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
        (
            "namespace: x\nentries: {a: {group: shell, harm: 2.0, observable: text, observability: lead, zh: 甲, en: a}}",
            "t.yml, a: harm",
        ),
        (
            "namespace: x\nentries: {a: {group: odd, harm: 1.0, observable: text, observability: lead, zh: 甲, en: a}}",
            "t.yml, a: Invalid",
        ),
        ("namespace: x\nentries: {a: {group: shell}}", "t.yml, a: "),
        (
            "namespace: x\nentries: {a: {group: shell, harm: 1.0, observable: none, observability: none, zh: 甲, en: a}}",
            "t.yml, a: why_zh",
        ),
        ("namespace: x\nentries: {}", "t.yml: "),
    ],
)
def test_a_broken_taxonomy_names_its_place(tmp_path, content, complaint) -> None:
    path = tmp_path / "t.yml"
    path.write_text(content, "utf-8")
    with pytest.raises(ReadError) as error:
        read_taxonomy(path)
    assert complaint in str(error.value)


def test_taxonomies_stand_side_by_side_each_with_its_version() -> None:
    assert next(iter(taxonomies())) == "qinglang25"
    assert taxonomies()["qinglang25"].entries == taxonomy()
    for namespace, one in taxonomies().items():
        assert one.version >= 1 and one.zh != one.en
        assert all(entry.id == f"{namespace}:{short}" for short, entry in one.entries.items())
    assert taxonomies()["qinglang26"].status == "provisional"


def test_the_crosswalk_leads_from_entry_to_entry() -> None:
    for (source, target), entries in crosswalk().items():
        assert set(entries) <= set(taxonomies()[source].entries)
        assert {one.to for one in entries.values()} <= set(taxonomies()[target].entries)
    assert counterpart("p1-2b", "qinglang26").to == "goods"
    assert counterpart("p2-4c", "qinglang26").to == "goods"  # by its category
    assert counterpart("p1-3a", "qinglang26") is None and counterpart("p1-2b", "elsewhere") is None


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "not a crosswalk"),
        ("from: qinglang25\nto: elsewhere\nentries: {}", "no taxonomy 'elsewhere'"),
        ("from: qinglang25\nto: qinglang26\nentries: {p9-9: {to: goods, relation: close}}", "c.yml, p9-9"),
        ("from: qinglang25\nto: qinglang26\nentries: {p1-2: {to: nothing, relation: close}}", "c.yml, p1-2"),
        ("from: qinglang25\nto: qinglang26\nentries: {p1-2: {to: goods, relation: odd}}", "c.yml, p1-2"),
    ],
)
def test_a_broken_crosswalk_names_its_place(tmp_path, content, complaint) -> None:
    path = tmp_path / "c.yml"
    path.write_text(content, "utf-8")
    with pytest.raises(ReadError, match=complaint):
        crosswalk(path)


def test_what_nobody_can_see_is_not_offered_and_says_why() -> None:
    offered = pickable()
    for short, entry in taxonomy().items():
        assert (short in offered) is (entry.observable != "none")
        assert (entry.observability == "none") is (entry.observable == "none"), short
        if entry.observable in {"person", "none"}:
            assert entry.why_zh and entry.why_en.isascii()
