"""`copycatch index init`, `rebuild` and `copy`: what an administrator does with indices, on both engines."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer

from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, err, home, out, remark, table
from index.messages import t
from index.open import administration, index_file, is_team, open_records, open_transfer
from index.plain import plain
from index.settings import load_settings
from index.transfer import records, rows


def init(
    *,
    roles: Annotated[bool, typer.Option("--roles", help=t("cli.index.roles"))] = False,
    json: JsonFlag = False,
) -> int:
    """Makes what is not there yet; with `--roles` also the roles of the team's server."""
    home().prepare()
    settings = load_settings()
    loaded: list[str] | None = None
    if is_team(settings.index):
        made = [administration().init(settings.index, settings.elastic)]
        loaded = administration().load_roles(settings.index, settings.elastic) if roles else None
    else:
        made = [str(path) for path in make_files()]
    if json:
        emit({"places": made, "roles": loaded or []})
    else:
        for one in made:
            out().print(plain(t("cli.index.done", path=one)), soft_wrap=True)
        for one in loaded or []:
            out().print(plain(t("cli.index.role", name=one)), soft_wrap=True)
    if roles and not loaded:
        complain(t("cli.index.no_security"))
        return Exit.FAILURES
    return Exit.DONE


def make_files() -> list[Path]:
    """The embedded index and its records, made or brought up to date."""
    place, url = home(), load_settings().index
    open_transfer(place, url).close()
    open_records(place, url).close()
    path = index_file(place, url)
    return [path, path.with_name(place.decisions.name)]


def rebuild(
    *,
    back: Annotated[bool, typer.Option("--roll-back", help=t("cli.index.roll_back"))] = False,
    over: Annotated[bool, typer.Option("--over", help=t("cli.index.over"))] = False,
    json: JsonFlag = False,
) -> int:
    """Builds the team's indices anew and swaps them in, or goes back."""
    settings = load_settings()
    if not is_team(settings.index):
        raise CommandError(t("rebuild.embedded"))
    done = administration().build_anew(settings.index, settings.elastic, back=back, over=over, tell=tell_built)
    if json:
        emit({"stores": done})
    else:
        columns = ("store", "before", "now", "documents")
        shown = [[str(one[name]) for name in columns] for one in done]
        out().print(table([t(f"rebuild.column.{name}") for name in columns], shown))
    return Exit.DONE


def tell_built(store: str, count: int) -> None:
    """So many documents of a store were carried into the new index."""
    if err().is_terminal:
        remark(t("rebuild.progress", store=store, count=count))


def copy(
    *,
    source: Annotated[str, typer.Option("--from", help=t("cli.index.from"), show_default=False)],
    target: Annotated[str, typer.Option("--to", help=t("cli.index.to"), show_default=False)],
    json: JsonFlag = False,
) -> int:
    """Carries index and decisions from one address to the other, and compares them whole."""
    place = home().prepare()
    if source == target:
        raise CommandError(t("cli.index.same_place"))
    with ExitStack() as stack:
        start = stack.enter_context(closing(open_transfer(place, source, write=False)))
        end = stack.enter_context(closing(open_transfer(place, target)))
        ours = stack.enter_context(closing(open_records(place, source, write=_missing(source))))
        theirs = stack.enter_context(closing(open_records(place, target)))
        try:
            records.check(ours, theirs)
            done = rows.carry(start, end, _telling)
            decided = records.carry(ours, theirs)
        except records.Foreign as error:
            raise CommandError(str(error), Exit.FAILURES) from error
    if json:
        emit({"stores": [_document(one) for one in done], "records": decided})
    else:
        _print(done, decided)
    return Exit.DONE if all(one.same for one in done) else Exit.FAILURES


def _missing(url: str) -> bool:
    """A file index may have no decisions yet: an empty file of them is made then."""
    return not is_team(url) and not index_file(home(), url).with_name(home().decisions.name).exists()


def _telling(one: rows.Carried) -> None:
    if err().is_terminal:
        remark(t("rebuild.progress", store=one.store, count=one.source))


def _document(one: rows.Carried) -> dict[str, object]:
    """The contract of `index copy --json` (docs/schema/index_copy.json)."""
    names = ("store", "source", "target", "written", "missing", "different", "own", "same")
    sums = {"source_sum": _hex(one.source_sum), "target_sum": _hex(one.target_sum)}
    return {**{name: getattr(one, name) for name in names}, **sums}


def _hex(number: int) -> str:
    return f"{number % 2**128:032x}"


def _print(done: list[rows.Carried], decided: records.Carried) -> None:
    columns = ("store", "source", "target", "written", "sum")
    shown = [[one.store, str(one.source), str(one.target), str(one.written), _hex(one.source_sum)[:12]] for one in done]
    shown.append(["records", str(decided.source), str(decided.target), str(decided.written), decided.chain[:12]])
    out().print(table([t(f"transfer.column.{name}") for name in columns], shown))
    for one in done:
        if not one.same:
            said = {"missing": one.missing, "different": one.different, "own": one.own}
            complain(t("transfer.not_same", store=one.store, **said))
    if all(one.same for one in done):
        out().print(t("transfer.same"))
