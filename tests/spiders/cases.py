"""Cases: a page as a site sends it, the callback that reads it, and what must come out."""

import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
import scrapy
from scrapy.http import HtmlResponse, Request, Response

from apk_analysis.fingerprint import Problem
from crawler.declarations import declared
from crawler.spider import MarketplaceSpider
from index.model import Listing

HERE = Path(__file__).parent
SPIDERS = declared()
BODY_HASH = "@sha256"
"""Stands in meta.json for the SHA-256 of the page itself."""


@dataclass(frozen=True)
class Case:
    """One folder below `fixtures`, or one meta file below `recorded`."""

    spider: str
    name: str
    meta: dict[str, Any]
    golden: Path
    folder: Path

    def __str__(self) -> str:
        return f"{self.spider}/{self.name}"

    def read(self, body: bytes, *, brief: bool) -> list[dict[str, Any]]:
        """What the spider makes of `body`."""
        url = self.meta["url"]
        kwargs = {
            key: hashlib.sha256(body).hexdigest() if value == BODY_HASH else value
            for key, value in self.meta.get("kwargs", {}).items()
        }
        response = HtmlResponse if self.meta.get("html", True) else Response
        page = response(
            url, status=self.meta.get("status", 200), headers=self.meta.get("headers"), body=body, request=Request(url)
        )
        spider = SPIDERS[self.spider]()
        callback = getattr(spider, self.meta.get("callback", "parse"))
        return [plain(thing, spider, brief=brief) for thing in callback(page, **kwargs)]

    def compare(self, got: list[dict[str, Any]]) -> None:
        """With the golden file; writes it, and fails, where there is none yet."""
        if not self.golden.exists():
            self.golden.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n", "utf-8")
            pytest.fail(f"wrote {self.golden}: review it, then run again")
        assert got == json.loads(self.golden.read_text("utf-8"))


def own_cases() -> list[Case]:
    return [
        Case(folder.parent.name, folder.name, json.loads((folder / "meta.json").read_text("utf-8")),
             folder / "expected.json", folder)
        for folder in sorted(path.parent for path in (HERE / "fixtures").glob("*/*/meta.json"))
    ]  # fmt: skip


def recorded_cases() -> list[Case]:
    return [
        Case(meta.parent.name, meta.name.removesuffix(".meta.json"), json.loads(meta.read_text("utf-8")),
             meta.with_name(meta.name.replace(".meta.json", ".expected.json")), meta.parent)
        for meta in sorted((HERE / "recorded").glob("*/*.meta.json"))
    ]  # fmt: skip


def plain(thing: Any, spider: MarketplaceSpider, *, brief: bool) -> dict[str, Any]:
    """A listing without what it leaves at its default, a request or a problem, as JSON holds it."""
    if isinstance(thing, Listing):
        empty = Listing(marketplace="", native_id="", url="", title="", source_kind="site")
        said = {f.name: getattr(thing, f.name) for f in fields(Listing)}
        if brief and said["seller"]:  # a person's name, perhaps
            said["seller"] = _hash(said["seller"])
        return {"listing": {name: _short(value, brief=brief) for name, value in said.items()
                            if name == "source_kind" or value != getattr(empty, name)}}  # fmt: skip
    if isinstance(thing, Problem):
        return {"problem": thing.kind, "detail": thing.detail[:120]}
    assert isinstance(thing, scrapy.Request)
    assert thing.callback is not None and getattr(spider, thing.callback.__name__) == thing.callback
    return {"request": thing.url, "callback": thing.callback.__name__,
            **({thing.method: thing.body.decode()} if thing.method != "GET" else {}),
            **({"kwargs": json.loads(json.dumps(thing.cb_kwargs))} if thing.cb_kwargs else {})}  # fmt: skip


def _short(value: Any, *, brief: bool) -> Any:
    """Tuples as lists; with `brief` long texts as their beginning, length and hash, since they are others' texts."""
    if isinstance(value, tuple):
        return [_short(part, brief=brief) for part in value]
    if brief and isinstance(value, str) and len(value) > 60 and (value[:4] != "http" or " " in value or "\n" in value):
        return f"{value[:30]}... [{len(value)}, {_hash(value)}]"
    return value


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
