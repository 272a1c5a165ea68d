"""What is in a bundle, what is said to be missing, and what is never in one."""

import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from index.blobs import Blobs
from index.home import Home
from index.model import Capture, Observation
from index.profiles import Name
from takedown.evidence import package
from takedown.evidence.build import build
from takedown.evidence.bundle import Bundle, attachments_of, extract, read_bundle
from takedown.evidence.checking.bundle import check
from takedown.evidence.package import TooLargeError
from takedown.evidence.subject import UnknownFindingError
from takedown.notice import Allegation, Compared, Look, Notice
from takedown.notices import NoticeBook
from takedown.targets import Targets
from tests.takedown.evidence_home import (
    ANALYST,
    AT,
    JPEG,
    NOW,
    PNG,
    PROFILE,
    REPORTER,
    SAMPLE,
    SECRET,
    VISITOR,
    Shelf,
    archived,
    filled,
    page,
)
from tests.takedown.objects import content, target


@pytest.fixture
def shelf(home: Home, index, records) -> Shelf:
    return filled(home, index, records)


Make = Callable[..., Bundle]


@pytest.fixture
def make(shelf: Shelf, tmp_path: Path) -> Make:
    def made(*names: str, **given) -> Bundle:
        about = [shelf.findings[name] for name in names or shelf.findings]
        return build(about, shelf.sources(**given), tmp_path / "bundle.zip", NOW)

    return made


def members(bundle: Bundle) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle.path) as file:
        return {name: file.read(name) for name in file.namelist()}


def inside(bundle: Bundle) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(members(bundle)["pages.wacz"])) as file:
        return {name: file.read(name) for name in file.namelist()}


def everything(bundle: Bundle) -> bytes:
    """All bytes of all members, opened as far as they can be."""
    import zlib  # noqa: PLC0415 - of this test alone

    held = [*members(bundle).values(), *inside(bundle).values()]
    for content_ in list(held):
        if content_.startswith(b"PK") and b"xl/workbook" in content_:
            with zipfile.ZipFile(BytesIO(content_)) as file:
                held += [file.read(name) for name in file.namelist()]
    rest = inside(bundle)["archive/data.warc.gz"]
    while rest:
        inflate = zlib.decompressobj(31)
        held.append(inflate.decompress(rest))
        rest = inflate.unused_data
    return b"\n".join(held)


def missing(bundle: Bundle) -> set[tuple[str, str]]:
    return {(one["what"], one["about"]) for one in bundle.missing}


def entry(bundle: Bundle, kind: str, **wanted) -> dict:
    return next(dict(one) for one in bundle.entries if one["kind"] == kind and wanted.items() <= one.items())


def notice_of(shelf: Shelf, *names: str, **given) -> Notice:
    found = []
    for name in names:
        finding = shelf.index.get(shelf.findings[name])
        listing = shelf.index.get(shelf.listing(name))
        assert finding is not None and listing is not None
        found.append(Targets(shelf.index).make(finding, listing, ()))
    return NoticeBook(shelf.records).draft(content(*found, **given), at=AT, by=ANALYST)


def test_everything_there_is_is_in_the_bundle(make: Make, shelf: Shelf) -> None:
    bundle = make()
    held = members(bundle)
    assert not check(str(bundle.path)).wrong and bundle.pages == 4
    assert next(name for name in held if name.startswith("screenshots/")).endswith(".png")
    assert held[f"samples/{SAMPLE}.json"] and "sketches" not in json.loads(held[f"samples/{SAMPLE}.json"])
    seen = entry(bundle, "page", source_url="https://store.example/plain")
    assert seen["vantage"] == "北京电信" and "某某网信办" in seen["user_agent"] and seen["accept_language"] == "zh-CN"
    assert (seen["http_status"], seen["captured_at"], seen["server_ip"]) == (200, AT, "192.0.2.7")
    assert seen["server_date"] == "Fri, 20 Nov 2026 08:00:01 GMT" and seen["tool"] == "copycatch shop"
    assert seen["chain"]["seal"] == json.loads(held["runs.json"])[0]["seal"] and seen["origin"] == "crawled"
    assert b"unrelated" not in everything(bundle)  # of the same run, and nobody's business


def test_the_same_inputs_and_moment_give_the_same_bytes(make: Make, shelf: Shelf, tmp_path: Path) -> None:
    first = make().path.read_bytes()
    assert build(list(shelf.findings.values()), shelf.sources(), tmp_path / "again.zip", NOW).path.read_bytes() == first
    later = build(list(shelf.findings.values()), shelf.sources(), tmp_path / "later.zip", "2026-11-28T09:00:01Z")
    assert later.path.read_bytes() != first and later.seal != read_bundle(tmp_path / "again.zip").seal


def test_what_is_missing_is_said_in_the_bundle_in_both_languages(make: Make, shelf: Shelf) -> None:
    bundle = make()
    bare, brought, plain = shelf.findings["bare"], shelf.findings["brought"], shelf.findings["plain"]
    assert {("page_none", bare), ("screenshot_none", bare), ("sample_none", bare)} <= missing(bundle)
    assert ("screenshot_none", brought) in missing(bundle) and not {about for _, about in missing(bundle)} & {plain}
    held = members(bundle)
    assert bare in held["README.zh.txt"].decode() and "没有存下网页" in held["README.zh.txt"].decode()
    assert "no page was archived" in held["README.en.txt"].decode()
    assert len(json.loads(held["bundle.json"])["missing"]) == len(bundle.missing)
    assert len(check(str(bundle.path)).missing) == len(bundle.missing)


@pytest.mark.parametrize("how", ["gone", "changed", "cut"])
def test_an_archived_page_that_is_gone_or_was_changed_is_told_and_not_passed_on(
    make: Make, shelf: Shelf, how: str
) -> None:
    path = shelf.home.archive / shelf.captures["plain"].warc
    stored = bytearray(path.read_bytes())
    place = shelf.captures["plain"].offset
    if how == "gone":
        path.unlink()
    elif how == "changed":
        stored[place + 300] ^= 255
        path.write_bytes(stored)
    else:
        path.write_bytes(stored[: place + 50])
    bundle = make()
    assert ("page_gone", shelf.findings["plain"]) in missing(bundle)
    assert not check(str(bundle.path)).wrong and bundle.pages >= 1  # the page that was brought lies elsewhere


def test_a_picture_that_is_gone_or_is_another_is_told(make: Make, shelf: Shelf) -> None:
    path = Blobs(shelf.home.pictures).path(sha256(PNG).hexdigest())
    path.write_bytes(b"\x89PNG another")
    assert ("screenshot_gone", shelf.findings["plain"]) in missing(make("plain"))
    path.unlink()
    assert ("screenshot_gone", shelf.findings["plain"]) in missing(make("plain"))


def test_a_chain_that_was_changed_lends_no_line(make: Make, shelf: Shelf) -> None:
    path = shelf.home.archive / "r1.chain.jsonl"
    path.write_bytes(path.read_bytes().replace(b"store.example/plain", b"store.example/plein"))
    bundle = make("plain")
    assert ("chain_none", "r1") in missing(bundle) and "chain" not in entry(bundle, "page")
    assert not check(str(bundle.path)).wrong
    path.unlink()
    assert ("chain_none", "r1") in missing(make("plain"))


def test_nothing_at_all_still_makes_a_bundle_that_says_so(make: Make, shelf: Shelf) -> None:
    bundle = make("bare", decisions=None, profiles={})
    assert "pages.wacz" not in members(bundle) and not check(str(bundle.path)).wrong
    said = {what for what, _ in missing(bundle)}
    assert said == {"page_none", "screenshot_none", "sample_none", "comparison_none", "decision_none"}


def test_no_reporter_no_analyst_and_no_secret_is_in_any_byte(make: Make, shelf: Shelf) -> None:
    bundle = make()
    said = everything(bundle)
    for private in (REPORTER, ANALYST, "li.reviewer", SECRET, "12377 举报", "打电话"):
        assert private.encode() not in said and json.dumps(private)[1:-1].encode() not in said, private
    [decided] = [json.loads(line) for line in members(bundle)["decisions.jsonl"].splitlines()]
    [kept] = shelf.records.about(shelf.findings["plain"])
    assert decided["by"] == "person 1" and (decided["sha256"], decided["chain"]) == (kept.sha256, kept.chain)
    assert decided["finding_ids"] == [shelf.findings["plain"]] and decided["kind"] == "confirm"
    assert SECRET[:6].encode() in members(bundle)[f"samples/{SAMPLE}.json"]


def test_what_a_person_brought_says_so_and_its_page_stays_the_same(make: Make, shelf: Shelf) -> None:
    bundle = make()
    brought = entry(bundle, "page", source_url="https://store.example/brought")
    assert brought["origin"] == "supplied" and brought["custody"][0] == {
        "who": "person",
        "action": "handed over",
        "at": AT,
    }
    assert (
        brought["original_sha256"] != brought["sha256"]
        and brought["payload_sha256"] == shelf.captures["brought"].sha256
    )
    handed = entry(bundle, "supply")
    assert handed["original_sha256"] == "cd" * 32 and handed["finding_ids"] == [shelf.findings["brought"]]
    listed = members(bundle)["fixation-list.html"].decode()
    assert "由人员提供" in listed and "已略去人员信息" in listed


@pytest.mark.parametrize("violation", ["p1-1b", "p2-3a", "p2-3"])
def test_under_the_rule_no_media_is_passed_on(shelf: Shelf, make: Make, violation: str, tmp_path: Path) -> None:
    """Neither a person's picture nor a page with media in it; the renderer's picture shows grey boxes only."""
    from base64 import b64encode  # noqa: PLC0415 - of this test alone

    from crawler import archive as writer  # noqa: PLC0415 - of this test alone

    with pytest.MonkeyPatch.context() as patch:  # as if media had slipped into the archive
        patch.setattr(writer, "cut_data_media", lambda body: (body, ()))
        made = writer.Archive(shelf.home.archive, "r2")
        body = page("leak", f'<img src="data:image/jpeg;base64,{b64encode(JPEG).decode()}">')
        leaked = archived(made, "https://store.example/leak", body)
        raw = archived(made, "https://store.example/raw", JPEG)
        made.seal()
    shelf.put("leak", capture=leaked, violation=violation)
    shelf.put("raw", capture=raw, violation=violation)
    notice = notice_of(shelf, "leak", "raw", "ruled")
    person = Blobs(shelf.home.pictures).write(JPEG)
    look = Look(at=AT, state="seen", by="王示例", statement="还在", picture_sha256=person)
    told = replace(
        notice,
        content=replace(notice.content, targets=tuple(replace(one, look=look) for one in notice.content.targets)),
    )
    bundle = build(told, shelf.sources(), tmp_path / "ruled.zip", NOW)
    assert {("media", shelf.findings["leak"]), ("media", shelf.findings["raw"])} <= missing(bundle)
    assert ("picture_rule", shelf.findings["ruled"]) in missing(bundle)
    said = everything(bundle)
    assert JPEG not in said and b64encode(JPEG) not in said and "王示例".encode() not in said
    pictures = [one for one in bundle.entries if one["kind"] == "screenshot"]
    assert [one["made_by"] for one in pictures] == ["renderer: grey boxes in place of all media"]


def test_an_allegation_of_the_notice_alone_brings_the_rule(shelf: Shelf, tmp_path: Path) -> None:
    alleged = Allegation(violation="p2-3a", title_zh="x", title_en="x", observability="direct", probability=0.9)
    notice = notice_of(shelf, "plain", allegations=(alleged,))
    person = Blobs(shelf.home.pictures).write(JPEG)
    look = Look(at=AT, state="seen", by="p", picture_sha256=person)
    told = replace(notice, content=replace(notice.content, targets=(replace(notice.content.targets[0], look=look),)))
    bundle = build(told, shelf.sources(), tmp_path / "b.zip", NOW)
    assert ("picture_rule", shelf.findings["plain"]) in missing(bundle)


def test_a_notice_brings_its_targets_and_comparison_and_no_party(shelf: Shelf, tmp_path: Path) -> None:
    lines = (
        Compared(
            finding_id=shelf.findings["plain"], part="name", observed="=HYPERLINK(1)", genuine="小舟智聊", differs=True
        ),
        Compared(finding_id=shelf.findings["plain"], part="signer", observed="ab" * 32, genuine=None, differs=None),
    )
    notice = notice_of(shelf, "plain", comparison=lines)
    person = Blobs(shelf.home.pictures).write(JPEG)
    look = Look(at=AT, state="blocked", by="王示例", statement="我是王示例", picture_sha256=person)
    told = replace(notice, content=replace(notice.content, targets=(replace(notice.content.targets[0], look=look),)))
    bundle = build(told, shelf.sources(), tmp_path / "b.zip", NOW)
    said, held = everything(bundle), members(bundle)
    for party in ("李示例", "legal@example.org", "EXAMPLE-0001", "示例路", "王示例"):
        assert party.encode() not in said and json.dumps(party)[1:-1].encode() not in said
    assert json.loads(held["bundle.json"])["notice"] == notice.id
    supplied = entry(bundle, "screenshot", made_by="person")
    assert supplied["origin"] == "supplied" and held[supplied["path"]] == JPEG
    assert "未采集" in held["comparison.html"].decode()
    [sheet] = load_workbook(BytesIO(held["comparison.xlsx"])).worksheets
    cells = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row if cell.value}
    assert (
        cells["D2"].value == "'=HYPERLINK(1)"
        and cells["D2"].data_type == "s"
        and cells["E3"].value.startswith("未采集")
    )


def test_the_account_of_the_operators_own_session_is_cut_out(make: Make, shelf: Shelf) -> None:
    from crawler.archive import Archive  # noqa: PLC0415 - of this test alone

    made = Archive(shelf.home.archive, "r5")
    session = replace(VISITOR, session=True)
    own = archived(made, "https://store.example/own", page("own", "operator_li"), visitor=session)
    clean = archived(made, "https://store.example/clean", page("clean"), visitor=session)
    public = archived(made, "https://store.example/public", page("public", "operator_li"))
    made.seal()
    for name, capture in (("own", own), ("clean", clean), ("public", public)):
        shelf.put(name, capture=capture)
    bundle = make("own", "clean", "public", cut=lambda body: body.replace(b"operator_li", b"[cut]"))
    assert not check(str(bundle.path)).wrong and bundle.pages == 3
    said = entry(bundle, "page", source_url=own.url)
    assert said["own_session"] and said["original_payload_sha256"] == own.sha256 != said["payload_sha256"]
    assert said["origin"] == "crawled" and said["original_sha256"] and said["chain"]
    assert "original_sha256" not in entry(bundle, "page", source_url=clean.url)
    ways = members(bundle)["fixation-list.html"].decode()
    assert ways.count("登录后可见网页在线提取") == 2 and ways.count("公开网页在线提取") == 1
    kept = entry(bundle, "page", source_url=public.url)  # not the operator's: a page that says such a word
    assert kept["payload_sha256"] == public.sha256 and everything(bundle).count(b"operator_li") == 1


def test_findings_of_several_brands_are_each_compared_with_their_own(make: Make, shelf: Shelf) -> None:
    other = replace(PROFILE, id="other", names=(Name(text="另一款", kind="official"),))
    finding = shelf.put("second", capture=None, brand="other")
    bundle = make("plain", "second", profiles={"xiaozhou": PROFILE, "other": other})
    rows = members(bundle)["comparison.html"].decode().split("<tr>")
    assert any("另一款" in row and finding in row for row in rows)
    assert any("小舟智聊</td>" in row and shelf.findings["plain"] in row for row in rows)
    assert json.loads(members(bundle)["bundle.json"])["brand"] is None


def test_hostile_text_is_harmless_in_every_table(make: Make) -> None:
    held = members(make())
    for name in ("comparison.html", "fixation-list.html"):
        assert b"<script" not in held[name] and b"default-src 'none'" in held[name]
    assert "公开网页在线提取" in held["fixation-list.html"].decode() and "勘验" not in everything_text(held)


def everything_text(held: dict[str, bytes]) -> str:
    return "".join(content_.decode("utf-8", "replace") for content_ in held.values())


def test_the_list_names_each_extracted_piece_with_its_check_value(make: Make) -> None:
    bundle = make()
    [sheet] = load_workbook(BytesIO(members(bundle)["fixation-list.xlsx"])).worksheets
    rows = [row for row in sheet.iter_rows(min_row=2, values_only=True) if str(row[0]).isdigit()]
    wanted = [one for one in bundle.entries if one["kind"] in {"page", "screenshot", "fingerprint"}]
    assert [row[7] for row in rows] == [one["sha256"] for one in wanted] and sheet.title == "电子数据提取固定清单"
    assert [row[1].split()[0] for row in rows] == [one["artefact_id"] for one in wanted]


def test_attachments_are_the_bundle_and_its_parts(make: Make, shelf: Shelf) -> None:
    bundle = make()
    whole, *parts = attachments_of(bundle)
    assert (whole.sha256, whole.size) == (sha256(bundle.path.read_bytes()).hexdigest(), bundle.path.stat().st_size)
    assert bundle.seal in whole.note and whole.media_type == "application/zip"
    assert {one.kind for one in parts} == {"wacz", "screenshot", "fingerprint", "comparison", "custody"}
    for one in parts:
        assert sha256(extract(bundle.path, one)).hexdigest() == one.sha256 and "/" not in one.name
    [shot] = [one for one in parts if one.kind == "screenshot" and one.finding_id == shelf.findings["plain"]]
    assert shot.source_url == "https://store.example/plain" and shot.captured_at == AT and not shot.personal
    with pytest.raises(ValueError, match="not the file"):
        extract(bundle.path, replace(shot, sha256="0" * 64))


def test_the_newest_look_brings_its_page_too_and_a_blocked_one_does_not(make: Make, shelf: Shelf) -> None:
    from crawler.archive import Archive  # noqa: PLC0415 - of this test alone

    made = Archive(shelf.home.archive, "r3")
    new = archived(made, "https://store.example/plain", page("plain changed"), taken_at="2026-11-27T08:00:00Z")
    wall = archived(made, "https://store.example/plain", page("captcha"), taken_at="2026-11-27T09:00:00Z")
    made.seal()
    for capture, state in ((new, "seen"), (wall, "blocked")):
        look = Observation(
            listing_id=shelf.listing("plain"), at=capture.taken_at, state=state, run_id="r3", capture=capture
        )
        shelf.index.observe([look])
    bundle = make("plain")
    assert {one["payload_sha256"] for one in bundle.entries if one["kind"] == "page"} == {
        shelf.captures["plain"].sha256, new.sha256
    }  # fmt: skip
    assert ("seal_none", "r3") in missing(bundle)  # the run was never recorded


def test_what_cannot_be_asked_for_is_refused(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("f1-" + "0" * 24, shelf.listing("plain")):
        with pytest.raises(UnknownFindingError):
            build([name], shelf.sources(), tmp_path / "b.zip", NOW)
    monkeypatch.setattr(package, "LARGEST", 20_000)
    with pytest.raises(TooLargeError):
        build([shelf.findings["plain"]], shelf.sources(), tmp_path / "b.zip", NOW)
    assert not list(tmp_path.iterdir())  # nothing half made is left


def test_a_target_whose_finding_is_gone_from_the_index_is_still_told(shelf: Shelf, tmp_path: Path) -> None:
    notice = NoticeBook(shelf.records).draft(content(target(7)), at=AT, by=ANALYST)
    bundle = build(notice, shelf.sources(), tmp_path / "b.zip", NOW)
    assert {what for what, _ in missing(bundle)} >= {"page_none", "fingerprint_none", "screenshot_none"}
    assert not check(str(bundle.path)).wrong


@pytest.mark.parametrize(
    "capture",
    [
        Capture(sha256="00" * 32, url="https://e.org/", taken_at=AT, warc="../../etc/passwd", offset=0, status=200),
        Capture(sha256="00" * 32, url="https://e.org/", taken_at=AT, warc="r1.0001.warc.gz", offset=10**12, status=200),
        Capture(sha256="00" * 32, url="https://e.org/", taken_at=AT, warc="r1.0001.warc.gz", offset=7, status=200),
    ],
)
def test_a_capture_that_points_nowhere_is_told(make: Make, shelf: Shelf, capture: Capture) -> None:
    shelf.put("odd", capture=capture)
    assert ("page_gone", shelf.findings["odd"]) in missing(make("odd"))


@pytest.mark.parametrize(
    "url",
    [
        "https://e.org/a b?c=\u202eé",
        "https://[::1/",
        "https://e.org/?q=%ff&%",
        "http://" + "a" * 9000,
        "https://例子.example/页",
    ],
)
def test_hostile_addresses_and_titles_are_carried(make: Make, shelf: Shelf, url: str) -> None:
    from crawler.archive import Archive  # noqa: PLC0415 - of this test alone

    made = Archive(shelf.home.archive, "r4")
    odd = archived(made, url, page("odd" + "长" * 100_000))
    made.seal()
    shelf.put("odd", capture=odd)
    bundle = make("odd")
    assert not check(str(bundle.path)).wrong and bundle.pages == 1


@pytest.mark.nightly
@pytest.mark.skipif(os.environ.get("COPYCATCH_NIGHTLY") != "1", reason="takes a minute: COPYCATCH_NIGHTLY=1")
def test_five_thousand_targets_fit_into_one_bundle(make: Make, shelf: Shelf) -> None:
    from crawler.archive import Archive  # noqa: PLC0415 - of this test alone

    made = Archive(shelf.home.archive, "r6")
    for number in range(5000):
        name = f"many{number}"
        shelf.put(name, capture=archived(made, f"https://store.example/{name}", page(name)))
    made.seal()
    bundle = make(*(f"many{number}" for number in range(5000)))
    assert bundle.pages == 5000 and not check(str(bundle.path)).wrong


def test_only_the_owner_may_read_it(make: Make) -> None:
    assert make().path.stat().st_mode & 0o777 == 0o600
