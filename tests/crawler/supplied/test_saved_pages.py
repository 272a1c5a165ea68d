"""Saved pages of every format: read by the spider whose they are, archived as supplied, without what is private."""

import gzip
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.archive import CUT
from crawler.browser import BrowserMissing, require_browser
from crawler.intake import intake
from crawler.supplied.brought import Brought, Outcome
from crawler.supplied.evidence import CUT_PRIVATE, SUPPLIED
from crawler.supplied.files import Asked, entries_of
from crawler.supplied.kinds import kind_of
from index.archive.captures import read
from index.home import Home
from index.model import Run, Supply
from index.open import open_index
from index.settings import Settings
from tests.conftest import missing
from tests.crawler.supplied import saving

SAVED_FROM = f"<!-- saved from url=(0043)https://bbs.example.org{saving.THREAD} -->\n"
SINGLE_FILE = f"""<!--
 Page saved with SingleFile
 url: https://bbs.example.org{saving.THREAD}
 saved date: Thu Nov 26 2026 10:00:00 GMT+0800 (China Standard Time)
-->"""
NOW = "2026-11-28T00:00:00Z"
SUPPLY = Supply(by="市局", channel="12377", received_at=NOW, file="page", file_sha256="ab" * 32)


def asked(**more: object) -> Asked:
    return Asked(received_at=NOW, **more)


def brought(path: Path, **more: object) -> list[Brought]:
    return [one for one in entries_of(path, kind_of(path), asked(**more)) if isinstance(one, Brought)]


def take(path: Path, home: Path) -> tuple[Run, list[Outcome]]:
    heard: list[Outcome] = []
    run = intake(
        entries_of(path, kind_of(path), asked()),
        source="import:page",
        supply=SUPPLY,
        home=Home(home),
        settings=Settings(),
        told_of=lambda _, outcome: heard.append(outcome) if outcome else None,
    )
    return run, heard


def kept_bytes(home: Path) -> Iterator[tuple[Path, bytes]]:
    """All that lies in a home, archives inflated."""
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield path, gzip.decompress(content) if path.suffix == ".gz" else content


def is_the_thread(run: Run, outcomes: list[Outcome], home: Path) -> None:
    """The thread was read as Discuz!'s, is a violation, archived as supplied, and nothing private is anywhere."""
    assert [one.state for one in outcomes] == ["new"], outcomes
    assert outcomes[0].verdict == "violation" and run.outcome == "healthy"
    index = open_index(Home(home))
    [hit] = index.search("*", kind="listings")
    assert str(hit.value["marketplace"]).startswith("discuz:") and hit.value["native_id"] == "77"
    assert (hit.value["title"], hit.value["seller"]) == (saving.TITLE, "卖家甲")
    assert "QQ 123456789" in str(hit.value["description"])
    [word] = index.supplied([hit.id])[hit.id]
    assert index.observations(hit.id) == []  # nobody of us has looked
    index.close()
    assert word.capture is not None and word.capture.supplied
    _, body = read(home / "archive", word.capture)
    assert saving.TITLE in body.decode() and b"data:image" not in body
    assert run.counts["cut_account"] and run.counts["cut_token"]
    for path, content in kept_bytes(home):
        for private in saving.PRIVATE:
            assert private.encode() not in content, (path, private)
    [warc] = (home / "archive").glob("*.warc.gz")
    with warc.open("rb") as stream:
        [record] = [record.rec_headers for record in ArchiveIterator(stream) if record.rec_type == "response"]
    assert json.loads(record.get_header(SUPPLIED))["by"] == "市局"
    assert "token=" in record.get_header(CUT_PRIVATE)
    assert record.get_header(CUT).startswith("1 ")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a real browser saved."""
    try:
        chromium = require_browser()
    except BrowserMissing as error:
        missing("browser", str(error))
        raise
    folder = tmp_path_factory.mktemp("saved")
    saving.save_with_browser(chromium, folder)
    return folder


@pytest.mark.browser
@pytest.mark.parametrize("name", ["page.mhtml", "session.har"])
def test_what_a_browser_saved(saved: Path, own_home: Path, name: str) -> None:
    run, outcomes = take(saved / name, own_home)
    if name == "session.har":  # the page was opened twice
        assert [one.state for one in outcomes] == ["new", "duplicate"]
        outcomes = outcomes[:1]
    is_the_thread(run, outcomes, own_home)


@pytest.mark.browser
def test_a_har_says_that_cookies_were_cut(saved: Path, own_home: Path) -> None:
    run, _ = take(saved / "session.har", own_home)
    assert run.counts["cut_cookie"] >= 2


@pytest.mark.parametrize("name", ["saved.warc", "saved.warc.gz"])
def test_a_warc(tmp_path: Path, own_home: Path, name: str) -> None:
    saving.warc(tmp_path / name)
    is_the_thread(*take(tmp_path / name, own_home), own_home)


@pytest.mark.parametrize("maker", [saving.packed, saving.wacz])
def test_a_wacz(tmp_path: Path, own_home: Path, maker: Callable[[Path], Path]) -> None:
    is_the_thread(*take(maker(tmp_path), own_home), own_home)


@pytest.mark.parametrize(
    "head",
    [
        SAVED_FROM,
        SINGLE_FILE,
        "<!-- x -->",
    ],
)
def test_a_page_saved_as_html(tmp_path: Path, own_home: Path, head: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(head + saving.thread(host="bbs.example.org"), "utf-8")
    if "url" not in head:
        [one] = brought(path)
        assert one.why is not None and one.why.kind == "no_page_address"
        [one] = brought(path, url="https://bbs.example.org/thread-77-1-1.html")
        assert one.listing is not None and one.listing.native_id == "77"
        return
    is_the_thread(*take(path, own_home), own_home)
    if "SingleFile" in head:
        assert brought(path)[0].page.taken_at == "2026-11-26T02:00:00Z"


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_page_is_cut_in_its_own_encoding(tmp_path: Path, encoding: str) -> None:
    text = saving.thread(host="bbs.example.org").replace('charset="utf-8"', f'charset="{encoding}"')
    path = tmp_path / "page.html"
    path.write_bytes(
        b"<!-- saved from url=(0043)https://bbs.example.org/thread-77-1-1.html -->" + text.encode(encoding)
    )
    [one] = brought(path)
    assert one.page is not None and one.listing is not None and one.listing.title == saving.TITLE
    assert saving.ACCOUNT not in one.page.body.decode(encoding) and saving.TITLE in one.page.body.decode(encoding)


def test_a_page_of_nobody_is_read_as_what_it_is(tmp_path: Path) -> None:
    shop = {"@context": "https://schema.org", "@type": "Product", "name": "换脸软件", "sku": "5",
            "offers": {"price": "99", "priceCurrency": "CNY"}}  # fmt: skip
    for body, name in (
        (f"<script type='application/ld+json'>{json.dumps(shop)}</script>", "jsonld_shop"),
        ("<h1>豆包官网下载</h1><p>立即下载</p>", "import:shop.example.org"),
    ):
        path = tmp_path / "page.html"
        path.write_text(f"<!-- saved from url=(0026)https://shop.example.org/5 --><title>x</title>{body}", "utf-8")
        [one] = brought(path)
        assert one.listing is not None and one.listing.marketplace.startswith(name), one


def test_a_captcha_that_somebody_saved_is_no_listing(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<!-- saved from url=(0026)https://shop.example.org/5 --><title>安全验证</title>滑动", "utf-8")
    [one] = brought(path)
    assert one.why is not None and one.why.kind == "blocked_page" and one.listing is None


def test_a_wacz_that_was_changed_is_taken_in_no_part(tmp_path: Path) -> None:
    whole = saving.packed(tmp_path)
    changed = tmp_path / "changed.wacz"
    for victim in ("archive/saved.warc.gz", "datapackage.json", "pages/pages.jsonl"):
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(changed, "w") as target:
            for part in source.infolist():
                content = source.read(part)
                target.writestr(part.filename, content + b" " if part.filename == victim else content)
        [one] = brought(changed)
        assert one.why is not None and one.why.kind == "wacz_digest", victim
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(changed, "w") as target:
        for part in source.infolist():
            target.writestr(part.filename, source.read(part))
        target.writestr("archive/slipped_in.warc.gz", b"")
    [one] = brought(changed)
    assert one.why is not None and one.why.kind == "wacz_digest"


def test_a_warc_whose_page_was_changed_says_so(tmp_path: Path) -> None:
    path = tmp_path / "saved.warc"
    content = saving.warc(path)
    path.write_bytes(content.replace(b"QQ 123456789", b"QQ 987654321"))
    kinds = [one.why.kind for one in brought(path) if one.why]
    assert kinds == ["digest"]
