"""The one message catalogue: every sentence that analysts read, in Chinese and English.

`index/catalogue/<topic>.yml` maps an id to its two texts; ids begin with the topic. Texts are `str.format` templates.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from index.reading import yaml_of

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent / "catalogue"


@cache
def _topic(name: str) -> dict[str, dict[str, str]]:
    path = FOLDER / f"{name}.yml"
    return dict(yaml_of(path.read_text("utf-8")) or {})


def ids(topic: str) -> list[str]:
    """The ids of a topic, in order of the file."""
    return list(_topic(topic))


def text(message: str, lang: str, /, **values: object) -> str:
    """The message in `lang` ('zh' or 'en') with `values` filled in. Raises KeyError for an unknown id."""
    template = _topic(message.partition(".")[0])[message][lang]
    return template.format(**values) if values else template


def both(message: str, /, **values: object) -> dict[str, str]:
    """{'zh': ..., 'en': ...}: fits `Evidence(**both(...))`."""
    return {lang: text(message, lang, **values) for lang in LANGUAGES}


def language() -> str:
    """The reader's language: COPYCATCH_LANG, else the locale's, else English."""
    chosen = os.environ.get("COPYCATCH_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if chosen.lower().startswith("zh") else "en"


def t(message: str, /, **values: object) -> str:
    """The message in the reader's language."""
    return text(message, language(), **values)
