"""`copycatch brands match`: every row is answered in order, whatever the file is like."""

from pathlib import Path

import pytest

from console.brand_match import read_genuine
from index.reading import ReadError

GENUINE = (
    "name,package,developer\nLanternfish,com.lantern.fish,Lantern GmbH\n星桥助手,cn.xingqiao.app,星桥科技有限公司\n"
)
ROWS = (
    "name,package,developer\n"
    "Lanternfish,com.lantern.fish,Lantern GmbH\n"
    "Lantern-Fish Pro 2026,com.shop.lf,Nobody\n"
    "星乔助手官方版,cn.abc.app,某某工作室\n"
    "Weather,com.w.w,Someone\n"
)


@pytest.fixture
def written(tmp_path: Path):
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_every_row_is_answered_in_order(copycatch, written) -> None:
    answer = copycatch(
        "brands", "match", "--profiles", written("own.csv", GENUINE), "--input", written("n.csv", ROWS), "--json"
    )
    rows = answer.fits("brands_match")
    assert answer.code == 0
    assert [row["kind"] for row in rows] == ["genuine", "imitation", "imitation", "unrelated"]
    assert [row["brand"] for row in rows] == ["Lanternfish", "Lanternfish", "星桥助手", None]
    assert rows[1]["brand_package"] == "com.lantern.fish"
    assert "com.shop.lf" in rows[1]["reason"] and "Nobody" in rows[1]["reason"]


def test_reasons_come_in_chinese(copycatch, written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "zh")
    match = copycatch(
        "brands", "match", "--input", written("n.csv", "name,package\n豆包官方版,com.db.free\n"), "--json"
    )
    (row,) = match.documents
    assert row["brand"] == "doubao" and "正版包名" in row["reason"]


def test_people_get_a_table_and_the_counts(copycatch, written) -> None:
    answer = copycatch("brands", "match", "--profiles", written("g.csv", GENUINE), "--input", written("n.csv", ROWS))
    assert "Lantern-Fish Pro 2026" in answer.out and "suspected imitation" in answer.out
    assert "Weather" not in answer.out
    assert "2 suspected imitations" in answer.err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_lists_from_spreadsheets(copycatch, written, encoding: str) -> None:
    genuine, rows = written("g.csv", GENUINE.encode(encoding)), written("n.csv", ROWS.encode(encoding))
    answer = copycatch("brands", "match", "--profiles", genuine, "--input", rows, "--json")
    assert [row["kind"] for row in answer.documents] == ["genuine", "imitation", "imitation", "unrelated"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (b"a,b,c,d", "n.csv:3: 4 cells, but 3 columns"),
        (b",,Nobody", "n.csv:3: both name and package are empty"),
        (b",,", "n.csv:3: both name and package are empty"),
        (b"a\0b,com.a,c", "n.csv:3: name has a NUL byte"),
        (b"x" * 5000 + b",com.a,c", "n.csv:3: name has 5000 characters"),
        ("name é".encode() + b",\xff\xfe\xff,c", "n.csv:3: package neither UTF-8 nor GB 18030"),
        (b'"x' + b"y" * (1 << 21) + b'",b,c', "n.csv:3: "),
    ],
)
def test_a_broken_row_is_named_and_keeps_its_place(copycatch, written, row: bytes, words: str) -> None:
    source = written("n.csv", b"name,package,developer\nDeepSeek,a.b,c\n" + row + b"\nChatGPT,a.b,c\n")
    answer = copycatch("brands", "match", "--input", source, "--json")
    rows = answer.fits("brands_match")
    assert answer.code == 1 and words in answer.err
    assert [row["brand"] for row in rows] == ["deepseek", None, "openai_chatgpt"]
    assert rows[1]["kind"] is None and words in rows[1]["reason"]


def test_a_quotation_mark_that_never_closes_loses_nothing_before_it(copycatch, written) -> None:
    source = written("n.csv", 'name,package,developer\nDeepSeek,a.b,c\n"ChatGPT,a.b,c\n')
    answer = copycatch("brands", "match", "--input", source, "--json")
    assert answer.code == 1 and "n.csv:3: " in answer.err
    assert answer.documents[0]["kind"] == "imitation"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("title,package\na,b\n", "unknown or repeated column title"),
        ("name,name\na,b\n", "unknown or repeated column name"),
        ("", "no rows"),
        ("name,package,developer\n", "no rows"),
    ],
)
def test_a_list_that_is_none_is_refused(copycatch, written, content: str, words: str) -> None:
    answer = copycatch("brands", "match", "--input", written("n.csv", content), "--json")
    assert (answer.code, answer.out) == (2, "") and words in answer.err


def test_a_file_that_is_not_there(copycatch, tmp_path: Path) -> None:
    answer = copycatch("brands", "match", "--input", tmp_path / "none.csv")
    assert answer.code == 2 and "none.csv" in answer.err


@pytest.mark.parametrize(
    "content",
    [
        "id: lantern\nnames:\n  - {text: Lanternfish}\npackages:\n  - {id: com.lantern.fish, confidence: confirmed}\n",
        "- id: lantern\n  names:\n    - {text: Lanternfish}\n  packages:\n    - {id: com.lantern.fish}\n",
        "- {name: Lanternfish, package: com.lantern.fish}\n",
        "brands:\n- {name: Lanternfish, package: com.lantern.fish}\n",
    ],
)
def test_genuine_apps_as_yaml(written, content: str) -> None:
    (profile,) = read_genuine(written("any.yml", content)).values()
    assert profile.names[0].text == "Lanternfish" and profile.packages[0].id == "com.lantern.fish"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("g.yml", "- {title: a}\n", "any"),
        ("g.yml", "- {name: a, packge: b}\n", "packge"),
        ("g.yml", "- 7\n", "g.yml, 1"),
        ("g.yml", "a: [", "g.yml"),
        ("g.yml", "[" * 5000, "g.yml"),
        ("g.yml", "- {id: a, names: [{text: a}], nonsense: 1}\n", "nonsense"),
        ("g.csv", "name,package,developer\n,com.a.b,c\n", "com.a.b"),
        ("g.csv", "name,package,developer\na\n", "g.csv:2"),
    ],
)
def test_a_broken_list_of_genuine_apps_names_the_place(written, name: str, content: str, words: str) -> None:
    with pytest.raises(ReadError, match=r"g\.(?:yml|csv)") as error:
        read_genuine(written(name, content))
    assert words == "any" or words in str(error.value)


def test_brands_of_one_name_are_told_apart(copycatch, written) -> None:
    genuine = "name,package,developer\nZorbit,com.a.zorbit,Alfa\nZorbit,com.b.zorbit,Beta\nZorbit,com.b.zorbit,Gamma\n"
    assert len(read_genuine(written("g.csv", genuine))) == 3
    rows = written("n.csv", "name,package,developer\nZorbit,com.b.zorbit,Beta\nZorbit,com.a.zorbit,Alfa\n")
    answer = copycatch("brands", "match", "--profiles", written("g.csv", genuine), "--input", rows, "--json")
    assert [(row["kind"], row["brand_package"]) for row in answer.documents] == [
        ("genuine", "com.b.zorbit"),
        ("genuine", "com.a.zorbit"),
    ]
