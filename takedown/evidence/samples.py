"""What is known of the samples: their fingerprints, as `copycatch scan` prints them. Never the samples themselves.

Keys that were found stand in them masked, with the hash of the whole, as they are stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from index.protocol import Index
from takedown.evidence.custody import taken
from takedown.evidence.subject import Subject

LEFT_OUT = frozenset({"sketches"})
"""Only of use for comparing."""


def samples(
    subject: Subject, index: Index, say: Callable[..., None], at: str
) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Name, content and what the manifest says of each."""
    of: dict[str, list[str]] = {}
    for target in subject.targets:
        if target.sample_sha256:
            of.setdefault(target.sample_sha256, []).append(target.finding_id)
        elif target.kind == "app":
            say("sample_none", [target.finding_id], target.url)
    for digest, findings in sorted(of.items()):
        hit = index.get(digest)
        if hit is None or hit.kind != "samples":
            say("fingerprint_none", findings, f"SHA-256 {digest}")
            continue
        told = {name: value for name, value in hit.value.items() if name not in LEFT_OUT}
        facts = {
            "kind": "fingerprint",
            "origin": "crawled",
            "finding_ids": findings,
            "source_url": next(one.url for one in subject.targets if one.sample_sha256 == digest),
            "captured_at": hit.first_seen,
            "sample_sha256": digest,
            "custody": [
                taken("copycatch", "analysed", hit.first_seen),
                taken("copycatch", "copied into the bundle", at),
            ],
        }
        yield f"samples/{digest}.json", json.dumps(told, indent=1).encode(), facts
