"""The watch list: each marketplace is asked for what suits it, for a stated reason, in turns that reach every word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import scrapy

from crawler.places import Place, places
from crawler.plan_file import PlanFile
from crawler.runs import Order
from crawler.spider import MarketplaceSpider
from crawler.watch.asking import askings, begin, end
from crawler.watch.choice import languages, suiting
from crawler.watch.gate_list import gate_list
from crawler.watch.turns import Turns
from crawler.watch.words import Word, spelling, watched_words
from index.model import Run
from index.profile_parts import Name, OrdinaryMeaning, Package
from index.profiles import Profile
from index.reading import ReadError
from index.settings import CrawlSettings, MarketplaceSettings, Settings, WatchSettings


class Store(MarketplaceSpider):
    name = "store"
    kind = "app_store"
    country = "CN"
    one_site = True
    starts = ("https://store.example/",)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        yield scrapy.Request(address + query)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        yield scrapy.Request(address + package)


class Market(Store):
    name = "market"
    kind = "second_hand"
    robots = "exempt"
    walks = False
    starts = ("https://market.example/",)
    look_up = MarketplaceSpider.look_up


class Board(MarketplaceSpider):
    name = "board"
    kind = "forum"

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        yield scrapy.Request(address + query)


class Feed(MarketplaceSpider):
    name = "feed"
    kind = "site"


SPIDERS: dict[str, type[MarketplaceSpider]] = {each.name: each for each in (Store, Market, Board, Feed)}
BRAND = Profile(
    id="nebula",
    names=(
        Name(text="星云助手", lang="zh"),
        Name(text="Nebula Chat", lang="en"),
        Name(text="星运助手", lang="zh", kind="misspelling"),
        Name(text="nebula-3-large", lang="en", kind="model"),
    ),
    packages=(Package(id="com.example.nebula"), Package(id="com.example.nebula.ios", platform="ios")),
    known_bad=("AB" * 20,),
)
BREAD = Profile(
    id="bread",
    names=(Name(text="面包", lang="zh"), Name(text="星云助手", lang="zh")),
    ordinary_meanings=(OrdinaryMeaning(meaning="food", names=("面包",)),),
)
PROFILES = {"bread": BREAD, "nebula": BRAND}
SETTINGS = Settings(
    crawl=CrawlSettings(robots_exempt={"market.example": "letter of 2026-11-02"}),
    marketplaces=(
        MarketplaceSettings(spider="board", start=("https://a.example/", "https://b.example/x", "https://a.example/2")),
        MarketplaceSettings(spider="feed", start=("https://news.example/rss",)),
    ),
)


def place(name: str, settings: Settings = SETTINGS) -> Place:
    return next(each for each in places(settings, SPIDERS) if each.name == name)


def texts(name: str, settings: Settings = SETTINGS) -> list[str]:
    return [word.text for word in suiting(watched_words(PROFILES, settings.watch), place(name, settings))]


def test_places_are_single_sites_and_every_site_that_the_settings_name() -> None:
    found = places(SETTINGS, SPIDERS)
    assert [each.name for each in found] == [
        "store",
        "market",
        "board:a.example",
        "board:b.example",
        "feed:news.example",
    ]
    assert place("board:a.example").start == ("https://a.example/", "https://a.example/2")
    assert place("store").walk() == Order(spider="store")
    named = Settings(marketplaces=(MarketplaceSettings(spider="store", queries=("x",)),))
    assert place("store", named).walk() == Order(spider="store", queries=("x",))


@pytest.mark.parametrize(
    ("entry", "words"),
    [({"spider": "nowhere"}, "number 1: no spider is called 'nowhere'"), ({"spider": "board"}, "is an engine")],
)
def test_what_the_settings_get_wrong_is_named(entry: dict, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        places(Settings(marketplaces=(MarketplaceSettings(**entry),)), SPIDERS)


def test_every_word_stands_once_with_all_its_reasons() -> None:
    words = watched_words(PROFILES, WatchSettings(words=("ＡＩ换脸", "com.example.nebula")))
    assert len({spelling(word.text) for word in words}) == len(words)
    by_text = {word.text: word for word in words}
    assert by_text["星云助手"].because == ("bread", "nebula")
    assert by_text["ＡＩ换脸"].because == ("settings", "p1-1c") and by_text["ＡＩ换脸"].kind == "own"
    assert by_text["com.example.nebula"].because == ("settings", "nebula")
    assert by_text["星云助手 镜像站"].because == ("nebula", "p2-6a")
    assert {"nebula-3-large", "com.example.nebula.ios"}.isdisjoint(by_text)
    assert by_text["面包"].common and not by_text["星云助手"].common


def test_brands_can_be_chosen_and_terms_left_out() -> None:
    chosen = watched_words(PROFILES, WatchSettings(brands=("nebula",), terms=False))
    assert [word.text for word in chosen] == ["com.example.nebula", "星云助手", "Nebula Chat", "星运助手"]
    with pytest.raises(ReadError, match="nobody"):
        watched_words(PROFILES, WatchSettings(brands=("nobody",)))


def test_stores_are_asked_for_packages_and_names_boards_for_terms_feeds_for_nothing() -> None:
    store, board, market = texts("store"), texts("board:a.example"), texts("market")
    assert store[:2] == ["com.example.nebula", "面包"] and "星运助手" in store and "AI脱衣" in store
    assert board[0] == "AI脱衣" and "星云助手" not in board and "Nebula Chat 镜像站" in board and "nudify" in board
    assert "面包" not in market and "com.example.nebula" not in market and "面包 破解版" in market
    assert texts("feed:news.example") == []


def test_languages_follow_the_country_unless_the_settings_say_otherwise() -> None:
    english = Settings(marketplaces=(MarketplaceSettings(spider="board", start=("https://a.example/",), lang=("en",)),))
    assert languages(place("board:a.example")) == ("zh", "en") == languages(place("store"))
    assert all(text.isascii() for text in texts("board:a.example", english)) and texts("board:a.example", english)


def test_where_robots_rules_forbid_searching_only_an_exemption_lets_words_through() -> None:
    assert texts("market") and not place("market", Settings()).answers
    assert texts("market", Settings()) == []


def words_of(count: int) -> list[Word]:
    return [Word(text=f"word {number}", kind="own", because=("settings",)) for number in range(count)]


@pytest.fixture
def turns(tmp_path: Path) -> Iterator[Turns]:
    plan = PlanFile(tmp_path / "plan.sqlite")
    yield Turns(plan)
    plan.close()


def test_every_word_has_its_turn_within_the_stated_number_of_runs(turns: Turns) -> None:
    words, asked = words_of(23), []
    for run in range(3):
        turn = [word.text for word in turns.next("m", words, 10)]
        assert len(turn) <= 10
        turns.end("m", turn, answered=True, at=1000.0 + run)
        asked += turn
    assert set(asked) == {word.text for word in words} and len(asked) == 30
    assert turns.next("other", words, 10) == words[:10]


def test_what_is_added_comes_first_and_in_the_order_of_the_list(turns: Turns) -> None:
    turns.end("m", [word.text for word in words_of(5)], answered=True, at=1000.0)
    added = [*words_of(5), Word(text="new", kind="term", because=("p1-1b",))]
    assert [word.text for word in turns.next("m", added, 2)] == ["word 0", "new"]


def test_a_turn_that_was_broken_off_comes_up_again_and_a_refused_one_too(turns: Turns) -> None:
    words = words_of(30)
    first = turns.next("m", words, 10)
    turns.begin("m", [word.text for word in first])
    assert turns.next("m", [words_of(31)[30], *words], 3) == first
    turns.end("m", [word.text for word in first], answered=False)
    assert turns.next("m", words, 10) == first
    turns.end("m", [word.text for word in first], answered=True)
    assert turns.next("m", words, 10) == words[10:20]


@pytest.mark.parametrize(("count", "most"), [(1, 1), (10, 3), (40, 7), (5, 15)])
def test_no_list_and_no_budget_leaves_a_word_out(turns: Turns, count: int, most: int) -> None:
    seen: set[str] = set()
    for run in range(-(-count // most)):
        turn = [word.text for word in turns.next("m", words_of(count), most)]
        turns.end("m", turn, answered=True, at=1000.0 + run)
        seen.update(turn)
    assert len(seen) == count


def run_of(outcome: str) -> Run:
    return Run(id="r", marketplace="m", spider="s", started_at="2026-01-01T00:00:00Z", outcome=outcome)


def test_orders_hold_the_turn_and_walk_what_cannot_be_asked(turns: Turns) -> None:
    watch = WatchSettings(per_run=3)
    found = {each.place.name: each for each in askings(places(SETTINGS, SPIDERS), words_of(7), turns, watch)}
    assert set(found) == {"store", "market", "board:a.example", "board:b.example", "feed:news.example"}
    assert found["store"].order(limit=5) == Order(spider="store", queries=("word 0", "word 1", "word 2"), limit=5)
    assert found["feed:news.example"].order().full and found["store"].runs == 3
    asked = [found["store"], found["market"], found["board:a.example"]]
    begin(turns, asked)
    end(turns, asked, [run_of("healthy"), run_of("interrupted")])
    assert [word.text for word in turns.next("store", words_of(7), 3)] == ["word 3", "word 4", "word 5"]
    assert [word.text for word in turns.next("market", words_of(7), 3)] == ["word 0", "word 1", "word 2"]
    assert turns.asked("market") == {}


def test_the_gate_knows_packages_of_brands_bad_samples_and_what_the_operator_names() -> None:
    listed = gate_list(PROFILES, WatchSettings(samples=("Seller 7", "CD" * 32), words=("AI换脸", "org.example.copy")))
    assert listed == {"com.example.nebula", "ab" * 20, "seller 7", "cd" * 32, "org.example.copy"}
    assert gate_list(PROFILES, WatchSettings(brands=("bread",))) == frozenset()
