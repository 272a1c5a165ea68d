"""X-ARF v4.2 for abuse desks: one report per target, checked against the official schemas before it is written.

Several targets go into one ZIP. The format knows counterfeit apps and sites, trojans and copies of works. It has no
type for offers of illegal tools: those are refused. Names in punycode stand in `url` only, since the schema of `domain`
takes none.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from index.messages import t
from index.plain import line
from index.reading import encode
from takedown.exchange.observed import uri
from takedown.exporting import Context, ExportError, PartMissingError, fitting, stem, write
from takedown.notice import Allegation, Attachment, Basis, Content, Notice, Target
from takedown.targets import host

NAME = "xarf"
SUFFIX = ".xarf.json"
FORBIDS_PERSONAL = False
SPEC = "4.2.0"
MOST_EVIDENCE = 50
MOST_BYTES = 5 * 1024 * 1024
"""Of one piece of evidence."""
MOST_TOTAL = 20 * 1024 * 1024
"""Of all evidence of one report: it travels by mail."""
MOST_TAGS = 20
SHOWN = frozenset({"screenshot", "page", "fingerprint", "comparison", "certificate"})
"""Kinds of files that go along as evidence."""
_DOMAIN = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}")
_TAG = re.compile(r"[a-z0-9][a-z0-9_+-]*")
Said = dict[str, Any]


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """Raises ExportError for what the format cannot say, PartMissingError, OSError."""
    content = fitting(notice, context)
    basis = TYPES.get(content.basis)
    if basis is None:
        raise ExportError(t("letter.failed.type", basis=content.basis))
    about = _About(notice, content, context)
    reports = (
        (number, _checked(number, {**about.core(one, number), **basis(content, one)}))
        for number, one in enumerate(content.targets, 1)
    )
    if len(content.targets) == 1:
        return [write(target / f"{stem(notice)}{SUFFIX}", next(reports)[1])]
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for number, report in reports:
            member = ZipInfo(f"{stem(notice)}-{number:04}{SUFFIX}", (1980, 1, 1, 0, 0, 0))
            member.compress_type, member.external_attr = ZIP_DEFLATED, 0o600 << 16
            packed.writestr(member, report)
    return [write(target / f"{stem(notice)}.xarf.zip", out.getvalue())]


class _About:
    """What the notice says of each target, sorted once: it may have thousands."""

    def __init__(self, notice: Notice, content: Content, context: Context) -> None:
        self._content, self._context = content, context
        self._seed = f"{notice.id} {notice.content.digest}"
        self._alleged: dict[str, list[Allegation]] = {target.finding_id: [] for target in content.targets}
        for one in content.allegations:
            for name in one.targets or self._alleged:
                self._alleged.get(name, []).append(one)
        self._files: dict[str, list[Attachment]] = {}
        alone = content.targets[0].finding_id if len(content.targets) == 1 else ""
        for each in content.attachments:
            if each.kind in SHOWN and not each.personal:
                self._files.setdefault(each.finding_id or alone, []).append(each)

    def core(self, target: Target, number: int) -> Said:
        """What every type has. A probability is no part of it: a machine's guess reads like a measure there."""
        name = host(target.url)
        if not name or not uri(target.url).startswith(("http://", "https://")):
            raise ExportError(t("letter.failed.url", format="X-ARF", number=number, url=line(target.url, 120)))
        seed = sha256(f"{self._seed} {target.finding_id}".encode()).digest()
        reporter = _contact(self._content)
        alleged = self._alleged[target.finding_id]
        tags = [f"qinglang25:{each.violation}" for each in alleged if _TAG.fullmatch(each.violation)]
        return {
            "xarf_version": SPEC,
            "report_id": str(UUID(bytes=seed[:16], version=4)),
            "timestamp": (target.look.at if target.look else "") or target.last_seen or self._context.now,
            "reporter": reporter,
            "sender": reporter,
            "source_identifier": name,
            "evidence_source": "crawler" if target.custody == "crawled" else "user_report",
            "description": line(_description(self._content, alleged), 1000),
            "tags": [f"tlp:{self._content.tlp}", *tags][:MOST_TAGS],
            "evidence": list(self._evidence(target)),
        }

    def _evidence(self, target: Target) -> Iterator[Said]:
        """What was observed as JSON, then files about this target, as many and as large as the format takes."""
        yield _piece("application/json", "what was observed", encode(target))
        room = MOST_TOTAL
        for one in self._files.get(target.finding_id, [])[: MOST_EVIDENCE - 1]:
            path = self._context.file(one.sha256) if one.size <= min(MOST_BYTES, room) else None
            if path is not None and path.stat().st_size == one.size:
                room -= one.size
                yield _piece(one.media_type, line(one.note or one.name, 500), path.read_bytes())


def _contact(content: Content) -> Said:
    reporter = content.reporter
    for path in ("org", "email", "domain"):
        if not getattr(reporter, path):
            raise ExportError(t("letter.failed.field", format="X-ARF", path=f"reporter.{path}"))
    return {"org": line(reporter.org, 200), "contact": reporter.email, "domain": reporter.domain}


def _description(content: Content, allegations: list[Allegation]) -> str:
    zh = content.language == "zh"
    names = ", ".join((each.title_zh if zh else each.title_en) for each in allegations)
    return f"{names}. {content.summary}" if content.summary else names


def _page(target: Target) -> Said:
    """What all types about content say of the page."""
    domain = host(target.url)
    return {
        "category": "content",
        "url": uri(target.url),
        "domain": domain if _DOMAIN.fullmatch(domain) else None,
        "verified_at": target.look.at if target.look else None,
        "verification_method": "manual",  # nothing leaves the house that no person confirmed
    }


def _brand(content: Content, target: Target) -> Said:
    named = (*(right.original_url for right in content.rights), content.fields.get("genuine_url", ""))
    site = next(filter(None, map(uri, named)), "")
    if not site:
        site = next(
            (
                f"https://{line.genuine.partition(' / ')[0]}/"
                for line in content.comparison
                if line.part == "domain" and line.genuine
            ),
            "",
        )
    if not site:
        raise ExportError(t("letter.failed.field", format="X-ARF", path="rights.original_url / fields.genuine_url"))
    mark = next((right for right in content.rights if right.kind == "trademark"), None)
    details = mark and {
        "registration_number": mark.number or None,
        "jurisdiction": mark.jurisdiction or None,
        "category": list(mark.classes) or None,
    }
    elements = {"name": "brand_name", "icon": "logo", "domain": "domain_name"}
    lines = (each for each in content.comparison if each.finding_id == target.finding_id)
    kind = "lookalike" if target.kind == "site" else "brand_impersonation"
    return {
        **_page(target),
        "type": "brand_infringement",
        "infringement_type": "trademark_violation" if content.basis == "ip_trademark" else kind,
        "legitimate_site": site,
        "target_brand": content.brand_name or None,
        "trademark_details": _filled(details) if details else None,
        "infringing_elements": sorted({elements[each.part] for each in lines if each.part in elements}) or None,
    }


def _malware(_content: Content, target: Target) -> Said:
    hashes = {"md5": target.sample_md5, "sha1": target.sample_sha1, "sha256": target.sample_sha256}
    metadata = {"file_size": target.sample_size, "mime_type": "application/vnd.android.package-archive"}
    return {
        **_page(target),
        "type": "malware",
        "file_hashes": _filled(hashes) or None,
        "file_metadata": _filled(metadata) if target.sample_size else None,
        "distribution_method": "direct_download",
    }


def _copyright(content: Content, target: Target) -> Said:
    work = next((right for right in content.rights if right.kind == "copyright"), None)
    return {
        "category": "copyright",
        "type": "copyright",
        "infringing_url": uri(target.url),
        "work_title": line(work.title, 500) if work and work.title else None,
        "rights_holder": line(work.owner, 200) if work and work.owner else None,
        "original_url": uri(work.original_url) or None if work else None,
    }


TYPES: dict[Basis, Callable[[Content, Target], Said]] = {
    "impersonation": _brand,
    "ip_trademark": _brand,
    "ip_copyright": _copyright,
    "malware": _malware,
}
"""In what right -> what its type of report says beside the core."""


def _piece(media_type: str, description: str, held: bytes) -> Said:
    return {
        "content_type": media_type,
        "description": description,
        "payload": b64encode(held).decode("ascii"),
        "hash": f"sha256:{sha256(held).hexdigest()}",
        "size": len(held),
    }


def _filled(said: Said) -> Said:
    return {name: value for name, value in said.items() if value not in (None, "")}


def _checked(number: int, said: Said) -> bytes:
    """The report as JSON. Raises ExportError for one that the official schemas refuse."""
    try:
        import xarf  # noqa: PLC0415 - slow to load
    except ImportError as error:
        raise PartMissingError(t("letter.failed.library", format="X-ARF", package="xarf")) from error
    report = _filled(said)
    result = xarf.parse(report)
    if result.errors or result.report is None:
        reason = "; ".join(f"{each.field}: {each.message}" for each in result.errors[:3])
        raise ExportError(t("letter.failed.invalid", format="X-ARF", number=number, reason=line(reason, 300)))
    return json.dumps(report, ensure_ascii=True, indent=1).encode("ascii")
