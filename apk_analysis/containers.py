"""What kind of file a sample is, and which part of a bundle is the app."""

from __future__ import annotations

import json

from apk_analysis.archive import LOCAL, Archive, Bytes, Entry
from apk_analysis.defects import Defect

BUNDLES = ("xapk", "apks", "apkm")
PROGRAMS = frozenset({"hap", "ipa", "exe", "dmg", "msi", "macho", "deb", "rpm", "aab", "dex", "odex", "elf"})
"""Programs that this room does not look into: hashed and named, never dropped."""
MAGIC = {
    b"dex\n": "dex",
    b"dey\n": "odex",
    b"cdex": "odex",
    b"vdex": "odex",
    b"oat\n": "odex",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "msi",
    b"\xcf\xfa\xed\xfe": "macho",
    b"\xce\xfa\xed\xfe": "macho",
    b"!<arch>\ndebian": "deb",
    b"\xed\xab\xee\xdb": "rpm",
    b"MZ": "exe",
    b"\x7fELF": "elf",
    b"\x1f\x8b": "gzip",
    b"Rar!": "rar",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"%PDF": "pdf",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
}

ORDINARY = frozenset({"elf", "odex"})
"""Programs that apps lawfully consist of."""
_HEADS = (LOCAL, *(magic for magic, name in MAGIC.items() if name in PROGRAMS - ORDINARY))


def name_of(data: Bytes) -> str:
    """The container of bytes that are no readable ZIP: 'empty', 'html', 'apk' (a broken one), 'exe' ... 'unknown'."""
    head = bytes(data[:4096])
    if not head:
        return "empty"
    if head.startswith(LOCAL):
        return "apk" if b"AndroidManifest.xml" in bytes(data[: 1 << 20]) else "zip"
    for magic, name in MAGIC.items():
        if head.startswith(magic):
            return name
    if bytes(data[-512:-508]) == b"koly":  # a disk image says what it is in its last block
        return "dmg"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")) or (text.startswith(b"<") and b"<html" in text):
        return "html"
    return {b"<": "xml", b"{": "json"}.get(text[:1], "unknown")


def is_program(data: bytes) -> bool:
    """Whether the bytes of a file inside a sample are an archive or a program to be named; native libraries are not."""
    if not data.startswith(_HEADS):
        return data[-512:-508] == b"koly"
    if data.startswith(b"MZ"):  # two letters are no proof
        at = int.from_bytes(data[60:64], "little")
        return data[at : at + 4] == b"PE\0\0"
    return True


def name_of_archive(archive: Archive) -> str:
    """'apk', one of BUNDLES, 'aab', 'hap', 'ipa' or 'zip'."""
    names = {entry.name for entry in archive.entries}
    inner = [name.rpartition("/")[2] for name in names if name.lower().endswith(".apk")]
    signs = {
        "apk": "AndroidManifest.xml" in names,
        "xapk": bool(inner) and "manifest.json" in names,
        "apkm": bool(inner) and "info.json" in names,
        "apks": bool(inner) and ("toc.pb" in names or any(name.startswith("base") for name in inner)),
        "aab": "BundleConfig.pb" in names,
        "hap": "module.json" in names or "config.json" in names,
        "ipa": any(name.startswith("Payload/") and ".app/" in name for name in names),
    }
    return next((name for name, there in signs.items() if there), "zip")


def parts_of(archive: Archive, container: str) -> list[Entry]:
    """The APKs of a bundle, the base first. Empty when there is none."""
    base = base_of(archive, container)
    inner = (archive.find(name) for name in dict.fromkeys(entry.name for entry in archive.entries if _is_apk(entry)))
    return [base, *(entry for entry in inner if entry not in {base, None})] if base else []


def _is_apk(entry: Entry) -> bool:
    return entry.name.lower().endswith(".apk")


def base_of(archive: Archive, container: str) -> Entry | None:
    """The entry of a bundle that is the app itself, not one of its splits."""
    inner = [entry for entry in archive.entries if _is_apk(entry)]
    named = _named_base(archive) if container == "xapk" else None
    by_name = {entry.name: entry for entry in inner}
    for name in (named, "base.apk", "universal.apk", "standalone.apk", "splits/base-master.apk"):
        if name in by_name:
            return by_name[name]
    plain = [entry for entry in inner if not entry.name.rpartition("/")[2].startswith(("config.", "split_"))]
    return max(plain or inner, key=lambda entry: entry.size, default=None)


def _named_base(archive: Archive) -> str | None:
    """What an XAPK's own manifest calls the base; None when it does not say or cannot be read."""
    entry = archive.find("manifest.json")
    try:
        parts = json.loads(archive.read(entry, 1 << 20))["split_apks"] if entry else []
        return next((str(part["file"]) for part in parts if part.get("id") == "base"), None)
    except (Defect, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
