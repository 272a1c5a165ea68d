"""Kibana's objects, checked without a Kibana: built in both languages, nothing of them refers to what is not there."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from index.elastic.mappings import STORES, alias_name
from index.kibana.building import Choice, build, ndjson
from index.kibana.checking import mistakes, unfolded
from index.kibana.model import FOLDER, objects
from index.messages import LANGUAGES, ids, text
from index.open import open_decisions, open_index
from index.reading import ReadError
from tests.index.objects import judged, listing
from tests.index.test_elastic_records import LIFE, SENT

EACH = {
    "brands": {"doubao": "豆包", 'a"b': 'a"b'},
    "marketplaces": {"fdroid_repo:apps.example.org": "apps.example.org", "discuz:论坛.example": "论坛"},
}


def choice(lang: str = "zh", prefix: str = "copycatch") -> Choice:
    return Choice(prefix=prefix, lang=lang, each=EACH)


def objects_of(lang: str = "zh") -> dict[tuple[str, str], dict]:
    return {(one["type"], one["id"]): unfolded(one) for one in build(choice(lang))}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("prefix", ["copycatch", "team-2_b"])
def test_nothing_is_wrong_with_them(lang: str, prefix: str) -> None:
    assert mistakes(ndjson(choice(lang, prefix)), prefix) == []


def test_the_wanted_ones_are_there() -> None:
    found = objects_of()
    names = {name.removeprefix("copycatch-").removesuffix("-zh") for _, name in found}
    assert {"dashboard-findings", "dashboard-health", "dashboard-operators"} <= names
    assert {"search-triage", "search-blocked", "view-findings", "view-runs", "view-decisions"} <= names
    queries = {one["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"]["query"]["query"]
               for (kind, _), one in found.items() if kind == "search"}  # fmt: skip
    assert {
        'brand:"doubao"',
        'brand:"a\\"b"',
        'marketplace:"fdroid_repo:apps.example.org"',
        "outcome:blocked",
    } <= queries
    assert 'marketplace:"discuz:论坛.example"' in queries


def test_ids_stay_and_differ_by_language() -> None:
    assert ndjson(choice()) == ndjson(choice())
    assert not {one["id"] for one in build(choice("zh"))} & {one["id"] for one in build(choice("en"))}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_dashboard_says_how_to_quote_chinese_and_which_syntax(lang: str) -> None:
    for (kind, name), one in objects_of(lang).items():
        if kind == "dashboard":
            notes = [panel["embeddableConfig"]["savedVis"]["params"]["markdown"]
                     for panel in one["attributes"]["panelsJSON"] if panel["type"] == "visualization"]  # fmt: skip
            assert any("Lucene" in note and "KQL" in note and '"一键换脸"' in note for note in notes), name


def test_no_address_becomes_a_link_and_what_is_ours_alone_is_hidden() -> None:
    for (kind, _), one in objects_of().items():
        if kind == "index-pattern":
            assert "url" not in one["attributes"]["fieldFormatMap"]
            assert {"value": "body"} in one["attributes"]["sourceFilters"]


def test_every_message_is_used_and_every_field_has_a_name_for_people() -> None:
    built = "".join(ndjson(choice(lang)).decode() for lang in LANGUAGES)
    for lang in LANGUAGES:
        for name in ids("kibana"):
            if name.split(".")[1] in {"view", "dashboard", "panel", "of", "field", "note"}:
                said = text(name, lang).splitlines()[0]
                assert json.dumps(said, ensure_ascii=False)[1:-1] in built, name
    for lang in LANGUAGES:
        for (kind, _), one in objects_of(lang).items():
            if kind == "search":
                view = objects_of(lang)["index-pattern", one["references"][0]["id"]]
                assert set(one["attributes"]["columns"]) <= set(view["attributes"]["fieldAttrs"]) | {"seller"}


def panel(one: dict, name: str) -> Any:
    return next(each for each in one["attributes"]["panelsJSON"] if each["panelIndex"] == name)


def layer(one: dict, name: str) -> Any:
    state = panel(one, name)["embeddableConfig"]["attributes"]["state"]
    return state["datasourceStates"]["formBased"]["layers"]["main"]


def column(field: str, name: str = "by0", at: str = "by_brand") -> Callable[[dict], None]:
    return lambda one: layer(one, at)["columns"][name].update(sourceField=field)


def grid(**where: int) -> Callable[[dict], None]:
    return lambda one: panel(one, "by_brand")["gridData"].update(where)


def asked(query: str, language: str = "lucene") -> Callable[[dict], None]:
    return lambda one: panel(one, "by_brand")["embeddableConfig"]["attributes"]["state"].update(
        query={"query": query, "language": language}
    )


PLANTED: dict[str, tuple[Callable[[dict], object], str]] = {
    "reference to nothing": (lambda one: one["references"][0].update(id="gone"), "which is not there"),
    "reference left out": (lambda one: one["references"].pop(), "refers to nothing"),
    "reference too many": (lambda one: one["references"].append({**one["references"][0], "name": "x"}), "used nowhere"),
    "newer version": (lambda one: one.update(typeMigrationVersion="8.9.0"), "migration versions"),
    "newer core": (lambda one: one.update(coreMigrationVersion="9.0.0"), "migration versions"),
    "field that is not there": (column("brnad"), "no field brnad"),
    "terms of a text": (column("title"), "field title is of type text"),
    "terms of what is kept only": (column("body"), "field body is of type object"),
    "histogram of a word": (column("brand", at="new"), "field brand is of type keyword"),
    "median of a word": (column("brand", "of2", "where_brands_are"), "field brand is of type keyword"),
    "panel upon panel": (grid(x=1), "overlap"),
    "panel beyond the grid": (grid(x=30), "beyond column 48"),
    "panel of no size": (grid(h=0), "no place"),
    "Chinese unquoted": (asked("title:一键换脸"), "Chinese without quotation marks"),
    "Chinese half quoted": (asked('title:("换脸" OR 脱衣)'), "Chinese without quotation marks"),
    "KQL": (asked("brand: doubao", "kuery"), "query in kuery"),
    "syntax": (asked("brand:("), "brand:("),
    "query of an unknown field": (asked("brnad:doubao"), "no field brnad to search"),
    "query of what is not searched": (asked("body:x"), "no field body to search"),
    "query without field": (asked("doubao"), "no field named"),
    "column not shown": (lambda one: layer(one, "by_brand")["columns"].update(
        of9={**layer(one, "by_brand")["columns"]["of0"]}), "not shown"),
    "ordered by nothing": (lambda one: layer(one, "by_brand")["columns"]["by0"]["params"]["orderBy"].update(
        columnId="of7"), "counts nothing"),
    "no note": (lambda one: one["attributes"].update(panelsJSON=[
        each for each in one["attributes"]["panelsJSON"] if each["type"] != "visualization"]), "no note"),
    "control of a text": (lambda one: one["attributes"]["controlGroupInput"]["panelsJSON"]["c0"]["explicitInput"].update(
        fieldName="title"), "of type text"),
    "no title": (lambda one: one["attributes"].update(title=" "), "no title"),
}  # fmt: skip


def folded(value: Any, name: str = "") -> Any:
    """The reverse of `unfolded`."""
    if isinstance(value, dict | list):
        inside = name.endswith("JSON") or name in {"fieldAttrs", "fieldFormatMap", "sourceFilters", "runtimeFieldMap"}
        made = ({key: folded(item, key) for key, item in value.items()} if isinstance(value, dict)
                else [folded(item) for item in value])  # fmt: skip
        return json.dumps(made) if inside else made
    return value


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found(name: str) -> None:
    change, said = PLANTED[name]
    found = objects_of()
    change(found["dashboard", "copycatch-dashboard-findings-zh"])
    lines = "\n".join(json.dumps(folded(one)) for one in found.values())
    assert any(said in each and "dashboard-findings" in each for each in mistakes(lines.encode(), "copycatch"))


@pytest.mark.parametrize("change", [
    lambda one: one["attributes"].update(columns=["body"]),
    lambda one: one["attributes"].update(sort=[["title", "asc"]]),
    lambda one: one["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"]["query"].update(query="换脸"),
])  # fmt: skip
def test_a_planted_mistake_in_a_search_is_found(change: Callable[[dict], object]) -> None:
    found = objects_of()
    change(found["search", "copycatch-search-triage-zh"])
    assert mistakes("\n".join(json.dumps(folded(one)) for one in found.values()).encode(), "copycatch")


def test_broken_lines_and_ids_that_come_twice_are_found() -> None:
    lines = ndjson(choice()).splitlines()
    assert any("twice" in each for each in mistakes(b"\n".join([*lines, lines[0]]), "copycatch"))
    assert any("line 1" in each for each in mistakes(b"{" + b"\n".join(lines), "copycatch"))


def test_a_view_of_another_prefix_is_found() -> None:
    assert any("no field" in each for each in mistakes(ndjson(choice(prefix="other")), "copycatch"))


def test_a_file_that_does_not_fit_is_named(tmp_path) -> None:
    for kind in ("views", "searches", "dashboards"):
        (tmp_path / kind).mkdir()
    (tmp_path / "searches/odd.yml").write_text("titel: x\n")
    with pytest.raises(ReadError, match=r"searches/odd\.yml"):
        objects(tmp_path)
    (tmp_path / "searches/odd.yml").write_text("{")
    with pytest.raises(ReadError, match=r"odd\.yml"):
        objects(tmp_path)


def test_each_object_has_one_readable_file() -> None:
    files = [path for kind in ("views", "searches", "dashboards") for path in (FOLDER / kind).glob("*.yml")]
    given = objects()
    assert len(files) == len(given.views) + len(given.searches) + len(given.dashboards)
    assert {view.store for view in given.views.values()} <= set(STORES)


def aggregations(columns: dict[str, dict]) -> dict:
    """What Kibana asks the server for a chart: groups, one in the other, and in the last of them what is counted."""
    kinds = {"unique_count": "cardinality", "median": "percentiles", "average": "avg", "sum": "sum", "max": "max"}
    inner: dict = {}
    for name, one in columns.items():
        if not one["isBucketed"]:
            told = (
                {} if one["operationType"] == "count" else {kinds[one["operationType"]]: {"field": one["sourceField"]}}
            )
            asked = {"query_string": {"query": one["filter"]["query"]}} if "filter" in one else {"match_all": {}}
            inner[name] = {"filter": asked, "aggs": {"x": told} if told else {}}
    for name, one in reversed([each for each in columns.items() if each[1]["isBucketed"]]):
        params = one["params"]
        group: dict = {"terms": {"field": one["sourceField"], "size": params.get("size", 1)}}
        if one["operationType"] == "date_histogram":
            group = {"date_histogram": {"field": one["sourceField"], "fixed_interval": "1d"}}
        elif params["include"]:
            group["terms"]["include"] = params["include"][0]
        inner = {name: {**group, "aggs": inner}}
    return inner


@pytest.mark.elastic
def test_the_real_server_answers_every_panel_and_search(home, elastic_url: str) -> None:
    from elasticsearch import Elasticsearch  # noqa: PLC0415 - an extra

    index, records = open_index(home, elastic_url), open_decisions(home, elastic_url)
    index.put([judged(listing(1))], run_id="r1", at=SENT)
    for one in LIFE:
        records.append_all([one], at=SENT, by="li")
    index.close()
    records.close()
    base, _, prefix = elastic_url.rpartition("/")
    found = {(one["type"], one["id"]): unfolded(one) for one in build(choice(prefix=prefix))}
    titles = {name: one["attributes"]["title"] for (kind, name), one in found.items() if kind == "index-pattern"}
    assert set(titles.values()) <= {alias_name(prefix, store) for store in STORES}
    asked = 0
    with Elasticsearch(base, request_timeout=60) as client:
        client.indices.refresh(index=f"{prefix}-*")
        for (kind, _), one in found.items():
            if kind == "search":
                source = one["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"]
                client.search(index=titles[one["references"][0]["id"]], query={"query_string": source["query"]["query"] and {"query": source["query"]["query"]}},
                              sort=[{name: order} for name, order in one["attributes"]["sort"]])  # fmt: skip
                asked += 1
            for each in one["attributes"].get("panelsJSON", []):
                if each["type"] == "lens":
                    chart = each["embeddableConfig"]["attributes"]
                    columns = chart["state"]["datasourceStates"]["formBased"]["layers"]["main"]["columns"]
                    words = chart["state"]["query"]["query"]
                    answer = client.search(index=titles[chart["references"][0]["id"]], size=0, aggs=aggregations(columns),
                                           query={"query_string": {"query": words}} if words else {"match_all": {}})  # fmt: skip
                    assert not answer["timed_out"] and answer["_shards"]["failed"] == 0
                    asked += 1
        hours = client.search(
            index=titles[f"{prefix}-view-decisions-zh"], size=0, aggs={"x": {"sum": {"field": "notice.down"}}}
        )
    assert asked > 30 and hours["aggregations"]["x"]["value"] == 2
