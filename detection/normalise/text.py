"""One raw text and the views that every detector reads; each is made when it is first asked for.

`plain` folds single characters; `joined` also closes gaps inside Chinese words and spelt-out Latin ones; `skeleton` is
`plain` with look-alike letters replaced, only in tokens that mix scripts or put digits between letters (elsewhere it
would spoil prices and versions).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache

from detection.lazy import lazy
from detection.normalise.folds import FOLDS, HAN, UNEVEN, is_han, step

MAX_LENGTH = 20_000
"""Characters of one text that are read at once."""

_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝьвкмнтгѵӏүпԍαοερκνιτυхγηωϲϳօոսցհքզіıɡɑøłđħ",
    "aeopcyxijsdhqwbbkmhtrvlyngaoepkvituxynwcjonughqziigaoldh",
)
_LEET = str.maketrans("0134578@$", "oleastbas")
_LEET_I = str.maketrans("0134578@$", "oieastbas")
_TOKEN = re.compile(r"[a-z0-9@$\u00c0-\u058f]+")
_LONGEST_TOKEN = 40
_DIGIT_BETWEEN = re.compile(r"[a-z][01345@$]+[a-z]|^[01345@$][a-z]{3}")
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_MASKED = re.compile(
    r"[\u00c0-\u058f01345@$](?:"  # as below
    r"(?<=[\u00c0-\u058f])|(?<=[a-z][01345@$])[01345@$]*[a-z]|(?<=(?<![a-z0-9@$])[01345@$])[a-z]{3})"
)
"""Where a token may be masked at all: most texts have none."""
_SEPARATOR = r"[\s·.*_/|~+#^=,'`•…—–、丨\-]"
_BETWEEN_LETTERS = r"[ .*_\-]"
_GAP = re.compile(
    # It begins with what it consumes, for speed; what stands before that is asked for afterwards.
    rf"{_SEPARATOR}(?:(?<=[{HAN}]{_SEPARATOR}){_SEPARATOR}{{0,2}}(?=[{HAN}])"
    rf"|(?<={_BETWEEN_LETTERS})(?:"
    rf"(?:(?<=[^a-z0-9][a-z]{_SEPARATOR})|(?<=^[a-z]{_SEPARATOR}))(?=[a-z]{_BETWEEN_LETTERS}[a-z](?![a-z]))"
    rf"|(?<=[^a-z0-9][a-z]{_BETWEEN_LETTERS}[a-z]{_SEPARATOR})(?=[a-z](?![a-z]))"
    rf"|(?<=[a-z0-9]{_BETWEEN_LETTERS}[a-z0-9]{_SEPARATOR})(?=[a-z](?![a-z]))"
    rf"|(?<=[a-z]{_BETWEEN_LETTERS}[a-z]{_SEPARATOR})(?=[0-9]{_BETWEEN_LETTERS}[a-z](?![a-z]))))"
)


class Normalised:
    """One raw text (or the window of a longer one that begins at `base`) and its views."""

    def __init__(self, raw: str, base: int = 0) -> None:
        self.raw = raw
        self.base = base
        self.plain = raw.translate(FOLDS)
        self.joined, self.joined_at = _without_gaps(self.plain)
        """`joined_at`: offset in `plain` of every character of `joined`; None when they are the same."""

    @lazy
    def skeleton(self) -> str:
        """Same offsets as `plain`."""
        return unmasked(self.plain)

    @lazy
    def plain_at(self) -> list[int] | None:
        """Offset in `raw` of every character of `plain`; None when they are the same."""
        if UNEVEN.isdisjoint(self.raw):
            return None
        return [at for at, char in enumerate(self.raw) for _ in FOLDS[ord(char)]]

    def in_plain(self, view: str, start: int, end: int) -> tuple[int, int]:
        """Offsets in `plain` of [start, end) in a view: 'plain' and 'skeleton' have its own, all others `joined`'s."""
        if view in {"plain", "skeleton"} or self.joined_at is None:
            return start, end
        return self.joined_at[start], self.joined_at[end - 1] + 1

    def in_joined(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in `joined` of [start, end) of the whole raw text; not empty where `joined` is not."""
        start, end = start - self.base, end - self.base
        for table in (self.plain_at, self.joined_at):
            if table is not None:
                start, end = bisect_left(table, start), bisect_left(table, end)
        start = min(start, max(0, len(self.joined) - 1))
        return start, min(max(end, start + 1), len(self.joined))

    def span(self, view: str, start: int, end: int) -> tuple[int, int]:
        """Offsets in the whole raw text of [start, end) in a view."""
        start, end = self.in_plain(view, start, end)
        if self.plain_at is not None:
            start, end = self.plain_at[start], self.plain_at[end - 1] + 1
        return start + self.base, end + self.base

    def steps(self, view: str, start: int, end: int) -> tuple[str, ...]:
        """How the raw text became what was read at [start, end): the decode path of a quote."""
        raw_start, raw_end = self.span(view, start, end)
        raw = self.raw[raw_start - self.base : raw_end - self.base]
        if view == "joined" and raw == self.joined[start:end]:
            return ()
        steps = dict.fromkeys(filter(None, map(step, raw)))
        plain_start, plain_end = self.in_plain(view, start, end)
        if view == "skeleton":
            if self.skeleton[start:end] != self.plain[start:end]:
                steps["look_alikes"] = None
        elif plain_end - plain_start != end - start:
            steps["separators"] = None
        if view not in {"plain", "joined", "skeleton"}:
            steps[view] = None
        return tuple(steps)

    def evenly(self, start: int, end: int) -> bool:
        """Whether [start, end) of `joined` was written as one word, or taken apart on purpose.

        A word that straddles a gap by chance ('更换 脸部' holds 换脸) has neighbours that no gap parts from it.
        """
        at = self.joined_at
        if at is None or at[end - 1] - at[start] == end - 1 - start:
            return True
        if any(at[i + 1] - at[i] == 1 for i in range(start, end - 1)):
            return False
        before = start > 0 and at[start] - at[start - 1] == 1 and is_han(self.joined[start - 1])
        after = end < len(at) and at[end] - at[end - 1] == 1 and is_han(self.joined[end])
        return not before and not after


@lru_cache(maxsize=64)
def normalise(raw: str) -> Normalised:
    """The views of `raw` (its first MAX_LENGTH characters), in linear time."""
    return Normalised(raw[:MAX_LENGTH])


def _without_gaps(plain: str) -> tuple[str, list[int] | None]:
    parts: list[str] = []
    kept: list[int] = []
    here = 0
    for match in _GAP.finditer(plain):
        start, end = match.span()
        parts.append(plain[here:start])
        kept.extend(range(here, start))
        here = end
    if not here:
        return plain, None
    parts.append(plain[here:])
    kept.extend(range(here, len(plain)))
    return "".join(parts), kept


def is_masked(plain: str) -> bool:
    """Whether a folded text holds a token that may be masked by look-alike letters or digits."""
    return bool(_MASKED.search(plain))


def unmasked(plain: str) -> str:
    """Folded text with look-alike letters and digits replaced in tokens that are masked by them; same offsets."""
    return _TOKEN.sub(_unmask, plain) if is_masked(plain) else plain


def unmaskings(plain: str) -> tuple[str, ...]:
    """Likewise, as far as that changes anything: a 1 stands for l, and for i."""
    if not is_masked(plain):
        return ()
    clear = (_TOKEN.sub(_unmask, plain), _TOKEN.sub(_unmask_i, plain))
    return tuple(one for one in dict.fromkeys(clear) if one != plain)


def _unmask(match: re.Match[str], leet: dict[int, int] = _LEET) -> str:
    """Look-alike letters of a token that mixes scripts, digits between letters; a version or year at the end stays."""
    token = match[0]
    if len(token) > _LONGEST_TOKEN:
        return token
    if not token.isascii() and any("a" <= char <= "z" for char in token):
        token = token.translate(_LOOK_ALIKES)
    if not token.isascii() or token.isalpha() or token.isdecimal() or not _DIGIT_BETWEEN.search(token):
        return token
    head = token.rstrip("0123456789")
    return head.translate(leet) + token[len(head) :]


def _unmask_i(match: re.Match[str]) -> str:
    return _unmask(match, _LEET_I)


def stands_alone(string: str, start: int, end: int) -> bool:
    """Whether [start, end) is no part of a longer Latin word; Chinese words may have neighbours."""
    if start and string[start] in _LATIN and string[start - 1] in _LATIN:
        return False
    return not (end < len(string) and string[end - 1] in _LATIN and string[end] in _LATIN)
