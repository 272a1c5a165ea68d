"""`copycatch recheck` against a real site: there, gone, moved, off the shelf and refused are told apart."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.rechecks import waiting
from index.archive.captures import read
from index.archive.verify import check_run
from index.home import Home
from index.model import Capture, Observation, ObservationState
from index.open import open_decisions, open_index
from index.times import utc
from tests.console.conftest import Answer as Printed
from tests.crawler.site import Answer, Site, page
from tests.forked import COPYCATCH, Started, run
from tests.spiders.signed import jar, key
from tests.takedown.answers import say

OFFER = "AI一键脱衣软件 {0} 号 永久会员"
TEXT = "上传照片自动脱衣，加QQ 123456789 购买，包教包会。"


def item(number: str, more: str = "") -> Answer:
    offer = {"@type": "Product", "name": OFFER.format(number), "sku": number, "description": TEXT}
    script = f'<script type="application/ld+json">{json.dumps(offer, ensure_ascii=False)}</script>'
    return Answer(page("商品", f"{script}<h1>{OFFER.format(number)}</h1><p>{TEXT}</p>{more}"))


class Shop:
    """A shop whose pages can be changed."""

    def __init__(self) -> None:
        self.changed: dict[str, Answer] = {}
        self.shown = range(1, 8)

    def __call__(self, path: str) -> Answer | None:
        if path in self.changed:
            return self.changed[path]
        if path == "/":
            return Answer(page("店", "".join(f'<a href="/item/{n}">x</a>' for n in self.shown)))
        kind, _, number = path.strip("/").partition("/")
        return item(number) if kind == "item" and number.isdigit() and int(number) in self.shown else None


@pytest.fixture
def shop() -> Iterator[tuple[Shop, Site]]:
    route = Shop()
    with Site(route) as site:
        yield route, site


def copycatch(site: Site, *argv: str) -> Printed:
    environment = {**os.environ, "COPYCATCH_ALLOW_HOSTS": site.host, "COPYCATCH_DELAY": "0", "COPYCATCH_LANG": "en"}
    done = run([COPYCATCH, *argv], env=environment)
    return Printed(code=done.returncode, out=done.stdout, err=done.stderr)


def by_number(answer: Printed) -> dict[str, dict[str, object]]:
    assert answer.out, answer.err
    return {str(one["url"]).rpartition("/")[2]: one for one in answer.fits("recheck")}


def test_what_became_of_listings_is_told_apart_and_kept_as_evidence(shop: tuple[Shop, Site], own_home: Path) -> None:
    route, site = shop
    assert copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/")).code == 0
    make_older(own_home, hours=2)  # looks of the same second have no order
    route.changed = {
        "/item/2": Answer(b"gone", 404),
        "/item/3": Answer(page("提示", "<h1>抱歉，该商品不存在</h1>")),
        "/item/4": Answer(b"", 302, headers={"Location": "/"}),
        "/item/5": item("5", "<button disabled>该商品已下架</button>"),
        "/item/6": Answer(page("人机验证", "<p>请完成验证</p>"), 403),
        "/item/7": Answer(page("新版", "<p>什么都没有</p>")),
    }
    site.hits.clear()
    answer = copycatch(site, "recheck", "--all", "--json")
    found = by_number(answer)
    assert {number: one["state"] for number, one in found.items()} == {
        "1": "seen", "2": "gone", "3": "gone", "4": "moved", "5": "off_shelf", "6": "blocked", "7": "error"
    }  # fmt: skip
    assert answer.code == 3  # refused: nothing follows for that listing
    assert {number: one["standing"] for number, one in found.items() if number in "67"} == {
        number: {"state": "seen", "sure": True, "since": found[number]["standing"]["since"]} for number in "67"
    }
    assert not any(found[number]["standing"]["sure"] for number in "2345")  # one look proves little
    assert found["4"]["detail"] == site.url("/") and found["5"]["detail"] == "该商品已下架"
    assert {path for path in site.hits if path.startswith("/item/")} == {f"/item/{n}" for n in range(1, 8)}
    for number, one in found.items():
        headers, body = read(own_home / "archive", capture_of(one))
        assert headers and (body or number == "4"), number
    index = open_index(Home(own_home), write=False)
    run = next(run for run in index.runs() if run.id == found["1"]["run"])
    assert run.marketplace.startswith("recheck:jsonld_shop:")
    assert check_run(own_home / "archive", run.id, seal=run.seal).state == "sealed"
    assert index.count("*", kind="listings") == 7
    index.close()


def capture_of(one: dict[str, object]) -> Capture:
    raw = one["capture"]
    assert isinstance(raw, dict), one
    return Capture(**{**raw, "visitor": None})


def test_a_second_look_an_hour_later_makes_it_sure_and_a_crawl_in_between_does_not_count(
    shop: tuple[Shop, Site], own_home: Path
) -> None:
    route, site = shop
    route.shown = range(1, 3)
    assert copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/")).code == 0
    route.changed = {"/item/2": Answer(b"gone", 410)}
    first = copycatch(site, "recheck", "--all", "--json")
    assert first.code == 0, first.err
    name = str(by_number(first)["2"]["listing_id"])
    assert by_number(copycatch(site, "recheck", name, "--json"))["2"]["standing"]["sure"] is False  # the same hour
    make_older(own_home, hours=2)
    again = copycatch(site, "recheck", name, "--json")
    assert again.code == 0 and by_number(again)["2"]["standing"]["sure"] is True
    shown = copycatch(site, "recheck", name).out
    assert "gone" in shown and "wants another look" not in shown
    # Whole crawls go on as if no recheck had been between them.
    crawled = copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/"), "--json")
    assert json.loads(crawled.out.splitlines()[-1])["counts"].get("gone", 0) in {0, 1}


def make_older(own_home: Path, *, hours: int) -> None:
    """As if all that was seen so far had been seen so many hours ago."""
    import sqlite3  # noqa: PLC0415 - no part of the product can change the past

    opened = sqlite3.connect(own_home / "index.sqlite")
    for table, column in (("observations", "at"), ("listings", "last_seen"), ("listings", "first_seen")):
        opened.execute(f"UPDATE {table} SET {column} = strftime('%Y-%m-%dT%H:%M:%SZ', {column}, '{-hours:+d} hours')")
    opened.commit()
    opened.close()


def test_what_was_confirmed_is_recognised_when_it_comes_again(shop: tuple[Shop, Site], own_home: Path) -> None:
    """Under another name and number with the same contact, and then at its old address."""
    route, site = shop
    route.shown = range(1, 2)
    assert copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/")).code == 0
    with closing(open_decisions(Home(own_home))) as records, closing(open_index(Home(own_home))) as index:
        [finding] = index.search("*")
        say(records, "u1-1", "confirm", finding.id, at=utc())
    make_older(own_home, hours=2)  # looks of the same second have no order
    first = str(finding.value["listing_id"])
    route.changed = {"/item/1": Answer(b"gone", 410)}
    for _ in range(2):
        answer = copycatch(site, "recheck", first, "--json")
        assert by_number(answer)["1"]["again"] is None
        make_older(own_home, hours=2)
    route.shown = range(9, 10)
    assert copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/")).code == 0
    (known,) = copycatch(site, "groups", "relisted", "--json").fits("groups_relisted")
    assert known["how"] == "relisted" and known["earlier"]["listing_id"] == first and known["gone_at"]
    assert "contact" in [tie["kind"] for tie in known["ties"]]
    assert "title" in [change["field"] for change in known["changed"]]
    again = by_number(copycatch(site, "recheck", known["listing_id"], "--json"))["9"]["again"]
    assert again == known
    assert "suspected relisting" in copycatch(site, "recheck", known["listing_id"]).out
    route.shown, route.changed = range(1, 2), {}
    assert by_number(copycatch(site, "recheck", first, "--json"))["1"]["again"]["how"] == "back"


def test_only_what_is_due_is_looked_at(shop: tuple[Shop, Site], own_home: Path) -> None:
    route, site = shop
    route.shown = range(1, 3)
    copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/"))
    assert copycatch(site, "recheck", "--dry-run").out == ""
    make_older(own_home, hours=30)
    would = copycatch(site, "recheck", "--dry-run", "--json")
    assert {one["why"] for one in would.fits("recheck_due")} == {"violation"} and would.out.count("\n") == 2
    assert copycatch(site, "recheck", "--limit", "1", "--json").out.count("\n") == 1
    assert copycatch(site, "recheck", "--dry-run").out.count("\n") == 1


def test_a_query_or_an_id_names_what_is_looked_at(shop: tuple[Shop, Site]) -> None:
    route, site = shop
    route.shown = range(1, 4)
    copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/"))
    [one] = copycatch(site, "recheck", f'title:"{OFFER.format(2)}"', "--json").fits("recheck")
    assert str(one["url"]).endswith("/2")
    assert copycatch(site, "recheck", "nosuchfield:x").code == 2


@pytest.mark.parametrize(
    ("looks", "why", "hours"),
    [
        ([], {"lead"}, 72),
        ([], {"lead", "violation"}, 24),
        ([], {"lead", "confirmed"}, 12),
        ([("seen", 5)], {"confirmed"}, 12),
        ([("blocked", 5)], {"confirmed"}, 6),
        ([("gone", 5)], {"lead"}, 1),
        ([("off_shelf", 9), ("off_shelf", 5)], {"lead"}, 168),
        ([("gone", 9), ("gone", 5), ("error", 2)], {"lead"}, 6),
    ],
)
def test_when_the_next_look_is_due(looks: list[tuple[ObservationState, int]], why: set[str], hours: int) -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    one = Observation(listing_id="l", at="", state="seen", run_id="")
    seen = [replace(one, at=utc(now - timedelta(hours=ago)), state=state, run_id=f"r{ago}") for state, ago in looks]
    last = now - timedelta(hours=looks[-1][1] if looks else 40)
    assert waiting(seen, utc(now - timedelta(hours=40)), why)[0] == last + timedelta(hours=hours)


def repository(site: Site, names: tuple[str, ...]) -> dict[str, Answer]:
    """A signed repository with one version of each package."""
    version = {"x": {"file": {"name": "/a.apk"}, "manifest": {"versionName": "1", "versionCode": 1}}}
    packages = {name: {"metadata": {"name": {"en-US": name}}, "versions": version} for name in names}
    index = json.dumps({"repo": {"address": site.url("/repo")}, "packages": packages}).encode()
    described = {"name": "/index-v2.json", "sha256": hashlib.sha256(index).hexdigest(), "size": len(index)}
    entry = json.dumps({"timestamp": 1, "version": 30000, "index": described, "diffs": {}}).encode()
    return {
        "/repo/entry.jar": Answer(jar({"entry.json": entry}, key()), type="application/java-archive"),
        "/repo/index-v2.json": Answer(index, type="application/json"),
    }


def test_an_index_is_asked_once_for_all_its_packages_and_what_left_it_is_gone(
    shop: tuple[Shop, Site], own_home: Path
) -> None:
    route, site = shop
    route.changed = repository(site, ("org.example.a", "org.example.b", "org.example.c"))
    assert copycatch(site, "crawl", "fdroid_repo", "--start", site.url("/repo")).code == 0
    [said] = copycatch(site, "search", "*", "--kind", "listings", "--json").fits("search")
    ids = [one["id"] for one in said["hits"]]
    route.changed = repository(site, ("org.example.a", "org.example.c", "org.example.d"))
    site.hits.clear()
    answer = copycatch(site, "recheck", *map(str, ids), "--json")
    assert {one["title"]: one["state"] for one in answer.fits("recheck")} == {
        "org.example.a": "seen", "org.example.b": "gone", "org.example.c": "seen"
    }  # fmt: skip
    assert answer.code == 0 and site.hits["/repo/index-v2.json"] == 1
    [said] = copycatch(site, "search", "*", "--kind", "listings", "--json").fits("search")
    assert said["total"] == 3  # nothing else came in
    route.changed = {"/repo/entry.jar": Answer(b"", 500), "/repo/index-v1.jar": Answer(b"", 500)}
    answer = copycatch(site, "recheck", *map(str, ids), "--json")
    assert answer.code == 3 and {one["state"] for one in answer.fits("recheck")} == {"error"}  # nothing is concluded


def test_a_killed_recheck_goes_on_where_it_was(shop: tuple[Shop, Site], own_home: Path) -> None:
    _, site = shop
    assert copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/")).code == 0
    site.hits.clear()
    environment = {
        **os.environ,
        "COPYCATCH_ALLOW_HOSTS": site.host,
        "COPYCATCH_DELAY": "0",
        "COPYCATCH_CONCURRENCY": "1",
    }
    process = Started([COPYCATCH, "recheck", "--all", "--json"], env=environment)
    site.watch = lambda path, n: process.kill() if path == "/item/4" else None
    process.wait()
    site.watch = lambda path, n: None
    answer = copycatch(site, "recheck", "--all", "--json")
    assert answer.code == 0, answer.err
    found = by_number(answer)
    assert {one["state"] for one in found.values()} == {"seen"} and len({one["run"] for one in found.values()}) == 1
    run = str(found["1"]["run"])
    assert check_run(own_home / "archive", run).state == "sealed"  # one chain over both processes
    assert all(read(own_home / "archive", capture_of(one))[1] for one in found.values())


def test_a_listing_that_somebody_wrote_down_is_looked_at_as_a_web_page(
    shop: tuple[Shop, Site], own_home: Path, tmp_path: Path
) -> None:
    _, site = shop
    sheet = tmp_path / "list.csv"
    sheet.write_text(
        f"title,url,description\n{OFFER.format(1)},{site.url('/item/1')},{TEXT}\nx y z {OFFER.format(99)},{site.url('/item/99')},{TEXT}\n"
    )
    assert copycatch(site, "import", str(sheet), "--supplied-by", "office", "--channel", "mail").code == 0
    found = by_number(copycatch(site, "recheck", "--all", "--json"))
    assert {number: one["state"] for number, one in found.items()} == {"1": "seen", "99": "gone"}


def test_a_second_declared_view_is_shown_beside_what_is_known(shop: tuple[Shop, Site], own_home: Path) -> None:
    route, site = shop
    assert copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/")).code == 0
    route.changed["/item/1"] = Answer(page("店", "<h1>404</h1><p>商品不存在</p>"), 404)
    index = open_index(Home(own_home))
    [name] = [hit.id for hit in index.search("*", kind="listings") if str(hit.value["url"]).endswith("/item/1")]
    looks = len(index.observations(name))
    index.close()
    where = ("--view", "--vantage", "上海联通", "--language", "zh-CN")
    (looked,) = copycatch(site, "recheck", name, *where, "--json").fits("recheck")
    assert looked["visitor"]["vantage"] == "上海联通" and looked["visitor"]["lang"] == "zh-CN"
    assert looked["state"] == "gone" and looked["differences"] == [{"field": "page", "here": "seen", "there": "gone"}]
    assert copycatch(site, "recheck", name, "--vantage", "x").code == 2
    shown = copycatch(site, "recheck", name, *where)
    assert "page: seen → gone" in shown.out
    index = open_index(Home(own_home))
    assert len(index.observations(name)) == looks and len(index.views([name])[name]) >= 1
    index.close()
