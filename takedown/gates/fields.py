"""Everything that the recipient's form requires is there; what is missing is named one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.plain import line
from takedown.gating import Case, Refusal, refusal
from takedown.recipients import Field, Filled, filled, real

NAME = "fields"
OVERRIDABLE = False


def check(case: Case) -> Iterator[Refusal]:
    """Refuses what is missing, what is none of the offered answers, and what the form does not know."""
    form, content = case.form, case.content
    if form is None:
        return  # the gate 'recipient' says so
    found = filled(form, content)
    titles = {right.title for right in content.rights}
    for one in found:
        yield from _missing(case, one, titles)
        yield from _wrong(one)
    asked = {one.field.path for one in found if one.needed}
    for name in form.statements:
        if f"statements.{name}" not in asked and not getattr(content.statements, name):
            yield refusal(NAME, f"statement_{name}", path=f"statements.{name}")
    if form.statements and not content.statements.signed_by.strip():
        yield refusal(NAME, "unsigned", path="statements.signed_by")
    known = {each.path for each in form.fields}
    for given in content.fields:
        if f"fields.{given}" not in known:
            yield refusal(NAME, "unknown_field", path=f"fields.{given}", name=line(given, 60))


def _missing(case: Case, one: Filled, titles: set[str]) -> Iterator[Refusal]:
    path, label = real(case.content, one.field.path), _label(one.field)
    for where in one.missing:
        if where in titles:
            yield refusal(NAME, "missing_of_right", path=path, label=label, where=path, title=line(where, 60))
        elif where != path:
            url = next((each.url for each in case.content.targets if each.finding_id == where), where)
            yield refusal(NAME, "missing_of_target", path=path, finding_id=where, label=label, where=path, url=url)
        else:
            yield refusal(NAME, "missing", path=path, label=label, where=path)


def _wrong(one: Filled) -> Iterator[Refusal]:
    """An answer that is not among the offered ones; a text that is too long is only said: the sheet proposes a cut."""
    field = one.field
    if field.choices:
        offered = {each.value for each in field.choices}
        for value in dict.fromkeys(one.values):
            if value not in offered:
                said: dict[str, Any] = {"value": line(value, 60), "offered": " / ".join(sorted(offered))}
                yield refusal(NAME, "not_offered", path=field.path, label=_label(field), **said)
    if field.limit is not None:
        longest = max((_length(value, field.unit) for value in one.values), default=0)
        if longest > field.limit:
            more = longest - field.limit
            yield refusal(
                NAME, "too_long", path=field.path, blocks=False, label=_label(field), limit=field.limit, more=more
            )


def _length(text: str, unit: str) -> int:
    if unit == "chars":
        return len(text)
    return len(text.encode("gbk" if unit == "gbk_bytes" else "utf-8", "replace"))


def _label(field: Field) -> dict[str, str]:
    return {"zh": field.label_zh, "en": field.label_en}
