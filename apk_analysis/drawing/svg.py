"""SVG that we wrote ourselves, drawn by resvg. The only module that imports resvg_py.

No file, font or address is ever named in it; texts of a sample enter only as path data that `path_data` has passed.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

from PIL import Image

from apk_analysis.defects import Defect

MOST_PATHS, MOST_CHARACTERS = 300, 200_000
"""In one picture."""
_NOT_PATH = re.compile(r"[^MmLlHhVvCcSsQqTtAaZz0-9eE+\-.,\s]")


@dataclass(slots=True)
class Svg:
    """A drawing under way: what stands in <defs>, and the body."""

    defs: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    paths: int = 0
    characters: int = 0

    def define(self, tag: str, attributes: str, inner: str) -> str:
        """Adds a definition; how others refer to it: 'url(#d0)'."""
        name = f"d{len(self.defs)}"
        self.defs.append(f'<{tag} id="{name}" {attributes}>{inner}</{tag}>')
        return f"url(#{name})"

    def path_data(self, text: str) -> str:
        """Path data of a sample, safe to stand in an attribute. Raises Defect when it is too much to draw."""
        self.paths += 1
        self.characters += len(text)
        if self.paths > MOST_PATHS or self.characters > MOST_CHARACTERS:
            raise Defect("icon_too_large", f"more than {MOST_PATHS} paths or {MOST_CHARACTERS} characters")
        return _NOT_PATH.sub("", text)

    def draw(self, width: int, height: int, box: tuple[float, float]) -> Image.Image:
        """The picture, `box` (width, height in its own units) stretched to pixels. Raises Defect."""
        text = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {number(box[0])} {number(box[1])}" preserveAspectRatio="none">'
            f"<defs>{''.join(self.defs)}</defs>{''.join(self.body)}</svg>"
        )
        return _rendered(text)


def number(value: float) -> str:
    """A number as SVG reads it."""
    return f"{value:.7g}"


def _rendered(text: str) -> Image.Image:
    import resvg_py  # noqa: PLC0415 - only samples with drawn icons pay for it

    try:
        png = bytes(resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=True))
        with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
            return opened.convert("RGBA")
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the Rust library is no Exception
        raise Defect("icon_unreadable", f"{type(error).__name__}: {error}") from error
