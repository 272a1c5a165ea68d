"""What is wrong with a call or with a file, in the reader's language: the library below speaks English only."""

from __future__ import annotations

import errno
import re
from typing import Any

from index.messages import t

SHAPES: dict[str, str] = {
    r"No such command '(?P<name>.*?)'\.(?: Did you mean (?P<names>.+)\?)?": "no_such_command",
    r"Got unexpected extra argument\(s\) \((?P<said>.*)\)": "extra",
    r"Option '(?P<name>.+)' requires an argument\.": "no_value",
    r"No such option: (?P<name>\S+)": "no_such_option",
    r"Input should be greater than or equal to (?P<number>\S+)": "at_least",
    r"Input should be less than or equal to (?P<number>\S+)": "at_most",
    r"Input should be a valid integer.*": "a_number",
    r".*is not one of (?P<names>.+)\.": "one_of",
}
"""What the library says -> the message that says it. What has no shape here is passed on as it is."""
SYSTEM = ("ENOENT", "EACCES", "EISDIR", "ENOTDIR", "ENOSPC", "EROFS", "EEXIST")


def explained(error: Any) -> str:
    """The mistake in a call, as a typer exception knows it; empty where the help was printed instead."""
    parameter, said = getattr(error, "param", None), str(error.message)
    if type(error).__name__ == "MissingParameter":
        return t("usage.missing", name=_bare(parameter.get_error_hint()) if parameter else "?")
    said = _said(said)
    if parameter is not None:
        said = t("usage.bad_value", name=_bare(parameter.get_error_hint()), said=said)
    if names := getattr(error, "possibilities", None):
        said = t("usage.perhaps", said=said, names=", ".join(sorted(names)))
    return said


def _said(message: str) -> str:
    for shape, name in SHAPES.items():
        if found := re.fullmatch(shape, message, re.DOTALL):
            values = found.groupdict()
            said = t(f"usage.{name}", **{key: _bare(value or "") for key, value in values.items()})
            perhaps = values.get("names") if name == "no_such_command" else None
            return t("usage.perhaps", said=said, names=_bare(perhaps)) if perhaps else said
    return message


def _bare(names: str) -> str:
    """Without the quotation marks of the library."""
    return names.replace("'", "")


def refused(error: OSError) -> str:
    """The file and why the system does not give it."""
    name = errno.errorcode.get(error.errno or 0, "")
    reason = t(f"usage.{name.lower()}") if name in SYSTEM else error.strerror or str(error)
    return t("usage.file", path=error.filename, reason=reason) if error.filename else reason
