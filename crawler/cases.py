"""Cases: a page as a marketplace sent it, the callback that reads it, and what comes out, as JSON for review."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import HtmlResponse, Request, Response

from apk_analysis.fingerprint import Problem
from crawler.links import singly
from crawler.spider import MarketplaceSpider
from index.model import Listing

BODY_HASH = "@sha256"
"""Stands in a case's facts for the SHA-256 of the page itself."""
LONG = 60
"""Characters beyond which a text is shortened where others wrote it."""


def response_of(meta: Mapping[str, Any], body: bytes, request: Request | None = None) -> Response:
    """The answer of a case. `meta`: `url`, and `status`, `headers` and `html` where they are not the usual ones."""
    url = request.url if request is not None else meta["url"]
    kind = HtmlResponse if meta.get("html", True) else Response
    return kind(
        url,
        status=meta.get("status", 200),
        headers=meta.get("headers"),
        body=body,
        request=request or Request(url),
    )


def read_case(spider: MarketplaceSpider, meta: Mapping[str, Any], body: bytes, *, brief: bool) -> list[dict[str, Any]]:
    """What the callback of the case (`meta['callback']`, with `meta['kwargs']`) makes of `body`."""
    kwargs = {
        key: sha256(body).hexdigest() if value == BODY_HASH else value for key, value in meta.get("kwargs", {}).items()
    }
    callback = getattr(spider, meta.get("callback", "parse"))
    return [plain(thing, spider, brief=brief) for thing in singly(callback(response_of(meta, body), **kwargs))]


def plain(thing: Any, spider: MarketplaceSpider, *, brief: bool) -> dict[str, Any]:
    """A listing without what it leaves at its default, a request or a problem, as JSON holds it.

    `brief`: long texts become their beginning, length and hash, a seller a hash. Raises TypeError for anything else.
    """
    if isinstance(thing, Listing):
        empty = Listing(marketplace="", native_id="", url="", title="", source_kind="site")
        said = {f.name: getattr(thing, f.name) for f in fields(Listing)}
        if brief and said["seller"]:  # a person's name, perhaps
            said["seller"] = _hash(said["seller"])
        return {"listing": {name: _short(value, brief=brief) for name, value in said.items()
                            if name == "source_kind" or value != getattr(empty, name)}}  # fmt: skip
    if isinstance(thing, Problem):
        return {"problem": thing.kind, "detail": thing.detail[:120]}
    if not isinstance(thing, scrapy.Request) or thing.callback is None:
        raise TypeError(f"{spider.name}: a callback yields listings, problems and requests with a callback: {thing!r}")
    name = thing.callback.__name__
    if getattr(spider, name, None) != thing.callback:
        raise TypeError(f"{spider.name}: a callback must be a method of the spider, got {name}")
    return {"request": thing.url, "callback": name,
            **({thing.method: thing.body.decode()} if thing.method != "GET" else {}),
            **({"kwargs": json.loads(json.dumps(thing.cb_kwargs))} if thing.cb_kwargs else {})}  # fmt: skip


def count_cases(folder: Path) -> dict[str, Counter[str]]:
    """Spider -> how many 'recorded' and 'synthetic' cases there are in a source tree's `tests/spiders`.

    Of recorded pages that are kept apart only the facts stand there (`recorded/`). Raises ValueError for broken facts.
    """
    found: dict[str, Counter[str]] = {}
    for path in folder.glob("fixtures/*/*/meta.json"):
        kind = "recorded" if json.loads(path.read_text("utf-8")).get("recorded") is True else "synthetic"
        found.setdefault(path.parent.parent.name, Counter())[kind] += 1
    for path in folder.glob("recorded/*/*.meta.json"):
        found.setdefault(path.parent.name, Counter())["recorded"] += 1
    return found


def differences(expected: list[dict[str, Any]], got: list[dict[str, Any]]) -> Iterator[str]:
    """What is not as expected, field by field: 'listing 2, price: expected "￥9", got "￥19"'."""
    for number in range(max(len(expected), len(got))):
        one, other = (each[number] if number < len(each) else None for each in (expected, got))
        if one is None or other is None:
            yield f"number {number + 1}: {'not expected' if one is None else 'missing'}: {_shown(other or one)}"
            continue
        what = next(iter(one), "nothing")
        if "listing" in one and "listing" in other:
            what, one, other = "listing", one["listing"], other["listing"]
        for name in dict.fromkeys((*one, *other)):
            if one.get(name) != other.get(name):
                yield f"{what} {number + 1}, {name}: expected {_shown(one.get(name))}, got {_shown(other.get(name))}"


def _shown(value: Any) -> str:
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 300 else said[:300] + "…"


def _short(value: Any, *, brief: bool) -> Any:
    """Tuples as lists; with `brief` long texts as their beginning, length and hash, since they are others' texts."""
    if isinstance(value, tuple):
        return [_short(part, brief=brief) for part in value]
    if (
        brief
        and isinstance(value, str)
        and len(value) > LONG
        and (value[:4] != "http" or " " in value or "\n" in value)
    ):
        return f"{value[:30]}... [{len(value)}, {_hash(value)}]"
    return value


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
