"""Pages of `copycatch show`: what was seen, in which words, what could not be seen, and what would clear it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.text import Text

from console.alike import Alike
from console.alike_page import alike_lines
from console.custody import custody
from console.page_parts import SHOWN, bullet, facts_lines, finding_line, head_of, look_line, section
from console.standing import NOTHING, Standings
from console.triage.words import state_text
from console.words import chance, verdict
from detection.scoring import sentence
from detection.ties import Tie
from index.blobs import Blobs
from index.messages import language, t
from index.model import Listing, Observation, Supplied, Violation
from index.plain import line, plain
from index.protocol import Stored
from index.reading import read
from index.taxonomy import taxonomy
from takedown.columns import allowed, unseen


def finding_page(
    hit: Stored,
    *,
    ties: Sequence[Tie],
    standings: Standings = NOTHING,
    looks: Sequence[Observation] = (),
    supplied: Sequence[Supplied] = (),
    similar: Alike | None = None,
) -> Group:
    """A finding: the machine's proposal with everything a person needs to agree or not."""
    value: dict[str, Any] = hit.value
    stands = standings.get(hit.id)
    head = Text.assemble(head_of(hit, standings), "  ", (line(str(value.get("title"))), "bold"))
    if stands and not stands.decided and stands.member.state != "open":
        head.append("  ").append_text(state_text(stands.member.state))
    facts = [
        ("id", hit.id),
        ("marketplace", value.get("marketplace")),
        ("url", value.get("url")),
        ("group", t(f"cli.show.group.{value.get('group', 'other')}")),
        ("brand", value.get("brand")),
        ("probability", chance(value.get("probability"))),
        ("priority", f"{value.get('priority') or 0:.2f}"),
        ("seen", f"{hit.first_seen} – {hit.last_seen}"),
        ("sample", value.get("sample_sha256")),
        ("signer", value.get("signer_sha256")),
        ("capture", _capture(value.get("capture"))),
        ("screenshot", _screenshot(value.get("capture"))),
        ("listing_id", value.get("listing_id")),
    ]
    return Group(
        head,
        *facts_lines(facts),
        *section("said_section", map(bullet, stands.words() if stands else allowed(value, language()))),
        *section("seen_section", _evidence(value)),
        *section("unseen_section", (bullet(unseen(str(name), language())) for name in value.get("unseen") or ())),
        *section("ties_section", map(_tie, ties)),
        *alike_lines(similar),
        *section("custody_section", (bullet(line(custody(one), SHOWN)) for one in supplied)),
        *section("looks_section", map(look_line, looks[-MOST_LOOKS:])),
        *section("clears_section", iter([bullet(t(f"cli.show.clears.{value.get('group', 'other')}"))])),
        *([] if stands and stands.decided else [Text(t("cli.show.until_confirmed"), style="dim")]),
    )


def listing_page(
    hit: Stored,
    *,
    findings: list[Stored],
    history: list[dict[str, Any]],
    ties: Sequence[Tie],
    standings: Standings = NOTHING,
    looks: Sequence[Observation] = (),
    supplied: Sequence[Supplied] = (),
    similar: Alike | None = None,
) -> Group:
    """A listing: its fields as the public sees them, what the machine makes of them, and what changed."""
    value: dict[str, Any] = hit.value
    judgement = value.get("judgement") or {}
    named = [(field.name, value.get(field.name)) for field in fields(Listing) if field.name not in _ELSEWHERE]
    proposal = [verdict(judgement.get("verdict", "benign")), *_evidence(judgement)]
    return Group(
        Text(line(str(value.get("title"))), style="bold"),
        *facts_lines([("id", hit.id), *named, ("seen", f"{hit.first_seen} – {hit.last_seen}")]),
        *section("description_section", iter([Text(plain(str(value.get("description") or "-"))[:SHOWN])])),
        *section("proposal_section", iter(proposal)),
        *section("findings_section", (finding_line(one, standings) for one in findings)),
        *section("ties_section", map(_tie, ties)),
        *alike_lines(similar),
        *section("history_section", map(_change, history)),
        *section("custody_section", (bullet(line(custody(one), SHOWN)) for one in supplied)),
        *section("looks_section", map(look_line, looks[-MOST_LOOKS:])),
    )


MOST_LOOKS = 50
"""Newest looks that are shown."""
MOST_OTHERS = 5
"""Ids shown of the others that share a tie."""


def _tie(tie: Tie) -> Text:
    others = ", ".join(tie.others[:MOST_OTHERS]) + (" …" if tie.count > MOST_OTHERS else "")
    return bullet(f"{line(getattr(tie, language()), 300)}  ({others})")


_ELSEWHERE = {"title", "description", "counters"}


def _change(change: dict[str, Any]) -> Text:
    return bullet(
        t("cli.show.changed", **{name: line(str(change[name]), 200) for name in ("at", "field", "old", "new")})
    )


def _evidence(value: dict[str, Any]) -> Iterator[Text]:
    """Each violation with its chance, then its evidence: sentence, quote with place, expectation."""
    for violation in value.get("violations") or ():
        name = f"{violation['id']} {_name(str(violation['id']))}".strip()
        yield Text(f"{name}  {chance(violation['probability'])}", style="yellow")
        if any(evidence.get("share") for evidence in violation.get("evidence") or ()):
            weighed = read(Violation, violation, f"{name}")
            yield Text(f"  {line(sentence(weighed, language()), SHOWN)}", style="dim")
        for evidence in violation.get("evidence") or ():
            yield Text(f"- {line(str(evidence.get(language()) or evidence.get('observed') or ''))}")
            if evidence.get("quote"):
                where = f"{evidence.get('field')}[{evidence.get('start')}:{evidence.get('end')}]"
                steps = " > ".join(evidence.get("decode") or ())
                yield Text(f"    “{line(str(evidence['quote']), 300)}”  {where}  {steps}".rstrip(), style="dim")
            if evidence.get("expected"):
                yield Text(f"    {t('cli.show.expected')}: {line(str(evidence['expected']), 300)}", style="dim")


def _name(violation: str) -> str:
    """The violation's name; nothing for one that an older version knew."""
    entry = taxonomy().get(violation)
    return entry.name(language()) if entry else ""


def _screenshot(capture: Any) -> str | None:
    """Where in the home the picture of the page lies."""
    digest = (capture or {}).get("screenshot")
    return str(Blobs(Path("pictures")).path(digest)) if digest else None


def _capture(capture: Any) -> str | None:
    if not capture:
        return None
    return f"{capture['warc']}:{capture['offset']}  {capture['taken_at']}  sha256 {capture['sha256']}"
