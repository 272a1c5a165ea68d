"""One corpus in both engines: every query finds the same, and every field sorts the same."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apk_analysis.fingerprint import Fingerprint, Icon, Problem, Trait
from index.home import Home
from index.model import Listing
from index.open import open_index
from index.protocol import Index, Judged, Kind, QueryError
from index.query.fields import FIELDS, Field
from index.query.values import finding_values, listing_values, sample_values
from tests.index.objects import finding, fingerprint, judged, listing

pytestmark = pytest.mark.elastic
TITLES = (
    "一键换脸神器", "换，脸", "ＡＩ換臉 App", "Deepfake face-swap", "脸", "豆包 官方版 v1.2.3", "DouBao（豆包）AI", "声音克隆…真人",
    "𠮷野家AI助手", "Ｆａｃｅ　Ｓｗａｐ", "ﬁne-tuned ﬃ", "İstanbul ıI", "a_b-c.d", "👍🏽换脸👍", "é é Å", "0", "日本語アプリ・ツール", "한국어 앱",
    "«quoted» \"x\" 'y'", "NOT AND OR TO", "脸换", "换脸换脸", "AI", "ai 换脸ai", "\u200b零宽\u200d换\u200b脸", "¶ 换 ¶ 脸",
)  # fmt: skip
SELLERS = (None, "小明", "小 明", "Shop*One?", "[x]", "shop one", "ＳＨＯＰ　ＯＮＥ")
PRICES = (None, "￥10", "¥10", "10元", "-5", "", "1e400")
NUMBERS = (None, 0, 1, -1, 7, 2**31, 2**53, 2**53 + 1, -(2**40))
RATINGS = (None, 0.0, 4.5, -0.1, 1e-300, 1e300, 3.0000001)
DATES = (
    None,
    "2026-03-01",
    "2026-03",
    "昨天",
    "2026-03-01T08:00:00+08:00",
    "1969-12-31T23:59:59Z",
    "0001-01-01",
    "9999-12-31",
)
PACKAGES = (None, "com.DeepSeek.chat", "com.deepseek.chat", "com.example.ai*", "x")


def at(values: tuple, number: int, step: int) -> object:
    """Every combination sooner or later, and always the same."""
    return values[number * step % len(values)]


def _listing(number: int) -> Listing:
    title = str(at(TITLES, number, 1))
    counters = {"rating": at(RATINGS, number, 3), "views": at(NUMBERS, number, 2), "sales": at(NUMBERS, number, 5)}
    fields = {
        "description": f"{at(TITLES, number, 7)}\n{at(TITLES, number, 11)}" if number % 3 else "",
        "seller": at(SELLERS, number, 3),
        "price": at(PRICES, number, 2),
        "package_name": at(PACKAGES, number, 1),
        "version_code": at(NUMBERS, number, 4),
        "published_at": at(DATES, number, 3),
        "url": f"https://market.example/{number % 40}?Q={title[:3]}",
        "lang": at((None, "zh-CN", "ZH-cn", "en"), number, 1),
        "marketplace": at(("shop:a.example", "shop:B.example", "forum:c.example"), number, 1),
        "reviews": tuple(TITLES[number % 5 : number % 9]),
        "options": (title, "甲"),
        "bio": str(at(TITLES, number, 13)) if number % 2 else "",
        "declared_signers": ("AB" * 32, "cd:ef") if number % 4 == 0 else (),
        "counters": {name: value for name, value in counters.items() if value is not None},
    }
    return listing(number, title, **fields)


def _sample(number: int) -> Fingerprint:
    made = fingerprint(f"{number:02x}" * 32, label=str(at(TITLES, number, 1)))
    return replace(
        made,
        package=at(PACKAGES, number, 2),
        version_code=at(NUMBERS, number, 1),
        min_sdk=at((None, 21, 24), number, 1),
        size=number * 1000,
        traits=(Trait(kind="relay_host", value="API.example/v1", where="a.js"), Trait(kind="webview_only", value="", where="")) if number % 2 else (),
        problems=(Problem(part="manifest", kind="odd_magic", detail="x"),) if number % 3 else (),
        icon=Icon(sha256="ab" * 32, dhash=f"{number * 2654435761 % 2**64:016x}", width=1, height=1) if number % 2 else None,
    )  # fmt: skip


def _judged(number: int) -> Judged:
    of = _listing(number)
    brand = at((None, "doubao", "deepseek"), number, 1)
    one = judged(of, flagged=bool(number % 3), brand=brand, sample=_sample(number // 4) if number % 4 == 0 else None)
    many = tuple(
        finding(of, brand=name, probability=round(0.1 + number % 8 / 10, 2)) for name in (None, "doubao")[: number % 3]
    )
    return replace(one, findings=many)


CORPUS = tuple(_judged(number) for number in range(96))


def values_of(kind: Kind) -> dict[str, list[str]]:
    """Field -> what it holds somewhere in the corpus, in the words of a query."""
    held: dict[str, dict[str, None]] = {name: {} for name in FIELDS[kind]}
    for one in CORPUS:
        if kind == "listings":
            sample = one.sample and one.sample.sha256
            known = [listing_values(one.listing, one.judgement, sample)]
        elif kind == "findings":
            known = [finding_values(found) for found in one.findings]
        else:
            known = [sample_values(one.sample)] if one.sample else []
        for values in known:
            for name, value in values.items():
                held[name] |= dict.fromkeys(map(str, value if isinstance(value, tuple) else (value,)))
    moments = ["2026-01-01T00:00:00Z", "2026-01-02", "2026", "now-7d", "2026-01-03T00:00:00Z"]
    return {name: list(found) or moments for name, found in held.items()}


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


WORDS = st.one_of(
    st.sampled_from(TITLES),
    st.sampled_from(TITLES).flatmap(lambda text: st.slices(len(text)).map(lambda part: text[part])),
    st.sampled_from(["换脸", "脸", "face", "FACE swap", "豆包", "offers", "ai", "提到", "doubao", "example", "com"]),
)


def leaves(field: Field, values: list[str]) -> st.SearchStrategy[str]:
    """What can be asked of one field."""
    name, value = field.name, st.sampled_from(values)
    exists = st.sampled_from([f"{name}:*", f"_exists_:{name}"])
    if field.type == "text":
        prefix = st.sampled_from(["face*", "dou*", "换脸*", "ex*", "ﬁne*", "deepf*"])
        return st.one_of(
            exists, WORDS.map(lambda word: f"{name}:{quoted(word)}"), prefix.map(lambda word: f"{name}:{word}")
        )
    equal = value.map(lambda one: f"{name}:{quoted(one)}")
    if field.type == "keyword":
        return st.one_of(exists, equal, st.tuples(value, st.integers(0, 6), st.sampled_from("?*")).map(
            lambda drawn: f"{name}:{escaped(drawn[0][: drawn[1]])}{drawn[2]}{escaped(drawn[0][drawn[1] + 1 :])}"))  # fmt: skip
    edge = st.one_of(value, st.just("*"))
    bounds = st.tuples(st.sampled_from("[{"), edge, edge, st.sampled_from("]}"))
    closed = bounds.map(lambda b: f"{name}:{b[0]}{bound(b[1])} TO {bound(b[2])}{b[3]}")
    opened = st.tuples(st.sampled_from(["<", "<=", ">", ">="]), value).map(lambda b: f"{name}:{b[0]}{bound(b[1])}")
    return st.one_of(exists, equal, closed, opened)


def bound(text: str) -> str:
    return text if text == "*" else quoted(text)


def escaped(text: str) -> str:
    return "".join(char if char.isalnum() else f"\\{char}" for char in text)


def queries(kind: Kind) -> st.SearchStrategy[str]:
    held = values_of(kind)
    fields = st.sampled_from(sorted(FIELDS[kind])).flatmap(lambda name: leaves(FIELDS[kind][name], held[name]))
    plain = WORDS.map(quoted) | st.sampled_from(["换脸", "face swap", "豆包 AI", "脸 -换脸", "*", "", "deepf*"])
    joined = st.sampled_from(["({} AND {})", "({} OR {})", "({} NOT {})", "({} {})", "(NOT {} OR {})"])
    return st.recursive(fields | plain, lambda inner: st.builds(str.format, joined, inner, inner), max_leaves=4)


@dataclass
class Both:
    sqlite: Index
    elastic: Index

    def asked(self, ask: object) -> tuple[object, object]:
        """The answers of both, or the words of their refusals."""
        return self._answer(ask, self.sqlite), self._answer(ask, self.elastic)

    @staticmethod
    def _answer(ask: object, index: Index) -> object:
        try:
            return ask(index)  # type: ignore[operator] # a callable
        except QueryError as error:
            return str(error)


@pytest.fixture
def both(home: Home, elastic_url: str) -> Iterator[Both]:
    with closing(open_index(home)) as sqlite, closing(open_index(home, elastic_url)) as elastic:
        for index in (sqlite, elastic):
            for day in (1, 2, 3):
                some = CORPUS[(day - 1) * 32 : day * 32 + 16]  # some are seen twice
                index.put(some, run_id=f"r{day}", at=f"2026-01-{day:02}T00:00:00Z")
        yield Both(sqlite, elastic)


MANY = settings(
    max_examples=150,
    deadline=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_every_query_over_listings_finds_the_same(both: Both) -> None:
    same_answers(both, "listings")


def test_every_query_over_findings_finds_the_same(both: Both) -> None:
    same_answers(both, "findings")


def test_every_query_over_samples_finds_the_same(both: Both) -> None:
    same_answers(both, "samples")


def same_answers(both: Both, kind: Kind) -> None:
    sortable = [name for name, field in FIELDS[kind].items() if field.sortable]
    names = [name for name, field in FIELDS[kind].items() if field.type == "keyword"]
    found = {True: 0, False: 0}
    sorts = st.none() | st.builds(str.__add__, st.sampled_from(["", "-"]), st.sampled_from(sortable))

    @MANY
    @given(query=queries(kind), sort=sorts, offset=st.sampled_from([0, 0, 3]))
    def compare(query: str, sort: str | None, offset: int) -> None:
        ours, theirs = both.asked(
            lambda index: [hit.id for hit in index.search(query, kind=kind, sort=sort, limit=300, offset=offset)]
        )
        assert ours == theirs, query
        found[isinstance(ours, list) and bool(ours)] += 1
        best, others = both.asked(
            lambda index: {hit.id for hit in index.search(query, kind=kind, sort="relevance", limit=300)}
        )
        assert best == others, query
        field = names[len(query) % len(names)]
        shares, parts = both.asked(lambda index: index.facet(query, field, kind=kind, limit=10))
        assert shares == parts, (query, field)
        counted, number = both.asked(lambda index: index.count(query, kind=kind))
        assert counted == number and (isinstance(ours, str) or counted == len(ours) + min(offset, counted))

    compare()
    assert found[True] > found[False] / 2, "queries that hardly ever find anything compare nothing"


@pytest.mark.parametrize("kind", FIELDS)
def test_every_field_sorts_the_same_both_ways(both: Both, kind: Kind) -> None:
    for name, field in FIELDS[kind].items():
        for sort in (name, f"-{name}"):
            ours, theirs = both.asked(
                lambda index, sort=sort: [hit.id for hit in index.search("", kind=kind, sort=sort, limit=300)]
            )
            assert ours == theirs, sort
            assert isinstance(ours, list) == field.sortable


@pytest.mark.parametrize("kind", FIELDS)
def test_a_walk_gives_the_same_objects_in_the_same_order(both: Both, kind: Kind) -> None:
    ours, theirs = both.asked(lambda index: list(index.scan("", kind=kind)))
    assert ours == theirs and len(ours) > 20  # type: ignore[arg-type] # one of the literals, or refused
