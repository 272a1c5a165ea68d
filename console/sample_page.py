"""The page of a sample: who it says it is, who signed it, what it holds, and what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from rich.console import Group
from rich.text import Text

from console.alike import Alike
from console.alike_page import alike_lines
from console.page_parts import bullet, facts_lines, finding_line, section
from console.standing import NOTHING, Standings
from index.messages import t
from index.plain import line
from index.protocol import Stored

UNSEEN = ("code_hidden", "code_loaded_later", "address_from_config", "incomplete_set")
"""Traits that say what nobody could look at; they stand in a section of their own and never clear a sample."""
PLAIN = ("package", "version_name", "version_code", "label", "container", "size", "sha1", "md5", "min_sdk",
         "target_sdk", "reader", "analyser_version")  # fmt: skip
MOST = 40
"""Lines of one section; the rest is counted."""
MOST_OF_A_KIND = 8

Value = Mapping[str, Any]


def sample_page(
    hit: Stored, *, findings: list[Stored], standings: Standings = NOTHING, similar: Alike | None = None
) -> Group:
    """A fingerprint as one page, the most telling first."""
    value: dict[str, Any] = hit.value
    signature = value.get("signature") or {}
    traits = value.get("traits") or ()
    seen = [trait for trait in traits if trait.get("kind") not in UNSEEN]
    unseen = [trait for trait in traits if trait.get("kind") in UNSEEN]
    return Group(
        Text(line(str(value.get("label") or value.get("package") or hit.id)), style="bold"),
        *facts_lines(_facts(hit, value)),
        *section("signature_section", _signature(signature)),
        *section("signers_section", _each(signature.get("signers"), _signer)),
        *section("unseen_section", _traits(unseen)),
        *section("traits_section", _traits(seen)),
        *section("code_section", _code(value.get("code"))),
        *section("parts_section", _each(value.get("parts"), _part)),
        *section("nested_section", _each(value.get("nested"), _nested)),
        *section("native_section", _each(value.get("native"), _native)),
        *section("components_section", _components(value.get("components") or ())),
        *section("network_section", _network(value)),
        *section("permissions_section", _each(value.get("permissions"), lambda name: bullet(str(name)))),
        *section("meta_data_section", _each(value.get("meta_data"), _meta)),
        *section("icons_section", _each(value.get("icons"), _icon)),
        *section("problems_section", _each(value.get("problems"), _problem)),
        *section("findings_section", (finding_line(one, standings) for one in findings)),
        *alike_lines(similar),
    )


def _facts(hit: Stored, value: Value) -> list[tuple[str, Any]]:
    other = [name for name in value.get("names") or () if name != value.get("label")]
    return [
        ("sample", hit.id),
        *((name, value.get(name)) for name in PLAIN),
        ("names", " | ".join(map(str, other[:20]))),
        ("permissions_sha256", value.get("permissions_sha256")),
        ("seen", f"{hit.first_seen} – {hit.last_seen}"),
    ]


def _each(things: Any, said: Any) -> Iterator[Text]:
    """One line each, at most MOST; the rest is counted."""
    things = things or ()
    yield from map(said, things[:MOST])
    if len(things) > MOST:
        yield bullet(t("cli.show.more", count=len(things) - MOST))


def _signature(signature: Value) -> Iterator[Text]:
    if not signature:
        return
    schemes = ", ".join(f"{name}: {t(f'cli.show.scheme.{state}')}" for name, state in signature["schemes"].items())
    status = signature.get("status", "unknown")
    yield bullet(f"{t(f'cli.scan.status.{status}')}  ({schemes})")
    if len(signature.get("lineage") or ()) > 1:
        yield bullet(f"{t('cli.show.lineage')}: {' → '.join(signature['lineage'])}")
    if stamp := signature.get("stamp"):
        state = stamp["state"]
        yield bullet(f"{t('cli.show.stamp')}: {t(f'cli.show.scheme.{state}')}  {stamp['sha256']}")


def _signer(signer: Value) -> Text:
    known = f"  ({t('cli.show.shared_key')}: {signer['known_test_key']})" if signer.get("known_test_key") else ""
    rows = [
        f"- {signer.get('subject')}{known}",
        f"  {signer.get('not_before')} – {signer.get('not_after')}  {t('cli.show.issuer')}: {signer.get('issuer')}",
        *(f"  {name}  {signer.get(key)}" for name, key in _HASHES.items() if signer.get(key)),
    ]
    return Text("\n".join(line(row, 400) for row in rows))


_HASHES = {
    "SHA-256": "sha256",
    "SHA-1": "sha1",
    "MD5": "md5",
    "MD5 (hex)": "hex_md5",
    "SPKI SHA-256": "public_key_sha256",
    "RSA modulus MD5": "rsa_modulus_md5",
}


def _traits(traits: list[Value]) -> Iterator[Text]:
    """What each kind means, once, and below it value and proof of each."""
    ordered = sorted(traits, key=lambda trait: str(trait.get("kind")))
    for kind, group in groupby(ordered, key=lambda trait: str(trait.get("kind"))):
        members = list(group)
        yield bullet(_said("trait", kind))
        for trait in members[:MOST_OF_A_KIND]:
            steps = " > ".join(trait.get("decode") or ())
            yield Text(line(f"    {trait.get('value')}  [{trait.get('where')}]  {steps}".rstrip(), 400), style="dim")
        if len(members) > MOST_OF_A_KIND:
            yield Text(f"    {t('cli.show.more', count=len(members) - MOST_OF_A_KIND)}", style="dim")


def _said(what: str, kind: str) -> str:
    """The text of a trait or problem in the reader's language; those of other versions keep their own name."""
    try:
        return t(f"{what}.{kind}")
    except KeyError:
        return kind


def _code(code: Any) -> Iterator[Text]:
    if not code:
        return
    yield bullet(t("cli.show.code", **{name: code[name] for name in _CODE}))
    libraries = code.get("libraries") or ()
    if libraries:
        names = ", ".join(f"{library['name']} ({library['classes']})" for library in libraries[:12])
        yield bullet(f"{t('cli.show.libraries')}: {names}")


_CODE = ("dex_files", "classes", "methods", "own_classes", "own_methods")


def _part(part: Value) -> Text:
    split = part.get("split") or t("cli.show.base")
    status = t(f"cli.scan.status.{part.get('status', 'unknown')}")
    return bullet(f"{part['name']}  {split}  {status}  {part['sha256']}")


def _nested(found: Value) -> Text:
    signers = ", ".join(str(sha256)[:12] for sha256 in found.get("signers") or ())
    facts = (found["where"], found["container"], found.get("package"), found.get("label"), signers, found["sha256"])
    return bullet("  ".join(str(fact) for fact in facts if fact))


def _native(library: Value) -> Text:
    build = f"  build-id {library['build_id']}" if library.get("build_id") else ""
    return bullet(f"{library['where']}  {library.get('machine')}  {len(library.get('jni') or ())} JNI{build}")


def _components(components: Any) -> Iterator[Text]:
    """How many of each kind, then those that others can start."""
    if not components:
        return
    counts = Counter(str(component["kind"]) for component in components)
    yield bullet(", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))
    yield from _each([component for component in components if _is_open(component)], _component)


def _is_open(component: Value) -> bool:
    exported = component.get("exported")
    return bool(exported) or (exported is None and bool(component.get("actions")))


def _component(component: Value) -> Text:
    target = f" → {component['target']}" if component.get("target") else ""
    links = "  ".join(component.get("links") or ())
    return bullet(f"{component['kind']}  {component['name']}{target}  {links}".rstrip())


def _network(value: Value) -> Iterator[Text]:
    network = value.get("network") or {}
    for name in ("cleartext", "user_certificates"):
        if network.get(name):
            yield bullet(t(f"cli.show.network.{name}"))
    for name in ("domains", "pinned"):
        if network.get(name):
            yield bullet(f"{t(f'cli.show.network.{name}')}: {', '.join(network[name][:20])}")
    if value.get("provider_paths"):
        yield bullet(f"{t('cli.show.network.provider_paths')}: {', '.join(value['provider_paths'][:20])}")


def _meta(meta: Value) -> Text:
    return bullet(f"{meta['name']} = {meta['value']}")


def _icon(icon: Value) -> Text:
    return bullet(f"{icon.get('role')}  {icon.get('where')}  {icon['width']}x{icon['height']}  dhash {icon['dhash']}")


def _problem(found: Value) -> Text:
    return bullet("  ".join(filter(None, (found["part"], _said("problem", found["kind"]), found.get("detail")))))
