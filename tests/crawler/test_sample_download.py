"""Samples come whole or not at all, go on after a break, and never fill memory or disk."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from hashlib import md5, sha1, sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from index.blobs import Blobs
from tests.conftest import ROOT
from tests.crawler.wire import Asked, Talk, Wire, silence
from tests.forked import Started

Outcome = dict[str, dict[str, Any]]


def package(seed: int, size: int = 200_000) -> bytes:
    """Bytes that begin and end as a package does."""
    return b"PK\x03\x04" + Random(seed).randbytes(size - 26) + b"PK\x05\x06" + bytes(18)


def start_fetch(
    home: Path, wire: Wire, fetch: dict[str, dict[str, Any]], *, fresh: bool = False, **given: Any
) -> Started | subprocess.Popen[str]:
    """The driver, started. `fresh`: in a process that was not forked, whose memory is all its own."""
    order = {"home": str(home), "allow_hosts": [wire.host], "fetch": fetch, **given}
    command = [sys.executable, "-W", "error::ResourceWarning", "-m", "tests.crawler.fetch_drive", json.dumps(order)]
    env = {**os.environ, "http_proxy": "http://127.0.0.1:9/", "PYTHONUTF8": "1"}
    if not fresh:
        return Started(command, cwd=ROOT, env=env)
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: Started | subprocess.Popen[str]) -> Outcome:
    """What the driver said, by name."""
    try:
        said, log = process.communicate(timeout=600)  # only so that a hang ends
    finally:
        process.kill()
    assert process.returncode in {0, -signal.SIGKILL}, log[-3000:]
    lines = [json.loads(line) for line in said.splitlines()]
    return {line["name"]: line for line in lines}


def fetch(home: Path, wire: Wire, *paths: str, **given: Any) -> Outcome:
    """Fetches the paths of the server as samples."""
    return finish(start_fetch(home, wire, {path: {"url": wire.url(path)} for path in paths}, **given))


def kept(home: Path, outcome: Outcome, name: str) -> bytes:
    """The bytes in the quarantine, after a look at everything that is said of them."""
    assert outcome[name].get("fetched"), outcome[name]
    said = outcome[name]["fetched"]
    content = Path(said["path"]).read_bytes()
    assert said["size"] == len(content) and outcome[name]["length"] == 0
    assert said["sha256"] == sha256(content).hexdigest() and said["sha1"] == sha1(content).hexdigest()
    assert said["md5"] == md5(content).hexdigest()
    assert Blobs(home / "samples").path(said["sha256"]) == Path(said["path"])
    assert Path(said["path"]).stat().st_mode & 0o777 == 0o600
    return content


def left(home: Path) -> list[str]:
    """Names of unfinished files."""
    return sorted(path.name for path in (home / "samples/partial").iterdir())


HALF = 100_000
DATE = "Wed, 25 Nov 2026 08:00:00 GMT"


def whole(body: bytes, status: int = 200, **headers: object) -> Talk:
    """An honest answer, every time."""
    return lambda asked: asked.whole(body, status, **headers)


def breaks(seed: int, **headers: object) -> Talk:
    """Half of the package, then a reset once it has been read."""

    async def talk(asked: Asked) -> None:
        body = package(seed)
        await asked.whole(body[:HALF], Content_Length=len(body), **headers)
        await asyncio.sleep(0.2)  # a reset throws away what the other side has not read yet
        asked.reset()

    return talk


def goes_on(seed: int, most: int = 1 << 30, **headers: object) -> Talk:
    """What the Range asks for, at most so many bytes of it."""

    async def talk(asked: Asked) -> None:
        body, start = package(seed), asked.start or 0
        piece = body[start : start + most]
        told = f"bytes {start}-{start + len(piece) - 1}/{len(body)}"
        await asked.whole(piece, 206, Content_Range=told, **headers)

    return talk


def by_turn(*turns: Talk) -> Talk:
    """The first answer first, the last one for ever."""
    return lambda asked: turns[min(asked.earlier, len(turns) - 1)](asked)


async def chunked(asked: Asked) -> None:
    body = package(2)
    await asked.say(200, {"Transfer-Encoding": "chunked"})
    for start in range(0, len(body), 50_000):
        piece = body[start : start + 50_000]
        asked.writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    asked.writer.write(b"0\r\n\r\n")
    await asked.writer.drain()


async def endless(asked: Asked) -> None:
    await asked.say(200, {"Transfer-Encoding": "chunked"})
    while True:
        asked.writer.write(b"10000\r\n" + bytes(65536) + b"\r\n")
        await asked.writer.drain()


async def says_2_gb(asked: Asked) -> None:
    await asked.say(200, {"Content-Length": 2 << 30})
    await silence()


CASES: dict[str, Talk] = {
    "/whole": whole(package(1)),
    "/chunked": chunked,
    "/until-closed": lambda asked: asked.say(200, {"Connection": "close"}, package(3)),
    "/mislabelled": whole(package(4), Content_Encoding="gzip", Content_Type="text/html"),
    "/empty": whole(b""),
    "/junk": whole(b"junk" * 1250),
    "/resumed": by_turn(breaks(5, ETag='"a"'), goes_on(5, ETag='"a"')),
    "/resumed-by-date": by_turn(breaks(6, ETag='W/"a"', Last_Modified=DATE), goes_on(6)),
    "/in-pieces": by_turn(breaks(7, ETag='"a"'), goes_on(7, 60_000, ETag='"a"')),
    "/no-validator": by_turn(breaks(8), whole(package(8))),
    "/changed": by_turn(breaks(9, ETag='"a"'), whole(package(10), ETag='"b"')),
    "/shrunk": by_turn(breaks(11, ETag='"a"'), whole(b"", 416), whole(package(11))),
    "/elsewhere": by_turn(
        breaks(12, ETag='"a"'), whole(b"0123456789", 206, Content_Range="bytes 0-9/200000"), whole(package(12))
    ),
    "/other-file": by_turn(breaks(13, ETag='"a"'), goes_on(13, ETag='"b"'), whole(package(14))),
    "/never-satisfied": by_turn(breaks(15, ETag='"a"'), whole(b"", 416)),
    "/unasked-part": whole(b"0123456789", 206, Content_Range="bytes 50-59/200000"),
    "/always-truncated": whole(package(16)[:HALF], Content_Length=200_000),
    "/2-gb-declared": says_2_gb,
    "/endless": endless,
    "/page": whole("\n<!DOCTYPE html><p>请在应用商店下载".encode(), Content_Type="application/zip"),
    "/picture": whole(b"\xff\xd8\xff\xe0" + bytes(500), Content_Type="application/zip"),
    "/private": whole(b"", 302, Location="http://10.0.0.1/a.apk"),
    "/private-by-name": whole(b"", 302, Location="http://inside.example/a.apk"),
    "/round": whole(b"moved", 302, Location="/round"),
    "/404": whole(b"<p>not here" * 300_000, 404),
    "/429": by_turn(whole(b"later", 429, Retry_After="0"), whole(package(17))),
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome, Wire]:
    """All cases in one crawl, as they would come in life."""
    home = tmp_path_factory.mktemp("home")

    async def talk(asked: Asked) -> None:
        await CASES[asked.path](asked)

    with Wire(talk) as wire:
        outcome = fetch(home, wire, *CASES, cap=1, resolve={"inside.example": [["10.0.0.7"]]})
    assert set(outcome) == {"", *CASES}
    return home, outcome, wire


WHOLE = {
    "/whole": 1,
    "/chunked": 2,
    "/until-closed": 3,
    "/mislabelled": 4,
    "/resumed": 5,
    "/resumed-by-date": 6,
    "/in-pieces": 7,
    "/no-validator": 8,
    "/changed": 10,
    "/shrunk": 11,
    "/elsewhere": 12,
    "/other-file": 14,
    "/429": 17,
}
"""Path -> seed of the package that must have come."""


@pytest.mark.parametrize(("path", "seed"), WHOLE.items())
def test_what_came_is_what_the_server_has(table: tuple[Path, Outcome, Wire], path: str, seed: int) -> None:
    home, outcome, _ = table
    assert kept(home, outcome, path) == package(seed)


def test_what_is_no_package_but_harmless_is_left_to_the_analysis(table: tuple[Path, Outcome, Wire]) -> None:
    home, outcome, _ = table
    assert kept(home, outcome, "/empty") == b"" and len(kept(home, outcome, "/junk")) == 5000


@pytest.mark.parametrize(
    ("path", "said"),
    [("/resumed", '"a"'), ("/resumed-by-date", DATE), ("/in-pieces", '"a"')],
)
def test_a_break_is_continued_from_where_it_was(table: tuple[Path, Outcome, Wire], path: str, said: str) -> None:
    _, outcome, wire = table
    first, second, *_ = wire.requests(path)
    assert first.start is None and first.headers["accept-encoding"] == "identity"
    assert second.headers["if-range"] == said and second.start == HALF
    assert outcome[path]["fetched"]["resumed_from"] >= HALF


def test_without_a_validator_nothing_is_continued(table: tuple[Path, Outcome, Wire]) -> None:
    _, outcome, wire = table
    assert [asked.start for asked in wire.requests("/no-validator")] == [None, None]
    assert outcome["/no-validator"]["fetched"]["resumed_from"] == 0


@pytest.mark.parametrize(
    ("path", "error", "kind", "requests"),
    [
        ("/2-gb-declared", "SampleTooLargeError", "too_large", 1),
        ("/endless", "SampleTooLargeError", "too_large", 1),
        ("/page", "NotASampleError", "html_instead", 1),
        ("/picture", "NotASampleError", "media_instead", 1),
        ("/always-truncated", "ResponseDataLossError", None, 3),
        ("/unasked-part", "OutOfPlaceError", None, 3),
        ("/private", "EgressRefused", None, 1),
        ("/private-by-name", "EgressRefused", None, 1),
        ("/round", "IgnoreRequest", None, 6),
    ],
)
def test_bad_answers_are_typed(
    table: tuple[Path, Outcome, Wire], path: str, error: str, kind: str | None, requests: int
) -> None:
    _, outcome, wire = table
    assert (outcome[path].get("error"), outcome[path].get("kind")) == (error, kind), outcome[path]
    assert len(wire.requests(path)) == requests


def test_other_statuses_are_ordinary_responses(table: tuple[Path, Outcome, Wire]) -> None:
    _, outcome, wire = table
    assert outcome["/404"]["status"] == 404 and outcome["/404"]["fetched"] is None
    assert outcome["/never-satisfied"]["status"] == 416 and outcome["/never-satisfied"]["fetched"] is None
    assert len(wire.requests("/never-satisfied")) == 3


def test_nothing_is_left_that_nobody_will_take_up(table: tuple[Path, Outcome, Wire]) -> None:
    home, outcome, _ = table
    names = {sha256(outcome_url.encode()).hexdigest() for outcome_url in (table[2].url(path) for path in CASES)}
    assert {name.removesuffix(".note") for name in left(home)} <= names
    stored = [path for path in (home / "samples").rglob("*") if path.is_file() and "partial" not in path.parts]
    assert len(stored) == len({said["fetched"]["sha256"] for said in outcome.values() if said.get("fetched")})
    assert not any(path.read_bytes().startswith(b"\xff\xd8") for path in stored)


def test_killed_in_a_download_it_goes_on_although_the_redirect_leads_elsewhere(tmp_path: Path) -> None:
    body = package(20, 300_000)

    async def talk(asked: Asked) -> None:
        if asked.path == "/app":
            await asked.whole(b"", 302, Location=f"/cdn/{asked.earlier}")
        elif asked.path == "/cdn/0":
            await asked.whole(body[:HALF], ETag='"a"', Content_Length=len(body))
            await asyncio.to_thread(wait_for_bytes, tmp_path, HALF)
            process.kill()
        else:
            told = f"bytes {asked.start}-{len(body) - 1}/{len(body)}"
            await asked.whole(body[asked.start :], 206, Content_Range=told, ETag='"a"')

    with Wire(talk) as wire:
        process = start_fetch(tmp_path, wire, {"app": {"url": wire.url("/app")}})
        assert "app" not in finish(process) and process.returncode == -signal.SIGKILL
        outcome = finish(start_fetch(tmp_path, wire, {"app": {"url": wire.url("/app")}}))
        [asked] = wire.requests("/cdn/1")
    assert kept(tmp_path, outcome, "app") == body
    assert asked.start == HALF == outcome["app"]["fetched"]["resumed_from"]
    assert left(tmp_path) == []


def wait_for_bytes(home: Path, size: int) -> None:
    """Returns when so many bytes of a sample are on the disk."""
    while not any(path.stat().st_size >= size for path in (home / "samples").rglob("*") if path.is_file()):
        os.sched_yield()


def test_servers_that_stall_are_given_up(tmp_path: Path) -> None:
    async def talk(asked: Asked) -> None:
        if asked.path != "/silent-head":
            await asked.whole(package(21)[:HALF], Content_Length=200_000, ETag='"a"')
        while asked.path == "/dripping":
            asked.writer.write(b"x")
            await asked.writer.drain()
            await asyncio.sleep(0.05)
        await silence()

    paths = ["/silent-head", "/silent-body", "/dripping"]
    with Wire(talk) as wire:
        outcome = fetch(tmp_path, wire, *paths, settings={"COPYCATCH_SAMPLE_STALL": 1, "RETRY_TIMES": 0})
    assert [outcome[path].get("error") for path in paths] == ["DownloadTimeoutError"] * 3, outcome
    files = [path for path in (tmp_path / "samples/partial").iterdir() if path.suffix != ".note"]
    assert sorted(path.stat().st_size >= HALF for path in files) == [False, True, True]


def test_the_same_address_twice_at_once_does_not_mix(tmp_path: Path) -> None:
    both = asyncio.Event()

    async def talk(asked: Asked) -> None:
        body = package(22)
        await asked.whole(body[:HALF], Content_Length=len(body), ETag='"a"')
        if asked.earlier:
            both.set()
        await both.wait()
        asked.writer.write(body[HALF:])
        await asked.writer.drain()

    with Wire(talk) as wire:
        url = wire.url("/a.apk")
        outcome = finish(start_fetch(tmp_path, wire, {"one": {"url": url}, "two": {"url": url}}))
    assert kept(tmp_path, outcome, "one") == kept(tmp_path, outcome, "two") == package(22)
    assert left(tmp_path) == []


def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    async def talk(asked: Asked) -> None:
        await asked.whole(package(23), ETag='"a"')

    with Wire(talk) as wire:
        outcome = fetch(tmp_path, wire, "/a.apk", largest_file=50_000, settings={"RETRY_TIMES": 0})
    assert outcome["/a.apk"].get("error") == "BlobError", outcome
    assert "samples/partial" in outcome["/a.apk"]["message"]


def test_memory_does_not_grow_with_the_sample(tmp_path: Path) -> None:
    size = 64 << 20

    async def talk(asked: Asked) -> None:
        await asked.say(200, {"Content-Length": size}, b"PK\x03\x04")
        for _ in range(63):
            asked.writer.write(bytes(1 << 20))
            await asked.writer.drain()
        asked.writer.write(bytes((1 << 20) - 4))
        await asked.writer.drain()

    with Wire(talk) as wire:
        asks = {path: {"url": wire.url(path)} for path in ("/small.apk", "/a.apk")}
        outcome = finish(start_fetch(tmp_path, wire, asks, fresh=True))
    assert outcome["/a.apk"]["fetched"]["size"] == size
    assert outcome["/a.apk"]["memory"] - outcome[""]["memory"] < 40 << 10  # kB; the program itself grows by some 10 MB
