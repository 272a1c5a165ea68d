"""Under the sexual-material rule, and in every archived page, no byte of a picture, film or sound stays."""

import base64
import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sexual import CONSIDERED, allow_resource, no_media
from detection.scoring import TEXT_MODEL, score
from index.media import BARE_MEDIA, DATA_MEDIA, UTF16, cut_data_media, is_media
from index.model import Evidence, Judgement, Violation

PIXELS = base64.b64encode(bytes(range(256)))
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(range(256)))
TRACE = PIXELS[40:80]
"""Must not be found in what is left."""


def judged(violation: str, probability: float) -> Judgement:
    return Judgement(
        verdict="lead", violations=(Violation(id=violation, group="illegal_tool", probability=probability),)
    )


@pytest.mark.parametrize(
    ("violation", "probability", "ruled"),
    [
        ("p1-1b", 0.9, True),
        ("p1-1b", 0.25, True),
        ("p1-1b", 0.1, False),
        ("p2-3", 0.5, True),
        ("p2-3a", 0.5, True),
        ("p1-2b", 0.99, False),
        ("p2-6a", 0.99, False),
    ],
)
def test_the_rule_holds_from_a_possibility_on(violation: str, probability: float, *, ruled: bool) -> None:
    assert no_media(judged(violation, probability)) is ruled
    assert not no_media(Judgement(verdict="benign"))


def test_a_text_that_reads_harmless_opens_no_picture() -> None:
    word = Evidence(detector="illegal_tool", violation="p1-1b", strength=3.0, observed="x", quote="x")
    text = Evidence(detector=TEXT_MODEL, violation="p1-1b", strength=-6.0, observed="")
    (violation,) = score([word, text], {"illegal_tool": None}, {"illegal_tool"}, trust=1.0)
    assert violation.probability < CONSIDERED
    assert no_media(Judgement(verdict="benign", violations=(violation,)))


@pytest.mark.parametrize(
    "spelling",
    [
        b'<img src="data:image/png;base64,%s">',
        b"<img src='DATA:Image/PNG;BASE64,%s'>",
        b"<img src=data:image/jpeg;base64,%s>",
        b'<img src="data:image/png;charset=x;base64,%s">',
        b'<img src="data: image/png;base64,%s">',
        b'<img src="data&#58;image/png;base64,%s">',
        b'<img src="data&#x3A;image/png;base64,%s">',
        b'<img src="data&colon;image&sol;png;base64,%s">',
        b'<video src="data:video/mp4;base64,%s">',
        b'<img src="data:;base64,%s">',
        b'<img src="data:application/octet-stream;base64,%s">',
        b"<style>a{background:url(data:image/webp;base64,%s)}</style>",
        b'{"image": "data:image\\/png;base64,%s"}',
        b'{"image": "data\\u003aimage\\u002fpng;base64,%s"}',
        b'<a href="?next=data%%3Aimage%%2Fpng;base64,%s">',
        b'<svg><image href="data:image/png;base64,%s"/></svg>',
    ],
)
def test_every_spelling_is_cut(spelling: bytes) -> None:
    body = "<p>前</p>".encode() + spelling % PIXELS + "<p>后</p>".encode()
    left, digests = cut_data_media(body)
    assert TRACE not in left and len(digests) == 1
    assert left.startswith("<p>前</p>".encode()) and left.endswith("<p>后</p>".encode())
    assert digests[0][:16].encode() in left


def test_white_space_within_does_not_help() -> None:
    lines = b"\n".join(PIXELS[start : start + 20] for start in range(0, len(PIXELS), 20))
    left, _ = cut_data_media(b'<img src="data:image/png;base64,' + lines + b'"><p>text</p>')
    assert PIXELS[45:55] not in left and b"<p>text</p>" in left


def test_bare_base64_that_a_script_makes_a_picture_of_is_cut() -> None:
    left, digests = cut_data_media(b'<script>show("' + JPEG + b'", "image")</script>')
    assert JPEG[50:90] not in left and digests == (sha256(JPEG).hexdigest(),)
    assert left.endswith(b'", "image")</script>')


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_pages_of_two_byte_characters_are_cut_as_well(encoding: str) -> None:
    page = ("\ufeff" if encoding != "utf-16" else "") + f'<p>页</p><img src="data:image/png;base64,{PIXELS.decode()}">'
    left, digests = cut_data_media(page.encode(encoding))
    assert len(digests) == 1 and TRACE.decode() not in left.decode(encoding) and "<p>页</p>" in left.decode(encoding)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        "正文 data: 图像".encode(),
        b'{"data":"image/png","base64":"AAAA"}',
        b"x={data:e,type:t}",
        b'<a href="data:text/plain,hello">',
        b"metadata: image, video",
        bytes(range(256)),
    ],
)
def test_what_is_no_medium_stays_as_it_is(body: bytes) -> None:
    assert cut_data_media(body) == (body, ())


@given(st.binary(max_size=300))
def test_what_was_cut_once_needs_no_second_cut(body: bytes) -> None:
    left, _ = cut_data_media(body)
    assert cut_data_media(left)[1] == () or is_media(left)


@pytest.mark.parametrize(
    "piece",
    [b"data:image/", b"data:", b"data:a/b;c", b"data:image/png;base64,", b"data:;base64", b"/9j/", b"iVBORw0KGgo", b"data:video/;"],
)  # fmt: skip
def test_cutting_hostile_pages_is_linear(piece: bytes) -> None:
    """Quadratic would take hours here."""
    left, _ = cut_data_media(piece * (4_000_000 // len(piece)))
    assert len(left) < 5_000_000


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"\xff\xd8\xff\xe0", True),
        (b"\x89PNG\r\n", True),
        (b"GIF89a", True),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", True),
        (b"\x00\x00\x00\x20ftypisom", True),
        (b"\x00\x00\x00\x1cftypavif", True),
        (b"\x1a\x45\xdf\xa3", True),
        (b"ID3\x04", True),
        (b"PK\x03\x04", False),
        (b"<html>", False),
        (b"ID3 tag editor", False),
        (b"BMW cars", False),
        (b"\xff\xfe<\x00", False),
        (b"", False),
    ],
)
def test_media_are_known_by_their_first_bytes(content: bytes, *, media: bool) -> None:
    assert is_media(content) is media


PIECES = st.sampled_from(
    [b"data", b"DATA", b":", b"&#58;", b"&colon;", b"%3A", b"\\u003a", b"\\x3A", b"image/png;base64,", b"text/x;BASE64,",
     b"AAAA", b" ", b'"', b"\n", b"/9j/", b"\\/9j\\/", b"iVBORw0KGgo", b"R0lGODl", b"UklGR", b"AAAAxxZ0eX", b"GkXfo", b"x" * 45]
)  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=6), max_size=25).map(b"".join))
def test_looking_only_where_media_may_begin_finds_the_same(body: bytes) -> None:
    def mark(found: re.Match[bytes]) -> bytes:
        return b"about:blank#cut-" + sha256(found.group()).hexdigest()[:16].encode()

    if not is_media(body) and body[:2] not in UTF16:
        assert cut_data_media(body)[0] == BARE_MEDIA.sub(mark, DATA_MEDIA.sub(mark, body))


@pytest.mark.parametrize(
    ("kind", "url", "allowed"),
    [
        ("document", "http://example.org/", True),
        ("stylesheet", "http://example.org/a.css", True),
        ("script", "http://example.org/app.js", True),
        ("xhr", "http://example.org/list.json", True),
        ("fetch", "http://example.org/image/list", True),
        ("image", "http://example.org/list", False),
        ("media", "http://example.org/x", False),
        ("font", "http://example.org/x.woff2", False),
        ("other", "http://example.org/favicon", False),
        ("xhr", "http://example.org/x.PNG?size=1", False),
        ("fetch", "http://example.org/clip.mp4#t=1", False),
        ("xhr", "data:image/png;base64,AA", False),
        ("fetch", "DATA:video/mp4;base64,AA", False),
    ],
)
def test_what_a_browser_may_load(kind: str, url: str, *, allowed: bool) -> None:
    assert allow_resource(kind, url) is allowed
