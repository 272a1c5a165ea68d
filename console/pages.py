"""Pages of `copycatch show`: what was seen, in which words, what could not be seen, and what would clear it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from console.words import chance, verdict
from index.messages import language, t
from index.model import Listing
from index.plain import line, plain
from index.protocol import Stored
from index.taxonomy import taxonomy
from takedown.columns import unseen

SHOWN = 4_000
"""Characters of a long text that are shown."""


def finding_page(hit: Stored) -> Group:
    """A finding: the machine's proposal with everything a person needs to agree or not."""
    value: dict[str, Any] = hit.value
    head = Text.assemble(verdict(value.get("verdict", "benign")), "  ", (line(str(value.get("title"))), "bold"))
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
        ("listing_id", value.get("listing_id")),
    ]
    return Group(
        head,
        *_facts(facts),
        *_section("seen_section", _evidence(value)),
        *_section("unseen_section", (_bullet(unseen(str(name), language())) for name in value.get("unseen") or ())),
        *_section("clears_section", iter([_bullet(t(f"cli.show.clears.{value.get('group', 'other')}"))])),
        Text(t("cli.show.until_confirmed"), style="dim"),
    )


def listing_page(hit: Stored, *, findings: list[Stored], history: list[dict[str, Any]]) -> Group:
    """A listing: its fields as the public sees them, what the machine makes of them, and what changed."""
    value: dict[str, Any] = hit.value
    judgement = value.get("judgement") or {}
    named = [(field.name, value.get(field.name)) for field in fields(Listing) if field.name not in _ELSEWHERE]
    proposal = [verdict(judgement.get("verdict", "benign")), *_evidence(judgement)]
    return Group(
        Text(line(str(value.get("title"))), style="bold"),
        *_facts([("id", hit.id), *named, ("seen", f"{hit.first_seen} – {hit.last_seen}")]),
        *_section("description_section", iter([Text(plain(str(value.get("description") or "-"))[:SHOWN])])),
        *_section("proposal_section", iter(proposal)),
        *_section("findings_section", map(_finding_line, findings)),
        *_section("history_section", map(_change, history)),
    )


def sample_page(hit: Stored, *, findings: list[Stored]) -> Group:
    """A sample: identity, verified signers, traits and problems."""
    value: dict[str, Any] = hit.value
    signature = value.get("signature") or {}
    plain_facts = ("package", "version_name", "version_code", "label", "container", "size", "sha1", "md5", "min_sdk",
                   "target_sdk", "permissions", "reader", "analyser_version")  # fmt: skip
    status = t(f"cli.scan.status.{signature.get('status', 'unknown')}")
    schemes = ", ".join(f"{name}: {state}" for name, state in (signature.get("schemes") or {}).items())
    facts = [
        ("sample", hit.id),
        *((name, value.get(name)) for name in plain_facts),
        ("signature", f"{status} ({schemes})"),
        ("seen", f"{hit.first_seen} – {hit.last_seen}"),
    ]
    return Group(
        Text(line(str(value.get("label") or value.get("package") or hit.id)), style="bold"),
        *_facts(facts),
        *_section("signers_section", map(_signer, signature.get("signers") or ())),
        *_section(
            "traits_section", (_bullet(_joined(trait, "kind", "value", "where")) for trait in value.get("traits") or ())
        ),
        *_section(
            "problems_section",
            (_bullet(_joined(found, "part", "kind", "detail")) for found in value.get("problems") or ()),
        ),
        *_section("findings_section", map(_finding_line, findings)),
    )


_ELSEWHERE = {"title", "description", "counters"}


def _facts(facts: list[tuple[str, Any]]) -> Iterator[Text]:
    """'name: value', one per line; what is not there is not shown."""
    for name, value in facts:
        if value in (None, "", (), [], {}):
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        yield Text.assemble((f"{_label(name)}: ", "dim"), line(shown, SHOWN))


def _label(name: str) -> str:
    """The field's name in the reader's language; fields without a translation keep their own."""
    try:
        return t(f"cli.show.field.{name}")
    except KeyError:
        return name


def _section(name: str, lines: Iterator[Text]) -> Iterator[Any]:
    held = list(lines)
    if held:
        yield Text(f"\n{t(f'cli.show.{name}')}", style="bold")
        yield from (Padding(each, (0, 0, 0, 2)) for each in held)


def _change(change: dict[str, Any]) -> Text:
    return _bullet(
        t("cli.show.changed", **{name: line(str(change[name]), 200) for name in ("at", "field", "old", "new")})
    )


def _bullet(text: str) -> Text:
    return Text(f"- {line(text)}")


def _joined(mapping: dict[str, Any], *names: str) -> str:
    return "  ".join(str(mapping[name]) for name in names if mapping.get(name))


def _evidence(value: dict[str, Any]) -> Iterator[Text]:
    """Each violation with its chance, then its evidence: sentence, quote with place, expectation."""
    for violation in value.get("violations") or ():
        name = f"{violation['id']} {_name(str(violation['id']))}".strip()
        yield Text(f"{name}  {chance(violation['probability'])}", style="yellow")
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


def _finding_line(hit: Stored) -> Text:
    value: dict[str, Any] = hit.value
    title = line(str(value.get("title") or ""), 60)
    return Text.assemble(
        verdict(value.get("verdict", "benign")), f"  {hit.id}  {chance(value.get('probability'))}  {title}"
    )


def _signer(signer: dict[str, Any]) -> Text:
    known = f"  ({signer['known_test_key']})" if signer.get("known_test_key") else ""
    return Text(line(f"- SHA-256 {signer.get('sha256')}  {signer.get('subject')}{known}"))


def _capture(capture: Any) -> str | None:
    if not capture:
        return None
    return f"{capture['warc']}:{capture['offset']}  {capture['taken_at']}  sha256 {capture['sha256']}"
