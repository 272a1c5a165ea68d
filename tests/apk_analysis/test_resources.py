"""The resource table: every form of storing it, every way of referring, and tables that lie."""

import struct

import pytest

from apk_analysis import resources
from apk_analysis.chunks import chunks
from apk_analysis.defects import Defect
from apk_analysis.resources import Resources
from tests.apk_analysis.xml_build import Row, table

APP, OTHER = 0x7F010000, 0x7F010005
ROWS = [Row(APP, "Example"), Row(OTHER, "Else"), Row(OTHER, "其他", locale="zh"), Row(0x7F020003, "#ff00ff00")]


def texts(found: Resources, resource: int) -> dict[str, str | None]:
    return {value.configuration.locale: value.text for value in found.values(resource)}


@pytest.mark.parametrize("form", ["plain", "sparse", "offset16", "compact"])
def test_every_form_of_entries(form: str) -> None:
    found = Resources(table(ROWS, form=form))
    assert texts(found, APP) == {"": "Example"}
    assert texts(found, OTHER) == {"": "Else", "zh": "其他"}
    (colour,) = found.values(0x7F020003)
    assert (colour.kind, colour.number, colour.text) == (0x1C, 0xFF00FF00, None)
    assert found.values(APP + 1) == found.values(0x7F010100) == found.values(0x7F030000) == []


def test_references_across_languages() -> None:
    rows = [Row(APP, f"@{OTHER:#x}"), Row(APP, f"@{OTHER:#x}", locale="fr"), Row(APP, f"@{OTHER:#x}", locale="zh")]
    found = Resources(table([*rows, *ROWS[1:]]))
    by_locale = [(value.configuration.locale, value.text) for value in found.values(APP)]
    assert by_locale == [("", "Else"), ("zh", "其他"), ("fr", "Else"), ("zh", "其他")]


def test_what_a_plain_device_shows() -> None:
    rows = [
        Row(APP, "night", night=True),
        Row(APP, "old"),
        Row(APP, "new", sdk=26),
        Row(APP, "français", locale="fr"),
        Row(APP, "english", locale="en"),
    ]
    found = Resources(table(rows))
    assert found.default(APP).text == "new"
    assert Resources(table(rows[3:])).default(APP).text == "english"
    assert found.default(OTHER) is None


def test_aliases_of_staged_resources() -> None:
    found = Resources(table(ROWS, aliases=[(0x7FFF0001, APP)]))
    assert texts(found, 0x7FFF0001) == {"": "Example"}


def test_references_of_shared_libraries_to_themselves() -> None:
    found = Resources(table([Row(0x02010000, "Example")], package=2))
    assert texts(found, 0x02010000) == texts(found, 0x00010000) == {"": "Example"}


def test_styles() -> None:
    found = Resources(table([Row(0x7F040000, {0: "@0x7f040001", 0x7F050000: "#ff112233", 0x01010001: "Text"})]))
    parent, values = found.bag(0x7F040000)
    assert parent == 0x7F040001
    assert values[0x7F050000] == (0x1C, 0xFF112233) and values[0x01010001][0] == 3
    assert found.bag(APP) == (0, {}) and found.values(0x7F040000) == []


def test_more_entries_than_any_screen_needs() -> None:
    found = Resources(
        table([Row(0x7F010000 + number, "x") for number in range(0, 0x10000, 16)] + [Row(0x7F01FFFF, "last")])
    )
    assert texts(found, 0x7F01FFFF) == {"": "last"}


def test_references_that_lead_in_circles_end() -> None:
    circle = [Row(APP, f"@{OTHER:#x}"), Row(OTHER, f"@{APP:#x}")]
    assert Resources(table(circle)).values(APP) == []
    assert Resources(table([Row(APP, f"@{APP:#x}")])).values(APP) == []


def test_references_that_multiply_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "MOST_STEPS", 5_000)
    places = [f"{a}{b}" for a in "abcdefghij" for b in "abcdefghij"]
    rows = [Row(APP + step, f"@{APP + step + 1:#x}", density=10 + n) for step in range(8) for n, _ in enumerate(places)]
    found = Resources(table([*rows, Row(APP + 8, "end")]))
    assert len(found.values(APP)) <= resources.MOST_VALUES
    assert found._left < 0, "it took more steps than are allowed, and ended"


def test_a_second_package_of_the_same_number_adds_values() -> None:
    table_of_both = table([Row(APP, "same"), Row(OTHER, "same", locale="zh")])
    begin = next(begin for kind, begin, _ in chunks(table_of_both, 12, len(table_of_both)) if kind == 0x0200)
    twice = Resources(table_of_both + table_of_both[begin:])
    assert [value.configuration.locale for value in twice.values(OTHER)] == ["zh", "zh"]


@pytest.mark.parametrize("data", [b"", b"\x02\0\x0c\0", b"PK\x03\x04" + bytes(40), bytes(400)])
def test_what_is_no_table(data: bytes) -> None:
    with pytest.raises(Defect, match="malformed_resources"):
        Resources(data)


def test_tables_that_break_off_give_what_was_readable() -> None:
    whole = table(ROWS)
    answers = {str(Resources(whole[:size]).values(APP)) for size in range(12, len(whole))}
    assert answers == {"[]"}, "a package whose chunk reaches beyond the end is not read"
    outer = struct.pack("<L", len(whole) + 100)
    assert texts(Resources(whole[:4] + outer + whole[8:]), APP) == {"": "Example"}


def test_any_damage_to_a_table_is_survived() -> None:
    whole = table(ROWS, aliases=[(0x7FFF0001, APP)])
    for at in range(12, len(whole)):
        for byte in (0, 0x7F, 0xFF):
            damaged = whole[:at] + bytes([byte]) + whole[at + 1 :]
            try:
                found = Resources(damaged)
            except Defect:
                continue
            for resource in (APP, OTHER, 0x7F020003, 0x7FFF0001, 0x7F01FFFF):
                found.values(resource)
                found.bag(resource)
