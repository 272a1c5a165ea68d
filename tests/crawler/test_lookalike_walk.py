"""Suspected sites, visited for real: the way there, programs, names that nobody has registered; all in one run."""

from pathlib import Path

from index.home import Home
from index.open import open_index
from tests.apk_analysis.build import archive, files, key, v2
from tests.crawler.conftest import Crawl
from tests.crawler.site import Answer, Site

FAKE = """<html lang=zh-CN><head><title>DeepSeek 官网 - 下载</title></head><body><p>DeepSeek 官方网站</p>
<a href="/get/app.apk">安卓下载</a> <a href="/get/setup.exe">电脑版</a></body></html>"""
SENDS_ON = (
    '<html><head><meta http-equiv=refresh content="0; url=http://cdn-dl.net:{port}/home"><title>…</title></head></html>'
)


def test_candidates_are_visited_in_one_run(crawl: Crawl, own_home: Path) -> None:
    pages = {
        "/robots.txt": Answer(b"", 404),
        "/home": Answer(FAKE.encode()),
        "/moved": Answer(b"", 302, headers={"Location": "/sent"}),
        "/get/app.apk": Answer(v2(archive(files()), [key()]), type="application/vnd.android.package-archive"),
        "/get/setup.exe": Answer(b"MZ" + bytes(4000), type="application/octet-stream"),
    }
    names = {"deepseek-guanwang.cn": ["127.0.0.1"], "cdn-dl.net": ["127.0.0.1"]}
    with Site(pages.get) as site:
        pages["/sent"] = Answer(SENDS_ON.format(port=site.port).encode())
        start = [f"http://deepseek-guanwang.cn:{site.port}/moved", f"http://deepseek-nobody.cn:{site.port}/"]
        allowed = {"allow_hosts": [f"{name}:{site.port}" for name in names], "audit_one_in": 0}
        done = crawl(site, spiders=["lookalike_site"], start=start, resolve=names, crawl=allowed)
    (run,) = done.runs
    assert run["outcome"] == "healthy" and run["marketplace"] == "lookalike_site", run
    assert run["problems"]["unknown_host"] == 1 and "failed" not in run["counts"]
    index = open_index(Home(own_home), write=False)
    (stored,) = index.search("*", kind="listings")
    assert stored.value["url"] == f"http://cdn-dl.net:{site.port}/home"
    assert stored.value["came_from"] == [
        f"http://deepseek-guanwang.cn:{site.port}/{page}" for page in ("moved", "sent")
    ]
    (finding,) = index.search("*")
    assert (finding.value["brand"], finding.value["verdict"]) == ("deepseek", "violation")
    assert site.hits["/get/app.apk"] == 1 and finding.value["sample_sha256"]
    index.close()
