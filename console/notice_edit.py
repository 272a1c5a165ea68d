"""Changes to a notice's content. What was observed and decided cannot be edited, only left out or looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from console.exits import CommandError
from index.messages import t
from index.party import Party
from index.reading import ReadError, read
from index.standing import SILENT
from takedown.notice import Allegation, Content, Look, Statements, Target
from takedown.recipients import Form

EDITABLE = frozenset(
    {
        "recipient",
        "form",
        "form_version",
        "basis",
        "jurisdiction",
        "language",
        "action",
        "brand_name",
        "summary",
        "reporter",
        "principal",
        "authorization",
        "rights",
        "statements",
        "fields",
        "resubmits",
        "tlp",
    }
)
"""First parts of paths."""
LARGEST = 1 << 20
"""Bytes of a value that is read from a file."""


def edited(content: Content, changes: list[str]) -> Content:
    """The content with these changes; '@file' as a value reads the file. Raises CommandError naming the path."""
    raw: dict[str, Any] = msgspec.to_builtins(content)
    for change in changes:
        path, separator, value = change.partition("=")
        if not separator or not path:
            raise CommandError(t("notice.edit.shape", given=change[:80]))
        head = path.partition(".")[0]
        if head not in EDITABLE:
            raise CommandError(t("notice.edit.closed", path=path, known=", ".join(sorted(EDITABLE))))
        if head == "principal" and raw.get("principal") is None:
            raw["principal"] = msgspec.to_builtins(Party())
        _set(raw, path.split("."), _value(value), path)
    try:
        return read(Content, raw, t("notice.edit.place"))
    except ReadError as error:
        raise CommandError(str(error)) from error


def _set(raw: Any, parts: list[str], value: str, path: str) -> None:
    """Writes the value at the place that `parts` lead to from `raw`, a mapping or a list."""
    name, *rest = parts
    place: Any = name
    if isinstance(raw, list):
        if not (name.isascii() and name.isdigit() and int(name) < len(raw)):
            raise CommandError(t("notice.edit.number", path=path, count=len(raw)))
        place = int(name)
    elif not isinstance(raw, dict) or (name not in raw and (rest or not path.startswith("fields."))):
        raise CommandError(t("notice.edit.unknown", path=path))
    if rest:
        _set(raw[place], rest, value, path)
    else:
        raw[place] = _as(raw.get(place) if isinstance(raw, dict) else raw[place], value, path)


def _as(old: Any, value: str, path: str) -> Any:
    """The text as the kind of what stands there."""
    if isinstance(old, bool):
        if value.casefold() not in {"true", "false"}:
            raise CommandError(t("notice.edit.bool", path=path, given=value[:40]))
        return value.casefold() == "true"
    if isinstance(old, list):
        parts = [part.strip() for part in value.split(",") if part.strip()]
        return [int(part) if part.isascii() and part.isdigit() else part for part in parts]
    if isinstance(old, dict):
        raise CommandError(t("notice.edit.deeper", path=path, known=", ".join(sorted(map(str, old)))))
    return value


def _value(value: str) -> str:
    if not value.startswith("@"):
        return value
    with Path(value[1:]).open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise CommandError(t("notice.edit.too_large", path=value[1:]))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise CommandError(t("mistake.no_utf8", place=value[1:], at=error.start + 1)) from error


def signed(content: Content, form: Form, name: str, at: str) -> Content:
    """What the form wants declared, declared under a person's name; an empty name takes it all back."""
    if not name.strip():
        return replace(content, statements=Statements())
    asked = {each.path.partition(".")[2] for each in form.fields if each.path.startswith("statements.")}
    wanted = asked | set(form.statements)
    said = Statements(
        good_faith="good_faith" in wanted,
        accuracy="accuracy" in wanted,
        perjury="perjury" in wanted,
        liability="liability" in wanted,
        signed_by=name,
        signed_at=at,
    )
    return replace(content, statements=said)


def without_target(content: Content, name: str) -> Content:
    """Without the target of a finding (by an unambiguous beginning of its id), and all that is said of it.

    Raises CommandError for the last one.
    """
    found = [each.finding_id for each in content.targets if len(name) > 6 and each.finding_id.startswith(name)]
    if len(found) != 1:
        raise CommandError(t("notice.no_target", id=name))
    gone = found[0]
    alleged = tuple(each for one in content.allegations if (each := _narrowed(one, gone)) is not None)
    if len(content.targets) == 1 or not alleged:
        raise CommandError(t("notice.last_target"))
    return replace(
        content,
        targets=tuple(each for each in content.targets if each.finding_id != gone),
        allegations=alleged,
        comparison=tuple(each for each in content.comparison if each.finding_id != gone),
        attachments=tuple(each for each in content.attachments if each.finding_id != gone),
    )


def _narrowed(one: Allegation, gone: str) -> Allegation | None:
    """The allegation without that target; None where it was the only one."""
    if one.targets == (gone,):
        return None
    quotes = tuple(each for each in one.quotes if each.finding_id != gone)
    return replace(one, quotes=quotes, targets=tuple(each for each in one.targets if each != gone))


def without_attachment(content: Content, name: str) -> Content:
    """Without the attachments of that name. Raises CommandError where there is none."""
    left = tuple(each for each in content.attachments if each.name != name)
    if len(left) == len(content.attachments):
        raise CommandError(t("notice.no_attachment", name=name))
    return replace(content, attachments=left)


def looked_again(target: Target, looks: Sequence[Look]) -> Target:
    """The target with our newest look; a person's statement stays where our machine saw nothing since."""
    if not looks:
        return target
    old, newest = target.look, looks[-1]
    if old is not None and (old.at >= newest.at or (old.by and newest.state in SILENT)):
        return target
    seen = newest.at if newest.state == "seen" else ""
    return replace(target, look=newest, last_seen=max(target.last_seen, seen))
