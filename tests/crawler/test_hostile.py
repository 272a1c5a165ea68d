"""Bad answers: each has a clear, counted outcome, the run goes on, and what was stored stays."""

import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from crawler.patience import TOO_OFTEN
from crawler.refusal_words import KINDS
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
    "forbidden": ("refusal", Answer(b"no", 403)),
    "not here": ("regional_block", Answer(b"", 451)),
    "too often": ("rate_limited", Answer(b"slow down", 429, headers={"Retry-After": "86400"})),
    "captcha": ("captcha", Answer(page("安全验证", "<p>请完成验证"))),
    "empty": ("empty_answer", Answer(b"")),
    "soft denial": ("login_wall", Answer(page("商城", "<p>请先登录后查看商品"))),
    "age gate": ("age_gate", Answer(page("商城", "<p>Please confirm your age to continue"))),
    "shell": ("script_shell", Answer(page("商城", '<div id="app"></div><script src="/app.js"></script>'))),
    "picture": ("layout_changed", Answer(b"\x89PNG\r\n\x1a\n" + bytes(2000), type="image/png")),
    "new layout": ("layout_changed", Answer(page("改版", "<p>全新页面"))),
    "defect": ("callback_broken", Answer(item_page(7).replace(b"</h1>", b" broken</h1>"))),
    "2 GB declared": ("too_large", Answer(b"x" * 100, declared=2 << 30)),
    "gzip bomb": ("too_large", Answer(bomb(200), headers={"Content-Encoding": "gzip"})),
    "stalling": ("no_answer_in_time", Answer(item_page(7), stall=True)),
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
    refused = sum(count for kind, count in crawled.problems.items() if kind in KINDS)
    assert crawled.counts["blocked"] == refused == 8 and crawled.run["outcome"] == "blocked"


def test_every_marketplace_has_an_outcome_of_its_own(crawl: Crawl, own_home: Path) -> None:
    waits = ["/item/1"]

    def patient(path: str) -> Answer | None:
        if path in waits:
            waits.remove(path)
            return Answer(b"slow down", 429, headers={"Retry-After": "1"})
        return with_bad({})(path)

    gbk = page("商品", "<h1>人工智能换脸软件终身版</h1><p class=text>一次付款，永久使用</p>", "gbk")
    routes: dict[str, Route] = {
        "half refusing": with_bad({f"/item/bad{n}": Answer(b"no", 403) for n in range(5)}),
        "refusing": lambda path: Answer(page("Just a moment...", "<p>x"), 503),
        "patient": patient,
        "mislabelled": with_bad({"/item/gbk": Answer(gbk, type="text/html; charset=utf-8")}, []),
        "robots is HTML": robots(page("网站首页", "Disallow: /item/") + b"\nUser-agent: *\nDisallow: /\n"),
        "robots is huge": robots(b"# " + b"x" * (10 << 20) + b"\nUser-agent: *\nDisallow: /\n"),
        "robots is junk": robots(bytes(range(256)) * 40),
        "robots forbids": robots(b"User-agent: copycatch\nDisallow: /\n"),
    }
    with ExitStack() as stack:
        sites = {name: stack.enter_context(Site(route)) for name, route in routes.items()}
        with Site(lambda path: None) as dead:
            pass
        sites["not there"] = dead
        crawled = crawl(
            dead,
            start=[site.url("/") for site in sites.values()],
            crawl={"allow_hosts": [site.host for site in sites.values()]},
            settings={"RETRY_TIMES": 0},
        )
    assert len(crawled.runs) == len(sites), (crawled.error, crawled.log[-3000:])
    runs = dict(zip(sites, crawled.runs, strict=True))

    assert runs["half refusing"]["outcome"] == "blocked"
    assert 'crawl.blocked {"blocked": 5, "pages": 9}' in runs["half refusing"]["remarks"]
    assert runs["half refusing"]["counts"]["blocked"] == 5 and runs["half refusing"]["counts"]["listings"] == 3
    assert runs["refusing"]["outcome"] == "blocked" and runs["refusing"]["counts"]["blocked"] == 1
    assert runs["not there"]["outcome"] == "unhealthy" and runs["not there"]["problems"] == {"unreachable": 1}
    assert runs["patient"]["outcome"] == "healthy" and runs["patient"]["problems"] == {}
    assert sites["patient"].hits["/item/1"] == 2 and runs["patient"]["counts"]["listings"] == 3
    for strange in ("robots is HTML", "robots is huge", "robots is junk"):
        assert runs[strange]["counts"]["listings"] == 3 and runs[strange]["problems"] == {}, strange
    assert runs["robots forbids"]["problems"] == {"robots_forbidden": 1}
    assert runs["robots forbids"]["outcome"] == "blocked"
    assert set(sites["robots forbids"].hits) == {"/robots.txt"}

    index = stored(own_home)
    [found] = index.search(f'marketplace:"shop:{sites["mislabelled"].host}"', kind="listings")
    assert found.value["title"] == "人工智能换脸软件终身版" and found.value["description"] == "一次付款，永久使用"
    index.close()


def test_a_list_that_is_suddenly_empty_is_a_silent_refusal_and_retires_nothing(crawl: Crawl, own_home: Path) -> None:
    routes: list[Route] = [shop(12), lambda path: Answer(page("目录", "<ul></ul>")) if path == "/list/0" else None]

    def watch(path: str, number: int) -> None:
        if path == "/robots.txt":  # the first request of each run
            site.route = routes.pop(0)

    with Site(shop(0), watch=watch) as site:
        crawled = crawl(site, "/list/0", times=2)
    before, denied = crawled.runs
    assert before["outcome"] == "healthy" and before["counts"]["listings"] == before["fills"]["title"] == 60
    assert denied["outcome"] == "unhealthy" and denied["counts"]["pages"] == 1 and denied["problems"] == {}
    assert any(remark.startswith("crawl.drift_yield ") for remark in denied["remarks"])
    assert {"missing", "gone"}.isdisjoint(denied["counts"])
    assert listings(own_home) == 60


@pytest.mark.parametrize("refusing", [Answer(b"no", 403), Answer(page("安全验证", "<p>请完成验证")), Answer(b"")])
def test_a_marketplace_that_begins_to_refuse_us_is_left_alone(crawl: Crawl, own_home: Path, refusing: Answer) -> None:
    honest = shop(60)

    def route(path: str) -> Answer | None:
        return refusing if path.startswith("/item/") and int(path.rpartition("/")[2]) >= 100 else honest(path)

    with Site(route) as site:
        crawled = crawl(site, "/list/0")
        asked = sum(site.hits.values())
    assert crawled.run["outcome"] == "blocked" and crawled.counts["listings"] == 100
    assert TOO_OFTEN <= crawled.counts["blocked"] <= TOO_OFTEN + 20 and asked < 360 / 2
    [said] = [remark for remark in crawled.run["remarks"] if remark.startswith("crawl.refused_too_often ")]
    assert json.loads(said.partition(" ")[2])["left"] > 0
    assert list((own_home / "runs").iterdir()) == []  # the next run starts anew


def test_pages_behind_a_login_do_not_end_the_run(crawl: Crawl) -> None:
    members_only = Answer(page("商城", "<p>请先登录后查看商品"))
    honest = shop(10)

    def route(path: str) -> Answer | None:
        return members_only if path.startswith("/item/") and int(path.rpartition("/")[2]) < 30 else honest(path)

    with Site(route) as site:
        crawled = crawl(site, "/list/0")
    assert crawled.counts["listings"] == 20 and crawled.problems == {"login_wall": 30}
    assert crawled.run["outcome"] == "blocked"


def robots(rules: bytes) -> Route:
    """A shop with such robots rules."""
    honest = with_bad({})
    return lambda path: Answer(rules, type="text/plain") if path == "/robots.txt" else honest(path)


def test_an_exemption_from_robots_rules_is_recorded(crawl: Crawl) -> None:
    with Site(robots(b"User-agent: *\nDisallow: /\n")) as site:
        exempt = {"allow_hosts": [site.host], "robots_exempt": {"127.0.0.1": "own test server"}}
        crawled = crawl(site, "/", crawl=exempt)
    assert crawled.counts["listings"] == 3
    assert "own test server" in " ".join(crawled.run["remarks"])
