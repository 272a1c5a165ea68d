"""The query language: what it means, what it refuses, and that nothing typed can break the engine."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from index.protocol import Index, QueryError
from index.query.fields import FIELDS
from index.query.parse import MAX_CLAUSES, MAX_DEPTH, MAX_LENGTH, parse
from tests.index.objects import fingerprint, judged, listing

NOW = datetime(2026, 3, 31, 12, 30, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(made_once: Index) -> Index:
    made_once.put(
        [
            judged(
                listing(
                    "a", title="一键换脸神器", description="AI换脸，支持视频", price="￥10", seller="小明", lang="zh-CN"
                ),
                flagged=True,
                sample=fingerprint(),
            ),
            judged(
                listing("b", title="换，脸", package_name="com.DeepSeek.chat", version_code=7, counters={"rating": 4.5})
            ),
            judged(
                listing("c", title="Deepfake app", description="face swap", version_code=-5, published_at="2026-03-01")
            ),
            judged(listing("d", title="脸谱*教程?", notes="[x]", published_at="昨天", url="https://x.example/a?b=*")),
        ],
        run_id="r",
        at="2026-03-30T08:00:00Z",
    )
    return made_once


MEANING = {
    "": "abcd",
    "  ": "abcd",
    "*": "abcd",
    "*:*": "abcd",
    "换脸": "a",
    '"换脸"': "a",
    "脸": "abd",
    "换，脸": "b",
    "换脸 AND 视频": "a",
    "换脸 视频": "a",
    "换脸 deepfake": "",
    "换脸 OR deepfake": "ac",
    "脸 -换脸": "bd",
    "脸 NOT 换脸": "bd",
    "-脸": "c",
    "NOT (脸 OR 无)": "c",
    "+脸 -教程": "ab",
    "title:换脸": "a",
    "description:换脸": "a",
    "title:(换脸 OR deepfake)": "ac",
    "title:视频": "",
    "seller:小明": "a",
    "seller:*": "a",
    "NOT seller:*": "bcd",
    "_exists_:seller": "a",
    "price:*": "a",
    "price:￥10": "a",
    "price:¥10": "a",
    "deepf*": "c",
    "DEEPFAKE": "c",
    "换脸*": "a",
    '"face swap"': "c",
    "face AND swap": "c",
    "face swap": "c",
    '"swap face"': "",
    "deepseek": "b",
    "com.deepseek.chat": "b",
    "package_name:com.deepseek.chat": "b",
    "package_name:com.*": "b",
    "package_name:*seek*": "b",
    "package_name:com.?eepseek.chat": "b",
    "package_name:com.deepseek": "",
    "NOT package_name:x": "abcd",
    r"url:https\:\/\/x.example\/a\?b\=\*": "d",
    'url:"https://x.example/a?b=*"': "d",
    r"url:*\*": "d",
    r"url:*\?b*": "d",
    "violation:p1-2b": "a",
    "violation:p1-*": "a",
    "-violation:*": "bcd",
    "detector:terms": "a",
    "verdict:benign": "bcd",
    "version_code:7": "b",
    "version_code:-5": "c",
    "version_code:[* TO 7}": "c",
    "version_code:[-10 TO *]": "bc",
    "version_code:>-5": "b",
    "version_code:>=-5": "bc",
    "version_code:<7": "c",
    "rating:4.5": "b",
    "rating:{4 TO 5}": "b",
    "NOT version_code:>0": "acd",
    "published_at:2026-03": "c",
    "published_at:*": "c",
    "first_seen:2026-03-30": "abcd",
    "first_seen:>2026-03-30": "",
    "first_seen:<2026-03-30": "",
    "first_seen:[2026-03-30 TO 2026-03-30]": "abcd",
    "first_seen:{2026-03-29 TO 2026-03-31}": "abcd",
    "last_seen:[2026-03-30T07:59:59Z TO 2026-03-30T08:00:00Z]": "abcd",
    "lang:ZH-cn": "a",
    "title：“一键换脸”": "a",
    "（换脸 OR deepfake） AND title：一键": "a",
    "(换脸 OR version_code:7) AND NOT seller:*": "b",
    "notes:x": "d",
    "脸谱\\*教程": "d",
}


@pytest.mark.parametrize(("query", "expected"), MEANING.items())
def test_meaning(filled: Index, query: str, expected: str) -> None:
    for sort in (None, "relevance", "price", "-version_code"):
        found = filled.search(query, kind="listings", sort=sort)
        assert "".join(sorted(str(hit.value["native_id"]) for hit in found)) == expected
    assert filled.count(query, kind="listings") == len(expected) == len(list(filled.scan(query, kind="listings")))


REFUSED = {
    "titel:x": "did you mean title",
    "priorty:1": "priority",
    "xqzw:1": "known:",
    "a~": "fuzzy",
    '"a b"~2': "proximity",
    "a^2": "boost",
    "/a.*/": "regular expressions",
    "url:http://x.example": "quote",
    "tie:contact:qq:1": "quotes",
    "*face": "end",
    "f*ce": "end",
    "怎么换脸?": "quotes",
    "a*": "too short",
    "！": "nothing to look for",
    "a && b": "nothing to look for",
    "!a": "NOT",
    "(a": "cannot read",
    '"a': "cannot read",
    "a AND": "cannot read",
    "AND": "cannot read",
    "a^.": r"cannot read the query: \^\.",
    "a~1.2.3": r"cannot read the query: ~1\.2\.3",
    '"a b"~.': r"cannot read the query: ~\.",
    "price:[1 TO 5]": "numbers and dates",
    "title:[a TO b]": "numbers and dates",
    "[1 TO 2]": "needs a field",
    "version_code:x": "is a number",
    "version_code:nan": "is a number",
    "version_code:1*": "wildcards",
    "first_seen:yesterday": "not a date",
    "first_seen:2026-02-30": "no such date",
    "first_seen:now-99999y": "no such date",
    "url:*a*b*c*d": "too many wildcards",
    "x" * (MAX_LENGTH + 1): "too long",
    "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1): "too deeply",
    " ".join(["a"] * 401): "too many",
}


@pytest.mark.parametrize("query", REFUSED, ids=lambda value: value[:20])
def test_it_is_explained_in_chinese_too(filled: Index, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "zh")
    with pytest.raises(QueryError, match=r"[\u4e00-\u9fff]") as refused:
        filled.search(query, kind="listings")
    assert not re.search(r"\b(is|the|cannot|known|unknown|not|at most)\b", str(refused.value).split("（")[0])


@pytest.mark.parametrize(("query", "reason"), REFUSED.items(), ids=lambda value: value[:20])
def test_what_cannot_be_done_is_refused_and_explained(filled: Index, query: str, reason: str) -> None:
    for ask in (filled.search, filled.count, filled.scan):
        with pytest.raises(QueryError, match=reason):
            ask(query, kind="listings")


DATES = {
    "now": ("2026-03-31T12:30:15Z", "2026-03-31T12:30:16Z"),
    "now-7d": ("2026-03-24T12:30:15Z", "2026-03-24T12:30:16Z"),
    "now/d": ("2026-03-31T00:00:00Z", "2026-04-01T00:00:00Z"),
    "now-1M": ("2026-02-28T12:30:15Z", "2026-02-28T12:30:16Z"),
    "now-1M/M": ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
    "now/w": ("2026-03-30T00:00:00Z", "2026-04-06T00:00:00Z"),
    "now+1y-1h": ("2027-03-31T11:30:15Z", "2027-03-31T11:30:16Z"),
    "2026": ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    "2026-12": ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    "2026-3-1": ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
    "2026-03-01T08:00+08:00": ("2026-03-01T00:00:00Z", "2026-03-01T00:01:00Z"),
    "2026-03-01T08:00:07": ("2026-03-01T08:00:07Z", "2026-03-01T08:00:08Z"),
}


@pytest.mark.parametrize(("text", "expected"), DATES.items())
def test_dates_are_spans(text: str, expected: tuple[str, str]) -> None:
    asked = parse(f'first_seen:"{text}"', "listings", NOW)
    assert (asked.low, asked.high) == expected


def test_now_moves_on_although_queries_are_remembered() -> None:
    later = NOW.replace(year=2027)
    assert parse("first_seen:>now", "findings", NOW) != parse("first_seen:>now", "findings", later)


SYNTAX = [
    "AND",
    "OR",
    "NOT",
    "+",
    "-",
    "!",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    " TO ",
    ":",
    '"',
    "*",
    "?",
    "\\",
    "/",
    "~",
    "^",
    "'",
    ";",
    "--",
    "now-7d",
    " ",
    "<",
    ">",
    "=",
    "\0",
    "\ud800",
    "，",
    "“",
    "：",
]
NAMES = sorted({name for known in FIELDS.values() for name in known})
PIECES = st.lists(st.sampled_from([*SYNTAX, *NAMES, "换脸", "a", "1", "2026"]) | st.text(max_size=4), max_size=14).map(
    "".join
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=PIECES | st.text(max_size=60),
    kind=st.sampled_from(["listings", "findings", "samples"]),
    sort=st.sampled_from([None, "relevance", "first_seen"]),
)
def test_whatever_is_typed_is_answered_or_refused(index: Index, query: str, kind: str, sort: str | None) -> None:
    if not index.count("", kind="samples"):
        index.put([judged(listing(), flagged=True, sample=fingerprint())], run_id="r", at="2026-01-01T00:00:00Z")
    try:
        hits = index.search(query, kind=kind, sort=sort)
    except QueryError:
        return
    assert len(hits) == index.count(query, kind=kind) == len(list(index.scan(query, kind=kind)))


LEAVES = st.sampled_from(
    ["换脸", "title:换", "version_code:7", "seller:*", "violation:p1*", "-脸", "deepf*", "first_seen:>2020"]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR", "NOT"]), inner),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=TREES)
def test_a_query_and_its_negation_share_everything_between_them(filled: Index, query: str) -> None:
    assume(query.count("(") < MAX_DEPTH // 4)
    found = {hit.id for hit in filled.search(query, kind="listings")}
    rest = {hit.id for hit in filled.search(f"NOT {query}", kind="listings")}
    assert not found & rest and len(found | rest) == 4


def test_the_largest_query_that_is_allowed_is_answered(filled: Index) -> None:
    many = " OR ".join(f"词{number}" for number in range(MAX_CLAUSES)) + " OR 换脸"
    assert filled.count(many[:MAX_LENGTH], kind="listings") == 1
    deep = "(" * (MAX_DEPTH - 2) + "换脸" + ")" * (MAX_DEPTH - 2)
    assert filled.count(deep, kind="listings") == 1


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, known in FIELDS.items() for name in known])
def test_every_declared_field_can_be_asked_for_and_sorted_by(filled: Index, kind: str, name: str) -> None:
    filled.count(f"{name}:*", kind=kind)
    field = FIELDS[kind][name]
    if field.sortable:
        assert filled.search("", kind=kind, sort=name)


def test_values_of_a_field_are_counted_the_most_frequent_first(index: Index) -> None:
    sellers = ["甲", "乙", "甲", None, "Ｂ", "b"]
    many = [listing(str(n), lang=name, declared_signers=("aa", "BB")[: n % 3]) for n, name in enumerate(sellers)]
    index.put([judged(one, flagged=True) for one in many], run_id="r", at="2026-01-01T00:00:00Z")

    def counted(query: str, field: str, **options: object) -> list[tuple[str, int]]:
        return [(one.value, one.count) for one in index.facet(query, field, kind="listings", **options)]

    assert counted("", "lang") == [("b", 2), ("甲", 2), ("乙", 1)]
    assert counted("", "lang", limit=1) == [("b", 2)]
    assert counted("换脸 AND NOT lang:b", "lang") == [("甲", 2), ("乙", 1)]
    assert counted("", "declared_signers") == [("aa", 4), ("bb", 2)]
    assert counted("nothing", "lang") == counted("", "brand") == []
    assert [(one.value, one.count) for one in index.facet("", "violation")] == [("p1-2b", 6)]


@pytest.mark.parametrize(
    ("field", "limit"), [("title", 1), ("first_seen", 1), ("views", 1), ("lnag", 1), ("lang", 0), ("lang", 10**6)]
)
def test_what_cannot_be_counted_is_refused(filled: Index, field: str, limit: int) -> None:
    with pytest.raises(QueryError):
        filled.facet("", field, kind="listings", limit=limit)
