"""For which device a value of a resource is meant: language, density, night mode, Android version."""

from __future__ import annotations

import struct
from dataclasses import dataclass

ANY_DENSITY = 0xFFFE
"""Of drawings that fit every screen; 0xFFFF says that the density does not matter."""
_NIGHT, _DAY = 0x20, 0x10
_FIELDS = struct.Struct("<L4s2s2s2sH8sHHBB")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One set of qualifiers."""

    locale: str = ""
    """'' for the default, else 'zh', 'zh-CN', 'zh-Hant-TW'."""
    density: int = 0
    """Dots per inch; 0 when the configuration does not say, ANY_DENSITY for drawings that fit all."""
    night: bool = False
    sdk: int = 0
    """Android version from which on it counts."""
    others: int = 0
    """How many further qualifiers it has: size, orientation, operator ..."""

    def within(self, outer: Configuration) -> Configuration:
        """Where a value counts that was reached through a reference in `outer`."""
        return Configuration(
            locale=outer.locale or self.locale,
            density=self.density or outer.density,
            night=self.night or outer.night,
            sdk=max(self.sdk, outer.sdk),
            others=self.others + outer.others,
        )


EVERYWHERE = Configuration()
"""No qualifiers."""


def read_configuration(data: bytes, at: int) -> Configuration:
    """The configuration at that offset. Raises struct.error at the end of the data."""
    size, network, language, region, screen, density, input_, sdk, _, layout, mode = _FIELDS.unpack_from(data, at)
    script = data[at + 36 : at + 40].rstrip(b"\0") if size >= 40 else b""
    parts = [_letters(language, "a"), script.decode("ascii", "replace"), _letters(region, "0")]
    rest = data[at + 30 : at + 36] if size >= 36 else b""
    others = sum(map(any, (network, screen, input_, rest))) + bool(layout) + bool(mode & ~(_NIGHT | _DAY))
    return Configuration(
        "-".join(part for part in parts if part), density, mode & (_NIGHT | _DAY) == _NIGHT, sdk, others
    )


def _letters(packed: bytes, base: str) -> str:
    """Two letters, or three packed into five bits each (then the first bit is set)."""
    if packed[0] & 0x80:
        first, second, third = packed[1] & 0x1F, packed[1] >> 5 | (packed[0] & 3) << 3, packed[0] >> 2 & 0x1F
        return "".join(chr(ord(base) + number) for number in (first, second, third))
    return packed.rstrip(b"\0").decode("ascii", "replace")
