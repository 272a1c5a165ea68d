"""Scheme v1, the JAR signature: a digest for every file, signed through MANIFEST.MF and a signature file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from operator import attrgetter

from apk_analysis.archive import Archive, Entry
from apk_analysis.contents import Contents
from apk_analysis.defects import Defect
from apk_analysis.signature.jar_manifest import Section, hashes_named, read_sections
from apk_analysis.signature.keys import Certificate
from apk_analysis.signature.outcome import ABSENT, MOST_SIGNERS, Outcome
from apk_analysis.signature.pkcs7 import verified_signer

FOLDER, MANIFEST = "META-INF/", "META-INF/MANIFEST.MF"
LARGEST = 32 << 20
"""Bytes of a manifest or signature file."""
COULD_NOT_TELL = {"bomb", "too_large"}
"""Defects that keep us, not Android, from checking."""
_place = attrgetter("header")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """MANIFEST.MF."""

    raw: bytes
    main: Section
    sections: dict[str, Section]
    """By entry name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """One signature file that fits."""

    certificate: Certificate
    names: frozenset[str]
    """Entries that its signature file lists."""
    promises: frozenset[str]


def has_v1(archive: Archive) -> bool:
    """Whether there is a signature block, whatever it is worth."""
    return any(_is_block(entry) for entry in archive.entries)


def hashes_for_v1(archive: Archive) -> frozenset[str]:
    """Hashes that v1 may want of every file, told before any file is inflated. Empty when they cannot be told."""
    entry = archive.find(MANIFEST)
    if entry is None or not has_v1(archive):
        return frozenset()
    try:
        return hashes_named(archive.read(entry, LARGEST))
    except Defect:  # `verify_v1` will say so
        return frozenset()


def verify_v1(archive: Archive, contents: Contents, min_sdk: int) -> Outcome:
    """The outcome for Android versions from `min_sdk` on. Defects become its problems."""
    if not has_v1(archive):
        return ABSENT
    try:
        return _verify(archive, contents, min_sdk)
    except Defect as defect:
        return Outcome(
            state="unknown" if defect.kind in COULD_NOT_TELL else "invalid", problems=(defect.problem("signature.v1"),)
        )


def _is_block(entry: Entry) -> bool:
    return entry.name.startswith(FOLDER) and entry.name.endswith((".RSA", ".DSA", ".EC"))


def _verify(archive: Archive, contents: Contents, min_sdk: int) -> Outcome:
    _check_names(archive)
    listed = _read_listed(archive)
    pairs = _signature_files(archive)
    if not 0 < len(pairs) <= MOST_SIGNERS:
        raise Defect("too_many_signers" if pairs else "no_signer", f"{len(pairs)} signature files")
    # All blocks are verified before any digest is compared, in the order of Android.
    certificates = [verified_signer(_content(archive, block), file, min_sdk) for block, file in pairs]
    files = [
        _signature_file(file, certificate, listed, min_sdk)
        for certificate, (_, file) in zip(certificates, pairs, strict=True)
    ]
    signed = [file for file in files if file is not None]
    signers = _check_entries(contents, listed.sections, signed, min_sdk)
    return Outcome(
        state="valid",
        signers=tuple(signer.certificate for signer in signers),
        promises=frozenset[str]().union(*(signer.promises for signer in signed)),
        digests={"manifest": hashlib.sha256(listed.raw).digest()},
    )


def _check_names(archive: Archive) -> None:
    seen = set()
    for entry in archive.entries:
        if entry.name in seen:
            raise Defect("duplicate_entry", entry.name)
        seen.add(entry.name)


def _content(archive: Archive, entry: Entry) -> bytes:
    content = archive.read(entry, LARGEST)
    _check_record(archive, entry, len(content))
    return content


def _check_record(archive: Archive, entry: Entry, found: int) -> None:
    """Raises Defect where local header, sizes, method and content do not agree."""
    if entry.mismatch and entry.mismatch != "method":
        raise Defect("header_mismatch", f"{entry.name}: {entry.mismatch}")
    if found != entry.size:
        raise Defect("lying_size", f"{entry.name}: {entry.size} declared, {found} found")
    if entry.method and archive.is_stored(entry):  # Android inflates whatever is not said to be stored
        raise Defect("bogus_method", f"{entry.name}: {entry.method}")


def _read_listed(archive: Archive) -> _Listed:
    entry = archive.find(MANIFEST)
    if entry is None:
        raise Defect("no_manifest_file", MANIFEST)
    raw = _content(archive, entry)
    sections = read_sections(raw)
    main = next(sections, None)
    if main is None:
        raise Defect("malformed_signature_file", f"{MANIFEST} is empty")
    listed: dict[str, Section] = {}
    for section in sections:
        if section.name is None:
            raise Defect("malformed_signature_file", "a section of the manifest names no file")
        if section.name in listed:
            raise Defect("duplicate_section", section.name)
        if archive.find(section.name) is None:
            raise Defect("file_removed", section.name)
        listed[section.name] = section
    return _Listed(raw=raw, main=main, sections=listed)


def _signature_files(archive: Archive) -> list[tuple[Entry, bytes]]:
    """Signature block entries with the bytes of the signature file each one signs."""
    pairs = []
    for entry in archive.entries:
        if _is_block(entry):
            file = archive.find(entry.name.rpartition(".")[0] + ".SF")
            if file is not None:
                pairs.append((entry, file))
    return [(block, _content(archive, file)) for block, file in pairs]


def _signature_file(data: bytes, certificate: Certificate, listed: _Listed, min_sdk: int) -> _Signed | None:
    """What one signature file vouches for; None when Android ignores it. Raises Defect when it does not fit."""
    sections = read_sections(data)
    head = next(sections, None)
    if head is None or head.get("Signature-Version") is None:
        return None
    by_signtool = "signtool" in (head.get("Created-By") or "")
    whole = head.digests("-Digest" if by_signtool else "-Digest-Manifest", min_sdk)
    fits = bool(whole) and all(hashlib.new(name, listed.raw).digest() == digest for name, digest in whole)
    if not by_signtool:
        main = head.digests("-Digest-Manifest-Main-Attributes", min_sdk)
        _check_section(listed.main, main, "main section", signtool=False)
    names: set[str] = set()
    for section in sections:
        if section.name is None or section.name in names or (not fits and section.name not in listed.sections):
            return None
        names.add(section.name)
        if not fits:
            digests = section.digests("-Digest", min_sdk)
            if not digests:
                raise Defect("digest_missing", section.name)
            _check_section(listed.sections[section.name], digests, section.name, signtool=by_signtool)
    return _Signed(certificate=certificate, names=frozenset(names), promises=_promises(head))


def _check_section(section: Section, digests: list[tuple[str, bytes]], name: str, *, signtool: bool) -> None:
    raw = section.raw
    if signtool and raw.endswith(b"\n\n"):
        raw = raw[:-1]
    for hash_name, digest in digests:
        if hashlib.new(hash_name, raw).digest() != digest:
            raise Defect("digest_mismatch", f"{name}: its section of the manifest is not the signed one ({hash_name})")


def _promises(head: Section) -> frozenset[str]:
    known = {"2": "v2", "3": "v3", "31": "v31"}
    words = (head.get("X-Android-APK-Signed") or "").split(",")
    return frozenset(known[word.strip()] for word in words if word.strip() in known)


def _check_entries(
    contents: Contents, listed: dict[str, Section], signed: list[_Signed], min_sdk: int
) -> list[_Signed]:
    """The signers of all files, which must be the same for each. Raises Defect."""
    signers: list[_Signed] | None = None
    for entry in sorted(contents.archive.entries, key=_place):
        name = entry.name
        if name.startswith(FOLDER) or name.endswith("/"):
            continue
        section = listed.get(name)
        digests = section.digests("-Digest", min_sdk) if section else []
        vouching = [signer for signer in signed if name in signer.names]
        if not digests or not vouching:
            raise Defect("file_not_signed", name)
        if signers is not None and vouching != signers:
            raise Defect("signers_differ", name)
        signers = vouching
        _check_digests(contents, entry, digests)
    if not signers:
        raise Defect("no_signer", "no file is signed")
    return signers


def _check_digests(contents: Contents, entry: Entry, digests: list[tuple[str, bytes]]) -> None:
    found = [(hash_name, contents.digest(entry, hash_name) == digest) for hash_name, digest in digests]
    _check_record(contents.archive, entry, contents.size(entry))
    for hash_name, fits in found:
        if not fits:
            raise Defect("digest_mismatch", f"{entry.name} is not the file that was signed ({hash_name})")
