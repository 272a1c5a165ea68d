"""Pages without the account they were shown to, for whoever passes them on: names as the sessions themselves say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import msgspec

from crawler.supplied.visitor import Counts, is_name, places, shorn
from index.home import Home
from index.settings import Settings

LARGEST = 8 << 20
"""Bytes of a session's file."""
LOOK = 5000
"""Characters in which markup begins."""


class _Cookie(msgspec.Struct):
    name: str
    value: str


class _State(msgspec.Struct):
    cookies: list[_Cookie] = []


def without_operator(home: Home, settings: Settings) -> Callable[[bytes], bytes]:
    """Cuts these names out of a page. What was cut while archiving stays cut: this is for scripts' answers as well."""
    files = [*sorted((home.path / "logins").glob("*.json")), *map(Path, settings.browser.logins.values())]
    accounts = {name for file in files for name in _names(file.expanduser())}

    def cut(body: bytes) -> bytes:
        counts: Counts = Counter()
        text = body.decode("utf-8", "surrogateescape")
        said = shorn(text, counts, is_html="<" in text[:LOOK], accounts=accounts, secrets=set())
        return said.encode("utf-8", "surrogateescape") if counts else body

    return cut


def _names(file: Path) -> set[str]:
    """Account names in the cookies of a session; none where the file cannot be read."""
    try:
        body = file.read_bytes() if file.stat().st_size <= LARGEST else b"{}"
        cookies = msgspec.json.decode(body, type=_State).cookies
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return set()
    values = (unquote(one.value.strip('"')) for one in cookies if one.name.lower() in places()["cookies"])
    return {value for value in values if is_name(value)}
