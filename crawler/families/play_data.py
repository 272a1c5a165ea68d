"""What pages of Google Play carry for their scripts: blocks of nested lists, whose numbering changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapy.http import HtmlResponse

from crawler.families.app_store import LARGEST_PAGE

BLOCK = re.compile(r"AF_initDataCallback\(\{key:[^{}\[\]]{1,200}?data:")
DETAILS = re.compile(r"(?:https://play\.google\.com)?/store/apps/details\?")
MOST_BLOCKS = 60
MOST_VALUES = 400_000
"""Values of one page that are looked at."""
Block = Any
"""Lists in lists; a few objects among them, with numbers as keys."""


def blocks(page: HtmlResponse) -> list[Block]:
    """The blocks of a page, one from each script that holds one; those that cannot be read are left out."""
    found = []
    for script in page.css("script::text").getall()[:MOST_BLOCKS] if len(page.body) <= LARGEST_PAGE else ():
        if (head := BLOCK.search(script, 0, 2_000)) is not None:
            try:
                found.append(json.JSONDecoder().raw_decode(script, head.end())[0])
            except (ValueError, RecursionError):
                continue
    return found


def within(block: Block, *path: int | str) -> Any:
    """What lies at the end of `path` (places in lists, keys of objects); None where it breaks off."""
    for step in path:
        if isinstance(block, list) and isinstance(step, int) and -len(block) <= step < len(block):
            block = block[step]
        elif isinstance(block, dict):
            block = block.get(step)
        else:
            return None
    return block


def app_block(found: list[Block], package: str) -> Block:
    """The part of that block which describes the app `package`; None where there is none."""
    parts = (within(block, 1, 2) for block in found)
    return next((part for part in parts if within(part, 77, 0) == package), None)


def packages(found: list[Block]) -> list[str]:
    """Packages of the apps that the blocks link to, in order, each once."""
    links = (text for text in _texts(found) if DETAILS.match(text))
    named = (parse_qs(urlsplit(link).query).get("id", [""])[0] for link in links)
    return list(dict.fromkeys(package for package in named if package))


def reviews(found: list[Block]) -> tuple[set[str], list[str]]:
    """Names of the reviewers, to be masked, and what was written: rows of id, [name, ..], stars and, fourth, a text."""
    names, texts = set(), []
    for block in found:
        rows = within(block, 0)
        for row in rows[:200] if isinstance(rows, list) else ():
            name, text = within(row, 1, 0), within(row, 4)
            if isinstance(within(row, 0), str) and isinstance(name, str) and isinstance(text, str):
                names.add(name)
                texts.append(text)
    return names, texts


def _texts(values: list[Any]) -> Iterator[str]:
    waiting, seen = list(reversed(values)), 0
    while waiting and seen < MOST_VALUES:
        value, seen = waiting.pop(), seen + 1
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | dict):
            waiting += reversed(list(value.values() if isinstance(value, dict) else value))
