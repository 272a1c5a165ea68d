"""`copycatch brands`: the brand profiles, how brands are taken up, and whether profiles do what they promise."""

from __future__ import annotations

from console.brand_add import add
from console.brand_candidates import list_candidates
from console.brand_check import check
from console.brand_match import match
from console.brand_preview import preview
from console.brand_show import list_brands, show
from console.brand_variants import list_variants

RUN = {
    "list": list_brands,
    "show": show,
    "add": add,
    "preview": preview,
    "check": check,
    "match": match,
    "variants": list_variants,
    "candidates": list_candidates,
}
