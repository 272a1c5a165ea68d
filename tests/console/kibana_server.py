"""Kibana's saved-objects import as its documentation describes it, and nothing else of Kibana.

`POST /api/saved_objects/_import` and `/s/<space>/api/...`, multipart with a part `file` whose name ends in .ndjson, the
header `kbn-xsrf`, and `overwrite`. Answers and error bodies have the documented shapes.
"""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


@dataclass
class Shop:
    """What the server holds, and how it behaves."""

    spaces: dict[str, dict[tuple[str, str], dict]] = field(default_factory=lambda: {"default": {}, "desk": {}})
    login: str = ""
    """Authorization that is asked for; empty: none."""
    forbidden: bool = False
    mood: str = ""
    """'starting', 'moved', 'nonsense', 'html', 'broken': how it answers instead."""
    types: frozenset[str] = frozenset({"index-pattern", "search", "dashboard"})
    url: str = ""


@contextmanager
def kibana(tls: tuple[Path, Path] | None = None) -> Iterator[Shop]:
    shop = Shop()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(shop))
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that hangs up is no failure here
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    shop.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    try:
        yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            """Says nothing."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, said, headers = _answer(shop, self.path, self.headers, body)
            raw = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    return Handler


def _error(status: int, message: str) -> tuple[int, dict, dict]:
    return status, {"statusCode": status, "error": "Refused", "message": message}, {}


def _answer(shop: Shop, path: str, headers, body: bytes) -> tuple[int, dict | bytes, dict]:  # noqa: PLR0911 - one for each refusal
    moods: dict[str, tuple[int, bytes, dict]] = {
        "starting": (503, b"Kibana server is not ready yet.", {}),
        "moved": (302, b"", {"Location": "/base/login"}),
        "nonsense": (200, b"[1, 2]", {}),
        "html": (200, b"<html>hello</html>", {}),
        "broken": (500, b'{"statusCode": 500, "message": "An internal server error occurred"}', {}),
    }
    if shop.mood:
        return moods[shop.mood]
    parts = urlsplit(path)
    space, _, rest = (
        parts.path.removeprefix("/s/").partition("/")
        if parts.path.startswith("/s/")
        else ("default", "", parts.path[1:])
    )
    if shop.login and headers.get("Authorization") != shop.login:
        return _error(401, "[security_exception]")
    if "kbn-xsrf" not in headers:
        return _error(400, "Request must contain a kbn-xsrf header.")
    if rest != "api/saved_objects/_import" or space not in shop.spaces:
        return _error(404, "Not Found")
    if shop.forbidden:
        return _error(403, "Unable to bulk_create dashboard,index-pattern,search")
    asked = parse_qs(parts.query)
    if set(asked) - {"overwrite", "createNewCopies", "compatibilityMode"} or len(asked) > 1:
        return _error(400, "[request query]: definition for this key is missing")
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body
    )
    files = [part for part in message.iter_parts() if part.get_param("name", header="content-disposition") == "file"]
    if message.get_content_type() != "multipart/form-data" or len(files) != 1:
        return _error(400, "[request body.file]: expected value of type [Stream]")
    if not str(files[0].get_filename()).endswith(".ndjson"):
        return _error(400, f"Invalid file extension {files[0].get_filename()}")
    objects = [json.loads(line) for line in files[0].get_payload(decode=True).splitlines() if line]
    return 200, _import(shop, shop.spaces[space], objects, overwrite=asked.get("overwrite") == ["true"]), {}


def _import(shop: Shop, held: dict[tuple[str, str], dict], objects: list[dict], *, overwrite: bool) -> dict:
    errors, taken = [], []
    coming = {(one["type"], one["id"]) for one in objects}
    for one in objects:
        name, meta = (one["type"], one["id"]), {"title": one["attributes"]["title"], "icon": "x"}
        base = {"id": one["id"], "type": one["type"], "title": meta["title"], "meta": meta}
        missing = [{"type": each["type"], "id": each["id"]} for each in one["references"]
                   if (each["type"], each["id"]) not in coming | held.keys()]  # fmt: skip
        if one["type"] not in shop.types:
            errors.append({**base, "error": {"type": "unsupported_type"}})
        elif missing:
            errors.append({**base, "error": {"type": "missing_references", "references": missing}})
        elif name in held and not overwrite:
            errors.append({**base, "error": {"type": "conflict"}})
        else:
            held[name] = one
            taken.append({"type": one["type"], "id": one["id"], "meta": meta, "overwrite": overwrite})
    return {"successCount": len(taken), "success": not errors, "warnings": [], "successResults": taken,
            **({"errors": errors} if errors else {})}  # fmt: skip
