"""How we came to have a listing: crawled by us, or supplied by somebody. A notice can demand to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from index.messages import t
from index.model import Supplied
from index.protocol import Index, Kind, Stored

BATCH = 200


def custody(supplied: Supplied) -> str:
    """One sentence: by whom, how and when, and in which file."""
    supply = supplied.supply
    return t(
        "intake.custody.supplied",
        by=supply.by,
        channel=supply.channel,
        received=supply.received_at,
        file=supply.file,
        digest=supply.file_sha256,
        place=supplied.place,
    )


def with_custody(index: Index, hits: Iterable[Stored], kind: Kind) -> Iterator[Stored]:
    """The hits with 'custody' among their values: a sentence for each supplier; 'crawled' where there is none."""
    rest = iter(hits)
    while batch := list(islice(rest, BATCH)):
        names = [str(hit.value.get("listing_id")) if kind == "findings" else hit.id for hit in batch]
        known = index.supplied(names)
        for name, hit in zip(names, batch, strict=True):
            said = "\n".join(custody(one) for one in known.get(name, ())) or t("intake.custody.crawled")
            yield replace(hit, value={**hit.value, "custody": said})
