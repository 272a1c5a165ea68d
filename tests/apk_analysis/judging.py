"""The signature of a package in memory, judged as an analysis does it, without looking at anything else."""

from apk_analysis.archive import Archive
from apk_analysis.axml import Platform, read_document, read_platform
from apk_analysis.defects import Defect
from apk_analysis.fingerprint import Signature
from apk_analysis.signature.verify import verify


def platform_of(archive: Archive) -> Platform | None:
    entry = archive.find("AndroidManifest.xml")
    try:
        return read_platform(read_document(archive.read(entry, 16 << 20))) if entry else None
    except Defect:
        return None


def judged(apk: bytes) -> Signature:
    """Unknown when it is no archive."""
    try:
        archive = Archive(apk)
    except Defect:
        return Signature()
    return verify(archive, platform_of(archive))[0]


def signers_of(apk: bytes) -> set[str]:
    """Certificate SHA-256 of the verified signers."""
    return {signer.sha256 for signer in judged(apk).signers}
