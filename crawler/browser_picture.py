"""A picture of a page: its text and its layout, with grey boxes in place of all media.

Media are never loaded here, but a page can also draw: from `data:` addresses, on a canvas, in SVG, as backgrounds. All
that is covered before the picture is taken, and each box carries the beginning of the SHA-256 of its medium's address.
It is done in a world of our own, whose objects the page's scripts cannot have changed; they stop before the shot.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from apk_analysis.fingerprint import Problem
from crawler.supplied.visitor import places

HELD = 15.0
"""Seconds that a page waits for being judged."""
SHOOTING = 20.0
TALLEST = 12_000
"""Pixels; Chromium repeats itself above 16,384, and nobody reads so far down."""
WIDEST = 2_000
MOST_BYTES = 4 << 20
SHORTER = 4
"""A picture above the bytes is taken again as WebP, then of this part of the page only."""
MOST_ELEMENTS = 20_000
LABEL = 12
"""Hexadecimal digits on a box."""

COVER = """
*, *::before, *::after { background-image: none !important; border-image: none !important; mask: none !important;
  list-style-image: none !important; content-visibility: visible !important }
[data-covered]::before, [data-covered]::after { content: none !important }
"""
FIND = """(() => {
  const NAMES = new Set(["img", "picture", "video", "audio", "canvas", "svg", "object", "embed", "iframe", "frame"]);
  const found = [], URL_IN = /url\\("?([^")]{1,20000})/;
  const address = el => el.currentSrc || el.src || el.data || el.poster || el.getAttribute("data-src") || el.localName;
  const style = (el, part) => getComputedStyle(el, part);
  let left = MOST;
  const walk = root => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(RULES);
    for (const el of root.querySelectorAll("*")) {
      if (left-- <= 0) break;
      if (el.shadowRoot) walk(el.shadowRoot);
      if (el.parentElement && el.parentElement.closest("svg, picture, video, object")) continue;
      const whole = NAMES.has(el.localName) || (el.localName === "input" && el.type === "image");
      const behind = whole || URL_IN.exec(style(el).backgroundImage);
      if (behind) found.push([el, whole ? address(el) : behind[1], whole]);
      if (["::before", "::after"].some(part => style(el, part).content.includes("url("))) el.dataset.covered = "";
    }
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  };
  walk(document);
  globalThis.found = found;
  return [left < 0, found.map(one => String(one[1]).slice(0, 20000))];
})()"""
PAINT = """(() => {
  const GREY = "background: #c8c8c8; border: 1px solid #888; color: #222; font: 10px/1.3 monospace; padding: 2px";
  LABELS.forEach((label, at) => {
    const [el, , whole] = found[at];
    if (!whole) {
      if (el === document.body || el === document.documentElement) return;
      el.style.setProperty("background", "#c8c8c8", "important");
      if (!el.textContent.trim()) el.textContent = label;
      return;
    }
    const size = el.getBoundingClientRect(), box = document.createElement("span");
    const small = el.localName === "svg" && size.width <= 32 && size.height <= 32;
    const width = Math.max(size.width, small ? 0 : 84), height = Math.max(size.height, small ? 0 : 20);
    box.textContent = small ? "" : label;
    box.style.cssText = "all: initial; display: inline-block; overflow: hidden; box-sizing: border-box; " + GREY;
    box.style.width = `${width}px`;
    box.style.height = `${height}px`;
    el.replaceWith(box);
  });
  const whole = document.scrollingElement || document.documentElement;
  return [whole.scrollWidth, whole.scrollHeight];
})()"""


class Tab:
    """A page that stays open until what it says is judged. Always to be closed; it closes itself after a while."""

    def __init__(self, page: Page, leave: Callable[[], Awaitable[None]]) -> None:
        """`leave` closes the page and gives its room to the next."""
        self._page = page
        self._leave = leave
        self._shot: asyncio.Task[bytes | Problem] | None = None
        self._left: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(HELD, self.close)

    async def shoot(self) -> bytes | Problem:
        """The picture (PNG or WebP), taken once however often it is asked for."""
        if self._shot is None:
            if self._left is not None:
                return Problem(part="page", kind="not_pictured", detail=f"{self._page.url}: judged too late")
            self._shot = asyncio.ensure_future(picture_of(self._page))
        return await asyncio.shield(self._shot)

    def close(self) -> None:
        """Nobody needs the page any more."""
        self._timer.cancel()
        if self._left is None:
            self._left = asyncio.ensure_future(self._close())

    async def closed(self) -> None:
        """Returns when it is."""
        self.close()
        if self._left is not None:
            await asyncio.wait([self._left])

    async def _close(self) -> None:
        if self._shot is not None:
            await asyncio.wait([self._shot])
        await self._leave()


async def picture_of(page: Page) -> bytes | Problem:
    """The page as a picture. Never raises: a hostile page costs its picture only."""
    try:
        async with asyncio.timeout(SHOOTING):
            return await _shoot(page)
    except (PlaywrightError, TimeoutError, ValueError, LookupError, TypeError) as error:
        said = (str(error) or type(error).__name__).splitlines()[0]
        return Problem(part="page", kind="not_pictured", detail=f"{page.url[:300]}: {said}"[:500])


async def _shoot(page: Page) -> bytes:
    session = await page.context.new_cdp_session(page)
    try:
        await session.send("Emulation.setScriptExecutionDisabled", {"value": True})
        await session.send("DOM.enable")
        nodes = (await session.send("DOM.getFlattenedDocument", {"depth": -1, "pierce": True}))["nodes"]
        if any(node.get("shadowRootType") == "closed" for node in nodes):  # nobody can look into it
            raise ValueError("a closed part of the page")
        frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        world = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "copycatch"})
        ours: int = world["executionContextId"]
        find = FIND.replace("RULES", json.dumps(COVER + _hidden())).replace("MOST", str(MOST_ELEMENTS))
        too_many, urls = await _evaluate(session, ours, find)
        if too_many:  # what was not looked at cannot be covered
            raise ValueError(f"more than {MOST_ELEMENTS} elements")
        labels = [sha256(str(url).encode("utf-8", "replace")).hexdigest()[:LABEL] for url in urls]
        width, height = await _evaluate(session, ours, PAINT.replace("LABELS", json.dumps(labels)))
        clip = {"x": 0, "y": 0, "scale": 1, "width": min(max(1, width), WIDEST), "height": min(max(1, height), TALLEST)}
        for kind, part in (("png", 1), ("webp", 1), ("webp", SHORTER)):
            shot = await _captured(session, kind, {**clip, "height": max(1, clip["height"] // part)})
            if len(shot) <= MOST_BYTES:
                return shot
        raise ValueError(f"the picture has {len(shot)} bytes")
    finally:
        with suppress(PlaywrightError):
            await session.detach()


def _hidden() -> str:
    """Rules that hide where a page names who is looking at it: the operator."""
    return "".join(f"{css} {{ visibility: hidden !important }}\n" for css in places()["viewer"])


async def _captured(session: CDPSession, kind: str, clip: dict[str, float]) -> bytes:
    asked = {"format": kind, "clip": clip, "captureBeyondViewport": True, "optimizeForSpeed": False}
    return base64.b64decode((await session.send("Page.captureScreenshot", asked))["data"])


async def _evaluate(session: CDPSession, world: int, script: str) -> Any:
    said = await session.send(
        "Runtime.evaluate", {"expression": script, "contextId": world, "returnByValue": True, "timeout": 5_000}
    )
    if "exceptionDetails" in said:
        raise ValueError(str(said["exceptionDetails"].get("text", "a script failed")))
    return said["result"]["value"]
