"""What the checking program finds: any byte that was changed, and whatever was taken out, put in, moved or doubled."""

import ast
import json
import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from index.home import Home
from index.open import open_decisions, open_index
from takedown.evidence.build import build
from takedown.evidence.bundle import Bundle, read_bundle
from takedown.evidence.checking import pages
from takedown.evidence.checking import program as checking_program
from takedown.evidence.checking.bundle import check
from takedown.evidence.checking.report import LONGEST_LINE, MOST, Report, Wrong
from takedown.evidence.checking.words import TEXT
from takedown.evidence.custody import sealed_line
from takedown.evidence.package import Package
from takedown.evidence.standalone import program
from takedown.evidence.time_stamp import stamp
from tests.takedown.authority import authority
from tests.takedown.evidence_home import NOW, filled

CHANGES = 20_000 if os.environ.get("COPYCATCH_NIGHTLY") else 2_000
"""Changes of one byte, spread over the whole file."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle with everything in it; the tests change copies of it."""
    folder = tmp_path_factory.mktemp("bundle")
    home = Home(folder / "home").prepare()
    index, records = open_index(home), open_decisions(home)
    try:
        shelf = filled(home, index, records)
        tsa = authority(folder / "tsa")
        names = list(shelf.findings.values())
        return build(names, shelf.sources(), folder / "bundle.zip", NOW, stamp=lambda said: stamp(said, tsa.answer))
    finally:
        index.close()
        records.close()


@pytest.fixture
def other(whole: Bundle, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    path = tmp_path / "other.zip"
    path.write_bytes(whole.path.read_bytes())
    return path


def codes(path: Path) -> set[str]:
    return {code for code, _, _ in check(str(path)).wrong}


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def written(path: Path, held: list[tuple[str, bytes]]) -> Path:
    with path.open("wb") as out:
        package = Package(out)
        for name, content in held:
            package.add(name, content)
        package.end()
    return path


def test_an_untouched_bundle_is_accepted(whole: Bundle) -> None:
    report = check(str(whole.path))
    assert not report.wrong and report.seal == whole.seal and report.pages == whole.pages == 4
    assert report.created_at == NOW and len(report.missing) == len(whole.missing) > 0
    assert not check(str(whole.path), seal=whole.seal).wrong
    assert check(str(whole.path), seal="0" * 64).wrong[0][:2] == ("seal", "custody.jsonl")


def test_every_change_of_one_byte_is_found(other: Path) -> None:
    """Headers, directory and end of the ZIP included; places are spread evenly, each changed by a random bit or byte."""
    size, chance = other.stat().st_size, random.Random(7)
    with zipfile.ZipFile(other) as file:
        edges = [place for info in file.infolist() for place in (info.header_offset + n for n in range(30))]
        edges += range(file.start_dir, size)  # all headers are few bytes of many: each of them is tried
    spread = [size * n // CHANGES + chance.randrange(max(1, size // CHANGES)) for n in range(CHANGES)]
    accepted = []
    with other.open("r+b") as stream:
        for place in dict.fromkeys([*spread, *chance.sample(edges, min(len(edges), CHANGES // 4))]):
            stream.seek(place)
            before = stream.read(1)
            after = (
                bytes([before[0] ^ (1 << chance.randrange(8))])
                if place % 2
                else bytes([chance.choice([b for b in range(256) if b != before[0]])])
            )
            for value in (after, before):
                stream.seek(place)
                stream.write(value)
                stream.flush()
                if value is after and not check(str(other)).wrong:
                    accepted.append(place)
    assert not accepted and not check(str(other)).wrong


def test_longer_changes_are_found_and_nothing_breaks(other: Path) -> None:
    """Pieces taken out, put in, doubled, moved and overwritten, of all lengths; each is found, none raises."""
    whole_, chance, accepted = other.read_bytes(), random.Random(11), []
    for _ in range(CHANGES // 10):
        start = chance.randrange(len(whole_))
        end = min(len(whole_), start + 1 + int(2 ** chance.uniform(0, 16)))
        piece, elsewhere = whole_[start:end], chance.randrange(len(whole_))
        changed = chance.choice([
            whole_[:start] + whole_[end:],
            whole_[:start] + piece + whole_[start:],
            whole_[:start] + chance.randbytes(end - start) + whole_[end:],
            whole_[:elsewhere] + piece + whole_[elsewhere:],
            whole_[:start] + bytes(end - start) + whole_[end:],
            whole_[:start] + piece[::-1] + whole_[end:],
        ])  # fmt: skip
        other.write_bytes(changed)
        if changed != whole_ and not check(str(other)).wrong:
            accepted.append((start, end))
    assert not accepted


def test_compressed_members_and_extra_fields_are_refused(whole: Bundle, other: Path) -> None:
    """A ZIP that any program reads alike, and that says nothing else: there is one form only."""
    for change in (
        {"compress_type": zipfile.ZIP_DEFLATED},
        {"extra": b"xx\0\0"},
        {"comment": b"hello"},
        {"date_time": (2026, 1, 1, 0, 0, 0)},
    ):
        with zipfile.ZipFile(other, "w") as file:
            for name, content in members(whole.path).items():
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.external_attr = 0o100644 << 16
                for field, value in change.items():
                    setattr(info, field, value)
                file.writestr(info, content)
        assert codes(other) & {"header", "directory"}, change


@pytest.mark.parametrize("part", ["start", "middle", "directory", "end"])
def test_a_truncated_bundle_is_found(other: Path, part: str) -> None:
    content = other.read_bytes()
    with zipfile.ZipFile(other) as file:
        cut = {"start": 10, "middle": len(content) // 2, "directory": file.start_dir + 50, "end": len(content) - 1}[
            part
        ]
    other.write_bytes(content[:cut])
    assert codes(other)


def test_what_is_put_behind_or_before_is_found_with_its_place(other: Path) -> None:
    content = other.read_bytes()
    other.write_bytes(content + b"\0")
    assert ("behind", f"1 bytes from byte {len(content)}") in {(one[0], one[2]) for one in check(str(other)).wrong}
    other.write_bytes(b"#!/bin/sh\n" + content)
    assert codes(other) == {"no_zip"}


def test_a_comment_and_extra_fields_are_found(other: Path) -> None:
    with zipfile.ZipFile(other, "a") as file:
        file.comment = b"hello"
    assert codes(other)


def test_swapped_members_are_found(whole: Bundle, other: Path) -> None:
    held = list(members(whole.path).items())
    moved = [held[1], held[0], *held[2:]]
    assert codes(written(other, moved)) == {"order"}
    swapped = dict(held)
    swapped["README.zh.txt"], swapped["README.en.txt"] = swapped["README.en.txt"], swapped["README.zh.txt"]
    report = check(str(written(other, list(swapped.items()))))
    assert [one[:2] for one in report.wrong] == [("changed", "README.zh.txt"), ("changed", "README.en.txt")]


def test_a_member_that_is_missing_or_new_or_there_twice_is_found(whole: Bundle, other: Path) -> None:
    held = list(members(whole.path).items())
    without = [one for one in held if one[0] != "comparison.html"]
    assert check(str(written(other, without))).wrong == [("missing", "comparison.html", "")]
    assert check(str(written(other, [*held, ("note.txt", b"hello")]))).wrong[0][:2] == ("extra", "note.txt")
    assert "twice" in codes(written(other, [held[0], *held]))
    assert "twice" in codes(written(other, [*held, ("Custody.jsonl", b"")]))


@pytest.mark.parametrize("name", ["../evil", "/etc/x", "a\\b", ".hidden", "a//b", "con:", "ü.txt", "a/../../b"])
def test_a_name_that_is_not_safe_is_found(whole: Bundle, other: Path, name: str) -> None:
    held = list(members(whole.path).items())
    with other.open("wb") as out:
        package = Package(out)
        for each, content in held:
            package.add(each, content)
        package.add("placeholder", b"x")
        package.end()
    raw = name.encode()
    content = other.read_bytes().replace(b"placeholder", raw.ljust(11, b"_")[:11])
    other.write_bytes(content)
    assert "name" in codes(other)


def test_an_entry_taken_out_of_the_manifest_is_found_even_with_its_member(whole: Bundle, other: Path) -> None:
    held = members(whole.path)
    lines = held["custody.jsonl"].splitlines(keepends=True)
    gone = next(n for n, line in enumerate(lines) if b'"comparison.html"' in line)
    held["custody.jsonl"] = b"".join(lines[:gone] + lines[gone + 1 :])
    del held["comparison.html"]
    assert {"chain", "no_seal"} <= codes(written(other, list(held.items())))


def test_a_manifest_forged_as_a_whole_has_another_seal(whole: Bundle, other: Path) -> None:
    """The limit of what can be seen from the inside: the letter has the seal."""
    held = members(whole.path)
    forged, prev = [], "0" * 64
    held["comparison.html"] = b"forged"
    for entry in whole.entries:
        body = {name: value for name, value in entry.items() if name != "entry_sha256"} | {"prev_entry_sha256": prev}
        if body.get("path") == "comparison.html":
            body |= {"size": 6, "sha256": sha256(b"forged").hexdigest()}
        line, prev = sealed_line(body)
        forged.append(line)
    held["custody.jsonl"] = b"".join(forged)
    assert {"stamp", "chain"} <= codes(written(other, list(held.items())))  # the authority stamped another manifest
    del held["custody.tsr"], held["stamp.jsonl"]
    written(other, list(held.items()))
    assert not check(str(other)).wrong
    assert [one[0] for one in check(str(other), seal=whole.seal).wrong] == ["seal"]


def rebuilt(whole: Bundle, other: Path, change: Callable[[dict[str, bytes]], None], **entry) -> set[str]:
    """The bundle with another WACZ inside, and the manifest made anew to fit it."""
    held, inner = members(whole.path), {}
    (other.parent / "in.wacz").write_bytes(held["pages.wacz"])
    inner = members(other.parent / "in.wacz")
    change(inner)
    held["pages.wacz"] = written(other.parent / "out.wacz", list(inner.items())).read_bytes()
    digest = sha256(held["pages.wacz"]).hexdigest()
    lines, prev = [], "0" * 64
    for old in whole.entries:
        body = {name: value for name, value in old.items() if name != "entry_sha256"} | {"prev_entry_sha256": prev}
        if body.get("path") == "pages.wacz" and "within" not in body:
            body |= {"size": len(held["pages.wacz"]), "sha256": digest}
        line, prev = sealed_line(body)
        lines.append(line)
    held["custody.jsonl"] = b"".join(lines)
    return codes(written(other, list(held.items())))


def test_records_package_and_index_are_checked_by_themselves(whole: Bundle, other: Path) -> None:
    def other_record(inner: dict[str, bytes]) -> None:
        inner["archive/data.warc.gz"] += zlib.compress(b"WARC/1.1\r\n\r\n", 6, 31)

    def other_index(inner: dict[str, bytes]) -> None:
        inner["indexes/index.cdx"] = inner["indexes/index.cdx"].replace(b'"offset": "254"', b'"offset": "255"')

    def more(inner: dict[str, bytes]) -> None:
        inner["archive/more.warc.gz"] = b"x"

    assert {"record", "wacz"} <= rebuilt(whole, other, other_record)
    assert {"index", "wacz"} <= rebuilt(whole, other, other_index)
    assert {"record", "wacz"} <= rebuilt(whole, other, more)
    assert "unreadable" in rebuilt(whole, other, lambda inner: inner.pop("datapackage.json") and None)


def test_bombs_and_nonsense_are_bounded(whole: Bundle, other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "RECORD", 1 << 20)
    held = members(whole.path)
    bomb = zlib.compress(b"WARC/1.1\r\nContent-Length: 99\r\n\r\n" + bytes(64 << 20), 9, 31)
    held["custody.jsonl"] = b'{"x":"' + b"a" * (2 * LONGEST_LINE + (1 << 20)) + b'"}\n'
    assert "too_large" in codes(written(other, list(held.items())))
    held["custody.jsonl"] = b"x\n" * (MOST + 50)
    many = check(str(written(other, list(held.items()))))
    assert len(many.wrong) == MOST and many.more == 51
    held["custody.jsonl"] = b"[" * 100_000 + b"\n"
    assert codes(written(other, list(held.items())))
    other.write_bytes(bomb)
    with other.open("rb") as stream, pytest.raises(Wrong, match="too_large"):
        list(pages.inflated(Report(stream), 0, len(bomb), "bomb"))


@pytest.mark.parametrize("content", [b"", b"x", b"PK\5\6" + bytes(18), b"PK\3\4" + b"\xff" * 26, os.urandom(5000)])
def test_what_is_no_bundle_is_told_and_nothing_breaks(other: Path, content: bytes) -> None:
    other.write_bytes(content)
    assert codes(other) & {"no_zip", "cut"}


def standalone(whole: Bundle, tmp_path: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """The program out of the bundle, run without anything of ours and in a plain terminal."""
    script = tmp_path / "verify.py"
    script.write_bytes(members(whole.path)["verify.py"])
    return subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", str(script), *argv],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_program_in_the_bundle_stands_alone(whole: Bundle, other: Path, tmp_path: Path) -> None:
    fine = standalone(whole, tmp_path, str(whole.path), "--seal", whole.seal)
    assert fine.returncode == 0 and whole.seal in fine.stdout and "Whole: every byte" in fine.stdout, fine.stderr
    content = bytearray(other.read_bytes())
    content[content.index(b"comparison.html") + 40] ^= 1
    other.write_bytes(content)
    bad = standalone(whole, tmp_path, str(other), "--json")
    said = json.loads(bad.stdout)
    assert bad.returncode == 1 and not said["whole"]
    assert all(one["zh"] and one["en"] and one["where"] for one in said["wrong"])
    assert "comparison.html" in {one["where"] for one in said["wrong"]}
    assert standalone(whole, tmp_path, "gone.zip").returncode == 2
    assert standalone(whole, tmp_path).returncode == 2


def test_the_program_needs_no_newer_python_and_only_the_standard_library() -> None:
    tree = ast.parse(program(), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= set(sys.stdlib_module_names)
    newer = {"removeprefix", "removesuffix", "bit_count", "is_relative_to", "file_digest", "pairwise", "batched"}
    assert not newer & {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "strict"]
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    names += [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert len(names) == len(set(names)), "joined modules share a name"


def test_every_message_exists_in_both_languages() -> None:
    assert all(len(said) == 2 and all(said) and said[0] != said[1] for said in TEXT.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_wrong_is_said_in_words_with_its_place(whole: Bundle, other: Path, lang: str) -> None:
    written(other, [*members(whole.path).items(), ("note.txt", b"hello")])
    said = "\n".join(checking_program.told(check(str(other)), (lang,)))
    assert "note.txt" in said and ("清单里没有" if lang == "zh" else "not in the manifest") in said


def test_hostile_words_in_a_bundle_do_not_steer_the_terminal(whole: Bundle, other: Path) -> None:
    held = members(whole.path)
    held["bundle.json"] = json.dumps({"missing": [{"zh": "\x1b[2J\u202e", "en": 7}, None, "x"]}).encode()
    written(other, [*held.items(), ("placeholder", b"")])
    other.write_bytes(other.read_bytes().replace(b"placeholder", b"\x1b[2J\rplace"[:11].ljust(11, b"_")))
    report = check(str(other))
    said = "\n".join(checking_program.told(report))
    assert {"name", "extra", "changed"} <= {one[0] for one in report.wrong} and len(report.missing) == 1
    assert "\x1b" not in said and "\r" not in said and "\u202e" not in said and "<U+001B>" in said
    assert json.loads(json.dumps(checking_program.as_json(report, "x")))["missing"]


def test_headers_are_those_that_other_programs_read(whole: Bundle) -> None:
    with zipfile.ZipFile(whole.path) as file:
        assert file.testzip() is None
        assert {info.compress_type for info in file.infolist()} == {zipfile.ZIP_STORED}
        assert not any(info.extra or info.comment for info in file.infolist()) and not file.comment
    assert read_bundle(whole.path) == whole
    assert struct.unpack("<H", whole.path.read_bytes()[-2:]) == (0,)
