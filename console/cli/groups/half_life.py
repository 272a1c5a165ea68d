"""`copycatch groups half-life`: after how long half of the confirmed listings are gone, by marketplace."""

from __future__ import annotations

import msgspec

from console.exits import Exit
from console.group_desk import desk
from console.group_pages import lives_table
from console.terminal import JsonFlag, emit, out, remark
from index.messages import t
from index.times import utc
from takedown.half_life import FEWEST, half_lives


def run(*, json: JsonFlag = False) -> int:
    """One row, or one JSON document, per marketplace that has confirmed listings."""
    with desk() as held:
        found = half_lives(held.index, held.records)
    now = utc()
    if json:
        for marketplace, life in found.items():
            emit({"marketplace": marketplace, "as_of": now, **msgspec.to_builtins(life)})
        return Exit.DONE
    if found:
        out().print(lives_table(found))
    remark(t("groups.half_life_means", at=now, fewest=FEWEST))
    return Exit.DONE
