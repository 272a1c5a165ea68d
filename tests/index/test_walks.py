"""A walk over everything holds a page of it at a time, however much there is, and sees what was there when it began."""

import gc
import tracemalloc
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from index.protocol import Index, Judged
from tests.index.objects import finding, judged, listing

# aiohttp warns of bodies above 1 MiB: compressing them first is what keeps it short, and the loop is a thread of its own.
pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
AT = "2026-01-01T00:00:00Z"
LONG = "很长的说明" * 400


def many(number: int) -> Judged:
    """A listing with 500 findings, each of which has 4 kB of text in its evidence."""
    of = listing(number, title=f"换脸 {number}")
    one = finding(of)
    evidence = changed(one.violations[0].evidence[0], observed=LONG)
    violations = (replace(one.violations[0], evidence=(evidence,)),)
    found = tuple(replace(finding(of, brand=f"b{brand}"), violations=violations) for brand in range(500))
    return replace(judged(of, flagged=True), findings=found)


def peak(index: Index) -> tuple[int, int]:
    """Findings of a walk, and the most bytes that it held at once."""
    index.count("")
    gc.collect()
    tracemalloc.start()
    count = sum(1 for _ in index.scan(""))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, most


def test_a_walk_holds_no_more_of_many_than_of_few(index: Index) -> None:
    index.put([many(number) for number in range(4)], run_id="r", at=AT)
    few, small = peak(index)
    for number in range(4, 16):
        index.put([many(number)], run_id="r", at=AT)
    all_of_them, large = peak(index)
    assert (few, all_of_them) == (2000, 8000)
    assert large < 1.5 * small


@pytest.mark.parametrize("after", [1, 1500])
def test_a_walk_sees_what_was_there_when_it_began(index: Index, after: int) -> None:
    index.put([many(number) for number in range(4)], run_id="r", at=AT)
    walk = index.scan("")
    seen = [next(walk).id for _ in range(after)]
    index.put([many(9)], run_id="r", at=AT)
    seen += [hit.id for hit in walk]
    assert len(seen) == len(set(seen)) == 2000 and seen == sorted(seen)
