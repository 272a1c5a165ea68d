"""What every index does, whatever the engine: the words of index.protocol, one test each."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk_analysis.fingerprint import Trait
from index.ids import finding_id
from index.model import Capture, Judgement, Listing, Observation, Picture, Run, Supplied, Supply, View, Visitor
from index.protocol import Index, Judged, QueryError
from index.reading import read
from tests.index.objects import MARKET, finding, fingerprint, judged, listing, own_id

DAY = "2026-01-{:02}T00:00:00Z"


def put(index: Index, *many: Judged, day: int = 1) -> list[str]:
    return [one.outcome for one in index.put(many, run_id=f"run-{day}", at=DAY.format(day))]


def natives(index: Index, query: str, **options: object) -> list[object]:
    return [hit.value["native_id"] for hit in index.search(query, kind="listings", **options)]


# taking out


def filled(index: Index) -> tuple[str, str]:
    """Two flagged listings by two people, with all that can be kept of one."""
    for number, seller in ((1, "张示例"), (2, "李示例")):
        whole = listing(
            number, seller=seller, description=f"联系{seller}，正版", image_urls=(f"https://e.org/{number}.png",)
        )
        put(index, judged(whole, flagged=True))
        put(index, judged(replace(whole, bio=f"我是{seller}"), flagged=True), day=2)
        name = own_id(number)
        index.observe([Observation(listing_id=name, at=DAY.format(3), state="seen", run_id="r", detail=seller)])
        index.put_views(
            [View(listing_id=name, at=DAY.format(3), run_id="r", visitor=Visitor(), state="seen", listing=whole)]
        )
        supply = Supply(by=seller, channel="e-mail", received_at=DAY.format(3), file="a.csv", file_sha256="ab" * 32)
        index.put_supplied([Supplied(listing_id=name, run_id="r", at=DAY.format(3), place="1", supply=supply)])
        index.put_pictures([Picture(url=f"https://e.org/{number}.png", read_at=DAY.format(3), text=f"{seller}作品")])
    return own_id(1), own_id(2)


def everything(index: Index, name: str) -> str:
    """All that is kept of a listing, as text."""
    hits = [index.get(name), *index.search(f'listing_id:"{name}"')]
    kept = (hits, index.history(name), index.observations(name), index.views([name]), index.supplied([name]))
    return repr((*kept, index.pictures(["https://e.org/1.png", "https://e.org/2.png"])))


def test_a_deleted_listing_leaves_nothing(index: Index) -> None:
    one, other = filled(index)
    assert index.delete([one, "l1-unknown"]) == 1
    assert index.get(one) is None and index.search(f'listing_id:"{one}"') == [] and index.history(one) == []
    assert (index.observations(one), index.views([one]), index.supplied([one]), index.ties([one])) == ([], {}, {}, {})
    assert index.count("张示例", kind="listings") == 0 == index.count("张示例")
    assert index.get(other) and index.count("李示例", kind="listings") == 1 == index.count("李示例")
    assert index.delete([one]) == 0
    put(index, judged(listing(1, seller="张示例"), flagged=True), day=9)
    assert index.count("张示例", kind="listings") == 1


def test_words_are_found_and_blotted_out_of_everything(index: Index) -> None:
    one, other = filled(index)
    assert index.mentions(["张示例"]) == {one} and index.mentions(["没有的人"]) == set()
    before = everything(index, other)
    index.redact([one], ["张示例"])
    assert index.mentions(["张示例"]) == set() and "张示例" not in everything(index, one)
    assert "███" in everything(index, one) and index.get(one).value["seller"] == "███"
    assert index.count("张示例", kind="listings") == 0 == index.count("张示例")
    assert index.count('"正版"', kind="listings") == 2 and index.get(one).first_seen == DAY.format(1)
    assert everything(index, other).replace("███作品", "张示例作品") == before
    with pytest.raises(ValueError, match="two characters"):
        index.redact([one], ["张"])


def test_a_page_that_did_not_change_does_not_bring_the_words_back(index: Index) -> None:
    one = judged(listing(1, seller="张示例"), flagged=True)
    put(index, one)
    index.redact([own_id(1)], ["张示例"])
    assert put(index, one, day=4) == ["unchanged"]
    assert index.get(own_id(1)).value["seller"] == "███" and index.get(own_id(1)).last_seen == DAY.format(4)


# putting


def test_a_listing_comes_back_as_it_was_put(index: Index) -> None:
    whole = listing(
        description="第一行\n第二行", reviews=("好", "差"), counters={"views": 3.0}, version_code=2**40, options=("甲",)
    )
    put(index, judged(whole, flagged=True))
    stored = index.get(own_id(1))
    assert stored and stored.first_seen == stored.last_seen == DAY.format(1)
    names = set(Listing.__dataclass_fields__)
    assert read(Listing, {k: v for k, v in stored.value.items() if k in names}, "here") == whole
    assert stored.value["judgement"]["verdict"] == "violation"


def test_putting_the_same_again_moves_last_seen_only(index: Index) -> None:
    one = judged(listing(), flagged=True)
    assert put(index, one) == ["new"]
    assert put(index, one, day=3) == ["unchanged"]
    for kind in ("listings", "findings"):
        (hit,) = index.search("", kind=kind)
        assert (hit.first_seen, hit.last_seen) == (DAY.format(1), DAY.format(3))
    assert index.history(own_id(1)) == []


def test_an_older_look_does_not_take_last_seen_back(index: Index) -> None:
    put(index, judged(listing(), flagged=True), day=5)
    put(index, judged(listing(), flagged=True), day=2)
    put(index, judged(listing(title="别的"), flagged=True), day=3)
    assert index.search("")[0].last_seen == index.search("", kind="listings")[0].last_seen == DAY.format(5)


def test_listings_whose_page_did_not_change_are_seen_again_with_their_findings(index: Index) -> None:
    put(index, judged(listing(), flagged=True), judged(listing(native_id="2")))
    glances = index.see_again([own_id(1), "l1-00000000", own_id(2), own_id(1)], at=DAY.format(4))
    assert {name: (one.verdict, one.first_seen) for name, one in glances.items()} == {
        own_id(1): ("violation", DAY.format(1)),
        own_id(2): ("benign", DAY.format(1)),
    }
    index.see_again([own_id(1)], at=DAY.format(3))
    assert {hit.last_seen for hit in index.search("*", kind="listings")} == {DAY.format(4)}
    assert [hit.last_seen for hit in index.search("*")] == [DAY.format(4)]
    assert index.history(own_id(1)) == [] and index.see_again([], at=DAY.format(5)) == {}


def test_changed_fields_are_named_and_remembered(index: Index) -> None:
    put(index, judged(listing(price="￥1", seller="甲")))
    (outcome,) = index.put([judged(listing(price="￥2", seller=None))], run_id="b", at=DAY.format(2))
    assert (outcome.outcome, set(outcome.changed)) == ("changed", {"price", "seller"})
    put(index, judged(listing(price="￥3")), day=3)
    history = index.history(own_id(1))
    assert [(h["at"], h["field"], h["old"], h["new"]) for h in history if h["field"] == "price"] == [
        (DAY.format(2), "price", "￥1", "￥2"),
        (DAY.format(3), "price", "￥2", "￥3"),
    ]
    assert {"at": DAY.format(2), "run_id": "b", "field": "seller", "old": "甲", "new": None} in history


def test_counters_are_updated_and_never_named(index: Index) -> None:
    put(index, judged(listing(counters={"views": 1.0})))
    assert put(index, judged(listing(counters={"views": 9.0})), day=2) == ["unchanged"]
    assert index.count("views:9", kind="listings") == 1 and index.history(own_id(1)) == []


def test_only_verdict_and_brand_of_a_judgement_are_changes(index: Index) -> None:
    put(index, judged(listing()))
    low = Judged(listing=listing(), judgement=Judgement(verdict="benign", priority=0.1))
    assert put(index, low, day=2) == ["unchanged"]
    assert index.search("", kind="listings")[0].value["judgement"]["priority"] == 0.1
    (outcome,) = index.put([judged(listing(), flagged=True, brand="doubao")], run_id="r", at=DAY.format(3))
    assert outcome.changed == ("verdict", "brand")


def test_a_finding_that_is_no_longer_proposed_is_kept_as_benign(index: Index) -> None:
    put(index, judged(listing(), flagged=True))
    put(index, judged(listing()), day=2)
    (hit,) = index.search("换脸")
    assert (hit.value["verdict"], hit.last_seen) == ("benign", DAY.format(1))
    put(index, judged(listing()), day=3)
    assert index.search("")[0].last_seen == DAY.format(1)
    put(index, judged(listing(), flagged=True), day=4)
    (hit,) = index.search("verdict:violation")
    assert (hit.first_seen, hit.last_seen) == (DAY.format(1), DAY.format(4))


def test_a_listing_can_have_several_findings(index: Index) -> None:
    one = listing()
    both = (finding(one), finding(one, brand="doubao"))
    put(index, replace(judged(one, flagged=True), findings=both))
    assert index.count("") == 2 and index.count("brand:doubao") == 1 and index.count("NOT brand:doubao") == 1
    assert index.get(finding_id(own_id(1), "illegal_tool", "doubao")) is not None


def test_the_same_page_archived_again_is_no_change(index: Index) -> None:
    def with_capture(sha256: str, offset: int) -> Judged:
        one = listing()
        capture = Capture(
            sha256=sha256, url=one.url, taken_at=DAY.format(1), warc="a.warc.gz", offset=offset, status=200
        )
        return replace(judged(one, flagged=True), findings=(finding(one, capture=capture),))

    put(index, with_capture("a" * 64, 1))
    assert put(index, with_capture("a" * 64, 2), day=2) == ["unchanged"]
    assert index.search("")[0].value["capture"]["offset"] == 1
    assert put(index, with_capture("b" * 64, 3), day=3) == ["unchanged"]
    assert index.search("")[0].value["capture"]["offset"] == 3


def test_the_same_listing_twice_in_one_batch(index: Index) -> None:
    outcomes = put(
        index,
        judged(listing(title="甲")),
        judged(listing(title="乙")),
        judged(listing(title="乙")),
        judged(listing(title="丙")),
    )
    assert outcomes == ["new", "changed", "unchanged", "changed"]
    assert natives(index, "丙") == ["1"] and natives(index, "甲 OR 乙") == []


def test_full_text_follows_every_change(index: Index) -> None:
    put(index, judged(listing(title="换脸", description="老"), flagged=True), judged(listing(2, title="换脸")))
    put(index, judged(listing(title="换声", description="新"), flagged=True), day=2)
    assert natives(index, "换脸") == ["2"] and natives(index, "换脸", sort="relevance") == ["2"]
    assert natives(index, "新") == ["1"] and natives(index, "老") == []
    assert index.count("text:新") == 1 and index.count("text:老") == 0


def test_a_finding_of_another_listing_is_refused(index: Index) -> None:
    with pytest.raises(ValueError, match="another listing"):
        put(index, replace(judged(listing(1)), findings=(finding(listing(2)),)))
    assert index.count("", kind="listings") == 0


def test_second_looks_come_back_newest_first_and_the_oldest_go(index: Index) -> None:
    def look(name: str, day: int, **more: object) -> View:
        visitor = Visitor(vantage="上海联通", lang="zh", agent="copycatch/0.1", session=True)
        return View(listing_id=name, at=DAY.format(day), run_id="r", visitor=visitor, state="seen", **more)

    index.put_views([look("l1-a", 1, listing=listing(title="另一个样子")), look("l1-b", 2)])
    index.put_views([look("l1-a", day) for day in range(2, 20)])
    index.put_views([look("l1-a", 19)])
    found = index.views(["l1-a", "l1-b", "l1-a", "l1-none"])
    assert set(found) == {"l1-a", "l1-b"} and found["l1-b"] == [look("l1-b", 2)]
    assert [one.at for one in found["l1-a"]] == [DAY.format(day) for day in range(19, 9, -1)]
    index.put_views([look("l1-b", 3, listing=listing(title="另一个样子\ud800"))])
    assert (again := index.views(["l1-b"])["l1-b"][0].listing) and again.title.startswith("另一个样子")


def test_who_brought_a_listing_is_noted_once_for_each_file_and_supplier(index: Index) -> None:
    def brought(name: str, day: int, by: str = "市局", digest: str = "ab") -> Supplied:
        supply = Supply(by=by, channel="12377", received_at=DAY.format(1), file="a.csv", file_sha256=digest)
        return Supplied(listing_id=name, run_id=f"r{day}", at=DAY.format(day), place="a.csv:7", supply=supply)

    index.put_supplied([brought("l1-a", 1), brought("l1-b", 1), brought("l1-a", 2, by="品牌方")])
    index.put_supplied([brought("l1-a", 3), brought("l1-a", 4, digest="cd")])
    assert index.supplied(["l1-a", "l1-none"]) == {
        "l1-a": [brought("l1-a", 1), brought("l1-a", 2, by="品牌方"), brought("l1-a", 4, digest="cd")]
    }


def test_addresses_lead_to_the_listing_that_was_there_first(index: Index) -> None:
    put(index, judged(listing(1)), judged(listing(2)))
    urls = {listing(n).url: own_id(n) for n in (1, 2)}
    assert index.addresses([*urls, "https://nowhere.example/"]) == urls


HOSTILE = [
    "\ud800换脸",
    "a\0b",
    '"; DROP TABLE listings; --',
    "¶",
    "\u202e反\u200b转",
    "<b>换脸</b>",
    "'" * 50,
    "A\u0301" * 300,
    "",
    "😀" * 40,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_stored_changed_and_found_again(index: Index, text: str) -> None:
    for day, title in enumerate((text, "别的", text), 1):
        put(index, judged(listing(title=title, seller=text, url=text, reviews=(text, text)), flagged=True), day=day)
    assert index.count("", kind="listings") == 1 and len(list(index.scan(""))) == 1


@pytest.mark.parametrize("number", [2**63, -(2**70), 10**400])
def test_numbers_no_column_holds_do_no_harm(index: Index, number: int) -> None:
    put(index, judged(listing(version_code=number)))
    assert index.count("", kind="listings") == 1


def test_the_first_five_hundred_of_a_batch_larger_than_a_transaction(index: Index) -> None:
    assert put(index, *(judged(listing(number)) for number in range(501))) == ["new"] * 501
    assert index.count("换脸", kind="listings") == 501


# samples


def test_a_sample_is_kept_per_analyser_version_and_searched_by_the_newest(index: Index) -> None:
    old, new = fingerprint(label="旧名"), fingerprint(label="新名", analyser_version=2)
    index.put_sample(new, at=DAY.format(1))
    index.put_sample(old, at=DAY.format(2))
    assert (
        index.sample(old.sha256, 1) == old
        and index.sample(new.sha256, 2) == new
        and index.sample(new.sha256, 3) is None
    )
    (hit,) = index.search("新名 AND analyser_version:2", kind="samples")
    assert (hit.id, hit.first_seen, hit.last_seen) == (new.sha256, DAY.format(1), DAY.format(2))
    assert index.count("旧名", kind="samples") == 0
    again = replace(new, label="再名", traits=(Trait(kind="webview_only", value="", where="classes.dex"),))
    index.put_sample(again, at=DAY.format(3))
    assert index.count("再名 trait:webview_only signer:" + "cd" * 32, kind="samples") == 1


def test_what_is_known_of_a_sample_stays_when_a_later_look_brings_none(index: Index) -> None:
    sample = fingerprint()
    put(index, judged(listing(), sample=sample))
    assert index.sample(sample.sha256, 1) == sample
    assert put(index, judged(listing()), day=2) == ["unchanged"]
    assert index.count(f"sample:{sample.sha256}", kind="listings") == 1
    other = fingerprint("12" * 32)
    (outcome,) = index.put([judged(listing(), sample=other)], run_id="r", at=DAY.format(3))
    assert outcome.changed == ("sample",)


# reading


def test_get_takes_unambiguous_prefixes_of_eight_digits(index: Index) -> None:
    put(index, judged(listing(), flagged=True, sample=fingerprint()))
    for full, digits in ((own_id(1), 11), (index.search("")[0].id, 11), ("ab" * 32, 8)):
        for given_id in (full, full[:digits]):
            stored = index.get(given_id)
            assert stored and stored.id == full
        assert index.get(full[: digits - 1]) is None
    for odd in ("", "l1-", "x1-12345678", "l1-%%%%%%%%", "zz" * 8, "l1-12345678' OR 1", "ab" * 33):
        assert index.get(odd) is None


def test_an_ambiguous_prefix_gets_nothing(index: Index) -> None:
    for ending in ("0", "1"):
        index.put_sample(fingerprint("ab" * 31 + "0" + ending), at=DAY.format(1))
    assert index.get("ab" * 8) is None and index.get("ab" * 31 + "01") is not None


def test_newest_first_with_ties_by_id(index: Index) -> None:
    put(index, *(judged(listing(number)) for number in range(40)), day=1)
    put(index, *(judged(listing(number)) for number in range(40, 60)), day=2)
    expected = sorted(map(own_id, range(40, 60))) + sorted(map(own_id, range(40)))
    for query in ("", "换脸", "换脸 AND source_kind:shop", "NOT nothing"):
        assert [hit.id for hit in index.search(query, kind="listings", limit=100)] == expected
        assert [hit.id for hit in index.search(query, kind="listings", limit=7, offset=18)] == expected[18:25]
        assert [hit.id for hit in index.search(query, kind="listings", sort="-first_seen", limit=5)] == expected[:5]
    assert sorted(expected) == [hit.id for hit in index.scan("换脸", kind="listings")]


def test_sorting_by_a_field_puts_missing_values_last_and_ties_by_id(index: Index) -> None:
    many = [judged(listing(number, price=price)) for number, price in enumerate(["b", "a", None, "a", ""])]
    put(index, *many)
    first = sorted([own_id(1), own_id(3)])
    missing = sorted([own_id(2), own_id(4)])
    assert [hit.id for hit in index.search("", kind="listings", sort="price")] == [*first, own_id(0), *missing]
    assert [hit.id for hit in index.search("换脸", kind="listings", sort="-price")] == [own_id(0), *first, *missing]


def test_sorting_by_first_and_last_seen(index: Index) -> None:
    put(index, judged(listing(1)), day=1)
    put(index, judged(listing(2)), day=2)
    put(index, judged(listing(1)), day=3)
    assert natives(index, "", sort="first_seen") == ["1", "2"] and natives(index, "", sort="-last_seen") == ["1", "2"]
    assert natives(index, "", sort="last_seen") == ["2", "1"]


def test_relevance_puts_titles_first_and_is_complete(index: Index) -> None:
    put(
        index,
        judged(listing(1, title="教程", description="换脸" * 9)),
        judged(listing(2, title="超长的标题里也提到换脸这件事情")),
        judged(listing(3, title="换脸")),
        judged(listing(4, title="无关", description="这里提到一次换脸，还有很多别的话")),
    )
    assert natives(index, "换脸", sort="relevance") == ["3", "2", "1", "4"]
    assert natives(index, "换脸", sort="relevance", limit=2, offset=1) == ["2", "1"]
    assert natives(index, "换脸 NOT 标题", sort="relevance") == ["3", "1", "4"]
    assert natives(index, "换脸 AND native_id:(3 OR 4)", sort="relevance") == ["3", "4"]
    assert natives(index, "native_id:4", sort="relevance") == ["4"]


@pytest.mark.parametrize("sort", ["title", "declared_signers", "nonsense", "-violation", ""])
def test_what_cannot_be_sorted_by_is_refused(index: Index, sort: str) -> None:
    with pytest.raises(QueryError):
        index.search("", kind="listings", sort=sort)


def test_negative_limits_are_refused(index: Index) -> None:
    for options in ({"limit": -1}, {"offset": -1}, {"limit": 2**70}):
        with pytest.raises(QueryError):
            index.search("", **options)


def test_a_walk_goes_on_while_others_write(index: Index) -> None:
    put(index, *(judged(listing(number)) for number in range(1200)))
    walk = index.scan("换脸", kind="listings")
    seen = [next(walk).id]
    put(index, judged(listing(5000)), judged(listing(3, title="别的")), day=2)
    seen += [hit.id for hit in walk]
    assert seen == sorted(map(own_id, range(1200)))


# ties, observations, runs


def test_neighbours_are_the_newest_fifty_and_counted_in_full(index: Index) -> None:
    put(index, *(judged(listing(number), ties=("signer:ab", f"contact:{number}")) for number in range(60)))
    put(index, judged(listing(99), ties=("signer:ab", "signer:ab")), day=2)
    found = index.neighbours(["signer:ab", "contact:3", "contact:none"])
    assert len(found["signer:ab"]) == 50 and found["signer:ab"][0] == own_id(99)
    assert found["contact:3"] == [own_id(3)] and "contact:none" not in found
    assert index.tie_counts(["signer:ab", "contact:none"]) == {"signer:ab": 61, "contact:none": 0}
    assert index.ties([own_id(3), own_id(99), "l1-none"]) == {
        own_id(3): ("contact:3", "signer:ab"),
        own_id(99): ("signer:ab",),
    }
    put(index, judged(listing(3)), day=3)
    assert index.neighbours(["contact:3"]) == {}


def test_runs_are_upserted_and_listed_newest_first(index: Index) -> None:
    first = Run(id="a", marketplace=MARKET, spider="shop", started_at=DAY.format(1))
    index.record_run(first)
    index.record_run(Run(id="b", marketplace="other", spider="x", started_at=DAY.format(2)))
    done = replace(first, finished_at=DAY.format(3), outcome="healthy", counts={"pages": 3}, remarks=("r",))
    index.record_run(done)
    assert (
        [run.id for run in index.runs()] == ["b", "a"]
        and index.runs(MARKET) == [done]
        and len(index.runs(limit=1)) == 1
    )


def test_status_counts_every_kind(index: Index) -> None:
    put(index, judged(listing(), flagged=True, sample=fingerprint()))
    index.observe([Observation(listing_id=own_id(1), at=DAY.format(1), state="gone", run_id="r")])
    status = index.status()
    assert status["counts"] == {"listings": 1, "findings": 1, "samples": 1}
    assert status["schema_version"] and status["engine"] and status["place"] and int(status["bytes"]) > 0


def page(digest: str, day: int) -> Capture:
    return Capture(sha256=digest * 64, url="u", taken_at=DAY.format(day), warc="r.0001.warc.gz", offset=day, status=200)


def test_every_page_that_changed_is_kept_with_the_listing_and_no_other(index: Index) -> None:
    one = judged(listing(), flagged=True)
    for day, digest in enumerate("aabba", 1):
        put(index, replace(one, capture=page(digest, day)), day=day)
    put(index, one, day=6)
    index.observe([Observation(listing_id=own_id(1), at=DAY.format(7), state="gone", run_id="r", capture=page("c", 7))])
    looks = index.observations(own_id(1))
    assert [(look.state, look.capture and look.capture.offset) for look in looks] == [
        ("seen", 1), ("seen", 3), ("seen", 5), ("gone", 7)
    ]  # fmt: skip
    assert index.observations(own_id(2)) == []


# exactness against a plain reading of the texts

TURN = count()
WORDS = st.lists(st.sampled_from([*"换脸声，。 a1", "AI", "的"]), max_size=8).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6),
    wanted=st.lists(st.sampled_from("换脸声的"), min_size=1, max_size=3).map("".join),
)
def test_phrases_are_found_exactly(index: Index, texts: list[tuple[str, str]], wanted: str) -> None:
    market = f"m{next(TURN)}"
    put(index, *(judged(listing(n, title=t, description=d, marketplace=market)) for n, (t, d) in enumerate(texts)))
    squeezed = [tuple("".join(part.split()) for part in pair) for pair in texts]
    expected = {str(n) for n, (title, text) in enumerate(squeezed) if wanted in title or wanted in text}
    scoped = f"{wanted} AND marketplace:{market}"
    assert set(natives(index, scoped)) == set(natives(index, scoped, sort="relevance")) == expected
    assert index.count(scoped, kind="listings") == len(expected)
    absent = natives(index, f"NOT {wanted} AND marketplace:{market}")
    assert set(absent) == {str(n) for n in range(len(texts))} - expected
