"""What the normaliser knows of characters: `tables.yml` beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from index.reading import yaml_of


@cache
def _tables() -> dict[str, Any]:
    return dict(yaml_of(Path(__file__).with_suffix(".yml").read_text("utf-8")))


def table(name: str) -> Any:
    """One table by name; the file says what each holds."""
    return _tables()[name]
