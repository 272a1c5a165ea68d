"""What a team's dashboards can count of decisions and notices: facts beside the sealed record, and no person in them."""

import pytest

from index.elastic import record_documents
from index.elastic.record_documents import before, documents, id_of
from index.open import open_decisions
from index.reading import encode
from index.records import Entry, Record, record_of
from takedown.lifecycle import outcome
from takedown.notice import State, Step

SENT, DOWN, BACK = "2026-03-01T00:00:00Z", "2026-03-02T12:00:00Z", "2026-03-05T12:00:00Z"
NOTICE = {"recipient": "jd", "basis": "ip_trademark", "brand": "doubao", "reporter": {"name": "Li Person"}}
PROVEN = {"f1-a": (f"{DOWN} r1", f"{BACK} r2")}


ABOUT = ("f1-a", "f1-b")


def step(version: int, state: State, at: str, **said: dict) -> Entry:
    value = Step(state=state, at=at, by="li", note="Li Person said so", **said)
    return Entry(kind="step", id="n1-x", value=value, after=version - 1, about=ABOUT)


LIFE = [
    Entry(kind="notice", id="n1-x", value=NOTICE, about=ABOUT),
    step(1, "draft", SENT),
    step(2, "sent", SENT),
    step(3, "partially_actioned", BACK, targets={"f1-a": "removed", "f1-b": "up"}, looks=PROVEN),
    step(4, "actioned", BACK, targets={"f1-a": "removed", "f1-b": "witnessed"}),
    step(5, "relisted", BACK, targets={"f1-a": "relisted"}, looks=PROVEN),
]


def sealed(one: Entry) -> tuple[Record, str]:
    body = encode(one.value).decode()
    return record_of(one, body, seq=1, at=SENT, by="li", before=""), body


def facts(made: list[dict]) -> list[dict]:
    return [{name: one[name] for name in ("brand", "notice") if name in one} for one in made]


def expected() -> list[dict]:
    base = {"recipient": "jd", "basis": "ip_trademark", "targets": 2}
    known = [
        base,
        {**base, "down": 0, "back": 0},
        {**base, "down": 0, "back": 0, "sent_at": SENT},
        {**base, "down": 1, "back": 0, "sent_at": SENT, "hours_down": [36.0]},
        {**base, "down": 1, "back": 0, "sent_at": SENT, "hours_down": [108.0]},
        {**base, "down": 0, "back": 1, "sent_at": SENT, "hours_back": [72.0]},
    ]
    return [{"brand": "doubao", "notice": one} for one in known]


def test_a_step_says_when_targets_came_down_and_back_each_once() -> None:
    assert facts(list(documents([sealed(one) for one in LIFE]))) == expected()


def test_the_same_comes_out_step_by_step() -> None:
    known, notice, made = {}, {}, []
    for one in map(sealed, LIFE):
        (document,) = documents([one], {name: known[name] for name in before([one[0]])}, notice)
        notice |= {"n1-x": document} if document["kind"] == "notice" else {}
        known[id_of(document)] = document
        made.append(document)
    assert facts(made) == expected()


def test_down_means_what_it_means_for_whoever_writes_steps() -> None:
    assert record_documents.DOWN == outcome.DOWN


def test_no_free_words_and_no_person_stand_beside_the_record() -> None:
    cut = Entry(kind="cut", id="a|b", value={"reason": "Li Person is another"})
    for document in documents([sealed(one) for one in (*LIFE, cut)]):
        assert "Person" not in str({**document, "body": ""})


def test_a_decision_says_its_kind_and_a_countable_reason() -> None:
    said = Entry(kind="decision", id="u1", value={"kind": "dismiss", "reason": "discussion"})
    (document,) = documents([sealed(said)])
    assert (document["state"], document["reason"]) == ("dismiss", "discussion")


@pytest.mark.parametrize(
    "value", [{}, {"targets": 5, "looks": [], "state": "sent", "at": "soon"}, {"targets": {"f": []}}]
)
def test_what_does_not_fit_is_left_out(value: dict) -> None:
    said = [sealed(Entry(kind="step", id="n1-x", value=value, after=1))]
    (document,) = documents(said)
    assert "sent_at" not in document["notice"] and document["notice"]["down"] == 0


@pytest.mark.elastic
def test_the_real_server_counts_them(home, elastic_url: str) -> None:
    from elasticsearch import Elasticsearch  # noqa: PLC0415 - an extra

    records = open_decisions(home, elastic_url)
    records.append_all(LIFE[:2], at=SENT, by="li")
    for one in LIFE[2:]:
        records.append_all([one], at=SENT, by="li")
    assert [one.version for one in records.versions("step", "n1-x")] == [1, 2, 3, 4, 5]
    records.close()
    base, _, prefix = elastic_url.rpartition("/")
    with Elasticsearch(base) as client:
        aggs = {"hours": {"percentiles": {"field": "notice.hours_down", "percents": [50]}},
                "down": {"sum": {"field": "notice.down"}},
                "brands": {"terms": {"field": "brand"}}}  # fmt: skip
        found = client.search(index=f"{prefix}-records", size=0, aggs=aggs, query={"term": {"kind": "step"}})
    answers = found["aggregations"]
    assert answers["down"]["value"] == 2 and answers["hours"]["values"]["50.0"] == 72.0
    assert answers["brands"]["buckets"] == [{"key": "doubao", "doc_count": 5}]
