"""Operator groups: how well planted operators are found, how fast, and what would become of them without the guards.

    python benchmarks/group_bench.py [--listings 100000]

Invented: operators of one to forty listings at twelve marketplaces, who change name and signer and keep a contact, a
domain, or icon and wording of their own. Half of the listings copy icon, wording and service contact of one of twenty
genuine apps; a tenth is signed with a public key; marketplaces put their mail on every page; warnings quote five
operators each. The floor is networkx's connected components over the same edges. CPU seconds; prints JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import networkx as nx

from index.home import Home
from index.ids import finding_id, listing_id
from index.model import Finding, Judgement, Listing
from index.open import open_decisions, open_index
from index.profile_parts import Name, Pin
from index.profiles import Profile
from index.protocol import Index, Judged
from index.records import Decisions
from takedown.answers import all_answers
from takedown.cuts import cuts
from takedown.decision import Decision, Scope
from takedown.groups import grouped
from takedown.groups.joining import shared
from takedown.groups.member import Member, members, stakes
from takedown.relisting import Relistings

T = TypeVar("T")
OWN = re.compile(r":(0-)?[os]\d")
"""Keys of an operator's own."""
SEED, MARKETS, BRANDS, BATCH, CONFIRMED = 20261128, 12, 20, 1000, 2000
FIRST, LATER = "2026-11-01T08:00:00Z", "2026-11-20T08:00:00Z"
PROFILES = {
    f"brand{number}": Profile(
        id=f"brand{number}",
        names=(Name(text=f"牌子{number}"),),
        signers=(Pin(package="org.example", store="vendor", sha256=f"{number:064x}"),),
    )
    for number in range(BRANDS)
}


@dataclass
class Invented:
    """Listings with their keys, and which operator stands behind each; None: nobody."""

    judged: list[Judged] = field(default_factory=list)
    truth: dict[str, int | None] = field(default_factory=dict)

    def add(self, number: int, operator: int | None, keys: Sequence[str], *, suspected: bool, market: int) -> str:
        host = f"market{market}.example"
        listing = Listing(
            marketplace=f"shop:{host}", native_id=str(number), url=f"https://{host}/{number}", title=f"智聊 {number}",
            source_kind="shop", seller=f"店铺{number % 9973}",
        )  # fmt: skip
        name = listing_id(listing.marketplace, listing.native_id)
        verdict = "violation" if suspected else "benign"
        finding = Finding(
            id=finding_id(name, "counterfeit", None), listing_id=name, marketplace=listing.marketplace, url=listing.url,
            title=listing.title, group="counterfeit", verdict="violation", probability=0.9, priority=0.5,
        )  # fmt: skip
        page = f"contact:mail:service@{host}"
        judgement = Judgement(verdict=verdict)  # type: ignore[arg-type] # one of both
        found = (finding,) if suspected else ()
        self.judged.append(Judged(listing=listing, judgement=judgement, findings=found, ties=(*keys, page)))
        self.truth[name] = operator
        return name


def invented(count: int) -> Invented:
    """Always the same."""
    chance, made = random.Random(SEED), Invented()
    copied = [(f"icon:b{b}", *(f"text:{n}-b{b}" for n in range(3)), f"contact:qq:95{b:03}") for b in range(BRANDS)]
    for brand in range(BRANDS):
        made.add(brand, None, (*copied[brand], f"signer:{brand:064x}"), suspected=False, market=brand % MARKETS)
    operator, contacts = 0, list[str]()
    while len(made.judged) < count:
        operator += 1
        own = {kind: f"{kind}:o{operator}" for kind in ("contact", "domain", "icon", "code")}
        own["text"] = f"text:0-o{operator}"
        contacts.append(own["contact"])
        for _ in range(min(40, int(chance.paretovariate(1.1)))):
            keys = {own["contact"]} if chance.random() < 0.6 else set()
            keys |= {own["domain"]} if chance.random() < 0.3 else set()
            keys |= {own["icon"], own["text"]} if chance.random() < 0.4 else set()
            keys |= {f"signer:s{operator}-{chance.randrange(3)}"} if chance.random() < 0.3 else set()
            if chance.random() < 0.5:
                keys |= set(copied[operator % BRANDS])
            if chance.random() < 0.1:
                keys.add(f"public_signer:p{chance.randrange(4)}")
            made.add(len(made.judged), operator, sorted(keys), suspected=True, market=chance.randrange(MARKETS))
        if operator % 40 == 0 and len(contacts) > 5:
            quoted = chance.sample(contacts, 5)
            made.add(len(made.judged), None, quoted, suspected=False, market=chance.randrange(MARKETS))
        if operator % 3 == 0:
            made.add(len(made.judged), None, (), suspected=False, market=chance.randrange(MARKETS))
    return made


def quality(sets: Sequence[Sequence[str]], truth: Mapping[str, int | None]) -> dict[str, float]:
    """Of pairs that were joined the share that belongs together; of pairs that belong together the share that was."""
    joined = _pairs(map(len, sets))
    right = sum(_pairs(Counter(truth[name] for name in one if truth[name] is not None).values()) for one in sets)
    real = _pairs(Counter(operator for operator in truth.values() if operator is not None).values())
    return {
        "pair_precision": round(right / joined, 4) if joined else 1.0,
        "pair_recall": round(right / real, 4),
        "largest": max(map(len, sets), default=0),
    }


def _pairs(counts: Iterable[int]) -> int:
    return sum(number * (number - 1) // 2 for number in counts)


def components(carried: Mapping[str, Sequence[str]], *, every_key: bool) -> list[list[str]]:
    """By networkx: over what joins by our rules, or over every key that two share."""
    graph = nx.Graph()
    if every_key:
        graph.add_edges_from((name, key) for name, keys in carried.items() for key in keys)
        found = [[node for node in one if node in carried] for one in nx.connected_components(graph)]
    else:
        for holders in shared(carried).values():
            nx.add_star(graph, holders)
        found = list(map(list, nx.connected_components(graph)))
    return [one for one in found if len(one) > 1]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds and the answer."""
    start = time.process_time()
    answer = work()
    return round(time.process_time() - start, 3), answer


def put(home: Home, made: Invented) -> None:
    with closing(open_index(home)) as index:
        for at, judged in ((FIRST, made.judged[::2]), (LATER, made.judged[1::2])):
            for start in range(0, len(judged), BATCH):
                index.put(judged[start : start + BATCH], run_id="r", at=at)


def confirm(index: Index, records: Decisions) -> set[str]:
    """The oldest findings; returns their listings."""
    found = index.search("*", sort="first_seen", limit=CONFIRMED)
    for number, hit in enumerate(found):
        scope = Scope(kind="offer", value=str(hit.value["listing_id"]))
        said = Decision(
            unit=f"u1-{number}", finding_ids=(hit.id,), kind="confirm", scope=scope, decided_by="li", decided_at=FIRST
        )
        records.append("decision", said.unit, said, at=FIRST, by="li", about=(hit.id,))
    return {str(hit.value["listing_id"]) for hit in found}


def read(index: Index, records: Decisions) -> tuple[dict[str, Member], dict[str, tuple[str, ...]]]:
    held = stakes(index, all_answers(records))
    both = {member.listing_id: (member, keys) for member, keys in members(index, held)}
    return {name: one[0] for name, one in both.items()}, {name: one[1] for name, one in both.items()}


def measured(count: int, folder: Path) -> dict[str, object]:
    """Everything at one size."""
    made, home = invented(count), Home(folder / str(count)).prepare()
    put(home, made)
    with closing(open_index(home)) as index, closing(open_decisions(home)) as records:
        reading, (known, carried) = timed(lambda: read(index, records))
        grouping, found = timed(lambda: grouped(known, carried, PROFILES.values(), cuts(records)))
        sets = [[member.listing_id for member in group.members] for group in found.groups]
        suspected = {name: carried[name] for name, member in known.items() if member.suspected}
        useful = {name: [key for key in keys if key not in found.tie_nobody] for name, keys in suspected.items()}
        floor, _ = timed(lambda: components(useful, every_key=False))
        own = {name: [key for key in keys if OWN.search(key)] for name, keys in suspected.items()}
        told = {
            "listings": len(known), "groups": len(sets), **quality(sets, made.truth),
            "recall_possible": quality(components(own, every_key=False), made.truth)["pair_recall"],
            "every_key": quality(components(carried, every_key=True), made.truth),
            "ties_nobody": Counter(why for why, _ in found.tie_nobody.values()),
            "read_s": reading, "group_s": grouping, "networkx_s": floor, "ratio": round(grouping / floor, 2),
        }  # fmt: skip
        return told | recognised(index, records, made, known, own)


def recognised(
    index: Index, records: Decisions, made: Invented, known: Mapping[str, Member], own: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    """Relisting: the oldest findings are confirmed, and what their operators listed later is looked for."""
    confirmed = confirm(index, records)
    every, found = timed(lambda: Relistings(index, records, PROFILES).every())
    one = found[0].listing_id
    single, _ = timed(lambda: Relistings(index, records, PROFILES, only=[one]).of([one]))
    operators = {made.truth[name] for name in confirmed}
    later = {name for name in own if known[name].first_seen == LATER and made.truth[name] in operators}
    right = sum(made.truth[each.listing_id] == made.truth[each.earlier.listing_id] for each in found)
    return {
        "confirmed": len(confirmed), "relisted": len(found), "relisted_right": right,
        "relisted_of": len(later), "relisted_s": every, "one_relisting_s": single,
    }  # fmt: skip


def main() -> None:
    """At a quarter of the size, and at all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for count in (asked.listings // 4, asked.listings):
            print(json.dumps(measured(count, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
