"""Recipients from YAML files: strict, so that a field with a wrong name is refused and not passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import yaml

from index.messages import t
from index.reading import ReadError, read
from takedown.recipients.model import Field, Form, Recipient
from takedown.recipients.paths import exists

SHIPPED = Path(__file__).parent
LARGEST = 1 << 20
"""Bytes of one file."""
_ID = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # a base chosen when it starts
    """Safe, with days as the text that was written; a field that stands there twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as in the base class
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                where = f"{key.start_mark.line + 1}"
                raise yaml.YAMLError(t("recipients.twice_in_file", line=where, name=str(key.value)[:60]))
            seen.add(str(key.value))
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


_Loader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in known if not tag.endswith(":timestamp")]
    for first, known in _Loader.yaml_implicit_resolvers.items()
}


def recipients(overlay: Path | None = None) -> dict[str, Recipient]:
    """The shipped recipients by id, then those of the folder `overlay` (may be missing): a later id wins.

    Raises ReadError naming file and field.
    """
    found: dict[str, Recipient] = {}
    for folder in (SHIPPED, overlay):
        for path in sorted(folder.glob("*.yml")) if folder else ():
            each = read_recipient(path, origin="shipped" if folder == SHIPPED else "own")
            found[each.id] = each
    for each in found.values():
        for other in each.escalation:
            if other not in found:
                raise ReadError(t("recipients.no_escalation", place=f"{each.id}.yml", id=other))
    return found


def read_recipient(path: Path, *, origin: Literal["shipped", "own"] = "own") -> Recipient:
    """One recipient. Raises ReadError naming file and field."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise ReadError(t("recipients.too_large", place=path.name, megabytes=LARGEST >> 20))
        return parse_recipient(text.decode(), path.name, origin=origin)
    except OSError as error:
        raise ReadError(t("mistake.unreadable", place=path.name, reason=error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise ReadError(t("mistake.no_utf8", place=path.name, at=error.start + 1)) from error


def parse_recipient(text: str, place: str, *, origin: Literal["shipped", "own"] = "own") -> Recipient:
    """The recipient that `text` writes; `place` is the name of its file. Raises ReadError naming file and field.

    Everything that is wrong beyond types is named, one fault per line.
    """
    raw = _load(text, place)
    if isinstance(raw, dict):
        raw = {**raw, "origin": origin}
        if isinstance(raw.get("forms"), list):
            raw["forms"] = [_packed(form, place) for form in raw["forms"]]
    found: Recipient = _strict(Recipient, raw, place)
    if wrong := list(_wrong(found, place)):
        raise ReadError("\n".join(f"{place}: {each}" for each in wrong))
    return found


def _load(text: str, place: str) -> Any:
    try:
        if "*" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _Loader)):
            raise ReadError(t("recipients.alias", place=place))
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise error if isinstance(error, ReadError) else ReadError(f"{place}: {error}") from error


def _packed(form: Any, place: str) -> Any:
    """A form that is `like` a general packet: that packet, with what the form says itself in its place."""
    if not isinstance(form, dict) or "like" not in form:
        return form
    known = {path.stem: path for path in (SHIPPED / "packets").glob("*.yml")}
    name = form["like"]
    if not isinstance(name, str) or name not in known:
        raise ReadError(t("recipients.no_packet", place=place, name=str(name)[:40], known=", ".join(sorted(known))))
    packet = _load(known[name].read_text("utf-8"), known[name].name)
    return {**packet, **{key: value for key, value in form.items() if key != "like"}}


def _strict(kind: Any, raw: Any, place: str) -> Any:
    """As `read`, with the parts read first: what is wrong in them is named with the part it is in."""
    if isinstance(raw, dict):
        for name, part in _parts(kind).items():
            value = raw.get(name)
            if isinstance(value, list):
                for number, each in enumerate(value, start=1):
                    _strict(part, each, f"{place}, {name} {_called(each, number)}")
            elif value is not None:
                _strict(part, value, f"{place}, {name}")
    return read(kind, raw, place)


def _called(raw: Any, number: int) -> str:
    """A part by its id where it has one."""
    name = raw.get("id") if isinstance(raw, dict) else None
    return f"{name:.40}" if isinstance(name, str) and name else str(number)


@cache
def _parts(kind: type) -> dict[str, type]:
    """Fields that are dataclasses, or several of them."""
    hints = get_type_hints(kind)
    return {
        name: part
        for name, hint in hints.items()
        for part in ((hint, *get_args(hint))[:2] if get_args(hint) else (hint,))
        if isinstance(part, type) and is_dataclass(part)
    }


def _wrong(found: Recipient, place: str) -> Iterator[str]:
    """What the types cannot say."""
    if f"{found.id}.yml" != place or not _ID.fullmatch(found.id):
        yield t("recipients.wrong_id", id=found.id, wanted=place.removesuffix(".yml"))
    if not found.name_zh.strip() or not found.name_en.strip():
        yield t("recipients.no_label", what="name_zh, name_en")
    if not found.forms:
        yield t("recipients.no_forms")
    yield from _twice("forms", [form.id for form in found.forms])
    for form in found.forms:
        yield from (f"forms {form.id}: {wrong}" for wrong in _wrong_form(form))


def _wrong_form(form: Form) -> Iterator[str]:
    if not _ID.fullmatch(form.id):
        yield t("recipients.bad_id", id=form.id)
    if not form.title_zh.strip() or not form.title_en.strip():
        yield t("recipients.no_label", what="title_zh, title_en")
    if not _is_day(form.verified_at):
        yield t("recipients.no_day", name="verified_at", got=form.verified_at)
    for name in ("version", "source", "bases", "languages", "actions", "fields"):
        if not getattr(form, name):
            yield t("recipients.empty", name=name)
    if form.max_targets is not None and form.max_targets < 1:
        yield t("recipients.empty", name="max_targets")
    yield from _twice("fields", [each.id for each in form.fields])
    for each in form.fields:
        yield from _wrong_field(each)


def _wrong_field(field: Field) -> Iterator[str]:
    if not _ID.fullmatch(field.id):
        yield t("recipients.bad_id", id=field.id)
    if not exists(field.path):
        yield t("recipients.no_path", id=field.id, path=field.path)
    if not field.label_zh.strip() or not field.label_en.strip():
        yield t("recipients.no_label", what=f"{field.id}: label_zh, label_en")


def _twice(name: str, ids: list[str]) -> Iterator[str]:
    for each in dict.fromkeys(one for one in ids if ids.count(one) > 1):
        yield t("recipients.twice", name=name, id=each)


def _is_day(written: str) -> bool:
    try:
        return bool(_DAY.fullmatch(written)) and date.fromisoformat(written) is not None
    except ValueError:
        return False
