"""Records as documents: as they are sealed, and beside that the few facts that dashboards count.

Nothing is joined there, so a step of a notice carries along what the notice says (recipient, brand), and from the
step before when it was sent and what came down when. No free words and no person go there,
so that nothing has to be taken out when a record's content is removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from elasticsearch import AsyncElasticsearch

from index.elastic.writing import digest, fetch
from index.records import Record
from index.times import hours_between

Document = dict[str, Any]
DOWN = frozenset({"removed", "off_shelf", "witnessed"})
"""What becomes of a target that is down (`takedown.lifecycle.outcome`)."""
NOTHING: Mapping[str, Document] = MappingProxyType({})
MOST = 10_000
"""What the server gives at once."""
COUNTABLE = frozenset({"decision", "allowed"})
"""Kinds whose reason is one of a few words; elsewhere it is free text."""


def document_id(kind: str, name: str, version: int) -> str:
    """The id of a record's document."""
    return f"{kind}.{digest(kind, name)}.{version}"


def id_of(document: Mapping[str, Any]) -> str:
    """The same, from the document."""
    return document_id(document["kind"], document["id"], document["version"])


def before(records: Iterable[Record]) -> list[str]:
    """Documents of the steps that these follow."""
    return [document_id("step", one.id, one.version - 1) for one in records if one.kind == "step" and one.version > 1]


def documents(
    sealed: Sequence[tuple[Record, str]],
    steps: Mapping[str, Document] = NOTHING,
    notices: Mapping[str, Document] = NOTHING,
) -> tuple[Document, ...]:
    """Each record with its JSON as a document, in order.

    `steps`: id -> document, of those that `before` named. `notices`: their ids -> their newest document, or of it
    'brand' and 'notice'.
    """
    earlier, contents, made = dict(steps), dict(notices), []
    for record, body in sealed:
        document = _document(record, body)
        if record.kind == "notice":
            document |= _content(record)
            contents[record.id] = document
        elif record.kind == "step":
            last = earlier.get(document_id("step", record.id, record.version - 1), {})
            document |= _step(record, last.get("life", {}), contents.get(record.id, {}))
            earlier[id_of(document)] = document
        made.append(document)
    return tuple(made)


async def derived(client: AsyncElasticsearch, index: str, sealed: Sequence[tuple[Record, str]]) -> tuple[Document, ...]:
    """The documents, with what steps carry along from the notice and the step before, as they stand in `index`."""
    if not (names := sorted({record.id for record, _ in sealed if record.kind == "step"})):
        return documents(sealed)
    found = await fetch(client, index, before(record for record, _ in sealed))
    await client.indices.refresh(index=index)
    answer = await client.search(
        index=index,
        query={"bool": {"filter": [{"term": {"kind": "notice"}}, {"terms": {"id": names}}]}},
        sort=[{"version": "asc"}],
        size=MOST,
        source_includes=["id", "brand", "notice"],
    )
    notices = [hit["_source"] for hit in answer["hits"]["hits"]]
    return documents(sealed, {one["_id"]: one["_source"] for one in found}, {one["id"]: one for one in notices})


def record_in(document: Mapping[str, Any]) -> Record:
    """The record of a document; without its value once that was removed."""
    names = ("seq", "kind", "id", "version", "at", "by", "sha256", "chain")
    return Record(
        **{name: document[name] for name in names},
        value=json.loads(document["body"]) if document["body"] else {},
        about=tuple(document["about"]),
        removed=not document["body"],
    )


def _document(record: Record, body: str) -> Document:
    said = asdict(record)
    value = said.pop("value")
    words = {"state": value.get("state") or value.get("kind")}
    words |= {"reason": value.get("reason")} if record.kind in COUNTABLE else {}
    words |= {"new_id": value["new_id"]} if record.kind == "alias" else {}
    return {**said, **{name: word for name, word in words.items() if word and isinstance(word, str)}, "body": body}


def _content(record: Record) -> Document:
    """What a notice says: whom it goes to, on what ground, about which brand and how many targets."""
    value = record.value
    said = {name: word for name in ("recipient", "basis") if isinstance(word := value.get(name), str)}
    brand = {"brand": word} if isinstance(word := value.get("brand"), str) else {}
    return {**brand, "notice": {**said, "targets": len(record.about)}}


def _step(record: Record, last: Document, content: Document) -> Document:
    """What a step says beside that: when the notice was sent, and of targets that came down or back, after how long."""
    notice = {name: content.get("notice", {}).get(name) for name in ("recipient", "basis")}
    life = {"sent_at": "", "down": {}, "back": {}, **last}
    when = _text(record.value.get("at"))
    if record.value.get("state") == "sent" and hours_between(when, when) is not None:
        life["sent_at"] = life["sent_at"] or when
    down, back = {**life["down"]}, {**life["back"]}
    hours_down, hours_back = [], []
    for name, became in _mapping(record.value.get("targets")).items():
        looks = [_text(one).partition(" ")[0] for one in _mapping(record.value.get("looks")).get(name, ())]
        looks = looks or [when]
        if _text(became) in DOWN and name not in down:
            down[name] = looks[0]
            hours_down.append(hours_between(back.pop(name, life["sent_at"]), looks[0]))
        elif became == "relisted" and name in down:
            back[name] = looks[-1]
            hours_back.append(hours_between(down.pop(name), looks[-1]))
    known = [one for one in hours_down if one is not None], [one for one in hours_back if one is not None]
    notice |= {"targets": len(record.about), "sent_at": life["sent_at"], "hours_down": known[0], "hours_back": known[1],
               "down": len(hours_down), "back": len(hours_back)}  # fmt: skip
    kept = {name: value for name, value in notice.items() if value not in (None, "", [])}
    brand = {"brand": content["brand"]} if content.get("brand") else {}
    return {**brand, "notice": kept, "life": {"sent_at": life["sent_at"], "down": down, "back": back}}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
