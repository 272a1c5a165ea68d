"""A forum page shown to a visitor who is logged in, and the real tools by which people save what they see."""

import base64
import importlib.util
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.conftest import missing

ACCOUNT, SESSION, FORMHASH, MAIL = "办案小王88", "s3ss10n" + "Q" * 24, "a1b2c3d4", "wang.test@example.org"
PRIVATE = (ACCOUNT, SESSION, FORMHASH, MAIL)
"""What must be in no file that we keep."""
TITLE = "AI一键脱衣软件 永久会员"
TEXT = "上传照片自动脱衣，加QQ 123456789 购买，包教包会。"
THREAD = "/thread-77-1-1.html"


def thread(*, host: str) -> str:
    """A Discuz! thread as somebody sees it who is logged in."""
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(200)).decode()
    return f"""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{TITLE} - 练习论坛</title>
<meta name="generator" content="Discuz! X3.5"><meta name="csrf-token" content="{SESSION}"></head><body>
<div id="um"><p class="avt"><a href="home.php?mod=space&amp;uid=9"><img src="http://{host}/avatar/9.jpg"></a></p>
<p><strong class="vwmy"><a href="home.php?mod=space&amp;uid=9">{ACCOUNT}</a></strong><span class="mail">{MAIL}</span>
<a href="member.php?mod=logging&amp;action=logout&amp;formhash={FORMHASH}">退出</a></p></div>
<span id="thread_subject">{TITLE}</span>
<table id="pid501"><tr><td><div class="authi"><a class="xw1">卖家甲</a></div></td><td class="pcb">
<em id="authorposton501"><span title="2026-11-20 10:00:00">3 天前</span></em>
<div class="t_f" id="postmessage_501">{TEXT}<img src="data:image/png;base64,{picture}"></div></td></tr></table>
<form><input type="hidden" name="formhash" value="{FORMHASH}"></form>
<script>var discuz_uid = '9'; var me = {{"currentUser": {{"id": 9, "username": "{ACCOUNT}", "email": "{MAIL}"}}}};
fetch('/offers.json').then(r => r.json()).then(d => {{ document.title = document.title; }});</script></body></html>"""


@contextmanager
def site() -> Iterator[str]:
    """Serves the thread on loopback; yields its base address."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = thread(host=self.headers["Host"]).encode() if self.path == THREAD else b'{"offers": []}'
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8" if self.path == THREAD else "application/json")
            self.send_header("Set-Cookie", f"auth={SESSION}; HttpOnly")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    worker = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    worker.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        worker.join()


def save_with_browser(chromium: Path, folder: Path) -> str:
    """page.mhtml by Chromium itself and session.har by Playwright; returns the base address."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the extra may be missing

    with site() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        context = browser.new_context(record_har_path=folder / "session.har", record_har_content="embed")
        context.add_cookies([{"name": "nickname", "value": ACCOUNT.encode().hex(), "url": base}])
        page = context.new_page()
        page.goto(base + THREAD, wait_until="networkidle")
        page.goto(base + THREAD, wait_until="networkidle")  # now with the cookie that the first answer set
        taken: dict[str, Any] = context.new_cdp_session(page).send("Page.captureSnapshot", {"format": "mhtml"})
        (folder / "page.mhtml").write_text(taken["data"], "utf-8", newline="")
        context.close()
        browser.close()
    return base


def warc(path: Path, *, body: bytes | None = None, url: str = "https://bbs.example.org" + THREAD) -> bytes:
    """A WARC with the request and the answer, as a crawler writes it."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=path.suffix == ".gz")
    writer.write_record(writer.create_warcinfo_record(path.name, {"software": "a crawler"}))
    ask = StatusAndHeaders(f"GET {THREAD} HTTP/1.1", [("Cookie", f"auth={SESSION}")], is_http_request=True)
    when = {"WARC-Date": "2026-11-20T00:00:00Z"}
    facts: dict[str, Any] = {"length": 0, "http_headers": ask, "warc_headers_dict": when}
    writer.write_record(writer.create_warc_record(url, "request", payload=BytesIO(b""), **facts))
    body = thread(host="bbs.example.org").encode() if body is None else body
    said = [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", f"auth={SESSION}"), ("Date", formatdate(0))]
    answer = StatusAndHeaders("200 OK", said, protocol="HTTP/1.1")
    facts = {"length": len(body), "http_headers": answer, "warc_headers_dict": when}
    writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(body), **facts))
    path.write_bytes(out.getvalue())
    return out.getvalue()


def packed(folder: Path) -> Path:
    """A WACZ as its specification has it, with the digest of every part."""
    path, made = folder / "saved.warc.gz", folder / "packed.wacz"
    pages = "".join(json.dumps({"url": f"https://bbs.example.org{THREAD}", "n": n}) + "\n" for n in range(2))
    parts = {"archive/saved.warc.gz": warc(path), "pages/pages.jsonl": pages.encode(), "indexes/index.cdx": b"x\n"}
    listed = [
        {
            "name": name.rpartition("/")[2],
            "path": name,
            "hash": f"sha256:{sha256(body).hexdigest()}",
            "bytes": len(body),
        }
        for name, body in parts.items()
    ]
    package = json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": listed}).encode()
    digest = {"path": "datapackage.json", "hash": f"sha256:{sha256(package).hexdigest()}"}
    with zipfile.ZipFile(made, "w") as archive:
        for name, body in {**parts, "datapackage.json": package}.items():
            archive.writestr(name, body)
        archive.writestr("datapackage-digest.json", json.dumps(digest))
    return made


def wacz(folder: Path) -> Path:
    """A WACZ by py-wacz, of a WARC as above, with a list of pages."""
    if importlib.util.find_spec("wacz") is None:
        missing("wacz", "pip install wacz")
    path, pages = folder / "saved.warc.gz", folder / "pages.jsonl"
    warc(path)
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    page = {"url": "https://bbs.example.org" + THREAD, "title": TITLE, "ts": "2026-11-20T00:00:00Z"}
    pages.write_text("".join(json.dumps(line) + "\n" for line in (head, page)), "utf-8")
    made = folder / "saved.wacz"
    program = "from wacz.main import main; raise SystemExit(main())"
    call = ["create", "-f", str(path), "-o", str(made), "-p", str(pages)]
    done = subprocess.run([sys.executable, "-c", program, *call], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and made.exists(), done.stdout + done.stderr
    return made
