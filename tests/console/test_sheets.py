"""Lists of listings that people and other programs wrote: every row is a listing or a problem that names file and line."""

import json
import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk_analysis.fingerprint import Problem
from console.sheets import LONGEST_CELL, read_listings, readable
from index.model import Listing
from index.reading import ReadError, encode

URL = "https://shop.example/1"


def rows(folder: Path, content: bytes | str, name: str = "list.csv") -> list[Listing | Problem]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    readable(path)
    return list(read_listings(path))


def wrong(row: Listing | Problem) -> str:
    assert isinstance(row, Problem), row
    assert (row.part, row.kind) == ("row", "row_unreadable")
    return row.detail


def test_a_csv_row_becomes_a_listing(tmp_path: Path) -> None:
    text = (
        "title,url,marketplace,native_id,seller,options,version_code,downloads\n"
        f'豆包助手,{URL},shop:shop.example,77,某店,"月卡\n年卡",12,3500\n'
    )
    assert rows(tmp_path, text) == [
        Listing(
            marketplace="shop:shop.example",
            native_id="77",
            url=URL,
            title="豆包助手",
            source_kind="site",
            seller="某店",
            options=("月卡", "年卡"),
            version_code=12,
            counters={"downloads": 3500.0},
        )
    ]


def test_a_hand_made_list_may_leave_out_what_can_be_derived(tmp_path: Path) -> None:
    (listing,) = rows(tmp_path, f"title,url\nx,{URL}\n")
    assert (listing.marketplace, listing.native_id, listing.source_kind) == ("import:list", URL, "site")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_excel_writes_in_china_can_be_read(tmp_path: Path, encoding: str, separator: str, ending: str) -> None:
    text = ending.join([f"title{separator}url", f"一键换脸{separator}{URL}", f"声音克隆{separator}{URL}?2", ""])
    assert [listing.title for listing in rows(tmp_path, text.encode(encoding))] == ["一键换脸", "声音克隆"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f"x,{URL},1,2", "4 cells, but 3 columns"),
        (f"x,{URL}", "2 cells, but 3 columns"),
        (f"x,{URL},many", "expected a number"),
        (f",{URL},1", "missing required field `title`"),
        ("x,,1", "needs url"),
        ("x,ftp://shop.example/,1", "no http address"),
        ("x,javascript:alert(1),1", "no http address"),
        (f'"x" y,{URL},1', "expected after"),
    ],
)
def test_a_bad_row_is_named_and_the_others_go_on(tmp_path: Path, row: str, words: str) -> None:
    before, bad, after = rows(tmp_path, f"title,url,version_code\na,{URL},1\n{row}\nb,{URL},2\n")
    assert (before.title, after.title) == ("a", "b")
    assert wrong(bad).startswith(f"{tmp_path / 'list.csv'}:3: ")
    assert words in wrong(bad)


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    text = f'title,url,description\nx,{URL},"one\ntwo\nthree"\n\ny,nowhere,\n'
    assert wrong(rows(tmp_path, text)[1]).startswith(f"{tmp_path / 'list.csv'}:6: ")


@pytest.mark.parametrize("header", ["title,url,colour", "title,url,title", "", "title\rurl", '"title,url'])
def test_a_header_that_is_not_understood_refuses_the_file(tmp_path: Path, header: str) -> None:
    found = rows(tmp_path, f"{header}\nx,{URL},y\n")
    assert all(isinstance(row, Problem) for row in found)
    assert len(found) <= 1


def test_bytes_of_no_known_encoding_are_refused_and_not_guessed(tmp_path: Path) -> None:
    good, bad, last = rows(tmp_path, b"title,url\n\xe8\xb1\x86,%b\n\xff\xfe\xff,%b\nz,%b\n" % ((URL.encode(),) * 3))
    assert good.title == "豆" and last.title == "z"
    assert "neither UTF-8 nor GB 18030" in wrong(bad)


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_file(tmp_path: Path) -> None:
    filler = f'x,"{URL}\n' + f"filler,{'y' * 1000}\n" * (LONGEST_CELL // 500) + f"last,{URL}\n"
    found = rows(tmp_path, "title,url\n" + filler)
    assert "field larger" in wrong(found[0])
    assert isinstance(found[-1], Listing) and found[-1].title == "last"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "needs url"),
        ('{"url": "URL"}', "missing required field `title`"),
        ("[1]", "expected an object"),
        ('{"title": 7, "url": "URL"}', "Expected `str`"),
        ('{"title": "x", "url": "URL", "colour": "red"}', "unknown field colour"),
        ('{"title": "x", "url": "URL", "counters": {"sales": "many"}}', "Expected `float`"),
        ('{"title": "x"', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("\x00", "not JSON"),
    ],
)
def test_a_bad_json_line_is_named_and_the_others_go_on(tmp_path: Path, text: str, words: str) -> None:
    good = json.dumps({"title": "x", "url": URL})
    before, bad, after = rows(tmp_path, f"{good}\n{text.replace('URL', URL)}\n{good}\n", "list.jsonl")
    assert before == after
    assert wrong(bad).startswith(f"{tmp_path / 'list.jsonl'}:2: ") and words in wrong(bad)


def test_what_was_exported_as_listings_can_be_read_again(tmp_path: Path) -> None:
    listing = Listing(
        marketplace="m",
        native_id="1",
        url=URL,
        title="t",
        source_kind="shop",
        reviews=("a", "b"),
        counters={"sales": 2},
    )
    assert rows(tmp_path, encode(listing), "list.jsonl") == [listing]


@pytest.mark.parametrize("name", ["list.xlsx", "list", "list.csv.gz"])
def test_another_kind_of_file_is_refused_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReadError, match="expected a file ending in"):
        rows(tmp_path, "x", name)


def test_a_huge_list_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    with path.open("w") as out:
        out.write("title,url\n")
        out.writelines(f"x,{URL}?{number}\n" for number in range(20_000))
    assert len(list(islice(read_listings(path), 3))) == 3
    assert sum(isinstance(row, Listing) for row in read_listings(path)) == 20_000


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(["list.csv", "list.jsonl"]), st.sampled_from([b"", b"title,url\n"]))
def test_no_bytes_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str, head: bytes
) -> None:
    folder = tmp_path_factory.mktemp("noise")
    for row in rows(folder, head + content, name):
        assert isinstance(row, Listing | Problem)


def test_noise_in_a_good_list_costs_only_its_own_rows(tmp_path: Path) -> None:
    dice = random.Random(7)
    lines = [f"x,{URL}?{number}".encode() for number in range(200)]
    for number in range(0, 200, 10):
        lines[number] = bytes(byte for byte in dice.randbytes(40) if byte not in b'"\r\n')
    found = rows(tmp_path, b"title,url\n" + b"\n".join(lines) + b"\n")
    assert sum(isinstance(row, Listing) for row in found) == 180
