"""What is read from small DEX files, sound and unsound."""

import struct
from collections.abc import Callable

import pytest

from apk_analysis.compiled import COMPILED
from apk_analysis.defects import Defect
from apk_analysis.dex import Dex, class_data, find_calls, find_methods, instructions, names, opened, strings
from apk_analysis.dex.header import MOST_MEMBERS
from tests.apk_analysis.dex.damage import ARRAY, LOAD, PACKED, SPARSE, samples
from tests.apk_analysis.dexes import dex, sealed

MAIN, OTHER = "Lcom/example/Main;", "Lcom/example/Other;"
CLASSES, STRINGS, TYPES, METHODS = 0x60, 0x38, 0x40, 0x58


def read(content: bytes) -> Dex:
    return Dex(content, "classes.dex")


def kinds(found: Dex) -> list[str]:
    found.code()
    assert all(problem.part == "dex" and problem.detail.startswith("classes.dex: ") for problem in found.problems)
    return [problem.kind for problem in found.problems]


def patched(content: bytes, place: int, *words: int) -> bytes:
    changed = bytearray(content)
    struct.pack_into(f"<{len(words)}L", changed, place, *words)
    return bytes(changed)


def word(content: bytes, place: int) -> int:
    return int(struct.unpack_from("<L", content, place)[0])


def test_tables_and_code() -> None:
    found = read(dex({MAIN: [LOAD, "text", b"\x22\x00\x01\x00"], OTHER: [(MAIN, "run"), "text"]}, {OTHER: MAIN}))
    assert kinds(found) == []
    assert [found.strings[row] for row in range(len(found.strings))] == sorted(
        text.encode() for text in (*LOAD, MAIN, OTHER, "run", "text")
    )
    assert found.strings[99] == found.strings[-1] == b"" and found.type_name(99) == found.type_name(-1) == b""
    assert [found.class_name(row) for row in range(2)] == [MAIN.encode(), OTHER.encode()]
    assert [found.type_name(int(row)) for row in found.class_super] == [b"", MAIN.encode()]
    code = found.code()
    assert len(code) == 2 and code is found.code()
    assert [found.method_id(int(row)) for row in code.method] == [(MAIN.encode(), b"run"), (OTHER.encode(), b"run")]
    assert code.owner.tolist() == [0, 1] and code.units.tolist() == [8, 6]
    called = [[found.method_id(int(row)) for row in code.calls[number]] for number in range(2)]
    assert called == [[(LOAD[0].encode(), LOAD[1].encode())], [(MAIN.encode(), b"run")]]
    assert [[found.strings[int(row)] for row in code.strings[number]] for number in range(2)] == [[b"text"]] * 2
    assert [found.type_name(int(row)) for row in code.types[0]] == [MAIN.encode()] and not len(code.types[1])
    assert found.opcodes(0) == b"\x6e\x1a\x22\x0e" and found.opcodes(1) == b"\x6e\x1a\x0e"


def test_who_calls() -> None:
    found = read(dex({MAIN: [LOAD, LOAD], OTHER: [("La;", "loadUrl")], "Lthird;": [LOAD]}))
    target = [(LOAD[0].encode(), LOAD[1].encode())]
    assert [found.method_id(int(row)) for row in find_methods(found, target)] == target
    assert find_calls(found, target).tolist() == [0, 2]
    assert find_calls(found, [*target, (b"La;", b"loadUrl")]).tolist() == [0, 1, 2]
    assert not len(find_calls(found, [(b"La;", b"other")])) and not len(find_calls(found, []))


STREAMS = {  # instructions -> opcodes that are read before `return-void`
    b"\x00\x00\x12\x01": b"\x00\x12",
    PACKED: b"",
    b"\x12\x01" + SPARSE + b"\x12\x01" + ARRAY: b"\x12\x12",
    b"\x18\x00" + bytes(8): b"\x18",
    b"\xfa\x10\x00\x00\x00\x00\x00\x00": b"\xfa",
}


@pytest.mark.parametrize("code", STREAMS)
def test_data_among_instructions_is_stepped_over(code: bytes) -> None:
    found = read(dex({MAIN: [code]}))
    assert kinds(found) == [] and found.opcodes(0) == STREAMS[code] + b"\x0e"


@pytest.mark.parametrize(
    "code",
    [b"\x3e\x00", b"\xe3\x00\x00\x00", b"\x18\x00", b"\x00\x01\xff\xff", b"\x00\x02\x02\x00", b"\x00\x03\xff\xff"],
)
def test_what_cannot_be_an_instruction_ends_its_method_only(code: bytes) -> None:
    found = read(dex({MAIN: ["text", code], OTHER: [LOAD]}))
    assert kinds(found) == ["malformed_dex"] and "1 methods hold malformed instructions" in found.problems[0].detail
    assert found.opcodes(0) == b"\x1a" and found.opcodes(1) == b"\x6e\x0e"
    assert len(found.code().strings[0]) == 1 and len(found.code().calls[1]) == 1


@pytest.mark.parametrize("row", [b"\x00", b"\xff"])
@pytest.mark.parametrize("code", [b"\x1a\x00\x03", b"\x22\x00\x01", b"\x6e\x10\x01", b"\x1b\x00\x03"])
def test_an_index_outside_its_table_is_left_out(code: bytes, row: bytes) -> None:
    found = read(
        dex({MAIN: ["text", code + row + (b"" if code[0] in b"\x1a\x22" else b"\0\0")]})
    )  # 3 strings, 1 type, 1 method
    assert kinds(found) == ["malformed_dex"] and len(found.code().strings[0]) == 1
    assert not len(found.code().types.values) and not len(found.code().calls.values)
    assert len(found.opcodes(0)) == 3, "the method is read to its end"


def shape(*uses: tuple[str, str] | str | bytes, name: str = MAIN) -> int:
    """Of the one method of the one class."""
    return int(read(dex({name: uses})).code().shape[0])


def test_shapes_survive_what_a_copyist_changes() -> None:
    jumbo = b"\x1b\x00\x00\x00\x00\x00"
    as_is = shape(LOAD, ("Lown/A;", "a"), "text", b"\x28\x01")
    assert as_is == shape(LOAD, ("Lx/Y;", "b"), "other", b"\x28\x01", name="La/b;")
    assert as_is == shape(LOAD, ("Lown/A;", "a"), jumbo, b"\x29\x00\x02\x00")
    assert as_is == shape(b"\0\0", LOAD, ("Lown/A;", "a"), "text", b"\0\0\x2a\x00\x03\x00\x00\x00", ARRAY)
    together = read(dex({OTHER: ["x"], MAIN: [LOAD, ("Lown/A;", "a"), "text", b"\x28\x01"]}))
    assert as_is == int(together.code().shape[1])


def test_shapes_differ_where_the_code_does() -> None:
    ways = [(LOAD, "a"), ("a", LOAD), (("Landroid/webkit/WebView;", "reload"), "a"), ((OTHER, "loadUrl"), "a"), (LOAD,)]
    ways += [(LOAD, "a", b"\x12\x00"), (LOAD, "a", b"\x13\x00\x00\x00"), (("Landroid/app/X;", "loadUrl"), "a"), ()]
    assert len({shape(*uses) for uses in ways}) == len(ways)


@pytest.mark.parametrize(
    ("owner", "is_platform"),
    [
        ("Ljava/lang/Object;", True),
        ("Ljavax/crypto/Cipher;", True),
        ("Landroid/app/Activity;", True),
        ("Ldalvik/system/DexClassLoader;", True),
        ("Lorg/json/JSONObject;", True),
        ("Landroidx/app/Activity;", False),
        ("Landroid/support/v4/A;", False),
        ("Ljavax/inject/Provider;", False),
        ("Lorg/apache/A;", False),
        ("Ljava", False),
    ],
)
def test_only_names_that_no_shrinker_changes_are_part_of_a_shape(owner: str, *, is_platform: bool) -> None:
    assert (shape((owner, "a")) != shape((owner, "b"))) == is_platform


@pytest.mark.parametrize(
    ("magic", "kind", "detail"),
    [
        (b"cdex001\0", "not_a_dex", "cdex"),
        (b"dey\n036\0", "not_a_dex", "odex"),
        (b"vdex027\0", "not_a_dex", "vdex"),
        (b"PK\3\4\0\0\0\0", "malformed_dex", "no DEX header"),
    ],
)
def test_other_formats_are_refused_by_name(magic: bytes, kind: str, detail: str) -> None:
    with pytest.raises(Defect) as raised:
        read(magic + dex({MAIN: []})[8:])
    assert (raised.value.kind, raised.value.detail) == (kind, detail)


def test_big_endian_files_are_refused() -> None:
    with pytest.raises(Defect, match="big-endian"):
        read(patched(dex({MAIN: []}), 0x28, 0x78563412))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda file: sealed(b"dex\n041\0" + file[8:]), []),
        (lambda file: sealed(b"dex\n099\0" + file[8:]), ["dex_version"]),
        (lambda file: patched(file, 8, 1), ["dex_checksum"]),
        (lambda file: patched(file, 0x28, 7), ["malformed_dex", "dex_checksum"]),
        (lambda file: file + b"more", ["lying_size"]),
        (lambda file: patched(file, 0x20, len(file) + 1), ["truncated_dex"]),
        (lambda file: patched(file, 0x20, 3), ["lying_size", "dex_checksum"]),
    ],
)
def test_a_header_that_lies_costs_nothing(change: Callable[[bytes], bytes], found: list[str]) -> None:
    dexes = read(change(dex({MAIN: [LOAD]})))
    assert kinds(dexes) == found
    assert dexes.class_name(0) == MAIN.encode() and len(dexes.code().calls.values) == 1


def test_all_files_of_a_container_are_read() -> None:
    first = sealed(b"dex\n041\0" + dex({MAIN: [LOAD]})[8:])
    second = patched(first[:0x70], CLASSES, 0)
    found = tuple(opened(first + second, "classes.dex"))
    assert [item.name for item in found] == ["classes.dex", f"classes.dex+{len(first):#x}"]
    assert [len(item.class_type) for item in found] == [1, 0]
    assert len(tuple(opened(dex({MAIN: []}), "classes.dex"))) == 1
    endless = patched(first + first[:0x70], len(first) + 0x20, 0)
    assert len(tuple(opened(endless, "classes.dex"))) == 2


@pytest.mark.parametrize("table", [STRINGS, TYPES, 0x48, METHODS, CLASSES])
@pytest.mark.parametrize("count", [2**31, 2**32 - 1])
def test_counts_that_promise_too_much_are_cut(table: int, count: int) -> None:
    found = read(patched(dex({MAIN: [LOAD]}), table, count, *([0x70] if table == 0x48 else [])))
    assert "malformed_dex" in kinds(found)
    assert found.class_name(0) == MAIN.encode()
    assert (LOAD[0].encode(), LOAD[1].encode()) in [found.method_id(int(row)) for row in found.code().calls[0]]


@pytest.mark.parametrize("table", [STRINGS, TYPES, METHODS, CLASSES])
def test_tables_behind_the_end_are_empty(table: int) -> None:
    content = dex({MAIN: [LOAD]})
    found = read(patched(content, table + 4, len(content) + 8))
    assert "malformed_dex" in kinds(found)


def test_names_that_point_nowhere_are_empty() -> None:
    content = dex({MAIN: [LOAD]})
    types, methods = word(content, TYPES + 4), word(content, METHODS + 4)
    found = read(patched(patched(content, types, 2**31), methods, 0xFFFF, 2**32 - 1))
    assert found.type_name(0) == b"" and found.method_id(0) == (b"", b"")
    assert len(found.code()) == 1


def test_a_string_without_end_costs_only_itself() -> None:
    content = dex({MAIN: [LOAD]})
    found = read(patched(content, word(content, STRINGS + 4), len(content) - 1))
    assert "malformed_dex" in kinds(found) and found.strings[0] == b"" and found.strings[1] != b""


def test_classes_that_are_defined_twice_are_told() -> None:
    content = dex({MAIN: [LOAD], OTHER: [LOAD]})
    classes = word(content, CLASSES + 4)
    found = read(patched(content, classes + 32, word(content, classes)))
    assert "duplicate_class" in kinds(found) and len(found.code()) == 2


@pytest.mark.parametrize("offset", [2**31, 2**32 - 1])
def test_class_data_outside_the_file_cost_their_class_only(offset: int) -> None:
    content = dex({MAIN: [LOAD], OTHER: [LOAD]})
    found = read(patched(content, word(content, CLASSES + 4) + 24, offset))
    assert "malformed_dex" in kinds(found)
    assert found.method_id(int(found.code().method[-1])) == (OTHER.encode(), b"run")


def uleb(value: int) -> bytes:
    return bytes([value & 0x7F | 0x80]) + uleb(value >> 7) if value >= 0x80 else bytes([value])


def crowded(methods: int, classes: int) -> bytes:
    """A file in which `classes` classes share data with `methods` methods: all share one large code item.

    One more class, the last one, calls something.
    """
    content = dex({MAIN: [b"\0\0" * 20_000, LOAD], OTHER: [LOAD]})
    rows = content[word(content, CLASSES + 4) :][:64]
    code = word(rows, 24) - 16 - 2 * 20_004  # right in front of the class's own data
    data = b"\0\0" + uleb(methods) + b"\0" + (uleb(0) + uleb(1) + uleb(code)) * methods
    table = (rows[:24] + struct.pack("<LL", len(content), 0)) * classes + rows[32:]
    return sealed(patched(content + data + table, CLASSES, classes + 1, len(content) + len(data)))


def test_shared_code_is_read_a_bounded_number_of_times_and_hides_nothing() -> None:
    content = crowded(3000, 1)
    found = read(content)
    assert kinds(found) == ["dex_limit"] and "code overlaps" in found.problems[0].detail
    assert 20_004 < int(found.code().units.sum()) <= len(content) // 2
    assert found.class_name(int(found.code().owner[-1])) == OTHER.encode()


def test_shared_class_data_are_read_a_bounded_number_of_times() -> None:
    found = read(crowded(3000, 3000))
    assert set(kinds(found)) == {"dex_limit", "duplicate_class"}
    assert any("classes are not read" in problem.detail for problem in found.problems)


def test_shared_strings_are_read_a_bounded_number_of_times() -> None:
    content = dex({MAIN: ["x" * 3000]})
    count = 2000
    one = word(content, word(content, STRINGS + 4) + 4 * (word(content, STRINGS) - 1))
    found = read(patched(content + struct.pack("<L", one) * count, STRINGS, count, len(content)))
    assert "dex_limit" in kinds(found) and len(found.strings) == count and found.strings[0] == b"x" * 3000


def test_tables_beyond_the_format_are_cut() -> None:
    content = dex({MAIN: [LOAD]})
    rows = MOST_MEMBERS + 10
    found = read(patched(content + bytes(32 * rows), CLASSES, rows, len(content)))
    assert "dex_limit" in kinds(found) and len(found.class_type) == MOST_MEMBERS


@pytest.mark.skipif(not COMPILED, reason="nothing is compiled here")
def test_every_loop_is_compiled_for_one_set_of_types() -> None:
    for content in (*samples(), crowded(3, 3), dex({MAIN: [LOAD]}) + b"odd"):
        found = read(content)
        found.opcodes(0)
        find_calls(found, [(b"La;", b"b"), (b"", b"")])
    loops = [strings.locate, class_data.coded_methods, names.hash_names, names._hash_both]
    loops += [instructions.walk, instructions.stream]
    assert [len(loop.signatures) for loop in loops] == [1] * len(loops)
