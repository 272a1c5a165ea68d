"""Labels of AI-generated content in every kind of media, and hostile media."""

import hashlib
import html
import json
import random
import struct
import zlib

import pytest

from apk_analysis.traits.aigc import entity_of, find_label, is_credit_code
from apk_analysis.traits.media_text import LARGEST_SUM, XMP_UUID, metadata
from tests.apk_analysis.traits.packages import Package

CODE = "001191110102MAD55U9H0F10002"
LABEL = json.dumps({"Label": "1", "ContentProducer": CODE, "ProduceID": "x1", "ReservedCode1": ""})
SAID = f"Label 1 (AI-generated), ContentProducer {CODE} (code of 91110102MAD55U9H0F, check digit right)"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" '
    f'TC260:AIGC="{html.escape(LABEL)}"/></x:xmpmeta>'
).encode()


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = [(b"IHDR", bytes(13)), *chunks, (b"IDAT", b"x" * 50), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body)) for kind, body in parts
    )


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    body = b"".join(b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data for kind, data in segments)
    return b"\xff\xd8" + body + b"\xff\xda\0\2" + b"pixels" * 20


def riff(form: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack("<L", len(data)) + data + bytes(len(data) & 1) for kind, data in chunks)
    return b"RIFF" + struct.pack("<L", len(body) + 4) + form + body


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body) + 8) + kind + body


def id3(*frames: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack(">LH", len(data), 0) + data for kind, data in frames)
    size = bytes(len(body) >> 7 * place & 0x7F for place in (3, 2, 1, 0))
    return b"ID3\3\0\0" + size + body + b"\xff\xfb" + bytes(100)


RAW = LABEL.encode()
KEYS = box(b"keys", struct.pack(">LL", 0, 1) + box(b"mdta", b"AIGC"))
ILST = box(b"ilst", box(b"\0\0\0\1", box(b"data", bytes(8) + RAW)))
MEDIA = {
    "a.png": png((b"tEXt", b"AIGC\0" + RAW)),
    "z.png": png((b"zTXt", b"AIGC\0\0" + zlib.compress(RAW))),
    "i.png": png((b"iTXt", b"AIGC\0\1\0\0\0" + zlib.compress(RAW))),
    "x.png": png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
    "x.jpg": jpeg((0xE0, b"JFIF\0"), (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
    "e.jpg": jpeg((0xE1, b"Exif\0\0MM\0*" + bytes(20) + b"ASCII\0\0\0" + b'{"AIGC":' + RAW + b"}")),
    "x.webp": riff(b"WEBP", (b"VP8 ", b"x" * 11), (b"XMP ", XMP)),
    "l.wav": riff(b"WAVE", (b"fmt ", bytes(16)), (b"LIST", b"INFOAIGC" + struct.pack("<L", len(RAW)) + RAW)),
    "x.mp4": box(b"ftyp", b"isom\0\0\0\0") + box(b"mdat", b"film") + box(b"uuid", XMP_UUID + XMP),
    "k.mp4": box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", box(b"udta", box(b"meta", bytes(4) + KEYS + ILST))),
    "t.mp3": id3((b"TIT2", b"\0song"), (b"TXXX", b"\3AIGC\0" + RAW)),
    "w.mp3": id3((b"TXXX", b"\1" + ("AIGC\0" + LABEL).encode("utf-16"))),
    "x.pdf": b"%PDF-1.7\n" + b"1 0 obj\n" * 100 + XMP + b"\nendobj",
    "x.gif": b"GIF89a" + bytes(20) + b"!\xff\x0bXMP DataXMP" + XMP + bytes(20),
    "m.md": f"---\nAIGC: '{LABEL}'\n---\n# Text".encode(),
}


@pytest.mark.parametrize("name", sorted(MEDIA))
def test_the_label_is_found_where_the_format_keeps_it(name: str) -> None:
    found = Package(files={f"assets/{name}": MEDIA[name]}).traits("aigc_label")
    assert [(trait.value, trait.where) for trait in found] == [(SAID, f"assets/{name}")]
    assert found[0].sha256 == hashlib.sha256(MEDIA[name]).hexdigest()


@pytest.mark.parametrize(
    "data",
    [
        png((b"tEXt", b"Software\0Label maker")),
        png((b"tEXt", b'Comment\0{"Label": "1"}')),
        png((b"IDAT", b"AIGC\0" + RAW)),
        jpeg((0xE0, b"AIGC" + RAW)),
        RAW,
        b"",
    ],
)
def test_other_text_is_no_label(data: bytes) -> None:
    assert not Package(files={"assets/a.png": data}).traits("aigc_label")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"AIGC={LABEL}", SAID),
        (json.dumps(LABEL), SAID),
        ('AIGC={"Label":"AIGC","ContentProducer":"MiniMax"}', "Label AIGC, ContentProducer MiniMax"),
        ('AIGC={"Label":2}', "Label 2 (may be AI-generated), ContentProducer missing"),
        (
            LABEL.replace("9H0F", "9H0G"),
            SAID.replace("9H0F", "9H0G").replace("right", "wrong"),
        ),
    ],
)
def test_what_a_label_says(text: str, said: str) -> None:
    label = find_label(text)
    assert label is not None and label.text == said


@pytest.mark.parametrize("text", ["", "AIGC", "{}", 'AIGC={"Label"', "AIGC=[1]", "Label {{{{", '{"Label":"1"}'])
def test_broken_labels_are_none(text: str) -> None:
    assert find_label(text) is None


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("91110102MAD55U9H0F", True),
        ("91440300708461136T", True),
        ("91440300708461136X", False),
        ("91440300708461136", False),
        ("9144030070846113OT", False),
    ],
)
def test_check_digits(code: str, *, right: bool) -> None:
    assert is_credit_code(code) == right


def test_producers_that_are_no_codes() -> None:
    assert entity_of("Example") is None and entity_of(CODE[:-1]) is None and entity_of(CODE + "1") is None
    assert entity_of("001191440300708461136T1XGW3") == "91440300708461136T"


@pytest.mark.parametrize("name", sorted(MEDIA))
def test_damaged_media_end(name: str) -> None:
    chosen = random.Random(name)
    for _ in range(150):
        data = bytearray(MEDIA[name])
        for _ in range(chosen.randrange(1, 20)):
            data[chosen.randrange(4, len(data))] = chosen.choice((0, 1, 8, 0xFF, chosen.randrange(256)))
        list(map(find_label, metadata(bytes(data[: chosen.randrange(4, len(data) + 1)]))))


BOMBS = {
    "inflating text": png(*[(b"zTXt", b"AIGC\0\0" + zlib.compress(bytes(50_000_000)))] * 20),
    "boxes in boxes": box(b"ftyp", b"isom") + box(b"moov", box(b"udta", b"") * 500_000),
    "boxes without end": box(b"ftyp", b"isom") + struct.pack(">L4s", 0, b"moov") * 300_000,
    "chunks without size": b"\x89PNG\r\n\x1a\n" + bytes(12) * 500_000,
    "braces": png((b"tEXt", b"AIGC\0" + b"{" * 250_000)),
    "long objects": png((b"tEXt", b"AIGC\0" + b"{aaaa" * 50_000)),
    "marks": b"%PDF" + b"AIGC" * 2_000_000,
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_bombs_stay_small(name: str) -> None:
    texts = list(metadata(BOMBS[name]))
    assert not any(map(find_label, texts))
    assert sum(map(len, texts)) <= 2 * LARGEST_SUM
