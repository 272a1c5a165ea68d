"""A thin wrapper sold as the model itself: what the sample is made of, together with what the listing claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from detection.fields import Field
from detection.identity import identity
from detection.look import look
from detection.saying import said
from detection.subject import Subject
from index.model import Evidence

GROUP = "shell"
_STRENGTHS = {"relay_host": 3.4, "hardcoded_key": 3.4, "webview_only": 2.2, "model_api_host": 2.0}
_OWN_MODEL = re.compile(
    r"自研(?:大)?模型|自主研发.{0,6}模型|自有大?模型|独家大?模型|国产自研|自研ai|"
    r"own (?:ai |large )?(?:language )?model|proprietary (?:ai )?model",
)


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per kind of trait, only beside a brand's name or the claim of an own model.

    A wrapper that says whose model it uses is lawful as such: traits alone say nothing.
    """
    sample = subject.fingerprint
    traits = {trait.kind: trait for trait in reversed(sample.traits)} if sample else {}
    if not traits.keys() & _STRENGTHS.keys():
        return
    seen = look(subject)
    brands = [hit.profile for _, hit in seen.names]
    if any(identity(subject, profile).cleared for profile in brands):
        return
    claim = brands[0].names[0].text if brands else _own_model(seen.fields)
    if claim is None:
        return
    if any(frame.id == "third_party" for frame, *_ in seen.frames):
        return
    for kind, strength in _STRENGTHS.items():
        if trait := traits.get(kind):
            yield said(
                f"shell_{kind}",
                detector="shell_traits",
                violation="p2-6a",
                strength=strength,
                observed=trait.value,
                where=trait.where,
                claim=claim,
            )


def _own_model(fields: Iterable[Field]) -> str | None:
    """The seller's claim of a model of its own, as it stands in the text."""
    for field in fields:
        if field.own_words and (found := _OWN_MODEL.search(field.text.joined)):
            start, end = field.text.span("joined", *found.span())
            return field.raw[start:end]
    return None
