"""`copycatch doctor`: what this machine has, what is missing, and how to get it."""

from __future__ import annotations

from rich.text import Text

from console.checks import Check, checks
from console.exits import Exit
from console.terminal import JsonFlag, emit, home, out, table
from index.messages import t
from index.plain import line


def run(*, json: JsonFlag = False) -> int:
    """Looks at everything copycatch leans on; ends with 4 if something needed is missing."""
    home()
    found = list(checks())
    healthy = all(check.ok for check in found if check.needed)
    if json:
        emit({"healthy": healthy, "checks": found})
    else:
        out().print(table([t(f"cli.doctor.column.{name}") for name in ("name", "state", "found")], map(_row, found)))
    return Exit.DONE if healthy else Exit.MISSING


def _row(check: Check) -> tuple[Text, ...]:
    state, style = (
        ("fine", "green") if check.ok else ("missing", "bold red") if check.needed else ("optional", "yellow")
    )
    said = check.found if check.ok else f"{check.found} → {check.remedy}"
    return Text(t(f"cli.doctor.name.{check.name}")), Text(t(f"cli.doctor.state.{state}"), style=style), Text(line(said))
