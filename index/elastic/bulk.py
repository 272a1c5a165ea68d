"""Many documents in few requests: chunks by bytes, several under way, retries with jitter, a word on each refusal."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from elastic_transport import ConnectionError as NoConnection
from elasticsearch import ApiError, AsyncElasticsearch

from index.reading import encode

CHUNK = 5 << 20
"""Bytes of one request."""
MOST = 2000
"""Documents of one request."""
UNDER_WAY = 4
ATTEMPTS, PATIENCE = 6, 60.0
"""Of one request: how often it is sent at most, and the seconds after which it is not sent again."""
BUSY = frozenset({429, 502, 503, 504})
FORBIDDEN = 403
FIRST_WAIT, LONGEST_WAIT = 0.25, 15.0
"""Seconds before the first and at most before the last of the attempts; each is drawn between half and all of it."""
_ERRORS = "errors,items.*.error,items.*.status"


@dataclass(frozen=True, slots=True)
class Action:
    """One document to write."""

    op: Literal["index", "create", "update", "delete"]
    index: str
    """Alias or index."""
    id: str
    document: object = None
    """Domain objects or plain values; for 'update' the fields to change."""
    seq_no: int | None = None
    primary_term: int | None = None
    """Only if it still stands at this version."""

    def lines(self) -> bytes:
        """As the bulk API wants it."""
        head: dict[str, Any] = {"_index": self.index, "_id": self.id}
        if self.seq_no is not None:
            head |= {"if_seq_no": self.seq_no, "if_primary_term": self.primary_term}
        if self.op == "update":
            head["retry_on_conflict"] = 5
        first = encode({self.op: head})
        if self.op == "delete":
            return first + b"\n"
        said = {"doc": self.document} if self.op == "update" else self.document
        return b"%b\n%b\n" % (first, encode(said))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One document that was not written."""

    action: Action
    status: int
    """As of HTTP: 409 for a conflict, 404 for an update of nothing, 400 for what does not fit."""
    reason: str


async def write(client: AsyncElasticsearch, actions: Iterable[Action]) -> list[Refusal]:
    """Writes all of them and says which were refused, in no order.

    Raises elastic_transport errors and ApiError where a whole request is refused after all attempts, or not answered in
    time: some of the documents may have been written then, and writing all of them again does no harm.
    """
    refusals: list[Refusal] = []
    pending: set[asyncio.Task[list[Refusal]]] = set()
    try:
        for chunk in chunks(actions):
            if len(pending) >= UNDER_WAY:  # back-pressure: no more is read than can be sent
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                refusals += [refusal for task in done for refusal in task.result()]
            pending.add(asyncio.create_task(_send(client, chunk)))
        for task in asyncio.as_completed(pending):
            refusals += await task
    except BaseException:
        for task in pending:
            task.cancel()
        raise
    return refusals


def chunks(actions: Iterable[Action]) -> Iterator[list[tuple[Action, bytes]]]:
    """Actions with their lines, as many as one request takes; one that is larger by itself goes alone."""
    chunk: list[tuple[Action, bytes]] = []
    size = 0
    for action in actions:
        lines = action.lines()
        if chunk and (size + len(lines) > CHUNK or len(chunk) >= MOST):
            yield chunk
            chunk, size = [], 0
        chunk.append((action, lines))
        size += len(lines)
    if chunk:
        yield chunk


async def _send(client: AsyncElasticsearch, chunk: list[tuple[Action, bytes]]) -> list[Refusal]:
    """One request, and again for what the server was too busy for."""
    refusals: list[Refusal] = []
    until = time.monotonic() + PATIENCE
    for attempt in range(1, ATTEMPTS + 1):
        last = attempt == ATTEMPTS
        try:
            again, refused = await _ask(client, chunk)
        except (NoConnection, ApiError) as error:
            last |= time.monotonic() >= until
            if last or (isinstance(error, ApiError) and error.status_code not in BUSY):
                raise
        else:
            if last or time.monotonic() >= until:
                return refusals + refused
            refusals += [one for one in refused if one.action not in again]
            chunk = [pair for pair in chunk if pair[0] in again]
            if not chunk:
                return refusals
        await asyncio.sleep(min(LONGEST_WAIT, FIRST_WAIT * 2**attempt) * random.uniform(0.5, 1))  # noqa: S311 - jitter
    return refusals


async def _ask(client: AsyncElasticsearch, chunk: list[tuple[Action, bytes]]) -> tuple[list[Action], list[Refusal]]:
    """What is worth another attempt, and all that was refused."""
    body: Any = b"".join(lines for _, lines in chunk)
    # the client's own retries come at once and would multiply ours
    answer = await client.options(max_retries=0).bulk(operations=body, filter_path=_ERRORS)
    if not answer.get("errors"):
        return [], []
    again, refused = [], []
    for (action, _), item in zip(chunk, answer["items"], strict=True):
        (said,) = item.values()
        if said["status"] >= 300:
            refused.append(Refusal(action, said["status"], _reason(said)))
            if said["status"] in BUSY and not blocked(refused[-1]):
                again.append(action)
            elif said["status"] == FORBIDDEN and blocked(refused[-1]) and action.seq_no is None:
                again.append(action)  # for the moment in which a rebuilt index takes the place of this one
    return again, refused


def blocked(refusal: Refusal) -> bool:
    """Whether the index may not be written: a full disk's block (429, which no waiting ends), or somebody's (403)."""
    return refusal.reason.startswith("cluster_block_exception")


def _reason(said: dict[str, Any]) -> str:
    error = said.get("error") or {}
    cause = error.get("caused_by") or {}
    return ": ".join(str(part) for part in (error.get("type"), error.get("reason"), cause.get("reason")) if part)
