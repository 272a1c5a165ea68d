"""The mapping on a real server: names of ECS, one more analysis by setting, what people search for in Kibana."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from index.elastic import ecs
from index.elastic.mappings import mapping
from index.home import Home
from index.model import Observation, Run
from index.open import open_decisions, open_index
from index.settings import ElasticSettings
from tests.index.objects import fingerprint, judged, listing, own_id

pytestmark = pytest.mark.elastic
AT = "2026-01-02T00:00:00Z"


@pytest.fixture
def server(elastic_url: str) -> Iterator[Any]:
    from elasticsearch import Elasticsearch  # noqa: PLC0415 - an extra

    with Elasticsearch(elastic_url.rpartition("/")[0], request_timeout=300) as client:
        yield client


def test_every_name_of_ecs_finds_what_ours_finds(home: Home, elastic_url: str, server: Any) -> None:
    of = listing(sample_sha256="ab" * 32)
    with closing(open_index(home, elastic_url)) as index:
        index.put([judged(of, flagged=True, sample=fingerprint())], run_id="r", at=AT)
        index.observe([Observation(listing_id=own_id(1), at=AT, state="seen", run_id="r", detail="")])
        index.record_run(Run(id="r", spider="shop", marketplace=of.marketplace, started_at=AT, finished_at=AT))
    with closing(open_decisions(home, elastic_url)) as decisions:
        decisions.append("decision", "f1-00", {"kind": "confirm"}, at=AT, by="li")
    for store, names in ecs.NAMES.items():
        place = f"{elastic_url.rpartition('/')[2]}-{store}"
        server.indices.refresh(index=place)
        known = server.field_caps(index=place, fields="*")["fields"]
        for name, ours in names.items():
            assert known[name].keys() == known[ours].keys(), name
            hits = server.search(index=place, query={"exists": {"field": name}}, fields=[name, ours])["hits"]["hits"]
            assert all(hit["fields"][name] == hit["fields"][ours] for hit in hits)
            assert hits or (store, ours) == ("findings", "sample_sha256"), (store, name)
    place = f"{elastic_url.rpartition('/')[2]}-listings"
    assert server.count(index=place, query={"term": {"url.full": of.url}})["count"] == 1


@pytest.mark.parametrize("analysis", ["", "smartcn"])
def test_chinese_is_found_by_what_every_server_has_and_by_one_more_subfield(
    server: Any, elastic_url: str, analysis: str
) -> None:
    name = f"{elastic_url.rpartition('/')[2]}-analysis"
    from index.elastic.mappings import settings  # noqa: PLC0415 - an extra

    server.indices.create(index=name, settings=settings(), mappings=mapping("listings", analysis))  # type: ignore[arg-type] # one of the literals, or refused
    try:
        title = "我们提供人工智能换脸服务"
        server.index(index=name, id="1", document={"title": title, "tokens": {"title": " ".join(title)}}, refresh=True)

        def found(field: str, words: str) -> int:
            return int(server.count(index=name, query={"match_phrase": {field: words}})["count"])

        assert found("title", "换脸") == found("title.uni", "脸") == found("tokens.title", "换 脸") == 1
        assert found("title", "脸换") == found("title.uni", "脸换") == 0
        tokens = [one["token"] for one in server.indices.analyze(index=name, field="title", text="人工智能")["tokens"]]
        assert tokens == ["人工", "工智", "智能"]
        if analysis:
            words = server.indices.analyze(index=name, field="title.smartcn", text=title)["tokens"]
            assert "提供" in [one["token"] for one in words]
            assert found("title.smartcn", "提供") == 1 and found("title.smartcn", "供人") == 0
        else:
            assert "smartcn" not in mapping("listings", "")["properties"]["title"]["fields"]
    finally:
        server.indices.delete(index=name)


def test_an_index_with_one_more_analysis_answers_our_queries_the_same(server: Any, elastic_url: str) -> None:
    from index.elastic.store import ElasticIndex  # noqa: PLC0415 - an extra

    url = f"{elastic_url}s"
    prefix = url.rpartition("/")[2]
    try:
        with closing(ElasticIndex(url, ElasticSettings(analysis="smartcn"))) as index:
            index.put([judged(listing(title="供人使用的换脸工具"), flagged=True)], run_id="r", at=AT)
            assert index.count("供人") == index.count("换脸") == 1 and index.count("脸换") == 0
        fields = server.indices.get_mapping(index=f"{prefix}-listings").popitem()[1]
        assert "smartcn" in fields["mappings"]["properties"]["title"]["fields"]
    finally:
        for name in server.indices.get(index=f"{prefix}-*"):
            server.indices.delete(index=name)
        server.indices.delete_index_template(name=f"{prefix}-*")
        server.options(ignore_status=404).cluster.delete_component_template(name=f"{prefix}-*")
