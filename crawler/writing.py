"""Requests as bytes and back: JSON with names of callbacks, never pickle, so that a stored frontier cannot run code."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import msgspec
import scrapy

TRANSIENT = frozenset(
    {
        *("lease", "depth", "download_latency", "download_slot", "download_timeout", "retry_times"),
        *("redirect_times", "redirect_ttl", "redirect_urls", "redirect_reasons"),
        *("captured", "tab", "playwright_context", "playwright_suggested_filename"),  # of the browser
    }
)
"""Meta keys that belong to one fetch; a child that copies its parent's meta does not inherit them."""


def write(request: scrapy.Request, spider: scrapy.Spider) -> bytes:
    """The request as JSON. Raises ValueError for a callback that is no method of the spider, TypeError for meta or
    cb_kwargs that are not plain JSON values.
    """
    raw: dict[str, Any] = {"url": request.url}
    for key in ("callback", "errback"):
        if (method := getattr(request, key)) is not None:
            raw[key] = _name(method, spider)
    if request.method != "GET":
        raw["method"] = request.method
    if request.body:
        raw["body"] = b64encode(request.body).decode()
    if request.headers:
        raw["headers"] = {
            name.decode("latin-1"): [value.decode("latin-1") for value in values]
            for name, values in request.headers.items()
        }
    if meta := {key: value for key, value in request.meta.items() if key not in TRANSIENT}:
        raw["meta"] = meta
    for key, default in (("cb_kwargs", {}), ("cookies", {}), ("flags", []), ("encoding", "utf-8"), ("priority", 0)):
        if (value := getattr(request, key)) != default:
            raw[key] = value
    if request.dont_filter:
        raw["dont_filter"] = True
    return msgspec.json.encode(raw)


def _name(method: Any, spider: scrapy.Spider) -> str:
    name = getattr(method, "__name__", "")
    if getattr(method, "__self__", None) is not spider or getattr(type(spider), name, None) is None:
        raise ValueError(f"{spider.name}: a callback must be a method of the spider, got {method!r}")
    return str(name)


def read(written: bytes, spider: scrapy.Spider) -> scrapy.Request:
    """The request again, with the spider's methods as callbacks.

    Raises ValueError for what `write` did not write, or for callbacks that the spider has no more.
    """
    raw: dict[str, Any] = msgspec.json.decode(written, type=dict[str, Any])
    if "body" in raw:
        raw["body"] = b64decode(raw["body"])
    if "headers" in raw:  # as bytes again, or Scrapy would write them in UTF-8
        raw["headers"] = {
            name: [value.encode("latin-1") for value in values] for name, values in raw["headers"].items()
        }
    for key in ("callback", "errback"):
        if key in raw:
            name, raw[key] = raw[key], getattr(spider, raw[key], None)
            if raw[key] is None:
                raise ValueError(f"{spider.name} has no {name}() any more, which was to read {raw.get('url')}")
    return scrapy.Request(**raw)
