"""Package names that squat beside a genuine one: the genuine id prolonged, misspelt or its vendor's part disguised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from detection.brands import compiled, sure
from detection.brands.packages import Nearness, nearness
from detection.identity import identity, package_of
from detection.saying import said
from detection.subject import Subject
from index.model import Evidence

GROUP = "counterfeit"
STRENGTH: Mapping[Nearness, float] = {"disguised": 3.9, "baited": 3.4, "prolonged": 3.4, "misspelt": 3.4}
"""Parts in another order are left out: ids are often made of the same two words."""


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per brand. Ids that merely circulate wrongly (`wrong_ids`) are not held against anyone."""
    package = package_of(subject)
    if package is None:
        return
    for profile in compiled(subject.profiles).packages.beside(package):
        known = [own.id for own in profile.packages if own.platform == "android" and sure(own.confidence)]
        near = {id_: strength for id_ in known if (strength := STRENGTH.get(nearness(package, id_)))}
        if not near or package in profile.wrong_ids:
            continue
        who = identity(subject, profile)
        if not who.own_package and not who.owner:
            expected = max(near, key=lambda id_: near[id_])
            yield said(
                "package_near",
                detector="brand_package",
                violation="p2-6a",
                strength=near[expected],
                observed=package,
                expected=expected,
                brand=profile.names[0].text,
            )
