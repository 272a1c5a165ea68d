"""How letters say things: texts in their language, times as people read them, hostile words made harmless and short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from index.messages import text
from index.plain import plain
from takedown.notice import Content, Language

BEIJING = timezone(timedelta(hours=8))
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
LONGEST = 1000
"""Characters of one text in a letter."""
_NO_CHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff]|[\U0001fffe-\U0001ffff]")


@dataclass(slots=True)
class Words:
    """Texts in one language; notes when one had to be cut."""

    lang: Language
    cut: bool = False

    def t(self, message: str, /, **values: object) -> str:
        """A text of the catalogue, by its id without 'letter.'."""
        return text(f"letter.{message}", self.lang, **values)

    def shown(self, raw: str, most: int = LONGEST) -> str:
        """Words from outside: harmless, in one paragraph, and visibly cut where they are too long for a letter."""
        if len(raw) > most:
            self.cut = True
            return harmless(raw[:most]) + self.t("cut", left=f"{len(raw) - most:,}")
        return harmless(raw)

    def day(self, at: str) -> str:
        """A date, in China's time zone where the letter is Chinese, else in UTC; what is no time as it stands."""
        moment = self._moment(at)
        if moment is None:
            return harmless(at)
        if self.lang == "zh":
            return f"{moment.year}年{moment.month}月{moment.day}日"
        return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"

    def moment(self, at: str) -> str:
        """The same with the time of day and its zone."""
        moment = self._moment(at)
        if moment is None or "T" not in at:
            return self.day(at)
        return f"{self.day(at)} {moment:%H:%M}{'（北京时间）' if self.lang == 'zh' else ' UTC'}"

    def kind(self, content: Content) -> str:
        """What the targets are: 'app', 'apps'; one word for all where they are of several kinds."""
        kinds = {target.kind for target in content.targets}
        if len(content.targets) == 1:
            return self.t(f"kind_one.{kinds.pop()}")
        return self.t(f"kind.{kinds.pop() if len(kinds) == 1 else 'several'}")

    def _moment(self, at: str) -> datetime | None:
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        if "T" not in at or moment.tzinfo is None:
            return moment
        return moment.astimezone(BEIJING if self.lang == "zh" else UTC)


def harmless(raw: str) -> str:
    """`raw` in one paragraph, with everything that could move, hide or break text made visible."""
    return _NO_CHARACTER.sub(lambda found: f"<U+{ord(found[0]):04X}>", plain(" ".join(raw.split())))


def ranges(numbers: Sequence[int]) -> str:
    """[1, 3, 4, 5] as '1, 3-5'."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def joined(parts: Iterable[str], lang: Language) -> str:
    """'a、b' or 'a, b', without empty ones."""
    return ("、" if lang == "zh" else ", ").join(part for part in parts if part)
