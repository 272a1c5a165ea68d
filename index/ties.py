"""Kinds of tie keys ('kind:value') that listings carry, and what each is worth.

A tie is a fact to look at, never a verdict. What detection writes and takedown reads, in one place.
"""

from __future__ import annotations

HUB = 100
"""Listings from which a tie says nothing: platform mail, texts that a store demands. (MISP stops correlating a value
at the same number.)"""
STATED = "stated_signer"
"""Kind of the ties by certificates that stores state and nobody verified."""
PUBLIC = "public_signer"
"""Kind of the ties by keys that anybody can sign with: shown, never counted."""
ALONE = ("sample", "signer", "contact", "domain")
"""Each of these ties two listings by itself; strongest first."""
TOGETHER = {STATED: "certificate", "code": "code", "icon": "icon", "text": "wording", "template": "wording"}
"""Copied easily, from each other and from the genuine side: two are needed that do not follow from each other. Kind ->
what it is about; a template is wording without its names."""


def kind_of(key: str) -> str:
    """'contact' of 'contact:qq:123'."""
    return key.partition(":")[0]
