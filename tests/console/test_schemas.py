"""docs/schema is complete: what is read follows the types, what is printed has a schema of its own."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from apk_analysis.compare import Comparison
from apk_analysis.fingerprint import Fingerprint
from console.offers import Offer
from index.model import Listing
from index.profiles import Profile
from takedown.exporters.json_notice import NoticeDocument
from takedown.groups import Group
from takedown.notice import Notice
from takedown.recipients import Recipient
from takedown.relisting import Relisting
from tests.conftest import ROOT

FOLDER = ROOT / "docs/schema"
READ: dict[str, tuple[type, str]] = {
    "detect_input": (Offer, "Input of copycatch detect: one object per line"),
    "import_input": (Listing, "Input of copycatch import: one object per line, or the columns of a CSV file"),
    "compare": (Comparison, "copycatch compare --json: one document"),
    "recipients_show": (
        Recipient,
        "copycatch recipients show --json: one document; also the fields of a recipient's file",
    ),
    "brands_show": (Profile, "copycatch brands show --json: one document; also the fields of a brand profile"),
    "notice": (NoticeDocument, "copycatch notice export --format json: one document for a recipient's programs"),
    "groups_show": (Group, "copycatch groups show --json: one document; also each of the groups of an export"),
    "groups_relisted": (Relisting, "copycatch groups relisted --json: one object per listing"),
    "notice_show": (Notice, "copycatch notice show --json: one document"),
}
PRINTED = {
    "demo": "demo", "detect": "detect", "evaluate": "evaluate", "scan": "scan", "compare": "compare", "search": "search", "show": "show", "export": "export", "crawl": "crawl",
    "import": "import", "marketplaces": "marketplaces", "doctor": "doctor", "health": "health", "brands list": "brands_list",
    "brands show": "brands_show", "brands check": "brands_check", "brands match": "brands_match",
    "brands add": "brands_add", "brands preview": "brands_preview", "brands variants": "brands_variants", "brands candidates": "brands_candidates", "index status": "index_status",
    "index migrate": "index_files", "index backup": "index_files", "index restore": "index_files",
    "index rescore": "index_rescore", "index init": "index_init", "index rebuild": "index_rebuild", "index copy": "index_copy",
    "index pictures": "index_pictures", "learn": "learn",
    "recheck": "recheck", "record": "record", "archive status": "archive_status", "archive verify": "archive_status", "archive prune": "archive_prune",
    "schedule run": "schedule_run", "schedule next": "schedule_next", "schedule due": "schedule_next", "watch": "watch",
    "browser login": "browser_status", "browser status": "browser_status",
    "evidence build": "evidence_build", "evidence verify": "evidence_verify", "evidence stamp": "evidence_stamp",
    "groups list": "groups_list", "groups show": "groups_show", "groups export": "groups_export", "groups cut": "groups_cut",
    "groups mend": "groups_mend", "groups cuts": "groups_cuts", "groups relisted": "groups_relisted", "groups half-life": "groups_half_life",
    "hold add": "hold", "hold list": "hold_list", "hold release": "hold",
    "retention plan": "retention_plan", "retention run": "retention_plan", "retention forget": "retention_forget",
    **{f"report {one}": "report" for one in ("day", "week", "campaign", "make")},
    "audit list": "audit_list", "audit export": "audit_export", "audit verify": "audit_verify",
    **{f"notice {one}": "notice_state" for one in ("draft", "edit", "statement", "override", "approve", "list")},
    **{f"notice {one}": "notice_step" for one in ("sent", "acknowledged", "actioned", "rejected", "counter", "closed")},
    **{f"notice {one}": f"notice_{one}" for one in ("withdraw", "resubmit", "due", "outcomes", "statistics")},
    "notice check": "notice_check", "notice show": "notice_show", "notice export": "notice_export",
    "papers add": "papers", "papers list": "papers", "papers show": "papers", "papers remove": "papers",
    "recipients list": "recipients_list", "recipients show": "recipients_show", "recipients check": "recipients_check",
    "kibana build": "kibana_build", "kibana install": "kibana_install",
    "registry import": "registry_import", "registry check": "registry_check",
    "triage list": "triage_list", "triage next": "triage_show", "triage show": "triage_show",
    **{f"triage {name}": "triage_done" for name in ("confirm", "dismiss", "wait", "escalate", "assign", "note", "undo")},
    "triage cut": "triage_cut", "triage allow": "triage_allowed", "triage allowed": "triage_allowed",
}  # fmt: skip

MODES = {
    "triage confirm --query": "triage_preview",
    "groups list --values": "groups_values",
    "show --page": "show_page",
    "recheck --dry-run": "recheck_due",
}
"""An option that prints something else -> its schema."""


def scanned() -> dict[str, Any]:
    """`scan` prints the fingerprint with the path, without the sketches."""
    schema = made(Fingerprint, "copycatch scan --json: one object per sample, sorted by path")
    fingerprint = schema["$defs"]["Fingerprint"]
    del fingerprint["properties"]["sketches"]
    fingerprint["properties"] = {"path": {"type": "string"}, **fingerprint["properties"]}
    fingerprint["required"] = list(fingerprint["properties"])
    return schema


def made(kind: type, title: str) -> dict[str, Any]:
    schema = msgspec.json.schema(kind)
    definitions = schema["$defs"]
    if kind is Listing:  # filled in where a hand-made list leaves them out
        definitions["Listing"]["required"] = ["url", "title"]
    for definition in definitions.values():
        definition["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


@pytest.mark.parametrize("name", [*READ, "scan"])
def test_the_schema_of_what_is_read_follows_the_type(name: str) -> None:
    path = FOLDER / f"{name}.json"
    schema = json.dumps(made(*READ[name]) if name in READ else scanned(), indent=2, ensure_ascii=False) + "\n"
    if not path.exists():
        path.write_text(schema, "utf-8")
        pytest.fail(f"wrote {path}: review it, then run again")
    assert path.read_text("utf-8") == schema


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_schema_is_one(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


def test_every_command_that_prints_has_its_schema_and_a_test_that_uses_it() -> None:
    from tests.console.test_help import CALLS, PARTS  # noqa: PLC0415 - it knows all commands

    calls = {" ".join(call) for call in CALLS} - {"", *PARTS}
    assert set(PRINTED) == calls
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    for schema in (*PRINTED.values(), *MODES.values()):
        assert (FOLDER / f"{schema}.json").exists()
        assert f'.fits("{schema}")' in tests


def test_no_schema_is_left_of_something_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*PRINTED.values(), *MODES.values(), *READ}
