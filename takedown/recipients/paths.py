"""Where a form's value stands in a notice: dotted paths into `takedown.notice.Content`.

Beside the fields of Content itself:
  owner.*         the party in whose right the notice is written: the principal, or the reporter where there is none
  agent.*         the reporter, where it acts for a principal; else nothing
  fields.<id>     a further field of the form
  attachments.<kind>  file names of that kind; attachments alone: of all
  allegations.title, allegations.reasons   in the notice's own language
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from index.party import Party
from takedown.notice import Attachment, AttachmentKind, Content
from takedown.recipients.model import Field, Form

FREE = re.compile(r"fields\.[a-z][a-z0-9_]{0,40}", re.ASCII)
PARTIES = {"owner": Party, "agent": Party}
SPOKEN = ("title", "reasons")
"""Fields of an allegation that stand in it once per language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One field of a form with what the notice says for it."""

    field: Field
    values: tuple[str, ...]
    """One per target, right or file where the path leads through several; without empty ones."""
    needed: bool
    missing: tuple[str, ...]
    """Where a value is missing although needed: finding ids of targets, titles of rights, else the path itself."""


def filled(form: Form, content: Content) -> tuple[Filled, ...]:
    """Every field of the form, in its own order."""
    found = []
    for each in form.fields:
        values = list(_values(content, each.path))
        needed = each.needed(content)
        holes = [where for where, value in values if not value] if needed else []
        if needed and not values:
            holes = [real(content, each.path)]
        said = tuple(value for _, value in values if value)
        found.append(Filled(field=each, values=said, needed=needed, missing=tuple(holes)))
    return tuple(found)


def values_at(content: Content, path: str) -> tuple[str, ...]:
    """What stands at a path, as text; without empty ones. Raises KeyError for a path that does not exist."""
    if not exists(path):
        raise KeyError(path)
    return tuple(value for _, value in _values(content, path) if value)


def real(content: Content, path: str) -> str:
    """Where to write what a path reads: 'owner.org' is 'principal.org' or 'reporter.org'."""
    head, _, rest = path.partition(".")
    if head == "owner":
        return f"{'reporter' if content.principal is None else 'principal'}.{rest}"
    if head == "agent":
        return f"reporter.{rest}"
    if head == "allegations" and rest in SPOKEN:
        return f"{path}_{content.language}"
    return path


def exists(path: str) -> bool:
    """Whether a form may name this path."""
    return path in known() or bool(FREE.fullmatch(path))


@cache
def known() -> frozenset[str]:
    """Every path but those of 'fields'."""
    found = set(_paths(Content, ""))
    for head, kind in PARTIES.items():
        found |= {f"{head}.{each}" for each in _paths(kind, "")}
    found |= {f"attachments.{kind}" for kind in get_args(AttachmentKind)} | {"attachments"}
    found |= {f"allegations.{each}" for each in SPOKEN}
    return frozenset(found)


def _paths(kind: type, above: str) -> Iterator[str]:
    for name, hint in get_type_hints(kind).items():
        parts = [each for each in _leaves(hint) if is_dataclass(each)]
        if Attachment in parts:
            continue
        if parts:
            yield from _paths(parts[0], f"{above}{name}.")  # type: ignore[arg-type] # a class, as hints are
        elif hint not in {dict, dict[str, str]}:
            yield f"{above}{name}"


def _leaves(hint: Any) -> Iterator[Any]:
    inner = get_args(hint)
    if inner:
        for each in inner:
            yield from _leaves(each)
    else:
        yield hint


def _values(content: Content, path: str) -> Iterator[tuple[str, str]]:
    """(where, text) of everything at the path; the text is empty where a part does not say it."""
    if path.startswith("agent.") and content.principal is None:
        return
    path = real(content, path)
    head, _, rest = path.partition(".")
    if head == "fields":
        yield path, content.fields.get(rest, "").strip()
    elif head == "attachments":
        yield from ((path, each.name) for each in content.attachments if rest in {"", each.kind})
    else:
        part = getattr(content, head)
        parts = part if isinstance(part, tuple) else (part,)
        for each in parts:
            if is_dataclass(each):
                yield from ((_name(each, path), text) for text in _texts(each, rest))
            elif each is not None:
                yield path, _text(each)


def _name(part: Any, path: str) -> str:
    """How to call one of several parts."""
    return str(getattr(part, "finding_id", "") or getattr(part, "title", "") or path)


def _texts(part: Any, path: str) -> Iterator[str]:
    """Texts at `path` below one part; at least one, which may be empty."""
    name, _, rest = path.partition(".")
    value = getattr(part, name, None)
    if not rest:
        yield ", ".join(map(_text, value)) if isinstance(value, tuple) else _text(value)
        return
    inner = value if isinstance(value, tuple) else (value,)
    yield ", ".join(text for each in inner if each is not None for text in _texts(each, rest) if text)


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    return "true" if value is True else str(value).strip()
