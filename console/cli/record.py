"""`copycatch record`: one answer of a marketplace becomes a test case, without personal data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from apk_analysis.fingerprint import Problem
from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, home, out, remark
from crawler.blocked import recognise
from crawler.declarations import declared
from crawler.one_request import Answered, ask
from crawler.recording import CaseExistsError, Recorded, checkout, write_case
from crawler.refusal_words import KINDS
from index.messages import t
from index.plain import line, plain
from index.settings import load_settings

REFUSED = frozenset({*KINDS, "robots_forbidden", "address_refused"})


def run(
    name: Annotated[str, typer.Argument(help=t("cli.record.name"), show_default=False)],
    url: Annotated[str, typer.Argument(metavar="URL", help=t("cli.record.url"), show_default=False)],
    *,
    callback: Annotated[str | None, typer.Option(help=t("cli.record.callback"), show_default=False)] = None,
    case: Annotated[str | None, typer.Option(help=t("cli.record.case"), show_default=False)] = None,
    to: Annotated[Path | None, typer.Option("--to", help=t("cli.record.to"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Fetches, cleans, writes, and shows what the spider makes of it."""
    spider = declared().get(name)
    if spider is None:
        raise CommandError(t("cli.crawl.unknown", name=name, known=", ".join(declared())))
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise CommandError(t("record.bad_url", given=url))
    if callback is not None and not callable(getattr(spider, callback, None)):
        raise CommandError(t("record.no_callback", name=name, callback=callback))
    place = home()
    folder = to or checkout(Path.cwd()) or place.path / "spiders/fixtures"
    answers = ask(spider, url, callback=callback, home=place, settings=load_settings())
    if isinstance(answers, Problem):
        code = Exit.UNHEALTHY if answers.kind in REFUSED else Exit.FAILURES
        raise CommandError(t("record.not_fetched", url=url, why=f"{answers.kind}: {answers.detail}"), code)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    refused = False
    for number, answer in enumerate(answers):
        named = case if number == 0 or case is None else f"{case}_answer_{number}"
        try:
            written = write_case(spider, answer, folder, day=day, name=named)
        except CaseExistsError as error:
            raise CommandError(str(error)) from None
        refused |= _refused(answer)
        _tell(written, answer, json=json)
    return Exit.UNHEALTHY if refused else Exit.DONE


def _refused(answer: Answered) -> bool:
    """Whether the answer refuses us: such a page never reaches a callback, and is no case of the marketplace."""
    found = recognise(answer.response.status, answer.response.body, url=answer.response.url)
    if found is None or found.kind not in KINDS:
        return False
    complain(t("record.refused", kind=found.kind, reason=found.reason))
    return True


def _tell(written: Recorded, answer: Answered, *, json: bool) -> None:
    """The contract of `record --json` (docs/schema/record.json), or the expectation field by field."""
    if json:
        emit({"case": str(written.folder), "url": answer.response.url, "status": written.status,
              "callback": answer.callback, "replaced": written.replaced, "left": written.left,
              "expected": written.expected})  # fmt: skip
        return
    out().print(plain(t("record.written", case=written.folder, status=written.status)), soft_wrap=True)
    replaced = ", ".join(f"{kind} × {count}" for kind, count in written.replaced.items())
    out().print(plain(t("record.replaced", what=replaced or "-")), soft_wrap=True)
    for left in written.left:
        complain(t("record.left", name=left))
    for number, thing in enumerate(written.expected, start=1):
        _review(number, thing)
    remark(t("record.review"))


def _review(number: int, thing: dict[str, Any]) -> None:
    what, fields = next(iter(thing)), thing
    if what == "listing":
        fields = thing["listing"]
    out().print(line(f"{what} {number}"))
    for name, value in fields.items():
        out().print(f"    {line(name)}: {line(str(value), 200)}", soft_wrap=True)
