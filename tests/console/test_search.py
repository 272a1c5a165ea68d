"""`copycatch search`, `show` and `export` over a real index."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from index.home import Home
from tests.console.shelf import HOSTILE, counterfeit, fill, harmless


@pytest.fixture
def home(own_home: Path) -> Home:
    found = Home(own_home)
    fill(
        found,
        counterfeit(1, "豆包AI永久会员版"),
        counterfeit(2, HOSTILE),
        *(harmless(number) for number in range(3, 8)),
    )
    return found


def test_search_prints_one_document(copycatch, home: Home) -> None:
    answer = copycatch("search", "brand:doubao", "--sort", "-priority", "--limit", 1, "--json")
    (found,) = answer.fits("search")
    assert answer.code == 0
    assert (found["total"], len(found["hits"])) == (2, 1)
    assert found["hits"][0]["value"]["brand"] == "doubao"


@pytest.mark.parametrize(("kind", "total"), [("findings", 2), ("listings", 7), ("samples", 0)])
def test_every_kind_can_be_searched(copycatch, home: Home, kind: str, total: int) -> None:
    assert copycatch("search", "--kind", kind, "--json").fits("search")[0]["total"] == total
    shown = copycatch("search", "--kind", kind)
    assert shown.code == 0
    assert f"of {total} shown" in shown.err


def test_values_of_a_field_are_counted(copycatch, home: Home) -> None:
    answer = copycatch("search", "--facet", "source_kind", "--kind", "listings", "--json")
    (found,) = answer.fits("search")
    assert answer.code == 0 and found["hits"] == [] and found["facet"]["field"] == "source_kind"
    assert sum(one["count"] for one in found["facet"]["values"]) == found["total"] == 7
    shown = copycatch("search", "--facet", "brand")
    assert "doubao" in shown.out and "2 hits in all" in shown.err
    refused = copycatch("search", "--facet", "title")
    assert refused.code == 2 and "marketplace" in refused.err


def test_a_person_reads_suspected_and_why(copycatch, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "zh")
    shown = copycatch("search", "永久会员版").out
    assert "疑似违规" in shown
    assert "豆包AI永久会员版" in "".join(shown.split())
    assert "93%" in shown


def test_a_misspelt_field_is_named_with_the_nearest(copycatch, home: Home) -> None:
    answer = copycatch("search", "brnad:doubao")
    assert (answer.code, answer.out) == (2, "")
    assert "brand" in answer.err


@pytest.mark.parametrize("call", [("search", "*"), ("search", "*", "--json"), ("search", "--kind", "listings")])
def test_hostile_text_is_shown_harmless(copycatch, home: Home, call: tuple[str, ...]) -> None:
    shown = copycatch(*call).out
    assert not {"\x1b", "\u202e"} & set(shown)
    assert "[bold]" in shown


def finding(copycatch) -> dict:
    return copycatch("search", "永久会员版", "--json").documents[0]["hits"][0]


def test_show_says_what_was_seen_what_not_and_what_would_clear_it(copycatch, home: Home) -> None:
    hit = finding(copycatch)
    shown = copycatch("show", hit["id"][:12]).out
    for words in (
        "suspected violation",
        "the title '豆包AI永久会员版' uses the brand's name",
        "“豆包”  title[0:2]  zero_width",
        "genuine would be: com.larus.nova",
        "What could not be seen",
        "What would clear it",
        "2026/a.warc.gz:120",
        "it is only suspected",
    ):
        assert words in shown


def test_show_as_json_fits_its_schema(copycatch, home: Home) -> None:
    hit = finding(copycatch)
    assert copycatch("show", hit["id"], "--json").fits("show")[0]["value"] == hit["value"]
    (listing,) = copycatch("show", hit["value"]["listing_id"], "--json").fits("show")
    assert [each["id"] for each in listing["findings"]] == [hit["id"]]
    assert listing["history"] == []


def test_a_listing_shows_its_history_and_findings(copycatch, home: Home) -> None:
    listing = finding(copycatch)["value"]["listing_id"]
    fill(home, counterfeit(1, "豆包AI永久会员版二代"), at="2026-11-24T08:00:00Z")
    shown = copycatch("show", listing).out
    assert "豆包AI永久会员版 → 豆包AI永久会员版二代" in shown
    assert "93%" in shown
    assert "正版豆包，永久会员" in shown
    (document,) = copycatch("show", listing, "--json").fits("show")
    assert {change["field"] for change in document["history"]} == {"title"}


def test_what_is_not_there_is_said(copycatch, home: Home) -> None:
    answer = copycatch("show", "f1-000000000000000000000000")
    assert (answer.code, answer.out) == (2, "")
    assert "f1-000000000000000000000000" in answer.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_show_speaks_both_languages(copycatch, home: Home, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    hit = finding(copycatch)
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    for name in (hit["id"], hit["value"]["listing_id"]):
        shown = copycatch("show", name).out
        assert ("疑似违规" if lang == "zh" else "suspected violation") in shown


def test_export_writes_into_the_home_and_says_where(copycatch, home: Home) -> None:
    answer = copycatch("export", "findings", "--format", "xlsx", "--json")
    (said,) = answer.fits("export")
    assert answer.code == 0
    assert said["rows"] == 2
    path = Path(said["file"])
    assert path.parent == home.exports
    assert openpyxl.load_workbook(path).active.max_row == 3


@pytest.mark.parametrize(("form", "holds"), [("stix", "machine-proposal"), ("misp", "marketplace-listing")])
def test_findings_are_exported_for_exchange(copycatch, home: Home, form: str, holds: str) -> None:
    (said,) = copycatch("export", "findings", "--format", form, "--json").fits("export")
    path = Path(said["file"])
    assert said["rows"] == 2 and path.name.endswith(f".{form}.json")
    assert holds in path.read_text("utf-8") and json.loads(path.read_bytes())


def test_export_of_a_query_to_standard_output(copycatch, home: Home) -> None:
    answer = copycatch("export", "listings", "--format", "csv", "--query", "手电筒", "--out", "-")
    rows = list(csv.DictReader(io.StringIO(answer.out.removeprefix("\ufeff"))))
    assert answer.code == 0
    assert {row["title"] for row in rows} == {f"手电筒 {number}" for number in range(3, 8)}


def test_export_as_json_lines_keeps_every_hit(copycatch, home: Home, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    assert copycatch("export", "findings", "--format", "jsonl", "--out", path).code == 0
    hits = [json.loads(text) for text in path.read_text("utf-8").splitlines()]
    assert {hit["value"]["title"] for hit in hits} == {"豆包AI永久会员版", HOSTILE}


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (("findings", "--format", "pdf"), 2, "known: csv, jsonl, misp, stix, xlsx"),
        (("samples", "--format", "csv"), 2, "findings"),
        (("findings", "--format", "csv", "--query", "title:["), 2, "copycatch: "),
        (("findings", "--format", "csv", "--out", "no/such/folder/x.csv"), 1, "was not written"),
        (("findings", "--format", "csv", "--out", "-", "--json"), 2, "standard output"),
        (("findings",), 2, "--format"),
    ],
)
def test_what_cannot_be_exported_is_said(copycatch, home: Home, argv: tuple[str, ...], code: int, words: str) -> None:
    answer = copycatch("export", *argv)
    assert (answer.code, answer.out) == (code, "")
    assert words in answer.err


def test_the_index_is_not_touched_by_reading(copycatch, home: Home) -> None:
    before = {path: path.stat().st_mtime_ns for path in home.path.rglob("*.sqlite")}
    copycatch("search", "*")
    copycatch("export", "findings", "--format", "jsonl", "--out", "-")
    assert {path: path.stat().st_mtime_ns for path in home.path.rglob("*.sqlite")} == before
