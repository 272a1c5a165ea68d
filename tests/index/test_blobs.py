"""Files in the quarantine are whole, private and where their hash says."""

import os
import resource
import signal
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.blobs import BlobError, Blobs

KEY = "http://example.org/a.apk"


def test_written_once_under_its_hash_and_private(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "samples")
    digest = blobs.write(b"content")
    assert digest == sha256(b"content").hexdigest()
    assert blobs.has(digest) and blobs.path(digest).read_bytes() == b"content"
    assert blobs.path(digest) == tmp_path / "samples" / digest[:2] / digest[2:4] / digest
    assert blobs.path(digest).stat().st_mode & 0o777 == 0o600
    before = blobs.path(digest).stat().st_mtime_ns
    assert blobs.write(b"content") == digest
    assert blobs.path(digest).stat().st_mtime_ns == before
    assert not list((tmp_path / "samples/partial").iterdir())


@given(st.text(max_size=80))
def test_what_is_no_hash_is_nowhere(text: str) -> None:
    blobs = Blobs(Path("/nowhere"))
    assert not blobs.has(text)
    with pytest.raises(ValueError, match="SHA-256"):
        blobs.path(text)


@pytest.mark.parametrize("digest", ["../../../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", ""])
def test_a_marketplaces_word_leads_nowhere_else(tmp_path: Path, digest: str) -> None:
    assert not Blobs(tmp_path).has(digest)
    with pytest.raises(ValueError, match="SHA-256"):
        Blobs(tmp_path).path(digest)


def test_a_partial_file_survives_with_its_note_and_is_continued(tmp_path: Path) -> None:
    with Blobs(tmp_path).partial(KEY) as first:
        first.reset()
        first.annotate('"etag 你好"')
        first.write(b"first ")
        assert first.path.stat().st_mode & 0o777 == 0o600
    with Blobs(tmp_path).partial(KEY) as second:
        assert second.note == '"etag 你好"' and b"".join(second.chunks()) == b"first "
        second.write(b"second")
        assert (second.size, second.head(5), second.tail(6), second.tail(99)) == (
            12,
            b"first",
            b"second",
            b"first second",
        )
        path = second.keep(sha256(b"first second").hexdigest())
    assert path.read_bytes() == b"first second"
    assert list((tmp_path / "partial").iterdir()) == []


def test_begun_anew_nothing_of_before_is_left(tmp_path: Path) -> None:
    with Blobs(tmp_path).partial(KEY) as partial:
        partial.annotate("old")
        partial.write(b"old bytes")
        partial.reset()
        assert partial.note is None and partial.size == 0
        partial.write(b"new")
        assert b"".join(partial.chunks()) == b"new"


def test_given_up_nothing_is_left(tmp_path: Path) -> None:
    with Blobs(tmp_path).partial(KEY) as partial:
        partial.annotate("note")
        partial.write(b"bytes")
        partial.drop()
    assert list((tmp_path / "partial").iterdir()) == []


def test_two_at_once_do_not_write_into_one_file(tmp_path: Path) -> None:
    with Blobs(tmp_path).partial(KEY) as first, Blobs(tmp_path).partial(KEY) as second:
        first.write(b"first")
        second.write(b"second")
        assert b"".join(first.chunks()) == b"first" and b"".join(second.chunks()) == b"second"
        second.annotate("of the second")
        assert first.note is None
        assert second.keep(sha256(b"second").hexdigest()).read_bytes() == b"second"
    assert [path.read_bytes() for path in (tmp_path / "partial").iterdir()] == [b"first"]


def test_a_file_kept_meanwhile_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between opening a file and locking it, its owner may move it under its hash."""
    digest = sha256(b"whole").hexdigest()
    owner = Blobs(tmp_path).partial(KEY)
    owner.write(b"whole")
    opened = os.open

    def slow_open(path: Path, *given: int, **named: int) -> int:
        handle = opened(path, *given, **named)
        monkeypatch.undo()
        owner.keep(digest)
        return handle

    monkeypatch.setattr(os, "open", slow_open)
    with Blobs(tmp_path).partial(KEY) as late:
        late.reset()
        late.write(b"other")
    assert Blobs(tmp_path).path(digest).read_bytes() == b"whole"


def test_a_link_planted_in_the_quarantine_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    with Blobs(tmp_path).partial(KEY) as partial:
        path = partial.path
    path.unlink()
    path.symlink_to(victim)
    with pytest.raises(BlobError):
        Blobs(tmp_path).partial(KEY)
    assert victim.read_text() == "precious"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "samples").write_text("a file where a folder should be")
    with pytest.raises(BlobError, match="samples"):
        Blobs(tmp_path / "samples").write(b"x")


@pytest.fixture
def _small_disk() -> Iterator[None]:
    """No file beyond 4 kB; the limit's signal would end the process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 12, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, old)


@pytest.mark.usefixtures("_small_disk")
def test_a_full_disk_is_a_clear_error_and_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    content = bytes(1 << 16)
    with pytest.raises(BlobError, match="partial"):
        Blobs(tmp_path).write(content)
    assert not Blobs(tmp_path).has(sha256(content).hexdigest())
