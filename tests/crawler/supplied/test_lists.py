"""Lists of listings that people and other programs wrote: every row is a listing or says why it is none."""

import json
import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk_analysis.fingerprint import Problem
from crawler.supplied.delimited import LONGEST_CELL
from crawler.supplied.files import listings_in
from index.model import Listing
from index.reading import ReadError, encode

URL = "https://shop.example/1"


def rows(folder: Path, content: bytes | str, name: str = "list.csv") -> list[Listing | Problem]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(listings_in(path))


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
    assert isinstance(listing, Listing)
    assert (listing.marketplace, listing.native_id, listing.source_kind) == ("import:shop.example", "/1", "site")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_excel_writes_in_china_can_be_read(tmp_path: Path, encoding: str, separator: str, ending: str) -> None:
    text = ending.join([f"title{separator}url", f"一键换脸{separator}{URL}", f"声音克隆{separator}{URL}?2", ""])
    found = rows(tmp_path, text.encode(encoding))
    assert [listing.title for listing in found if isinstance(listing, Listing)] == ["一键换脸", "声音克隆"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f"x,{URL},1,2", "4 cells, but 3 columns"),
        (f"x,{URL}", "2 cells, but 3 columns"),
        (f"x,{URL},many", "expected a number"),
        ("x,,1", "neither an address nor a share code"),
        ("x,ftp://shop.example/,1", "no web address"),
        ("x,javascript:alert(1),1", "no web address"),
        ("x,http://[,1", "no web address"),
        (f'"x" y,{URL},1', "expected after"),
        ("=1+1,https://shop.example/2,1", "is a formula"),
    ],
)
def test_a_bad_row_is_named_and_the_others_go_on(tmp_path: Path, row: str, words: str) -> None:
    before, bad, after = rows(tmp_path, f"title,url,version_code\na,{URL},1\n{row}\nb,{URL},2\n")
    assert isinstance(before, Listing) and isinstance(after, Listing)
    assert (before.title, after.title) == ("a", "b")
    assert wrong(bad).startswith(f"{tmp_path / 'list.csv'}:3: ")
    assert words in wrong(bad)


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    text = f'title,url,description\nx,{URL},"one\ntwo\nthree"\n\ny,nowhere,\n'
    assert wrong(rows(tmp_path, text)[1]).startswith(f"{tmp_path / 'list.csv'}:6: ")


def test_a_row_without_a_title_is_taken_for_its_address(tmp_path: Path) -> None:
    (listing,) = rows(tmp_path, f"title,url\n,{URL}\n")
    assert isinstance(listing, Listing) and listing.title == URL


@pytest.mark.parametrize("header", ["colour,shape", "", '"title,url'])
def test_a_list_without_addresses_holds_no_listing(tmp_path: Path, header: str) -> None:
    assert all(isinstance(row, Problem) for row in rows(tmp_path, f"{header}\nred,round\n"))


def test_bytes_of_no_known_encoding_are_refused_and_not_guessed(tmp_path: Path) -> None:
    good, bad, last = rows(tmp_path, b"title,url\n\xe8\xb1\x86,%b\n\xff\xfe\xff,%b\nz,%b\n" % ((URL.encode(),) * 3))
    assert isinstance(good, Listing) and isinstance(last, Listing)
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
        ("{}", "neither an address"),
        ("[1]", "expected an object"),
        ('{"title": 7, "url": "URL"}', "Expected `str`"),
        ('{"title": "x", "url": "URL", "colour": "red"}', "unknown field colour"),
        ('{"title": "x", "url": "URL", "counters": {"sales": "many"}}', "Expected `float`"),
        ('{"title": "x"', "not a JSON object"),
        ("[" * 100_000, "not a JSON object"),
        ("\x00", "not a JSON object"),
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


@pytest.mark.parametrize("name", ["list.png", "list.exe", "list.csv.gz"])
def test_another_kind_of_file_is_refused_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReadError, match="not a file of a kind"):
        rows(tmp_path, b"\x00\x01x", name)


def test_a_huge_list_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    with path.open("w") as out:
        out.write("title,url\n")
        out.writelines(f"x,{URL}?{number}\n" for number in range(20_000))
    assert len(list(islice(listings_in(path), 3))) == 3
    assert sum(isinstance(row, Listing) for row in listings_in(path)) == 20_000


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(["list.csv", "list.jsonl"]), st.sampled_from([b"", b"title,url\n"]))
def test_no_bytes_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str, head: bytes
) -> None:
    folder = tmp_path_factory.mktemp("noise")
    try:
        found = rows(folder, head + content, name)
    except ReadError:
        return
    assert all(isinstance(row, Listing | Problem) for row in found)


def test_noise_in_a_good_list_costs_only_its_own_rows(tmp_path: Path) -> None:
    dice = random.Random(7)
    lines = [f"x,{URL}?{number}".encode() for number in range(200)]
    for number in range(0, 200, 10):
        lines[number] = bytes(byte for byte in dice.randbytes(40) if byte not in b'"\r\n')
    found = rows(tmp_path, b"title,url\n" + b"\n".join(lines) + b"\n")
    assert sum(isinstance(row, Listing) for row in found) == 180
