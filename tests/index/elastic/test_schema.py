"""A mapping has a number of its own; indices of an earlier one are refused, and led to this one and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch, helpers

from index.elastic import administration
from index.elastic.decisions import ElasticDecisions
from index.elastic.mappings import SCHEMA_VERSION, STORES, alias_name, mapping, settings
from index.elastic.store import ElasticIndex
from index.elastic.transfer import ElasticTransfer
from index.protocol import IndexUnavailable
from index.settings import ElasticSettings
from tests.index.objects import judged, listing, own_id
from tests.index.test_contract import DAY, put
from tests.index.test_elastic_records import LIFE
from tests.index.test_similar import code, sample
from tests.index.test_transfer import fill

SCHEMAS = Path(__file__).parent / "schemas"
OWN = ElasticSettings(timeout=120)
EARLIER = range(1, SCHEMA_VERSION)


def test_another_mapping_has_another_number() -> None:
    """Where this fails: raise SCHEMA_VERSION, and let the new file be written; those that were released stay."""
    now = {
        "settings": settings(),
        "mappings": {store: mapping(store) for store in STORES},
        "analysis": {one: mapping("listings", one)["properties"]["title"] for one in ("smartcn", "ik")},
    }
    golden = SCHEMAS / f"v{SCHEMA_VERSION}.json"
    if not golden.exists():
        golden.write_text(json.dumps(now, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
        pytest.fail(f"wrote {golden}: review it, then run again")
    assert now == json.loads(golden.read_text("utf-8")), "the mapping is another one: raise SCHEMA_VERSION"


def test_every_number_up_to_this_one_is_known() -> None:
    assert {path.stem for path in SCHEMAS.iterdir()} == {f"v{number}" for number in range(1, SCHEMA_VERSION + 1)}


@pytest.fixture
def client(own_place: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(own_place.rpartition("/")[0], request_timeout=120) as opened:
        yield opened


def documents(client: Elasticsearch, prefix: str) -> dict[str, dict[str, Any]]:
    """Store -> id -> document."""
    client.indices.refresh(index=f"{prefix}-*")
    walks = {store: helpers.scan(client, index=alias_name(prefix, store)) for store in STORES}
    return {store: {hit["_id"]: hit["_source"] for hit in walk} for store, walk in walks.items()}


def make(client: Elasticsearch, prefix: str, version: int, filled: dict[str, dict[str, Any]]) -> None:
    """Indices as a copycatch of that version made them, with the documents, as far as it knew their fields."""
    known = json.loads((SCHEMAS / f"v{version}.json").read_text("utf-8"))
    for store in STORES:
        body = {"settings": known["settings"], "mappings": known["mappings"][store]}
        name = f"{alias_name(prefix, store)}-v{version}"
        client.indices.put_index_template(
            name=name, index_patterns=[f"{alias_name(prefix, store)}-v*"], priority=200, template=body
        )
        alias = {alias_name(prefix, store): {"is_write_index": True}}
        client.indices.create(index=f"{name}-000001", aliases=alias)
        fields = known["mappings"][store]["properties"]
        for key, document in filled[store].items():
            client.index(index=f"{name}-000001", id=key, document={n: v for n, v in document.items() if n in fields})
    client.indices.refresh(index=f"{prefix}-*")


@pytest.mark.elastic
@pytest.mark.parametrize("version", EARLIER)
def test_an_earlier_index_is_refused_and_led_to_this_version_and_back(
    own_place: str, client: Elasticsearch, version: int
) -> None:
    prefix = own_place.rpartition("/")[2]
    with (
        closing(ElasticIndex(f"{own_place}-now", OWN)) as index,
        closing(ElasticDecisions(f"{own_place}-now", OWN)) as decisions,
    ):
        fill(index)
        index.put_sample(sample(9, dhash="0f" * 8, of=code(1, shared=50)), at=DAY.format(1))
        for entry in LIFE:
            decisions.append_all([entry], at=DAY.format(1), by="li")
    wanted = documents(client, f"{prefix}-now")
    make(client, prefix, version, wanted)

    for opened in (ElasticIndex, ElasticDecisions, ElasticTransfer):
        for write in (True, False):
            with pytest.raises(IndexUnavailable, match=rf"older version \({version},.*index migrate"):
                opened(own_place, OWN, write=write)
    with pytest.raises(IndexUnavailable, match="index migrate"):
        administration.init(own_place, OWN)

    administration.migrate(own_place, OWN)
    assert documents(client, prefix) == wanted
    there = set(client.indices.get(index=f"{prefix}-*"))
    administration.migrate(own_place, OWN)
    assert set(client.indices.get(index=f"{prefix}-*")) == there, "once is enough"
    with closing(ElasticIndex(own_place, OWN)) as index:
        assert [int(one.id, 16) for one in index.similar_icons("0f" * 8)] == [9]
        assert put(index, judged(listing("later"), flagged=True, sample=sample(10, dhash="1" * 16)), day=9) == ["new"]

    administration.build_anew(own_place, OWN, back=True)
    assert own_id("later") in documents(client, prefix)["listings"], "what came since goes back with it"
    with pytest.raises(IndexUnavailable, match=r"older version .*index migrate"):
        ElasticIndex(own_place, OWN)
    administration.migrate(own_place, OWN)
    with closing(ElasticIndex(own_place, OWN)) as index:
        assert [int(one.id, 16) for one in index.similar_icons("1" * 16)] == [10]
        assert index.count("", kind="listings") == 3
