"""What the sample gate lets in wherever it is seen: packages and bad samples of brands, and what the operator names."""

from __future__ import annotations

from collections.abc import Mapping

from index.profiles import Profile
from index.settings import WatchSettings


def gate_list(profiles: Mapping[str, Profile], watch: WatchSettings) -> frozenset[str]:
    """Package names, sellers and hashes in lower case, as `crawler.gate` compares them.

    Under a brand's own package name lies the original or a repackaged copy: only the signature tells which.
    """
    brands = [profiles[name] for name in watch.brands if name in profiles] or profiles.values()
    packages = [package.id for brand in brands for package in brand.packages if package.platform == "android"]
    bad = [digest for brand in brands for digest in brand.known_bad]
    own = [*watch.samples, *(word for word in watch.words if "." in word)]
    return frozenset(text.strip().lower() for text in (*packages, *bad, *own))
