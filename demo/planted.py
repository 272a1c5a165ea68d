"""What the practice market holds, and what a careful person would say of each listing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from cryptography.x509.oid import NameOID

from demo.apk_sign import Key, key

CONTENT = Path(__file__).parent / "content"
SUBJECTS = {
    "debug": {NameOID.COMMON_NAME: "Android Debug", NameOID.ORGANIZATION_NAME: "Android", NameOID.COUNTRY_NAME: "US"},
    "repository": {NameOID.COMMON_NAME: "Practice store"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """The truth about one listing."""

    place: str
    """'store', 'shop', 'forum' or 'channel'."""
    native_id: str
    title: str
    verdict: str
    group: str | None = None
    brand: str | None = None
    why: str = ""


@cache
def content(name: str) -> list[dict[str, Any]]:
    """The rows of content/<name>.yml."""
    rows: list[dict[str, Any]] = yaml.safe_load((CONTENT / f"{name}.yml").read_text("utf-8"))
    return rows


@cache
def market_key(name: str) -> Key:
    """The signing key of that name."""
    return key(name, SUBJECTS.get(name, {NameOID.COMMON_NAME: f"Practice {name}"}))


def brand_profile() -> str:
    """The YAML of the market's own brand, with its signer filled in."""
    return (CONTENT / "brand.yml").read_text("utf-8").replace("@xiaozhou", market_key("xiaozhou").fingerprint)


def planted() -> list[Planted]:
    """Every listing of the market."""
    return [
        *(_truth("store", app["package"], app["names"]["zh-CN"], app) for app in content("apps")),
        *(_truth("shop", row["id"], row["title"], row) for row in content("shop")),
        *(_truth("forum", str(row["tid"]), row["title"], row) for row in content("forum")),
        *(_truth("channel", row["id"], row["title"], row) for row in content("channel")),
    ]


def _truth(place: str, native_id: str, title: str, row: dict[str, Any]) -> Planted:
    return Planted(place=place, native_id=native_id, title=title, **row["planted"])
