"""The practice market, served on loopback."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from demo.apk_patch import Wish, icon, patched
from demo.apk_sign import signed_apk
from demo.fdroid import Entry, repository
from demo.page import Page
from demo.pages import pages
from demo.planted import Planted, content, market_key
from index.ids import listing_id

PORT = 8976
"""Fixed, because a listing's identity contains the place where it was found: a second demo finds the same listings."""
FAKE_KEY = "sk-" + "PRACTICEonlyNOTaKEY0" + "T3Blbk" + "FJ" + "0000ABSOLUTELYaFAKE0"
"""Of the shape that is searched for, put together here so that nobody takes it for a real one."""
TYPES = {
    "apk": "application/vnd.android.package-archive",
    "jar": "application/java-archive",
    "json": "application/json",
    "png": "image/png",
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who hangs up is no error; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Market:
    """Use as a context manager. `requested` lists every path that was asked for."""

    def __init__(self, port: int = PORT) -> None:
        """Raises OSError when the port is taken. 0 takes any."""
        market = self
        self.requested: list[str] = []

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_GET(self) -> None:
                market.requested.append(self.path)
                page = market.page(self.path)
                self.send_response(200 if page else 404)
                kind, body = page or ("text/plain", b"not here")
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Says nothing."""

        self._server = _Server(("127.0.0.1", port), Answer)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.base = f"http://{self.host}"
        self._pages = pages(self.base)
        self._apps = content("apps")
        self._stock()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def urls(self) -> Mapping[str, str]:
        """Spider name -> where it starts."""
        return {
            "fdroid_repo": f"{self.base}/fdroid/repo?fingerprint={market_key('repository').fingerprint}",
            "jsonld_shop": f"{self.base}/shop/sitemap.xml",
            "discuz": f"{self.base}/forum/",
            "feed": f"{self.base}/channel/feed.xml",
        }

    @property
    def media_requested(self) -> list[str]:
        """Pictures and films that somebody asked for: a crawl must leave all of them alone."""
        return [path for path in self.requested if path.startswith("/media/")]

    def listing_id(self, truth: Planted) -> str:
        """The id under which a crawl stores a planted listing."""
        spider, native_id = {
            "store": ("fdroid_repo", truth.native_id),
            "shop": ("jsonld_shop", f"sku:{truth.native_id}"),
            "forum": ("discuz", truth.native_id),
            "channel": ("feed", f"{self.base}/channel/{truth.native_id}"),
        }[truth.place]
        return listing_id(f"{spider}:{self.host}", native_id)

    def take_down(self, package: str) -> None:
        """The practice store hears a complaint: the app is gone, and whoever asks for it is told so."""
        self._apps = [app for app in self._apps if app["package"] != package]
        self._stock()

    def relist(self, package: str, *, as_package: str, name: str) -> None:
        """Its seller comes back: the same app under another name and package, signed with the same key."""
        (app,) = (each for each in content("apps") if each["package"] == package)
        self._apps = [*self._apps, {**app, "package": as_package, "names": {"zh-CN": name, "en-US": name}}]
        self._stock()

    def _stock(self) -> None:
        files = store(f"{self.base}/fdroid/repo", self._apps)
        self._store = {f"/fdroid/repo/{name}": body for name, body in files.items()}

    def page(self, path: str) -> Page | None:
        """Content type and body for a path, or None."""
        if path == "/robots.txt":
            return "text/plain", b"User-agent: *\nDisallow: /private/\n"
        if path.startswith("/media/"):
            return "image/png", icon("chat")
        body = self._store.get(path.partition("?")[0])
        if body is not None:
            return TYPES[path.partition("?")[0].rpartition(".")[2]], body
        return self._pages.get(path)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def store(address: str, apps: Iterable[Mapping[str, Any]] | None = None) -> dict[str, bytes]:
    """The files of the practice store with these apps, by default those of its content. The same on every start."""
    entries = []
    for app in content("apps") if apps is None else apps:
        held = {name: FAKE_KEY if text == "PRACTICE_KEY" else text for name, text in app.get("app", {}).items()}
        names = app["names"]
        wish = Wish(
            template=app["template"],
            package=app["package"],
            label_en=names["en-US"],
            label_zh=names["zh-CN"],
            app=held or None,
        )
        entries.append(
            Entry(
                package=app["package"],
                version_code=wish.version_code,
                version_name=wish.version_name,
                apk=signed_apk(patched(wish), market_key(app["key"])),
                signer=market_key(app["key"]).fingerprint,
                names=names,
                summaries=app["summary"],
                descriptions=app["description"],
                author=app["author"],
                icon=icon(app["template"]),
            )
        )
    return repository(entries, market_key("repository"), address)
