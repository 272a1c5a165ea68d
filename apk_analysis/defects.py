"""How readers of this room say that something is wrong: raised inside, a `Problem` outside."""

from __future__ import annotations

from apk_analysis.fingerprint import Problem

LONGEST_DETAIL = 500


class Defect(Exception):  # noqa: N818 - it is a fact about a file, not an error of the program
    """Bytes that are not what they should be. Caught at the edge of the part that was reading, never by callers."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail

    def problem(self, part: str) -> Problem:
        """What the fingerprint says of it."""
        return problem(part, self.kind, self.detail)


def problem(part: str, kind: str, detail: str = "") -> Problem:
    """A `Problem` whose detail is printable and short, whatever names the sample chose for its entries."""
    return Problem(part=part, kind=kind, detail=printable(detail)[:LONGEST_DETAIL])


def printable(text: str) -> str:
    r"""`text` with control characters and lone surrogates written out: '\x00', '\udc80'."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
