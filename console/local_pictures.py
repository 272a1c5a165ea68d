"""Pictures that lie in a folder, for listings that come from a file: found by name, read in workers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from apk_analysis.pool import Pool, WorkerLost
from console.exits import CommandError, Exit
from console.terminal import complain
from crawler.pictures import permitted
from detection.judge import judge
from detection.pictures import PictureText, available, read_picture
from detection.subject import Subject
from index.messages import t
from index.model import Listing
from index.profiles import Profile

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
MOST = 100_000
"""Pictures of one folder."""
NUMBERED = re.compile(r"[-_ ]\d{1,4}$")


def in_folder(folder: Path) -> dict[str, list[Path]]:
    """Name -> pictures, in order: of 'a.png', 'a-2.png' and 'a/anything.png' the name is 'a'. Raises OSError.

    Ids are hostile: they are looked up here and never become part of a path.
    """
    found: dict[str, list[Path]] = {}
    for path in sorted(_pictures(folder)):
        inside = path.parent != folder
        name = path.parent.relative_to(folder).parts[0] if inside else path.stem
        found.setdefault(name, []).append(path)
        if not inside and (bare := NUMBERED.sub("", name)) != name:
            found.setdefault(bare, []).append(path)
    return found


def _pictures(folder: Path) -> Iterator[Path]:
    next(folder.iterdir(), None)  # raises for what is no folder
    walked = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    for number, path in enumerate(walked):
        if number >= MOST:
            raise CommandError(t("pictures.too_many", folder=folder, most=MOST))
        yield path


class LocalPictures:
    """Reads the pictures of one folder."""

    def __init__(self, folder: Path, profiles: Mapping[str, Profile]) -> None:
        """Raises CommandError without the extra, OSError for no folder."""
        if not available():
            raise CommandError(t("pictures.missing"), Exit.MISSING)
        self._by_name = in_folder(folder)
        self._profiles = profiles
        self._pool = Pool(timeout=60.0)

    def told(self, name: str, listing: Listing) -> Listing:
        """The listing with what the pictures of that name say, unless the rule on sexual material keeps them shut."""
        paths = self._by_name.get(name, ())
        if not paths or not permitted(listing, judge(Subject(listing=listing, profiles=self._profiles))):
            return listing
        said = [self._read(path) for path in paths]
        texts = [one.text for one in said if one.text]
        codes = dict.fromkeys(code for one in said for code in one.codes)
        return replace(listing, image_text=(*listing.image_text, *texts), qr_text=(*listing.qr_text, *codes))

    def _read(self, path: Path) -> PictureText:
        try:
            said = self._pool.call(read_picture, path)
        except WorkerLost as lost:
            said = PictureText(problem=f"picture_{lost.kind}")
        if said.problem:
            complain(t("pictures.unread", path=path, kind=said.problem))
        return said

    def close(self) -> None:
        """Ends the workers."""
        self._pool.close()
