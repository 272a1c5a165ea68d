"""`copycatch export`: findings or listings as a file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Literal

import typer

from console.custody import with_custody
from console.exits import CommandError, Exit
from console.opening import reading
from console.progress import follow
from console.terminal import JsonFlag, emit, out, raw_output
from index.home import find_home
from index.messages import t
from index.plain import plain
from index.protocol import Kind
from index.times import utc
from takedown.exporters import exporters, save

Exportable = Literal["findings", "listings"]
EXPORTERS = exporters()


def _format(value: str) -> str:
    if value not in EXPORTERS:
        raise typer.BadParameter(t("cli.export.unknown_format", format=value, known=", ".join(sorted(EXPORTERS))))
    return value


def run(
    kind: Annotated[Exportable, typer.Argument(help=t("cli.export.kind"), show_default=False)],
    *,
    format_name: Annotated[
        str,
        typer.Option("--format", help=t("cli.export.format"), metavar="|".join(sorted(EXPORTERS)), callback=_format),
    ],
    query: Annotated[str, typer.Option("--query", help=t("cli.search.query"))] = "*",
    target: Annotated[Path | None, typer.Option("--out", help=t("cli.export.out"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Writes all hits into one file, or to standard output for `--out -`."""
    exporter = EXPORTERS[format_name]
    if json and target == Path("-"):
        raise CommandError(t("cli.export.json_to_stdout"))
    with reading() as index:
        wanted: Kind = kind
        total = index.count(query, kind=wanted)
        # Closed before the index is, whatever happens: a half-read scan holds the index open.
        with closing(
            follow(with_custody(index, index.scan(query, kind=wanted), wanted), t("cli.export.progress"), total)
        ) as rows:
            if target == Path("-"):
                with raw_output() as stream:
                    exporter.export(rows, stream, wanted)
                return Exit.DONE
            path = target or _default(kind, getattr(exporter, "SUFFIX", f".{format_name}"))
            written = _guarded(path, lambda: save(rows, path, wanted, exporter))
    if json:
        emit({"file": str(path), "format": format_name, "kind": kind, "query": query, "rows": written})
    else:
        out().print(plain(t("cli.export.written", rows=written, path=path)), soft_wrap=True)
    return Exit.DONE


def _default(kind: str, suffix: str) -> Path:
    stamp = utc().replace("-", "").replace(":", "")
    return find_home().prepare().exports / f"{kind}-{stamp}{suffix}"


def _guarded(path: Path, write: Callable[[], int]) -> int:
    try:
        return write()
    except OSError as error:
        raise CommandError(t("cli.export.failed", path=path, reason=error.strerror or error), Exit.FAILURES) from error
