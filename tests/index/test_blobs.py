"""Files in the quarantine are whole, private and where their hash says."""

import os
import resource
from hashlib import sha256
from pathlib import Path

import pytest

from index.blobs import BlobError, Blobs


def test_written_once_under_its_hash_and_private(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "samples")
    digest = blobs.write(b"content")
    assert digest == sha256(b"content").hexdigest()
    assert blobs.has(digest) and blobs.path(digest).read_bytes() == b"content"
    assert blobs.path(digest).stat().st_mode & 0o777 == 0o600
    before = blobs.path(digest).stat().st_mtime_ns
    assert blobs.write(b"content") == digest
    assert blobs.path(digest).stat().st_mtime_ns == before
    assert not list((tmp_path / "samples/partial").iterdir())


def test_a_partial_file_survives_and_is_continued(tmp_path: Path) -> None:
    key = "http://example.org/a.apk"
    with Blobs(tmp_path).open_partial(Blobs(tmp_path).partial(key), append=False) as out:
        out.write(b"first ")
    again = Blobs(tmp_path)
    with again.open_partial(again.partial(key), append=True) as out:
        out.write(b"second")
    digest = sha256(b"first second").hexdigest()
    assert again.keep(again.partial(key), digest).read_bytes() == b"first second"


def test_a_link_planted_in_the_quarantine_is_not_followed(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "samples")
    victim = tmp_path / "victim"
    victim.write_text("precious")
    blobs.partial("key").symlink_to(victim)
    with pytest.raises(BlobError):
        blobs.open_partial(blobs.partial("key"), append=False)
    assert victim.read_text() == "precious"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "samples").write_text("a file where a folder should be")
    with pytest.raises(BlobError, match="samples"):
        Blobs(tmp_path / "samples").write(b"x")


def test_a_full_disk_is_a_clear_error_and_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    content = os.urandom(1 << 16)
    import signal  # noqa: PLC0415 - the limit's signal would end the process

    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 12, hard))
    try:
        with pytest.raises(BlobError):
            Blobs(tmp_path).write(content)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert not Blobs(tmp_path).has(sha256(content).hexdigest())
