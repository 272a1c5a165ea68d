"""Rights and authority are proven by papers that are there, and valid now; what ends soon is said before it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.plain import line
from takedown.gating import Case, Refusal, refusal
from takedown.notice import RIGHTS
from takedown.papers import Paper

NAME = "papers"
OVERRIDABLE = False


def check(case: Case) -> Iterator[Refusal]:
    """Refuses what is not proven, or not any more."""
    content = case.content
    for right in content.rights if content.basis in RIGHTS else ():
        title = line(right.title, 60)
        if not right.paper:
            yield refusal(NAME, "right_unproven", path="rights.paper", title=title)
        else:
            yield from _paper(case, right.paper, "rights.paper", title)
    if content.principal is not None and content.basis != "administrative_referral":
        if not content.authorization:
            yield refusal(NAME, "no_authorization", path="authorization", owner=line(content.principal.org, 60))
        else:
            yield from _paper(case, content.authorization, "authorization", line(content.principal.org, 60))
            yield from _authority(case, case.papers.get(content.authorization))
    owner = (content.principal or content.reporter).org
    for right in content.rights:
        if right.owner and owner and right.owner != owner:
            said: dict[str, Any] = {"title": line(right.title, 60), "holder": line(right.owner, 60)}
            yield refusal(NAME, "other_owner", path="rights.owner", owner=line(owner, 60), **said)


def _paper(case: Case, name: str, path: str, title: str) -> Iterator[Refusal]:
    paper = case.papers.get(name)
    if paper is None or paper.removed:
        yield refusal(NAME, "paper_missing", path=path, id=line(name, 40), title=title)
        return
    state = paper.state(case.now)
    said: dict[str, Any] = {"id": paper.id, "title": line(paper.title, 60)}
    if state == "expired":
        yield refusal(NAME, "paper_expired", path=path, day=paper.valid_to, **said)
    elif state == "not_yet":
        yield refusal(NAME, "paper_not_yet", path=path, day=paper.valid_from, **said)
    elif state == "expiring":
        yield refusal(NAME, "paper_expiring", path=path, blocks=False, day=paper.valid_to, **said)
    if not paper.sha256 or case.kept(paper.sha256) is None:
        yield refusal(NAME, "paper_no_file", path=path, **said)


def _authority(case: Case, paper: Paper | None) -> Iterator[Refusal]:
    """Whether it is this sender who may act, for this principal and this brand."""
    if paper is None:
        return
    principal, reporter = case.content.principal, case.content.reporter
    said: dict[str, Any] = {"id": paper.id}
    if paper.kind != "authorisation":
        yield refusal(NAME, "no_authorisation_paper", path="authorization", **said)
    if principal is not None and paper.owner and paper.owner != principal.org:
        yield refusal(NAME, "authority_of_another", path="authorization", owner=line(paper.owner, 60), **said)
    if paper.agent and paper.agent not in {reporter.org, reporter.name}:
        yield refusal(NAME, "authority_for_another", path="authorization", agent=line(paper.agent, 60), **said)
    if paper.brand and case.content.brand and paper.brand != case.content.brand:
        yield refusal(NAME, "authority_other_brand", path="authorization", brand=paper.brand, **said)
