"""Sections of a manifest are what reading it line by line gives, whatever the bytes are."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apk_analysis.defects import Defect
from apk_analysis.signature.jar_manifest import Section, hashes_named, read_sections


def by_lines(data: bytes) -> list[tuple[bytes, str | None]]:
    """(raw, name) of each section, read the slow way."""
    found, lines, raw = [], list[bytes](), b""

    def close() -> None:
        if lines:
            key, _, value = lines[0].partition(b": ")
            found.append((raw, str(value, "utf-8", "surrogateescape") if key.lower() == b"name" else None))

    for line in data.splitlines(keepends=True):
        text = line.rstrip(b"\r\n")
        raw = raw + line if lines else line
        if text[:1] == b" " and lines:
            lines[-1] += text[1:]
        elif text:
            lines.append(text)
        else:
            close()
            lines.clear()
    close()
    return found


PIECES = st.sampled_from(
    [b"Name: a", b"name: b.c", b"\r\n", b"\n", b"\r", b" more", b"SHA1-Digest: QQ==", b": ", b"\0", b"\xff", b"\x0b"]
)


@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_sections_are_what_lines_give(data: bytes) -> None:
    assert [(section.raw, section.name) for section in read_sections(data)] == by_lines(data)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    for section in read_sections(data):
        section.get("Name")
        hashes_named(section.raw)
        for min_sdk in (1, 24):
            with suppress(Defect):
                section.digests("-Digest", min_sdk)


def test_long_names_continue_behind_a_space() -> None:
    raw = b"Name: res/a-name-that-is-lo\r\n nger-than-a-line\r\nSHA-256-Digest: QUJD\r\n\r\n"
    (section,) = read_sections(raw)
    assert section.name == "res/a-name-that-is-longer-than-a-line" and section.raw == raw
    assert section.digests("-Digest", 24) == [("sha256", b"ABC")]


def test_the_first_attribute_of_a_name_counts() -> None:
    section = Section(b"Name: a\nSHA1-Digest: QUJD\nsha1-digest: REVG\n")
    assert section.get("SHA1-DIGEST") == "QUJD" and section.digests("-Digest", 24) == [("sha1", b"ABC")]


def test_older_versions_look_at_other_digests() -> None:
    lines = {"MD5": b"md5", "SHA1": b"sha1", "SHA-256": b"sha256"}
    raw = b"Name: a\nDigest-Algorithms: MD5 SHA1\n" + b"".join(
        name.encode() + b"-Digest: " + base64.b64encode(value) + b"\n" for name, value in lines.items()
    )
    (section,) = read_sections(raw)
    assert section.digests("-Digest", 9) == [("md5", b"md5"), ("sha256", b"sha256")]
    assert section.digests("-Digest", 18) == [("sha256", b"sha256")]
    assert hashes_named(raw) == {"md5", "sha1", "sha256"}


@pytest.mark.parametrize("digest", [b"QUJ", b"QU JD", b"\xff", b"!!!!"])
def test_a_digest_that_is_no_base64_is_a_defect(digest: bytes) -> None:
    with pytest.raises(Defect, match="malformed_signature_file"):
        Section(b"Name: a\nSHA1-Digest: " + digest + b"\n").digests("-Digest", 24)
