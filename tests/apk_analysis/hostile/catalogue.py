"""All variants, by name. Each module registers its own while it is imported."""

from tests.apk_analysis.hostile import (  # noqa: F401 - imported for what they register
    archives,
    bombs,
    bundles,
    code,
    manifests,
    natives,
    pictures,
    signatures,
    tables,
    texts,
    worst,
)
from tests.apk_analysis.hostile.variant import VARIANTS

__all__ = ["VARIANTS"]
