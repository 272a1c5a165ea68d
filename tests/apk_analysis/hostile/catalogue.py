"""All variants, by name. Each module registers its own while it is imported."""

from tests.apk_analysis.hostile import archives, bombs, code, manifests  # noqa: F401 - imported for what they register
from tests.apk_analysis.hostile.variant import VARIANTS

__all__ = ["VARIANTS"]
