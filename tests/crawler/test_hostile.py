"""Bad answers: each has a clear, counted outcome, the run goes on, and what was stored stays."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.crawler.conftest import Crawl
from tests.crawler.site import Answer, Route, Site, bomb, item_page, page, shop
from tests.crawler.test_run import listings, stored

GOOD = ["/item/0", "/item/1", "/item/2"]


def with_bad(bad: dict[str, Answer], good: list[str] = GOOD) -> Route:
    """A front page that links to good items, to the bad answers, and to good items again."""
    honest = shop(10)

    def route(path: str) -> Answer | None:
        if path == "/":
            links = [*good[:1], *bad, *good[1:]]
            return Answer(page("目录", "".join(f'<a href="{link}">x</a>' for link in links)))
        return bad.get(path) or honest(path)

    return route


BAD: dict[str, tuple[str, Answer]] = {
    "missing": ("not_found", Answer(b"gone", 404)),
    "removed": ("not_found", Answer(b"gone", 410)),
    "crashing": ("server_error", Answer(b"oops", 500)),
    "forbidden": ("blocked", Answer(b"no", 403)),
    "too often": ("blocked", Answer(b"slow down", 429, headers={"Retry-After": "86400"})),
    "captcha": ("blocked", Answer(page("安全验证", "<p>请完成验证"))),
    "empty": ("blocked", Answer(b"")),
    "picture": ("layout_changed", Answer(b"\x89PNG\r\n\x1a\n" + bytes(2000), type="image/png")),
    "new layout": ("layout_changed", Answer(page("改版", "<p>全新页面"))),
    "defect": ("callback_broken", Answer(item_page(7).replace(b"</h1>", b" broken</h1>"))),
    "2 GB declared": ("too_large", Answer(b"x" * 100, declared=2 << 30)),
    "gzip bomb": ("too_large", Answer(bomb(200), headers={"Content-Encoding": "gzip"})),
    "stalling": ("timeout", Answer(item_page(7), stall=True)),
    "endless": ("endless_redirect", Answer(b"", 302, headers={"Location": "endless"})),
    "private": ("address_refused", Answer(b"", 302, headers={"Location": "http://10.0.0.1/item/1"})),
    "private by name": ("address_refused", Answer(b"", 302, headers={"Location": "http://shop.example.com/item/1"})),
    "one private address": ("address_refused", Answer(b"", 302, headers={"Location": "http://two.example.com/item/1"})),
    "metadata": ("address_refused", Answer(b"", 302, headers={"Location": "http://169.254.169.254/latest"})),
    "by robots": ("robots_forbidden", Answer(b"", 302, headers={"Location": "/private/x"})),
    "nameless": ("listing_invalid", Answer(item_page(7).replace("智能助手 7".encode(), b" "))),
}
"""Name -> the problem it is counted as, and the answer."""


def test_bad_answers_are_counted_and_the_run_goes_on(crawl: Crawl, own_home: Path) -> None:
    routes = {f"/item/bad/{name.replace(' ', '-')}": answer for name, (_, answer) in BAD.items()}
    with Site(with_bad(routes)) as site:
        names = {"shop.example.com": ["192.168.1.7"], "two.example.com": ["93.184.216.34", "127.0.0.1"]}
        crawled = crawl(site, "/", settings={"DOWNLOAD_TIMEOUT": 2, "RETRY_TIMES": 1}, resolve=names)
    assert crawled.problems == Counter(problem for problem, _ in BAD.values()), crawled.log
    for name, (problem, _) in BAD.items():
        if problem != "listing_invalid":  # named by the listing, not by the page
            assert f"/item/bad/{name.replace(' ', '-')} {problem}: " in crawled.log
    assert crawled.counts["listings"] == listings(own_home) == len(GOOD)
    assert crawled.counts["blocked"] == 4 and crawled.run["outcome"] == "blocked"


def test_many_bad_answers_at_once_do_not_hide_the_good_ones(crawl: Crawl, own_home: Path) -> None:
    bad = {f"/item/bad{n}": Answer(b"no", 403) for n in range(5)}
    with Site(with_bad(bad)) as site:
        crawled = crawl(site, "/")
    assert crawled.run["outcome"] == "blocked"
    assert "5 of 9 pages" in " ".join(crawled.run["remarks"])
    assert crawled.counts["blocked"] == 5 and listings(own_home) == 3


def test_a_site_that_only_refuses_is_blocked_not_empty(crawl: Crawl) -> None:
    with Site(lambda path: Answer(page("Just a moment...", "<p>x"), 503)) as site:
        crawled = crawl(site, "/", settings={"RETRY_TIMES": 0})
    assert crawled.run["outcome"] == "blocked" and crawled.counts["blocked"] == 1


def test_a_site_that_is_not_there_is_unhealthy(crawl: Crawl) -> None:
    with Site(lambda path: None) as site:
        pass
    crawled = crawl(site, "/", settings={"RETRY_TIMES": 1})
    assert crawled.run["outcome"] == "unhealthy" and crawled.problems == {"unreachable": 1}


def test_a_page_in_gbk_that_claims_utf8_is_read(crawl: Crawl, own_home: Path) -> None:
    body = page("商品", "<h1>人工智能换脸软件终身版</h1><p class=text>一次付款，永久使用</p>", "gbk")
    with Site(with_bad({"/item/gbk": Answer(body, type="text/html; charset=utf-8")}, [])) as site:
        crawled = crawl(site, "/")
    assert crawled.problems == {} and crawled.counts["listings"] == 1
    index = stored(own_home)
    [found] = index.search("*", kind="listings")
    assert found.value["title"] == "人工智能换脸软件终身版"
    assert found.value["description"] == "一次付款，永久使用"
    index.close()


def test_asked_to_wait_we_wait_and_come_back(crawl: Crawl, own_home: Path) -> None:
    first: list[str] = []
    honest = with_bad({})

    def route(path: str) -> Answer | None:
        if path == "/item/1" and not first:
            first.append(path)
            return Answer(b"slow down", 429, headers={"Retry-After": "1"})
        return honest(path)

    with Site(route) as site:
        crawled = crawl(site, "/")
    assert crawled.run["outcome"] == "healthy" and crawled.problems == {}
    assert site.hits["/item/1"] == 2 and listings(own_home) == 3


def test_robots_rules_are_obeyed_and_an_exemption_is_recorded(crawl: Crawl, own_home: Path) -> None:
    def route(path: str) -> Answer | None:
        return Answer(item_page(1)) if path == "/private/item/1" else shop(1)(path)

    with Site(route) as site:
        obeyed = crawl(site, "/private/item/1")
        assert obeyed.problems == {"robots_forbidden": 1} and site.hits["/private/item/1"] == 0
        allowed = {"allow_hosts": [site.host], "robots_exempt": {"127.0.0.1": "own test server"}}
        exempt = crawl(site, "/private/item/1", crawl=allowed)
    assert exempt.counts["listings"] == 1 and site.hits["/private/item/1"] == 1
    assert "own test server" in " ".join(exempt.run["remarks"])


def test_strange_robots_rules_forbid_nothing(crawl: Crawl) -> None:
    strange = [
        page("网站首页", "Disallow: /item/") + b"\nUser-agent: *\nDisallow: /\n",
        b"# " + b"x" * (10 << 20) + b"\nUser-agent: *\nDisallow: /\n",
        bytes(range(256)) * 40,
    ]

    def site_with(rules: bytes) -> Site:
        return Site(lambda path: Answer(rules, type="text/plain") if path == "/robots.txt" else shop(1)(path))

    with ExitStack() as stack:
        sites = [stack.enter_context(site_with(rules)) for rules in strange]
        start = [site.url("/list/0") for site in sites]
        crawled = crawl(sites[0], start=start, crawl={"allow_hosts": [site.host for site in sites]})
    assert [run["counts"]["listings"] for run in crawled.runs] == [5, 5, 5]
    assert [run["problems"] for run in crawled.runs] == [{}, {}, {}]


def test_an_unwritable_home_stops_the_crawl_clearly(crawl: Crawl, tmp_path: Path) -> None:
    blocked = tmp_path / "home"
    blocked.write_text("a file where the home should be")
    with Site(shop(1)) as site:
        crawled = crawl(site, "/list/0", home=str(blocked))
    assert crawled.error[0][0] == "HomeError" and str(blocked) in crawled.error[0][1]
    assert sum(site.hits.values()) == 0
