"""What the allow-list says of an offer that somebody hands in, by the same rule as of a listing that is crawled."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from console.opening import reading
from console.terminal import home
from crawler.rejudge import as_listing
from crawler.subjects import allowed_today
from index.allowed import AllowedList
from index.model import AllowedHit, Listing
from index.settings import load_settings


def let_pass_by(entries: AllowedList, closing: ExitStack) -> Callable[[Listing], tuple[AllowedHit, ...]]:
    """Tells the entries that an offer falls under today. The index is opened only where there are any.

    An offer whose address the index knows is that listing: entries for an offer, a page or a seller of a marketplace
    count for it. Of an app nothing was verified here, so that entries for apps say nothing. Raises IndexUnavailable.
    """
    if not entries:
        return lambda _: ()
    settings = load_settings()
    index = closing.enter_context(reading()) if settings.index or home().index.exists() else None

    def known(offer: Listing) -> Listing:
        names = index.addresses([offer.url]) if index and offer.url else {}
        stored = index.get(names[offer.url]) if index and names else None
        if stored is None:
            return offer
        there = as_listing(stored)
        return replace(offer, marketplace=there.marketplace, native_id=there.native_id, source_kind=there.source_kind)

    return lambda offer: allowed_today(entries, known(offer), None)
