"""Scheme v1, the JAR signature: a digest for every file, signed through MANIFEST.MF and a signature file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from apk_analysis.archive import Archive, Entry
from apk_analysis.defects import Defect
from apk_analysis.signature.jar_manifest import Section, read_sections
from apk_analysis.signature.keys import Certificate
from apk_analysis.signature.outcome import ABSENT, MOST_SIGNERS, Outcome
from apk_analysis.signature.pkcs7 import verified_signer

FOLDER, MANIFEST = "META-INF/", "META-INF/MANIFEST.MF"
LARGEST = 32 << 20
"""Bytes of a manifest or signature file."""
COULD_NOT_TELL = {"bomb", "too_large"}
"""Defects that keep us, not Android, from checking."""


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


def verify_v1(archive: Archive, min_sdk: int) -> Outcome:
    """The outcome for Android versions from `min_sdk` on. Defects become its problems."""
    if not has_v1(archive):
        return ABSENT
    try:
        return _verify(archive, min_sdk)
    except Defect as defect:
        return Outcome(
            state="unknown" if defect.kind in COULD_NOT_TELL else "invalid", problems=(defect.problem("signature.v1"),)
        )


def _is_block(entry: Entry) -> bool:
    return entry.name.startswith(FOLDER) and entry.name.endswith((".RSA", ".DSA", ".EC"))


def _verify(archive: Archive, min_sdk: int) -> Outcome:
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
    signers = _check_entries(archive, listed.sections, signed, min_sdk)
    return Outcome(
        state="valid",
        signers=tuple(signer.certificate for signer in signers),
        promises=frozenset[str]().union(*(signer.promises for signer in signed)),
    )


def _check_names(archive: Archive) -> None:
    seen = set()
    for entry in archive.entries:
        if entry.name in seen:
            raise Defect("duplicate_entry", entry.name)
        seen.add(entry.name)


def _content(archive: Archive, entry: Entry) -> bytes:
    return b"".join(_strict(archive, entry, LARGEST))


def _strict(archive: Archive, entry: Entry, limit: int | None = None) -> Iterator[bytes]:
    """Pieces of the content; raises Defect where local header, sizes and content do not agree."""
    if entry.mismatch and entry.mismatch != "method":
        raise Defect("header_mismatch", f"{entry.name}: {entry.mismatch}")
    total = 0
    for piece in archive.stream(entry, limit):
        total += len(piece)
        yield piece
    if total != entry.size:
        raise Defect("lying_size", f"{entry.name}: {entry.size} declared, {total} found")


def _read_listed(archive: Archive) -> _Listed:
    entry = archive.find(MANIFEST)
    if entry is None:
        raise Defect("no_manifest_file", MANIFEST)
    raw = _content(archive, entry)
    sections = read_sections(raw)
    if not sections:
        raise Defect("malformed_signature_file", f"{MANIFEST} is empty")
    listed: dict[str, Section] = {}
    for section in sections[1:]:
        if section.name is None:
            raise Defect("malformed_signature_file", "a section of the manifest names no file")
        if section.name in listed:
            raise Defect("duplicate_section", section.name)
        if archive.find(section.name) is None:
            raise Defect("file_removed", section.name)
        listed[section.name] = section
    return _Listed(raw=raw, main=sections[0], sections=listed)


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
    if not sections or sections[0].get("Signature-Version") is None:
        return None
    head = sections[0]
    by_signtool = "signtool" in (head.get("Created-By") or "")
    whole = head.digests("-Digest" if by_signtool else "-Digest-Manifest", min_sdk)
    fits = bool(whole) and all(hashlib.new(name, listed.raw).digest() == digest for name, digest in whole)
    if not by_signtool:
        main = head.digests("-Digest-Manifest-Main-Attributes", min_sdk)
        _check_section(listed.main, main, "main section", signtool=False)
    names: set[str] = set()
    for section in sections[1:]:
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


def _check_entries(archive: Archive, listed: dict[str, Section], signed: list[_Signed], min_sdk: int) -> list[_Signed]:
    """The signers of all files, which must be the same for each. Raises Defect."""
    signers: list[_Signed] | None = None
    for entry in sorted(archive.entries, key=lambda entry: entry.header):
        if entry.name.startswith(FOLDER) or entry.name.endswith("/"):
            continue
        section = listed.get(entry.name)
        digests = section.digests("-Digest", min_sdk) if section else []
        vouching = [signer for signer in signed if entry.name in signer.names]
        if not digests or not vouching:
            raise Defect("file_not_signed", entry.name)
        if signers is not None and vouching != signers:
            raise Defect("signers_differ", entry.name)
        signers = vouching
        _check_digests(archive, entry, digests)
    if not signers:
        raise Defect("no_signer", "no file is signed")
    return signers


def _check_digests(archive: Archive, entry: Entry, digests: list[tuple[str, bytes]]) -> None:
    running = [(hashlib.new(name), digest) for name, digest in digests]
    for piece in _strict(archive, entry):
        for state, _ in running:
            state.update(piece)
    for state, digest in running:
        if state.digest() != digest:
            raise Defect("digest_mismatch", f"{entry.name} is not the file that was signed ({state.name})")
