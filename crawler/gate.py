"""The gate: which samples are worth fetching. Every download costs the marketplace, the disk and an analysis."""

from __future__ import annotations

from collections.abc import Collection

from index.ids import listing_id
from index.model import Judgement, Listing

LEAD = 0.2
"""A violation that is at least this probable from the text alone is a lead."""


def wants_sample(
    listing: Listing, judgement: Judgement, *, audit_one_in: int, watch_list: Collection[str] = ()
) -> str | None:
    """Why the sample is to be fetched ('brand', 'lead', 'watch_list', 'audit'), or None.

    `watch_list`: listing ids, package names, sellers, stated signers and stated hashes of samples, in lower case.
    `audit_one_in`: one in so many is fetched although nothing points at it; which ones follows from the listing's id,
    so that a second crawl fetches the same. 0 for none. (A package is no medium: the sexual-material rule lets it in.)
    """
    if not listing.download_urls:
        return None
    if judgement.brand is not None:
        return "brand"
    if judgement.verdict != "benign" or any(violation.probability >= LEAD for violation in judgement.violations):
        return "lead"
    name = listing_id(listing.marketplace, listing.native_id)
    hashes = (listing.sample_sha256, listing.sample_md5, *listing.declared_signers)
    known_by = (name, listing.package_name, listing.seller, *hashes)
    if any(value is not None and value.lower() in watch_list for value in known_by):
        return "watch_list"
    if audit_one_in and int(name.rpartition("-")[2], 16) % audit_one_in == 0:
        return "audit"
    return None
