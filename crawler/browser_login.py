"""The operator's own browser session with a marketplace: a file of cookies and storage, as Playwright writes it.

It is read by this run's browser only, never printed, never archived. A file that others may read is refused, and so is
one whose cookies have all expired: the marketplace would answer with its login page, which is no result.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from crawler.problems import Typed
from index.home import Home
from index.messages import t
from index.settings import Settings

LARGEST = 8 << 20
"""Bytes of the file."""
LOOK = 500
"""Milliseconds between two looks at the session while the operator logs in."""
Standing = Literal["missing", "ready", "expired", "open_to_others", "unreadable"]


class LoginNeededError(Typed):
    """The marketplace cannot be asked, since the session is unusable. Counted as a login wall; says what to do."""

    kind = "login_wall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The session for one spider."""

    spider: str
    path: Path
    standing: Standing
    expires: float | None = None
    """POSIX seconds at which the last cookie expires; None where none does, or nothing is known."""
    state: dict[str, Any] | None = None
    """Where it is ready: cookies and storage. Secret."""

    def __repr__(self) -> str:
        return f"Login({self.spider}, {self.standing})"  # logs show objects


class _Cookie(msgspec.Struct):
    name: str
    value: str
    domain: str
    path: str = "/"
    expires: float = -1


class _State(msgspec.Struct):
    cookies: list[_Cookie]


def login_path(home: Home, settings: Settings, spider: str) -> Path:
    """Where the session for a spider lies or would lie."""
    named = settings.browser.logins.get(spider)
    return Path(named).expanduser() if named else home.path / "logins" / f"{spider}.json"


def read_login(home: Home, settings: Settings, spider: str, now: Callable[[], float] = time.time) -> Login:
    """The session as it stands. Never raises, and says nothing of what is in the file."""
    path = login_path(home, settings, spider)
    standing, body = _body(path)
    if standing != "ready":
        return Login(spider=spider, path=path, standing=standing)
    try:
        until = [cookie.expires for cookie in msgspec.json.decode(body, type=_State).cookies]
        state: dict[str, Any] = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return Login(spider=spider, path=path, standing="unreadable")
    expires = max((moment for moment in until if moment > 0), default=None)
    if not any(moment <= 0 or moment > now() for moment in until):
        return Login(spider=spider, path=path, standing="expired", expires=expires)
    return Login(spider=spider, path=path, standing="ready", expires=expires, state=state)


def _body(path: Path) -> tuple[Standing, bytes]:
    """The file's bytes, where it is a file of the operator's own; else why not."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return "missing" if isinstance(error, FileNotFoundError) else "unreadable", b""
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
            return "unreadable", b""
        if about.st_mode & 0o077 or about.st_uid != os.geteuid():
            return "open_to_others", b""
        return "ready", os.read(handle, LARGEST)
    finally:
        os.close(handle)


def usable(login: Login) -> dict[str, Any] | None:
    """Cookies and storage; None where there is no file, so that the marketplace is asked as by anybody.

    Raises LoginNeededError where there is one that cannot be used.
    """
    if login.standing in {"missing", "ready"}:
        return login.state
    raise LoginNeededError(t(f"browser.login.{login.standing}", name=login.spider, path=login.path))


def write_login(path: Path, state: Any) -> None:
    """Writes a session, whole or not at all, for the owner only. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(state))
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def log_in(address: str, path: Path, *, chromium: Path, sandbox: bool, headless: bool = False) -> int:
    """Opens a window in which the operator logs in, and keeps the session until the window is closed.

    Returns how many cookies were kept. Raises OSError, and Playwright's Error where no window can be opened.
    """
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - the extra 'browser'
    from playwright.sync_api import TimeoutError as NotYetError  # noqa: PLC0415 - the same

    kept: Any = {"cookies": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, headless=headless, chromium_sandbox=sandbox, args=["--disable-dev-shm-usage"]
        )
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        with suppress(Error):
            page.goto(address)
        # Looked at from here alone: a look begun by an event ends after later ones, and would undo what they kept.
        while browser.is_connected() and context.pages:
            with suppress(Error):  # the window is just being closed
                state = context.storage_state()
                # None is what a browser has that is being closed.
                if state != kept and (state["cookies"] or not kept["cookies"]):
                    write_login(path, state)
                    kept = state
            try:
                context.pages[0].wait_for_event("close", timeout=LOOK)
            except NotYetError:
                continue
            except (Error, IndexError):  # closed meanwhile, or crashed
                break
        with suppress(Error):
            browser.close()
    return len(kept["cookies"])
