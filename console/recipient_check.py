"""`copycatch recipients check`: whether files of recipients can be read, and what is odd about them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.exits import Exit
from console.terminal import JsonFlag, complain, emit, home, out, remark
from index.messages import t
from index.reading import ReadError
from index.times import utc
from takedown.recipients import read_recipient, recipients
from takedown.recipients.lint import lint
from takedown.recipients.reading import SHIPPED


def check(
    files: Annotated[list[Path] | None, typer.Argument(help=t("cli.recipients.files"), show_default=False)] = None,
    *,
    json: JsonFlag = False,
) -> int:
    """Failures end with exit code 1; remarks are for somebody to look at."""
    paths = files or [*sorted(SHIPPED.glob("*.yml")), *sorted(home().recipients.glob("*.yml"))]
    shipped, failures = recipients(), 0
    for path in paths:
        wrong: list[str] = []
        odd: list[str] = []
        try:
            found = read_recipient(path, origin="shipped" if path.parent == SHIPPED else "own")
            odd = list(lint(found, shipped, utc()[:10]))
        except ReadError as error:
            wrong = str(error).split("\n")
        failures += bool(wrong)
        if json:
            emit({"file": path.name, "ok": not wrong, "failures": wrong, "remarks": odd})
        for failure in wrong:
            complain(failure)
        if not json:
            for told in odd:
                remark(f"{path.name}: {told}")
            if not wrong:
                out().print(t("recipients.fine", file=path.name))
    return Exit.FAILURES if failures else Exit.DONE
