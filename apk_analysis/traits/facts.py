r"""Facts that finders go by: one YAML file per subject in facts/, each a list of mappings with an `id`.

    - id: bangcle                      # names the fact inside its file
      anchors: [libsecexe.so]          # literal texts, searched in one pass over everything that can hold text
      fold: true                       # whether upper and lower case are the same (default: false)
      kinds: [name, native]            # only in these kinds of text (default: all, see `Kind`)
      most: 64                         # hits kept per file and anchor (default: 16)
      exhaustive: true                 # whether a file with more is told of: what stands around each hit decides
      hidden: [base64, hex, reversed]  # also found in these forms (see `Form`); what is decoded is searched again
      vendor: Bangcle                  # everything else is for the finder: `fact.more["vendor"]`

An anchor has at least three bytes. One with other than ASCII characters is also found in GBK, in UTF-16 and as
\u escapes; one in ASCII also in UTF-16.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

FOLDER = Path(__file__).with_name("facts")
Kind = Literal["dex", "resources", "xml", "text", "script", "native", "data", "name"]
"""Where a text stands: strings of a DEX file, resources.arsc, binary XML, text-like files, JavaScript (Hermes bytecode
too), ELF files, any other file, the names of the entries themselves."""
Form = Literal["base64", "hex", "reversed", "escapes", "joined"]
"""How an anchor may be hidden. 'escapes': each character as \\x68; 'joined': over constants used in turn."""
KINDS: tuple[Kind, ...] = get_args(Kind)
FORMS: tuple[Form, ...] = get_args(Form)
MOST = 16


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of a fact file."""

    id: str
    anchors: tuple[str, ...]
    fold: bool
    kinds: frozenset[Kind]
    hidden: frozenset[Form]
    most: int
    exhaustive: bool
    more: Mapping[str, Any]
    """Every other key of the entry."""


@cache
def facts(file: str) -> tuple[Fact, ...]:
    """The facts of facts/`file`.yml. A mistake in it is ours: raises ValueError or KeyError."""
    raw = yaml.load((FOLDER / f"{file}.yml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    found = tuple(_fact(file, entry) for entry in raw)
    if len({fact.id for fact in found}) < len(found):
        raise ValueError(f"facts/{file}.yml names an id twice")
    return found


@cache
def all_facts() -> dict[str, tuple[Fact, ...]]:
    """Name of the file -> its facts."""
    return {path.stem: facts(path.stem) for path in sorted(FOLDER.glob("*.yml"))}


def fact(file: str, name: str) -> Fact:
    """One fact. Raises StopIteration when the file has none of that name."""
    return next(found for found in facts(file) if found.id == name)


def _fact(file: str, entry: dict[str, Any]) -> Fact:
    more = dict(entry)
    fact = Fact(
        id=more.pop("id"),
        anchors=tuple(dict.fromkeys(more.pop("anchors", ()))),
        fold=more.pop("fold", False),
        kinds=frozenset(more.pop("kinds", KINDS)),
        hidden=frozenset(more.pop("hidden", ())),
        most=more.pop("most", MOST),
        exhaustive=more.pop("exhaustive", False),
        more=more,
    )
    short = [anchor for anchor in fact.anchors if len(anchor.encode()) < 3]
    if short or not fact.kinds <= set(KINDS) or not fact.hidden <= set(FORMS):
        raise ValueError(f"facts/{file}.yml, {fact.id}: {short or [*sorted(fact.kinds), *sorted(fact.hidden)]}")
    return fact
