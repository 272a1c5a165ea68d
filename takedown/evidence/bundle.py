"""A finished bundle: what is in it, what could not be put in, and its parts as attachments of a notice."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from index.messages import both
from index.profiles import Profile
from index.protocol import Index
from index.records import Decisions
from takedown.evidence.checking.bundle import ABOUT, MANIFEST, STAMP
from takedown.evidence.custody import lines
from takedown.evidence.rewriting import Cut
from takedown.notice import Attachment, AttachmentKind

StampState = Literal["none", "stamped", "waiting"]
"""'waiting': one was wanted, and the authority could not be reached."""
ATTACHED: Mapping[str, AttachmentKind] = {
    "wacz": "wacz",
    "screenshot": "screenshot",
    "fingerprint": "fingerprint",
    "comparison": "comparison",
    "list": "custody",
}
"""Kind of a member -> what it is as an attachment; the others only explain the bundle."""
MEDIA_TYPES = {
    "html": "text/html",
    "jpg": "image/jpeg",
    "json": "application/json",
    "png": "image/png",
    "wacz": "application/wacz",
    "webp": "image/webp",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a bundle is made from."""

    index: Index
    archive: Path
    """The home's `archive/`."""
    picture: Callable[[str], bytes | None]
    """SHA-256 -> the picture that is kept under it."""
    cut: Cut | None = None
    """A page -> the page without the operator's own account, for pages that were shown to a session of theirs."""
    decisions: Decisions | None = None
    profiles: Mapping[str, Profile] | None = None
    operator: str = ""
    """Who crawls, as the user agent says."""
    version: str = ""
    """Of copycatch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that a reader would look for, and that is not in the bundle."""

    what: str
    """Message below 'evidence.missing.': 'page_gone', 'screenshot_none' ..."""
    about: str
    """Finding, or what else it belongs to."""
    detail: str = ""

    def told(self) -> dict[str, str]:
        """As it stands in the bundle."""
        said = both(f"evidence.missing.{self.what}", about=self.about, detail=self.detail)
        return {"what": self.what, "about": self.about, "detail": self.detail, **said}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A finished bundle."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    seal: str
    """Hash of the last line of its manifest: stands in the letter, so that a forged bundle shows."""
    created_at: str
    entries: tuple[Mapping[str, Any], ...]
    """Of the manifest."""
    missing: tuple[Mapping[str, str], ...]
    stamp: StampState = "none"
    stamp_detail: str = ""
    """Why it waits."""

    @property
    def pages(self) -> int:
        """Archived pages in it."""
        return sum(entry["kind"] == "page" for entry in self.entries)


def read_bundle(path: Path) -> Bundle:
    """A bundle of ours, from its file. It is not checked: `checking.bundle.check` does that.

    Raises OSError, zipfile.BadZipFile, KeyError and ValueError.
    """
    digest = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    with zipfile.ZipFile(path) as file:
        entries = tuple(lines(file.read(MANIFEST)))
        missing = tuple(json.loads(file.read(ABOUT))["missing"])
        stamped: StampState = "stamped" if STAMP in file.namelist() else "none"
    return Bundle(
        path=path,
        size=path.stat().st_size,
        sha256=digest.hexdigest(),
        seal=str(entries[-1]["entry_sha256"]),
        created_at=str(entries[0]["created_at"]),
        entries=entries,
        missing=missing,
        stamp=stamped,
    )


def attachments_of(bundle: Bundle) -> tuple[Attachment, ...]:
    """The bundle itself, then each of its parts that a recipient may ask for by itself (`extract` gives the bytes)."""
    whole = Attachment(
        kind="custody",
        name=bundle.path.name,
        sha256=bundle.sha256,
        size=bundle.size,
        media_type="application/zip",
        captured_at=bundle.created_at,
        note=f"seal {bundle.seal}",
    )
    listed = [one for one in bundle.entries if "path" in one and "within" not in one and one["kind"] in ATTACHED]
    return (whole, *(_attachment(bundle, entry) for entry in listed))


def _attachment(bundle: Bundle, entry: Mapping[str, Any]) -> Attachment:
    name = str(entry["path"]).rpartition("/")[2]
    findings = entry.get("finding_ids") or [""]
    return Attachment(
        kind=ATTACHED[entry["kind"]],
        name=name,
        sha256=entry["sha256"],
        size=entry["size"],
        media_type=MEDIA_TYPES[name.rpartition(".")[2]],
        captured_at=entry.get("captured_at") or "",
        source_url=entry.get("source_url") or "",
        finding_id=findings[0] if len(findings) == 1 else "",
        note=f"{bundle.path.name}!/{entry['path']}",
        personal=entry.get("origin") == "supplied",
    )


def extract(bundle: Path, attachment: Attachment) -> bytes:
    """The bytes of a part. Raises OSError, KeyError, and ValueError where they are not those that were attached."""
    with zipfile.ZipFile(bundle) as file:
        content = file.read(attachment.note.partition("!/")[2])
    if sha256(content).hexdigest() != attachment.sha256:
        raise ValueError(f"{attachment.name}: not the file that was attached")
    return content
