"""Samples in a crawl: fetched through the gate, analysed once, never in the way of the listings."""

import signal
from pathlib import Path

from index.blobs import Blobs
from tests.crawler.conftest import Crawl, StartCrawl, finish
from tests.crawler.site import Answer, Route, Site, page
from tests.crawler.test_run import listings, stored

APK = "application/vnd.android.package-archive"
ALL = {"audit_one_in": 1, "delay": 0.0}
JUNK = bytes(range(256)) * 400


def shelf(samples: dict[str, Answer]) -> Route:
    """A front page with one item per sample."""

    def route(path: str) -> Answer | None:
        if path == "/":
            return Answer(page("目录", "".join(f'<a href="/item/{name}">x</a>' for name in samples)))
        if path.startswith("/item/"):
            name = path.removeprefix("/item/")
            return Answer(page(name, f'<h1>应用 {name}</h1><a class=apk href="/apk/{name}.apk">下载</a>'))
        return samples.get(path.removeprefix("/apk/").removesuffix(".apk"))

    return route


def crawl_all(crawl: Crawl, site: Site, **given: object) -> object:
    return crawl(site, "/", crawl={**ALL, "allow_hosts": [site.host]}, **given)


def test_samples_are_fetched_once_each_and_bad_ones_are_counted(crawl: Crawl, own_home: Path) -> None:
    samples = {
        "junk": Answer(JUNK, type=APK),
        "same": Answer(JUNK, type=APK),
        "empty": Answer(b"", type=APK),
        "page": Answer(page("下载", "<p>请在应用商店下载"), type=APK),
        "cut": Answer(b"PK\x03\x04" + JUNK, type=APK),
        "missing": Answer(b"", 404),
        "huge": Answer(b"x", type=APK, declared=5 << 30),
        "private": Answer(b"", 302, headers={"Location": "http://10.0.0.1/a.apk"}),
    }
    with Site(shelf(samples)) as site:
        crawled = crawl_all(crawl, site)
    assert crawled.counts["listings"] == listings(own_home) == len(samples)
    assert crawled.counts["samples"] == 4  # an HTML page is no sample
    assert crawled.problems["empty"] == 1 and crawled.problems["html_instead"] == 1
    assert crawled.problems["not_found"] == 1
    assert crawled.problems["too_large"] == 1
    assert crawled.problems["address_refused"] == 1
    index = stored(own_home)
    assert index.count("*", kind="samples") == 3  # two listings share one
    for found in index.scan("*", kind="samples"):
        assert Blobs(own_home / "samples").path(found.id).stat().st_mode & 0o777 == 0o600
    index.close()


def test_the_same_bytes_are_analysed_once_per_analyser_version(crawl: Crawl) -> None:
    with Site(shelf({"junk": Answer(JUNK, type=APK)})) as site:
        crawled = crawl_all(crawl, site, times=2, again=True)
    assert [run["counts"]["samples"] for run in crawled.runs] == [1, 1]
    assert crawled.runs[1]["counts"]["unchanged"] == 1
    assert crawled.log.count("analysing") == 1


def test_a_crawl_killed_in_a_download_goes_on(start_crawl: StartCrawl, crawl: Crawl, own_home: Path) -> None:
    whole = Answer(JUNK, type=APK, headers={"ETag": '"1"'})
    half = Answer(JUNK, type=APK, headers={"ETag": '"1"'}, stall=True, half=lambda: process.kill())  # noqa: PLW0108 - the process comes later
    samples = {"first": Answer(JUNK[1:], type=APK), "second": half, "third": Answer(JUNK[2:], type=APK)}
    with Site(shelf(samples)) as site:
        process = start_crawl(site, "/", crawl={**ALL, "allow_hosts": [site.host]})
        assert finish(process).code == -signal.SIGKILL
        samples["second"] = whole
        resumed = crawl_all(crawl, site)
    assert resumed.run["outcome"] == "healthy" and resumed.problems.get("broken_off") is None
    assert resumed.counts["listings"] == listings(own_home) == 3
    index = stored(own_home)
    assert index.count("*", kind="samples") == 3
    index.close()


def test_a_signal_gives_up_a_slow_download_and_the_next_run_takes_it_up(
    start_crawl: StartCrawl, crawl: Crawl, own_home: Path
) -> None:
    slow = Answer(JUNK, type=APK, stall=True, half=lambda: process.send_signal(signal.SIGTERM))
    samples = {"quick": Answer(JUNK[1:], type=APK), "slow": slow}
    with Site(shelf(samples)) as site:
        process = start_crawl(site, "/", crawl={**ALL, "allow_hosts": [site.host]})
        stopped = finish(process)
        assert stopped.run["outcome"] == "interrupted", stopped.log
        assert stopped.counts.get("listings", 0) == listings(own_home) <= 1
        samples["slow"] = Answer(JUNK, type=APK)
        resumed = crawl_all(crawl, site)
    assert resumed.run["outcome"] == "healthy" and resumed.counts["listings"] == listings(own_home) == 2
