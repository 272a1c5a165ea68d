"""Samples that are like one, as lines of its page: how near in words and in figures, what they are, where to go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.padding import Padding
from rich.text import Text

from console.alike import REACH, SOME, Alike, Other, Side, bits_of
from console.page_parts import head_of, section
from console.words import chance
from index.messages import t
from index.plain import line
from index.protocol import Similar

_ID = 16
"""Characters of a digest; enough for `copycatch show` and `compare`."""
_ICON = ((0, "same"), (3, "nearly"), (64, "like"))
"""Bits up to which an icon is called so."""
_CODE = ((0.9, "nearly"), (0.5, "most"), (0.0, "some"))
"""Shares from which code is called so."""
_TELLING = frozenset({"repackaged", "wrapper_pair"})
"""What two samples are to each other, where it says more than signer, icon and code, which are told anyway."""


def alike_lines(found: Alike | None) -> Iterator[Any]:
    """Both sections; none where there is no sample."""
    if found is None:
        return
    told: set[str] = set()
    yield from section("looks_like_section", _icons(found, told))
    yield from section("shares_code_section", _codes(found, told))
    if near := (*found.icon.near, *found.code.near):
        call = Text(f"copycatch compare {found.sample[:_ID]} {near[0].id[:_ID]}", style="bold")
        yield from (Padding(each, (0, 0, 0, 2)) for each in (Text(t("similar.go_on"), style="dim"), call))


def _icons(found: Alike, told: set[str]) -> Iterator[Any]:
    yield from _nothing("icon", found.icon, bits=REACH)
    for one in found.icon.near:
        bits = bits_of(one)
        word = next(word for most, word in _ICON if bits <= most)
        yield from _sample(found, one, t(f"similar.icon_{word}", bits=bits), told)
    shown = sum(bits_of(one) == 0 for one in found.icon.near)
    if found.icon.same_icon > shown:
        yield Text(t("similar.more_same", count=found.icon.same_icon - shown), style="dim")


def _codes(found: Alike, told: set[str]) -> Iterator[Any]:
    yield from _nothing("code", found.code, share=f"{SOME:.0%}")
    for one in found.code.near:
        word = next(word for least, word in _CODE if one.similarity >= least)
        share = f"{one.similarity:.0%}" if one.exact else f"≈{one.similarity:.0%}"
        yield from _sample(found, one, t(f"similar.code_{word}", share=share), told)


def _nothing(of: str, side: Side, **figures: object) -> Iterator[Text]:
    if side.state != "compared":
        yield Text(t(f"similar.{of}_{side.state}"), style="dim")
    elif not side.near:
        yield Text(t(f"similar.{of}_none", **figures), style="dim")


def _sample(found: Alike, one: Similar, near: str, told: set[str]) -> Iterator[Any]:
    """A sample in few lines; in one, where it was told before."""
    other = found.others[one.id]
    named = (other.value.get("label"), other.value.get("package"), other.value.get("version_name"))
    names = "  ".join(line(str(name), 60) for name in named if name)
    yield Text.assemble(f"- {one.id[:_ID]}  ", (near, "bold"), f"  {names}")
    if one.id in told:
        return
    told.add(one.id)
    lines = [Text(fact, style="dim") for fact in _facts(other)]
    if other.findings:
        said = Text(", ").join(
            Text.assemble(f"{hit.id[:13]} ", head_of(hit, found.standings)) for hit in other.findings
        )
        lines.append(said)
    yield from (Padding(each, (0, 0, 0, 4)) for each in lines)


def _facts(other: Other) -> Iterable[str]:
    yield _signer(other)
    if other.relation in _TELLING and other.score is not None:
        yield t("similar.relation", relation=t(f"compare.relation.{other.relation}"), score=chance(other.score))
    days = dict.fromkeys((other.first_seen[:10], other.last_seen[:10]))
    places = ", ".join(line(one.value, 40) for one in other.marketplaces)
    said = t("similar.seen", count=other.listings, places=places) if other.listings else t("similar.nowhere")
    yield f"{said}  {' – '.join(days)}"


def _signer(other: Other) -> str:
    if other.signers != "other":
        return t(f"similar.signers_{other.signers}")
    (signer, *_) = other.value["signature"]["signers"]
    return t("similar.signers_other", name=line(str(signer.get("subject") or ""), 60), digest=signer["sha256"][:12])
