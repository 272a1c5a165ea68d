"""Changing a profile's file without losing its comments and order: only the touched values are rewritten."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

Value = str | Mapping[str, object]

ORDER = (
    *("names", "packages", "developers", "signers", "domains", "filings", "icons", "marks", "partners"),
    *("ordinary_meanings", "should_match", "should_not_match"),
)
_EMPTY = "  # not collected"


def blank(brand: str) -> str:
    """The text of a profile that knows nothing yet."""
    head = f"# 'unverified' values may clear a listing, never accuse one.\nid: {brand}\n"
    return head + "".join(f"{field}: []{_EMPTY}\n" for field in ORDER)


def scalar(text: str, field: str, value: str) -> str:
    """The text with a single value set."""
    found = _field(text, field)
    written = _flow(value)
    if found is None:
        return _with_line(text, f"{field}: {written}")
    return text[: found.start_mark.index] + written + text[found.end_mark.index :]


def append(text: str, field: str, values: Sequence[Value]) -> str:
    """The text with `values` behind those of the list `field`."""
    if not values:
        return text
    lines = "".join(f"\n  - {_flow(value)}" for value in values)
    found = _field(text, field)
    if found is None:
        return _with_line(text, f"{field}:{lines}")
    items = found.value if isinstance(found, yaml.SequenceNode) else []
    if not isinstance(found, yaml.SequenceNode) or not items or found.flow_style:
        kept = "".join(f"\n  - {_source(text, item)}" for item in items)
        rest = text[found.end_mark.index :].removeprefix(_EMPTY)
        return text[: found.start_mark.index].rstrip(" ") + kept + lines + rest
    end = items[-1].start_mark.index + len(_source(text, items[-1]))
    end = len(text) if (line_end := text.find("\n", end)) < 0 else line_end
    indent = " " * found.start_mark.column
    return text[:end] + lines.replace("\n  - ", f"\n{indent}- ") + text[end:]


def replace(text: str, field: str, number: int, value: Value) -> str:
    """The text with item `number` (from 0) of the list `field` rewritten."""
    found = _field(text, field)
    if not isinstance(found, yaml.SequenceNode):
        raise TypeError(f"{field} is no list")
    item = found.value[number]
    return text[: item.start_mark.index] + _flow(value) + text[item.start_mark.index + len(_source(text, item)) :]


def write(path: Path, text: str) -> None:
    """Puts the text in place at once: a reader, or a power cut, sees the former file or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _field(text: str, field: str) -> yaml.Node | None:
    root = yaml.compose(text, yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # noqa: S101 - the text was read as a profile before
    return next((value for key, value in root.value if key.value == field), None)


def _source(text: str, node: yaml.Node) -> str:
    """A node as it is written, without what follows: the mark behind a block stands where the next value begins."""
    lines = text[node.start_mark.index : node.end_mark.index].split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return "\n".join(lines).rstrip()


def _flow(value: Value) -> str:
    """On one line; line breaks of any kind are escaped, for reading would fold them into spaces."""
    plain = value if isinstance(value, str) else dict(value)
    written = _dumped(plain)
    return written if len(written.splitlines()) == 1 and "\ufeff" not in written else _dumped(plain, escaped=True)


def _dumped(plain: object, *, escaped: bool = False) -> str:
    dumped = yaml.safe_dump(
        plain,
        default_flow_style=True,
        default_style='"' if escaped else None,
        allow_unicode=not escaped,
        sort_keys=False,
        width=1 << 20,
    )
    return str(dumped).removesuffix("\n").removesuffix("...").rstrip("\n")


def _with_line(text: str, line: str) -> str:
    return f"{text.rstrip()}\n{line}\n"
