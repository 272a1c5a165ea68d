"""Brand names in texts, packages beside genuine ones, and which brand a stranger's app imitates.

`names` finds names in texts, `near` finds spellings a slip or two away, `packages` compares application ids, `reading`
tells what a name says of itself, `match` puts them together for one row of name, package and developer.
"""

from detection.brands.names import (
    Brands,
    How,
    NameHit,
    ai_context,
    claims,
    compiled,
    is_head,
    names_in,
    ordinary,
    sure,
)

__all__ = ["Brands", "How", "NameHit", "ai_context", "claims", "compiled", "is_head", "names_in", "ordinary", "sure"]
