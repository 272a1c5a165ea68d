"""The files of a notice as a form accepts them: checked against their hashes, renamed, shrunk; what stays out is told.

What goes out of a picture is drawn anew, so it has another hash than the evidence: both are told. Papers and packages
go along byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from shutil import copyfile

from index.messages import text
from index.plain import line
from takedown.notice import Attachment, Content
from takedown.recipients import Form, Limits
from takedown.shrinking import LARGEST, ShrinkError, fitted

PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")
ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "application/pdf": ".pdf",
    "application/vnd.android.package-archive": ".apk",
    "application/zip": ".zip",
    "application/json": ".json",
    "text/plain": ".txt",
    "text/html": ".html",
}
LEAST = 40_000
"""Bytes that a picture is given where all files share one limit; with less room, later ones stay out."""
Find = Callable[[str], Path | None]
"""SHA-256 -> the file, or None where it is not kept here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One file as it goes out."""

    name: str
    size: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What became of one attachment."""

    attachment: Attachment
    files: tuple[Made, ...] = ()
    """Several for a long page; none where it stays out."""
    changed: bool = False
    """Whether the files hold other bytes than the attachment."""
    problem: str = ""
    """Why it stays out, in the reader's language; empty where it goes along."""


def prepared(content: Content, form: Form, find: Find, folder: Path, lang: str) -> tuple[Prepared, ...]:
    """Writes every attachment that the form takes into `folder`, and says what became of each. Raises OSError.

    First one file for each field that asks for files, then the others in the order of those fields.
    """
    packing, found = _Packing(form.attachments, find, folder), []
    for number, each in enumerate(_ordered(content.attachments, form), start=1):
        files: tuple[Made, ...] = ()
        problem = ""
        try:
            if form.forbids_personal and each.personal:
                raise ShrinkError("personal")  # noqa: TRY301 - one way to say that a file stays out
            files = packing.pack(each, number)
        except ShrinkError as error:
            problem = text(f"attachments.{error.reason}", lang, **_said(each, form.attachments, lang))
        changed = any(file.sha256 != each.sha256 for file in files)
        found.append(Prepared(attachment=each, files=files, changed=changed, problem=problem))
    return tuple(found)


class _Packing:
    """Writes files into a folder, and knows what is left of the limits for all of them together."""

    def __init__(self, limits: Limits, find: Find, folder: Path) -> None:
        self._limits, self._find, self._folder = limits, find, folder
        self._count, self._total = limits.max_count, limits.max_total

    def pack(self, each: Attachment, number: int) -> tuple[Made, ...]:
        """The file or files of one attachment. Raises ShrinkError, after which nothing of it is there."""
        takes = self._limits.types
        if not takes or (each.media_type not in PICTURES and each.media_type not in takes):
            raise ShrinkError("type")
        if self._count == 0 or (self._total is not None and self._total < LEAST):
            raise ShrinkError("no_room")
        source = self._find(each.sha256)
        if source is None or not source.is_file():
            raise ShrinkError("not_kept")
        if each.media_type in PICTURES:
            return self._picture(each, number, source)
        return (self._copy(each, number, source),)

    def _picture(self, each: Attachment, number: int, source: Path) -> tuple[Made, ...]:
        if source.stat().st_size > LARGEST:
            raise ShrinkError("too_large")
        data = source.read_bytes()
        if sha256(data).hexdigest() != each.sha256:
            raise ShrinkError("changed")
        limits = self._limits
        # Of a shared limit one picture gets a third of what is left, so that others fit as well.
        shared = None if self._total is None else max(LEAST, self._total // 3)
        most = min((limit for limit in (limits.max_bytes, shared) if limit is not None), default=None)
        pieces = fitted(data, types=limits.types, max_bytes=most, max_pixels=limits.max_pixels)
        self._take([len(piece.data) for piece in pieces])
        made = []
        for part, piece in enumerate(pieces, start=1):
            name = _name(each, number, piece.media_type, limits, part if len(pieces) > 1 else 0)
            (self._folder / name).write_bytes(piece.data)
            digest = sha256(piece.data).hexdigest()
            made.append(Made(name=name, size=len(piece.data), sha256=digest, media_type=piece.media_type))
        return tuple(made)

    def _copy(self, each: Attachment, number: int, source: Path) -> Made:
        """Byte for byte."""
        limits, size = self._limits, source.stat().st_size
        if limits.max_bytes is not None and size > limits.max_bytes:
            raise ShrinkError("too_heavy")
        with source.open("rb") as file:
            if file_digest(file, "sha256").hexdigest() != each.sha256:
                raise ShrinkError("changed")
        self._take([size])
        name = _name(each, number, each.media_type, limits, 0)
        copyfile(source, self._folder / name)
        return Made(name=name, size=size, sha256=each.sha256, media_type=each.media_type)

    def _take(self, sizes: Sequence[int]) -> None:
        """Raises ShrinkError where files of these sizes do not fit any more."""
        if self._count is not None and len(sizes) > self._count:
            raise ShrinkError("no_room")
        if self._total is not None and sum(sizes) > self._total:
            raise ShrinkError("no_room")
        self._count = None if self._count is None else self._count - len(sizes)
        self._total = None if self._total is None else self._total - sum(sizes)


def _ordered(attachments: Iterable[Attachment], form: Form) -> list[Attachment]:
    """First one of each kind that the form asks for, in its order; then the others of these kinds; then the rest."""
    asked = [each.path.rpartition(".")[2] for each in form.fields if each.path.startswith("attachments.")]
    if any(each.path in {"authorization", "rights.paper"} for each in form.fields):
        asked.append("paper")
    rank = {kind: place for place, kind in enumerate(dict.fromkeys(asked))}
    seen: set[str] = set()
    keyed = []
    for place, each in enumerate(attachments):
        later = each.kind in seen or each.kind not in rank
        seen.add(each.kind)
        keyed.append(((each.kind not in rank, later, rank.get(each.kind, 0), place), each))
    return [each for _, each in sorted(keyed, key=lambda pair: pair[0])]


def _name(each: Attachment, number: int, media_type: str, limits: Limits, part: int) -> str:
    """'03-screenshot-2.jpg': sorted as they are listed, and taken by every upload."""
    ending = ENDINGS.get(media_type, ".bin")
    mark = f"-{part}" if part else ""
    begin = f"{number:02d}-"
    kind = each.kind if limits.names == "ascii" else line(text(f"attachments.kind.{each.kind}", "zh"), 20)
    return f"{begin}{kind[: limits.name_length - len(begin) - len(mark) - len(ending)]}{mark}{ending}"


def _said(each: Attachment, limits: Limits, lang: str) -> dict[str, str]:
    """Values for the messages."""
    return {
        "type": line(each.media_type, 60),
        "types": ", ".join(limits.types) or text("attachments.none", lang),
        "limit": f"{(limits.max_bytes or 0) / 1_000_000:g} MB",
        "size": f"{each.size / 1_000_000:.1f} MB",
    }
