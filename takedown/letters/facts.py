"""The parts of a notice as rows of words: what letters, sheets and mails show of targets, quotes and attachments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import get_args

from takedown.letters.words import Words, joined
from takedown.notice import (
    RIGHTS,
    Allegation,
    Attachment,
    Basis,
    Compared,
    Content,
    Law,
    Look,
    Quote,
    Right,
    Target,
)
from takedown.recipients import Recipient

Show = Callable[[Target, Words], str]
"""Target -> raw words, in the language of the letter; empty where nothing is known."""


def _signers(name: str) -> Show:
    return lambda target, _: _several(str(getattr(signer, name)) for signer in target.signers)


def _several(values: Iterable[str]) -> str:
    """One value a line."""
    return "\n".join(" ".join(value.split()) for value in values if value)


def _field(name: str) -> Show:
    return lambda target, _: "" if getattr(target, name) is None else str(getattr(target, name))


def _version(target: Target, _: Words) -> str:
    code = "" if target.version_code is None else str(target.version_code)
    return f"{target.version} ({code})" if target.version and code else target.version or code


def _look(target: Target, words: Words) -> str:
    return look(target.look, words) if target.look else ""


def look(seen: Look, words: Words) -> str:
    """A look in words; by whom, where a person states it."""
    said = words.t(f"look.{seen.state}", at=words.moment(seen.at))
    return words.t("look.by", look=said, by=seen.by, statement=seen.statement) if seen.by else said


def _custody(target: Target, words: Words) -> str:
    return words.t("custody.crawled") if target.custody == "crawled" else target.custody


TARGET: Mapping[str, Show] = {
    "title": _field("title"),
    "marketplace": _field("marketplace"),
    "url": _field("url"),
    "native_id": lambda target, _: "" if target.native_id == target.package_name else target.native_id,
    "seller": _field("seller"),
    "price": _field("price"),
    "package_name": _field("package_name"),
    "version": _version,
    "sample_sha256": _field("sample_sha256"),
    "sample_sha1": _field("sample_sha1"),
    "sample_md5": _field("sample_md5"),
    "sample_size": _field("sample_size"),
    "signer_sha256": _signers("sha256"),
    "signer_sha1": _signers("sha1"),
    "signer_md5": _signers("md5"),
    "signer_subject": _signers("subject"),
    "domain": _field("domain"),
    "filings": lambda target, _: _several(target.filings),
    "first_seen": lambda target, words: words.moment(target.first_seen),
    "last_seen": lambda target, words: words.moment(target.last_seen),
    "look": _look,
    "custody": _custody,
}
"""What is said of a target, in this order. Labels stand in the catalogue under letter.column."""
SEVERAL = frozenset({"signer_sha256", "signer_sha1", "signer_md5", "signer_subject", "filings"})
"""Facts of which there may be several, one a line."""


NOTICE: Mapping[tuple[str, str], frozenset[str]] = {
    ("cn-civil-code", "1195"): frozenset({*RIGHTS, "impersonation"}),
    ("cn-ecommerce", "42"): frozenset(RIGHTS),
    ("cn-infonet", "14"): frozenset({"ip_copyright"}),
    ("eu-dsa", "16"): frozenset(get_args(Basis)),
}
"""Provisions about notices -> bases of notices that may be given under them."""


def where(quote: Quote, words: Words) -> str:
    """Where on the page a quote stands: 'description', or 'reviews[3]' of which the head is known."""
    head = quote.field.partition("[")[0].partition(".")[0]
    known = {"title", "label", "description", "bio", "seller", "options", "reviews", "questions", "notes"}
    known |= {"image_text", "qr_text", "package_name"}
    return words.t(f"where.{head}") if head in known else words.t("where.other", field=words.shown(quote.field, 60))


def title(allegation: Allegation, words: Words) -> str:
    """An allegation's name in the letter's language."""
    first, second = allegation.title_zh, allegation.title_en
    return (first or second) if words.lang == "zh" else (second or first)


def reasons(allegation: Allegation, words: Words) -> tuple[str, ...]:
    """Its reasons in the letter's language, or in the other where there are none."""
    first, second = allegation.reasons_zh, allegation.reasons_en
    return (first or second) if words.lang == "zh" else (second or first)


def laws(content: Content, words: Words) -> list[str]:
    """Provisions that the allegations touch, as they may be cited: verified ones only, none twice. Those about notices
    are not among them: nobody violates them by an offer.
    """
    return _cited((law for law in _touched(content) if (law.id, law.article) not in NOTICE), words)


def grounds(recipient: Recipient | None, content: Content, words: Words) -> list[str]:
    """Provisions under which such a notice is given to this recipient, where the basis is one of which they speak."""
    held = (*(recipient.law if recipient else ()), *_touched(content))
    return _cited((law for law in held if content.basis in NOTICE.get((law.id, law.article), ())), words)


def _touched(content: Content) -> Iterator[Law]:
    return (law for allegation in content.allegations for law in allegation.laws)


def _cited(held: Iterable[Law], words: Words) -> list[str]:
    found = {}
    for law in held:
        name = (law.title_zh or law.title_en) if words.lang == "zh" else (law.title_en or law.title_zh)
        if name and not law.unverified:
            title = f"《{name}》" if words.lang == "zh" and "《" not in name else name
            found[law.id, law.article] = (
                words.t("law_article", title=title, article=law.article) if law.article else title
            )
    return list(found.values())


def compared(content: Content) -> Iterator[Compared]:
    """Lines whose genuine side is known: what was not collected has no place outside the house."""
    return (line for line in content.comparison if line.genuine is not None and line.observed)


def differs(line: Compared, words: Words) -> str:
    """'differs', 'same', or nothing where it cannot be said."""
    return "" if line.differs is None else words.t("yes" if line.differs else "no")


def right(one: Right, words: Words) -> dict[str, str]:
    """Column -> what is known of a right."""
    valid = ""
    if one.valid_from or one.valid_to:
        valid = words.t("valid", begin=words.day(one.valid_from) or "…", end=words.day(one.valid_to) or "…")
    return {
        "right": words.t(f"right.{one.kind}"),
        "right_title": one.title,
        "right_number": one.number,
        "jurisdiction": one.jurisdiction,
        "classes": joined(map(str, one.classes), words.lang),
        "owner": one.owner,
        "valid": valid,
        "original_url": one.original_url,
    }


def seal(one: Attachment) -> str:
    """Of an evidence bundle, the value that its verifier shows and its reader compares; empty for anything else."""
    found = re.fullmatch(r"seal ([0-9a-f]{64})", one.note) if one.kind == "custody" else None
    return found[1] if found else ""


def attachment(one: Attachment, words: Words) -> dict[str, str]:
    """Column -> what is known of an attachment. A paper is called by its title; notes of others are for machines."""
    return {
        "name": one.name,
        "what": (one.note if one.kind == "paper" else "") or words.t(f"attachment.{one.kind}"),
        "size": f"{one.size:,}",
        "sha256": one.sha256,
        "captured_at": words.moment(one.captured_at) if one.captured_at else "",
        "source_url": one.source_url,
    }
