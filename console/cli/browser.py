"""`copycatch browser`: the operator's own sessions with marketplaces that ask for a login."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from console.exits import CommandError, Exit
from console.terminal import JsonFlag, emit, home, out
from crawler.browser import has_sandbox, require_browser
from crawler.browser_login import Login, log_in, login_path, read_login
from crawler.declarations import declared
from index.messages import t
from index.plain import plain
from index.settings import load_settings
from index.times import utc


def login(
    name: Annotated[str, typer.Argument(help=t("cli.browser.name"), show_default=False)],
    *,
    address: Annotated[str | None, typer.Option("--address", help=t("cli.browser.address"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Opens a window to log in, and keeps the session when it is closed."""
    spider = declared().get(name)
    if spider is None or spider.access != "browser" or not spider.starts:
        raise CommandError(t("cli.browser.unknown", name=name, known=", ".join(_names())))
    chromium = require_browser()
    settings, place = load_settings(), home().prepare()
    path = login_path(place, settings, name)
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise CommandError(t("cli.browser.no_screen", name=name, path=path), Exit.MISSING)
    if not json:
        out().print(t("cli.browser.log_in_now"))
    log_in(address or spider.starts[0], path, chromium=chromium, sandbox=has_sandbox())
    found = read_login(place, settings, name)
    _tell([found], json=json)
    return Exit.DONE if found.standing == "ready" else Exit.FAILURES


def status(*, json: JsonFlag = False) -> int:
    """Each marketplace that is visited in a browser, and how its session stands."""
    settings, place = load_settings(), home()
    found = [read_login(place, settings, name) for name in _names()]
    _tell(found, json=json)
    return Exit.DONE if all(one.standing in {"missing", "ready"} for one in found) else Exit.FAILURES


def _names() -> list[str]:
    return [name for name, spider in declared().items() if spider.access == "browser" and spider.starts]


def _tell(logins: list[Login], *, json: bool) -> None:
    for one in logins:
        until = utc(datetime.fromtimestamp(one.expires, UTC)) if one.expires else None
        if json:
            emit({"spider": one.spider, "standing": one.standing, "path": str(one.path), "expires": until})
        else:
            said = t(f"browser.login.{one.standing}", name=one.spider, path=one.path)
            out().print(plain(f"{one.spider}: {said}" + (f" ({until})" if until else "")), soft_wrap=True)


RUN = {"login": login, "status": status}
