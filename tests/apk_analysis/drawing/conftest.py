"""Draws a drawable of an APK that consists of nothing but it."""

from collections.abc import Callable, Sequence

import pytest
from PIL import Image

from apk_analysis.archive import Archive
from apk_analysis.configuration import EVERYWHERE
from apk_analysis.drawing.drawable import Painter
from apk_analysis.lookup import Lookup
from apk_analysis.resources import Value
from tests.apk_analysis import build
from tests.apk_analysis.xml_build import Row, axml, table

Draw = Callable[..., Image.Image]


@pytest.fixture
def draw() -> Draw:
    """`draw(xml, rows=(), files={}, theme=0)`: the picture of `xml`, with a resource table and more files beside it."""

    def drawn(
        xml: str, rows: Sequence[Row] = (), files: dict[str, bytes | str] | None = None, theme: int = 0
    ) -> Image.Image:
        given = {"res/it.xml": xml, **(files or {})}
        raw = {name: axml(data) if isinstance(data, str) else data for name, data in given.items()}
        lookup = Lookup(Archive(build.archive({**raw, "resources.arsc": table(rows or [Row(0x7F010000, "x")])})))
        lookup.theme = theme
        return Painter(lookup).picture(Value(EVERYWHERE, 3, 0, "res/it.xml"))

    return drawn
