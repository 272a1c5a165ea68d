"""A second, declared view: kept beside the listing; evidence once a later plain look shows that nothing was edited."""

from pathlib import Path

from crawler.rejudge import Rejudge
from crawler.subjects import subjects
from index.home import Home
from index.ids import listing_id
from index.model import Judgement, Listing, View, Visitor
from index.open import open_index
from index.protocol import Index, Judged
from tests.console.test_recheck import make_older
from tests.crawler.conftest import Crawl
from tests.crawler.site import Answer, Site, page, shop

BAD = page(
    "商品", "<h1>AI一键脱衣软件 永久会员</h1><p class=text>上传照片自动脱衣，加QQ 123456789 购买，包教包会。</p>"
)
GOOD = page("商品", "<h1>户外登山包 50 升</h1><p class=text>防水面料，双肩背负系统，七天无理由退货。</p>")


def test_a_page_that_differs_by_language_is_evidence_after_a_plain_look(crawl: Crawl, own_home: Path) -> None:
    def route(path: str) -> Answer | None:
        if path == "/item/0":
            asked = site.headers[path]
            assert asked["user-agent"].startswith("copycatch/")  # declared, never disguised
            return Answer(GOOD if asked["accept-language"].startswith("de") else BAD)
        return shop(1)(path)

    with Site(route) as site:
        crawled = crawl(site, "/list/0")
        name = listing_id(crawled.run["marketplace"], "0")
        again = {"listings": [name]}
        looked = crawl(
            site, **again, view=True, crawl={"allow_hosts": [site.host], "accept_language": "de", "vantage": "柏林"}
        )
        index = open_index(Home(own_home))
        before = index.get(name)
        assert before is not None and before.value["title"] == "AI一键脱衣软件 永久会员"
        assert [one.run_id for one in index.observations(name)] == [crawled.run["id"]]  # the listing stays as it is
        assert index.history(name) == []
        [view] = index.views([name])[name]
        index.close()
        crawl(site, **again)
    make_older(own_home, hours=-1)  # the plain look came later: looks of the same second have no order
    assert looked.run["outcome"] == "healthy", looked.log
    assert (view.state, view.visitor.vantage, view.visitor.lang, view.visitor.session) == ("seen", "柏林", "de", False)
    assert (
        view.listing
        and view.listing.title == "户外登山包 50 升"
        and view.capture
        and view.capture.visitor == view.visitor
    )

    index = open_index(Home(own_home))
    Rejudge(index, {}, "r-rejudge").batch([stored for stored in [index.get(name)] if stored])
    [finding] = index.search("脱衣")
    said = [one for violation in finding.value["violations"] for one in violation["evidence"]]
    told = [one for one in said if one["detector"] == "views_differ"]
    index.close()
    assert any("户外登山包" in one["zh"] and "柏林" in one["zh"] for one in told)
    assert "unseen.views_differ" in finding.value["unseen"]


MARKET = "shop:a.example"


def listing(title: str, price: str = "￥1") -> Listing:
    return Listing(
        marketplace=MARKET, native_id="1", url="http://a.example/1", title=title, price=price, source_kind="shop"
    )


def test_a_view_counts_only_when_a_later_look_shows_that_nothing_was_edited(own_home: Path) -> None:
    index: Index = open_index(Home(own_home).prepare())
    name = listing_id(MARKET, "1")

    def put(one: Listing, at: str) -> None:
        index.put([Judged(listing=one, judgement=Judgement(verdict="benign"))], run_id="r", at=at)

    def told(one: Listing, at: str) -> list[str]:
        [known] = subjects(index, {}, [(one, None)], seen_at=[at])
        return [view.listing.title for view in known.subject.views if view.listing]

    put(listing("甲"), "2026-11-01T08:00:00Z")
    view = View(
        listing_id=name, at="2026-11-02T08:00:00Z", run_id="v", visitor=Visitor(), state="seen", listing=listing("乙")
    )
    index.put_views([view])
    assert told(listing("甲"), "2026-11-01T08:00:00Z") == []  # not looked at since: it may have been edited
    assert told(listing("甲"), "2026-11-03T08:00:00Z") == ["乙"]
    put(listing("丙", price="￥2"), "2026-11-04T08:00:00Z")  # it was edited
    assert told(listing("丙", price="￥2"), "2026-11-05T08:00:00Z") == ["丙"]  # so its title is no difference any more
    index.close()
