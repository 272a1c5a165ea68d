"""Any page that fills itself by script with listings: schema.org, or elements that carry their data as JSON."""

import json
from typing import Any

from parsel import Selector

from crawler.families.page_text import attribute, plain
from crawler.families.rendered import RenderedPages

NAMES = {
    "id": ("id", "native_id", "sku"),
    "title": ("title", "name"),
    "description": ("description", "text", "content"),
    "seller": ("seller", "author", "channel"),
    "price": ("price",),
    "url": ("url", "link"),
    "date": ("published_at", "date", "time"),
}
"""Part of a listing -> what pages call it."""


class RenderedPage(RenderedPages):
    """The attribute `data-listing` holds a JSON object."""

    name = "rendered_page"
    kind = "channel"
    proof = "synthetic"
    format_confirmed = "2026-11-25"
    native_id_rule = "id in the element's data; of schema.org offers their number, else path and query of the address"
    card = "[data-listing]"

    def read_card(self, card: Selector) -> dict[str, str]:
        """The texts in the element's data; a broken one says nothing."""
        try:
            said: Any = json.loads(attribute(card, "data-listing"))
        except (ValueError, RecursionError):
            return {}
        if not isinstance(said, dict):
            return {}
        found = {part: next((plain(said[name]) for name in names if name in said), "") for part, names in NAMES.items()}
        return {part: text for part, text in found.items() if text}
