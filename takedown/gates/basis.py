"""The right in which one writes fits the form: a false claim to one costs the sender dearly."""

from __future__ import annotations

from collections.abc import Iterator

from takedown.gating import Case, Refusal, refusal, words
from takedown.notice import RIGHTS

NAME = "basis"
OVERRIDABLE = False
CONTENT = frozenset({"post", "file"})
"""What can be intimate content of a person; everything else is a tool, an app or a listing."""


def check(case: Case) -> Iterator[Refusal]:
    """Refuses a basis that the form does not take, or that the sender has not got."""
    content, form = case.content, case.form
    basis = words(f"gate.basis.{content.basis}")
    if form is not None and content.basis not in form.bases:
        taken = {lang: " / ".join(words(f"gate.basis.{each}")[lang] for each in form.bases) for lang in ("zh", "en")}
        yield refusal(NAME, "basis_not_taken", path="basis", basis=basis, taken=taken)
    if (content.basis in RIGHTS or (form and form.needs_rights)) and not content.rights:
        yield refusal(NAME, "no_right", path="rights", basis=basis)
    if content.basis == "administrative_referral" and content.reporter.role != "regulator":
        yield refusal(NAME, "no_authority", path="reporter.role")
    if form and "perjury" in form.statements and content.basis != "ip_copyright":
        yield refusal(NAME, "copyright_only", path="basis", basis=basis)
    if content.basis == "victim_ncii":
        yield from _of_the_depicted(case)


def _of_the_depicted(case: Case) -> Iterator[Refusal]:
    """TAKE IT DOWN: only the depicted person, and only content; never a listing, an app or a tool."""
    for target in case.content.targets:
        if target.kind not in CONTENT:
            yield refusal(NAME, "ncii_listing", path="basis", finding_id=target.finding_id, url=target.url)
    if case.content.reporter.role != "individual":
        yield refusal(NAME, "ncii_person", path="reporter.role")
