"""Nothing of a repository is believed unless the chain from certificate to index holds."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import scrapy
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from index.model import Listing
from spiders.fdroid_repo import FdroidRepo
from tests.spiders.signed import fingerprint, jar, key

BASE = "https://repo.example.org/fdroid/repo"
INDEX = json.dumps(
    {
        "repo": {"address": BASE},
        "packages": {
            "org.example.app": {
                "metadata": {"name": {"en-US": "App"}},
                "versions": {"x": {"file": {"name": "/app.apk"}, "manifest": {"versionName": "1", "versionCode": 1}}},
            }
        },
    }
).encode()


def entry(index: bytes = INDEX, **changes: Any) -> bytes:
    described = {"name": "/index-v2.json", "sha256": hashlib.sha256(index).hexdigest(), "size": len(index), **changes}
    return json.dumps({"timestamp": 1, "version": 30000, "index": described, "diffs": {}}).encode()


def read(
    body: bytes, *, file: str = "entry.jar", said: str = "", status: int = 200, others: tuple[str, ...] = ()
) -> list[Any]:
    response = Response(f"{BASE}/{file}", status=status, body=body)
    return list(FdroidRepo().parse_jar(response, file=file, others=others, fingerprint=said))


def kinds(results: list[Any]) -> list[str]:
    assert all(isinstance(result, Problem) for result in results), results
    return [result.kind for result in results]


def test_the_whole_chain_leads_to_listings() -> None:
    spider = FdroidRepo()
    (request,) = read(jar({"entry.json": entry()}, key()), said=fingerprint(key()))
    assert isinstance(request, scrapy.Request) and request.url == f"{BASE}/index-v2.json"
    (listing,) = spider.parse_index(Response(request.url, body=INDEX), **request.cb_kwargs)
    assert isinstance(listing, Listing) and listing.package_name == "org.example.app"


def test_without_a_fingerprint_any_signer_will_do_but_there_must_be_one() -> None:
    (request,) = read(jar({"entry.json": entry()}, key()))
    assert isinstance(request, scrapy.Request)
    assert kinds(read(jar({"entry.json": entry()}, None))) == ["wrong_signature"]


def test_another_signer_is_refused() -> None:
    assert kinds(read(jar({"entry.json": entry()}, key("other")), said=fingerprint(key()))) == ["wrong_signer"]


def test_an_index_of_another_hash_is_refused() -> None:
    (request,) = read(jar({"entry.json": entry()}, key()))
    changed = INDEX.replace(b"org.example.app", b"org.example.bad")
    assert kinds(list(FdroidRepo().parse_index(Response(request.url, body=changed), **request.cb_kwargs))) == [
        "wrong_hash"
    ]


@pytest.mark.parametrize(
    "forged",
    [
        {"entry.json": entry(b"{}")},
        {"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\r\n\r\n"},
        {"META-INF/REPO.SF": b"Signature-Version: 1.0\r\n\r\n"},
        {"META-INF/REPO.RSA": b"\x30\x03\x02\x01\x01"},
        {"META-INF/REPO.RSA": b""},
        {"added.json": b"{}"},
    ],
    ids=["entry", "manifest", "signature file", "block", "empty block", "unsigned file"],
)
def test_every_broken_link_is_noticed_and_nothing_older_is_tried(forged: dict[str, bytes]) -> None:
    body = jar({"entry.json": entry()}, key(), forged=forged)
    assert kinds(read(body, others=(f"{BASE}/index-v1.jar",))) == ["wrong_signature"]


def test_the_manifest_of_another_jar_signed_by_the_same_key_does_not_help() -> None:
    theirs = jar({"entry.json": entry(b"old")}, key())
    with zipfile.ZipFile(io.BytesIO(theirs)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.startswith("META-INF/")}
    assert kinds(read(jar({"entry.json": entry()}, key(), forged=parts))) == ["wrong_signature"]


@pytest.mark.parametrize("cut", [5, 100, 600, -30])
def test_a_truncated_jar_is_a_problem(cut: int) -> None:
    (problem,) = read(jar({"entry.json": entry()}, key())[:cut])
    assert isinstance(problem, Problem) and problem.part == "index"


def test_a_jar_without_the_index_is_a_problem() -> None:
    assert kinds(read(jar({"other.json": b"{}"}, key()))) == ["malformed_index"]


def test_a_bomb_is_not_inflated() -> None:
    (problem,) = read(jar({"entry.json": b" " * (6 << 20)}, key()))
    assert isinstance(problem, Problem)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff\xfe", b'{"index": {"name": 1, "sha256": "x"}}', b'{"index": {"name": "/i.json"}}'],
)
def test_a_signed_but_odd_entry_is_a_problem(body: bytes) -> None:
    assert kinds(read(jar({"entry.json": body}, key()))) == ["malformed_index"]


@pytest.mark.parametrize("name", ["//evil.example.net/i.json", "/../../i.json", "https://evil.example.net/i.json"])
def test_an_entry_cannot_send_us_elsewhere(name: str) -> None:
    assert kinds(read(jar({"entry.json": entry(name=name)}, key()))) == ["malformed_index"]


def test_an_index_that_says_to_be_huge_is_not_fetched() -> None:
    assert kinds(read(jar({"entry.json": entry(size=1 << 40)}, key()))) == ["malformed_index"]


def test_places_are_tried_in_turn() -> None:
    (request,) = FdroidRepo().first_requests("https://example.org/?fingerprint=AB:CD")
    asked = []
    while True:
        asked.append(request.url)
        assert request.cb_kwargs["fingerprint"] == "abcd" and 404 in request.meta["handle_httpstatus_list"]
        response = Response(request.url, status=404)
        (request,) = FdroidRepo().parse_jar(response, **request.cb_kwargs)
        if isinstance(request, Problem):
            break
    assert request.kind == "no_repository"
    assert asked == [
        f"https://example.org{folder}/{file}"
        for folder in ("", "/repo", "/fdroid/repo")
        for file in ("entry.jar", "index-v1.jar")
    ]


@pytest.mark.parametrize(
    "address",
    ["https://e.org/fdroid/repo", "https://e.org/fdroid/repo/", "fdroidrepos://e.org/fdroid/repo?fingerprint=aa",
     "https://e.org/fdroid/repo/index-v1.jar", "https://e.org/fdroid/repo/entry.jar?fingerprint=aa"],
)  # fmt: skip
def test_addresses_as_people_pass_them_on(address: str) -> None:
    (request,) = FdroidRepo().first_requests(address)
    assert request.url == "https://e.org/fdroid/repo/entry.jar"


@pytest.mark.shared
@pytest.mark.parametrize(("name", "packages"), [("entry.json", None), ("izzy_entry.json", 1201)])
def test_recorded_entries_lead_to_their_index(shared: Path, name: str, packages: int | None) -> None:
    recorded = (shared / "recorded/fdroid" / name).read_bytes()
    said = json.loads(recorded)["index"]
    assert packages in {None, said["numPackages"]}
    (request,) = read(jar({"entry.json": recorded}, key()))
    assert request.url == BASE + said["name"] and request.cb_kwargs["sha256"] == said["sha256"]
    if packages is None:
        index = (shared / "recorded/fdroid/index-v2.json").read_bytes()
        assert len(list(FdroidRepo().parse_index(Response(request.url, body=index), **request.cb_kwargs))) == 5


@pytest.mark.shared
def test_a_recorded_index_of_the_old_format(shared: Path) -> None:
    recorded = (shared / "recorded/fdroid/guardianproject_index-v1.json").read_bytes()
    body = jar({"index-v1.json": recorded}, key())
    listings = read(body, file="index-v1.jar")
    assert len(listings) == 16 and all(isinstance(listing, Listing) for listing in listings)
    by_package = {listing.package_name: listing for listing in listings}
    orbot = by_package["org.torproject.android"]
    assert orbot.title == "Orbot" and orbot.declared_signers == ()
    assert not any(".onion" in url for listing in listings for url in listing.download_urls)
    assert all(listing.published_at.startswith("201") for listing in listings)


def test_two_signers_are_not_one() -> None:
    with zipfile.ZipFile(io.BytesIO(jar({"entry.json": entry()}, key("other")))) as archive:
        added = {f"META-INF/B{name[13:]}": archive.read(name) for name in ("META-INF/REPO.SF", "META-INF/REPO.RSA")}
    body = jar({"entry.json": entry()}, key(), forged=added)
    assert kinds(read(body)) == ["wrong_signature"]
