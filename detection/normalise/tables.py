"""What the normaliser knows of characters: `tables.yml` beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def _tables() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load(Path(__file__).with_suffix(".yml").read_text("utf-8"), Loader=loader))  # noqa: S506 - both loaders are safe ones


def table(name: str) -> Any:
    """One table by name; the file says what each holds."""
    return _tables()[name]
