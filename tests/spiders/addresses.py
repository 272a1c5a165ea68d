"""Addresses that are one listing: `addresses/<spider>.json` holds groups of them, one group for each listing.

    [{"case": "thread_x35", "addresses": ["https://bbs.example.org/forum.php?mod=viewthread&tid=12", "..."]}]

`case` is a folder of `fixtures/<spider>` whose page yields the listing. `at`, by default the first address, stands in
that case: as the page's own address (`url` of its meta.json), in the page's body, or both. Wherever it stands the
addresses are put in turn.
"""

import html
import json
import re
from dataclasses import dataclass, replace
from random import Random

from tests.spiders.cases import HERE, Case, own_cases

FOLDER = HERE / "addresses"
CASES = {str(case): case for case in own_cases()}


@dataclass(frozen=True)
class Group:
    """Addresses of one listing."""

    case: Case
    addresses: tuple[str, ...]
    at: str

    def __str__(self) -> str:
        return str(self.case)

    def read(self, address: str) -> list[dict[str, object]]:
        """The listings of the case when it is reached by `address`."""
        body, places = self._body(address)
        url = self.case.meta["url"]
        here = url == self.at
        assert here or places, f"{self.case}: {self.at} stands nowhere"
        case = replace(self.case, meta={**self.case.meta, "url": address if here else url})
        return [thing["listing"] for thing in case.read(body, brief=False) if "listing" in thing]

    def _body(self, address: str) -> tuple[bytes, int]:
        """The page with `address` in each of its places, and their number."""
        (page,) = self.case.folder.glob("response.*")
        written = address if page.suffix == ".json" else html.escape(address, quote=False)
        anywhere = f"(?:{re.escape(self.at)}|{re.escape(html.escape(self.at))})(?=[\"'<>#\\s])"
        return re.subn(anywhere.encode(), lambda _: written.encode(), page.read_bytes())


def groups(spider: str) -> list[Group]:
    """The groups of one spider; FileNotFoundError where nobody wrote them."""
    rows = json.loads((FOLDER / f"{spider}.json").read_text("utf-8"))
    return [
        Group(CASES[f"{spider}/{row['case']}"], tuple(row["addresses"]), row.get("at", row["addresses"][0]))
        for row in rows
    ]


def with_noise(address: str, noise: list[str], order: Random, fragment: str) -> str:
    """`address` with further parameters, all of them in another order."""
    address, _, own = address.partition("#")
    path, _, query = address.partition("?")
    pairs = [pair for pair in query.split("&") if pair] + noise
    order.shuffle(pairs)
    return f"{path}{'?' if pairs else ''}{'&'.join(pairs)}{f'#{own}' if own else fragment}"
