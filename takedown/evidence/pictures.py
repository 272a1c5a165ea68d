"""Pictures of the pages: those that the renderer made, with grey boxes for all media, and those that people supplied.

Under the sexual-material rule only the first kind is there: a person's picture may show what nobody may pass on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from takedown.evidence.captures import Shown, seen_as
from takedown.evidence.custody import taken
from takedown.evidence.subject import Subject

SUFFIXES = {b"\x89PNG": "png", b"RIFF": "webp", b"\xff\xd8\xff": "jpg"}
"""How a picture begins -> the end of its name."""
Picture = tuple[str, bytes, dict[str, Any]]
"""Name, content, what the manifest says."""


class Pictures:
    """Fetches the pictures of the targets, each once."""

    def __init__(
        self, subject: Subject, read: Callable[[str], bytes | None], say: Callable[..., None], at: str
    ) -> None:
        self._subject, self._read, self._say, self._at = subject, read, say, at
        self._found: dict[str, Picture] = {}

    def collect(self, all_shown: Iterable[Shown]) -> list[Picture]:
        """All of them, in the order of the targets."""
        for one in all_shown:
            self._rendered(one)
            self._stated(one)
        return list(self._found.values())

    def _rendered(self, one: Shown) -> None:
        name, capture = one.target.finding_id, one.picture
        if capture is None or capture.screenshot is None:
            self._say("screenshot_none", [name], one.target.url)
            return
        facts = {
            "origin": "crawled",
            "made_by": "renderer: grey boxes in place of all media",
            "source_url": one.target.url,
            "final_url": capture.url,
            "captured_at": capture.taken_at,
            "payload_sha256": capture.sha256,
            **seen_as(capture),
            "custody": [
                taken("copycatch", "rendered", capture.taken_at),
                taken("copycatch", "copied into the bundle", self._at),
            ],
        }
        self._take(capture.screenshot, name, facts, f"{one.target.url} {capture.taken_at}")

    def _stated(self, one: Shown) -> None:
        """What a person supplied where the machine is blocked."""
        look, name = one.target.look, one.target.finding_id
        if look is None or not look.picture_sha256:
            return
        if name in self._subject.ruled:
            self._say("picture_rule", [name], f"{one.target.url} SHA-256 {look.picture_sha256}")
            return
        facts = {
            "origin": "supplied",
            "made_by": "person",
            "source_url": one.target.url,
            "final_url": one.target.url,
            "captured_at": look.at,
            "state": look.state,
            "statement_sha256": sha256(look.statement.encode("utf-8", "replace")).hexdigest(),
            "custody": [taken("person", "supplied", look.at), taken("copycatch", "copied into the bundle", self._at)],
        }
        self._take(look.picture_sha256, name, facts, f"{one.target.url} {look.at}")

    def _take(self, digest: str, finding: str, facts: dict[str, Any], where: str) -> None:
        if digest in self._found:
            findings = self._found[digest][2]["finding_ids"]
            findings += [finding] if finding not in findings else []
            return
        content = self._read(digest)
        suffix = _suffix(content or b"")
        if content is None or sha256(content).hexdigest() != digest or suffix is None:
            self._say("screenshot_gone", [finding], f"{where} SHA-256 {digest}")
            return
        name = f"screenshots/{len(self._found) + 1:04}-{digest[:12]}.{suffix}"
        self._found[digest] = (name, content, {"kind": "screenshot", "finding_ids": [finding], **facts})


def _suffix(content: bytes) -> str | None:
    return next((suffix for head, suffix in SUFFIXES.items() if content.startswith(head)), None)


def supplies(all_shown: Iterable[Shown]) -> Iterator[dict[str, Any]]:
    """Entries for what people brought: when, and the hash of the file as it was handed over. Never who."""
    for one in all_shown:
        for supplied in one.supplied:
            yield {
                "kind": "supply",
                "origin": "supplied",
                "finding_ids": [one.target.finding_id],
                "source_url": one.target.url,
                "captured_at": supplied.supply.received_at,
                "original_sha256": supplied.supply.file_sha256,
                "page": supplied.capture is not None,
                "custody": [
                    taken("person", "handed over", supplied.supply.received_at),
                    taken("copycatch", "taken in", supplied.at),
                ],
            }
