"""The one strict reader: what comes from outside becomes a domain object here, or an error that names the place."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")
KINDS = ("str", "int", "float", "bool", "array", "object", "null")


class ReadError(ValueError):
    """Input that does not fit; the message names the place, the field and what was expected."""


@cache
def _known(kind: Any) -> frozenset[str]:
    return frozenset(f.name for f in fields(kind))


def read(kind: type[T], raw: object, place: str) -> T:
    """A `kind` (dataclass) from `raw` (a mapping with JSON-like values).

    `place` names where it came from ('shops.csv, line 7'). Unknown fields are refused, not absorbed.
    Raises ReadError.
    """
    if not isinstance(raw, dict):
        raise ReadError(_text("no_object", place=place, got=type(raw).__name__))
    known = _known(cast("Any", kind))  # mypy does not see that a class is hashable
    unknown = sorted(str(key) for key in raw if key not in known)
    if unknown:
        raise ReadError(_text("unknown_field", place=place, names=", ".join(unknown), known=", ".join(sorted(known))))
    try:
        return msgspec.convert(raw, kind, strict=True)
    except msgspec.ValidationError as error:
        raise ReadError(_unfit(place, str(error))) from error


def _unfit(place: str, said: str) -> str:
    """What msgspec says of a value, in the reader's language where it has one of the common shapes."""
    if found := re.fullmatch(r"Expected `(\w+)(?: \| null)?`, got `(\w+)` - at `\$\.?(.*)`", said):
        expected, got = (_text(f"kind_{kind}") if kind in KINDS else kind for kind in found.groups()[:2])
        return _text("wrong_kind", place=place, expected=expected, got=got, at=found[3])
    if found := re.fullmatch(r"Invalid enum value (.*) - at `\$\.?(.*)`", said, re.DOTALL):
        return _text("wrong_choice", place=place, got=found[1], at=found[2])
    return f"{place}: {said}"


def _text(message: str, **values: object) -> str:
    from index.messages import t  # noqa: PLC0415 - the catalogue is read through this module

    return t(f"mistake.{message}", **values)


def encode(value: object) -> bytes:
    """Compact JSON of domain objects. Lone surrogates, which UTF-8 cannot hold, become question marks."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_clean(msgspec.to_builtins(value)))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def decode(kind: type[T], data: bytes | str) -> T:
    """The reverse of `encode`, for our own stored bytes. Raises ReadError."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReadError(f"stored {kind.__name__}: {error}") from error


def yaml_of(text: str) -> Any:
    """What YAML says, by a loader that makes nothing but plain values. Raises yaml.YAMLError."""
    import yaml  # noqa: PLC0415 - not everybody who reads objects reads YAML

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one where there is one
    return yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are safe ones
