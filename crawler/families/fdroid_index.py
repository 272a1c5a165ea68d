"""The two index formats of the F-Droid repository protocol, read strictly package by package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from apk_analysis.fingerprint import Problem
from crawler.families.page_text import plain

LARGEST_INDEX = 256 << 20
"""Bytes. The largest public repository has about 50 MB."""
MOST_PACKAGES = 100_000
LONGEST_NAME = 255
PREFERRED = ("zh-CN", "zh-Hans-CN", "zh-Hans", "zh", "zh-TW", "zh-Hant", "en-US", "en")
"""Locales, best first; else the first one the index gives."""
HASH = re.compile(r"[0-9a-f]{64}")

Texts = Mapping[str, str]
"""Locale -> text."""


class _File(msgspec.Struct):
    name: str
    sha256: str = ""
    size: int | None = None


class _Repo(msgspec.Struct, rename="camel"):
    address: str = ""
    mirrors: list[msgspec.Raw] = []


class _Mirror(msgspec.Struct):
    url: str


class _IndexV2(msgspec.Struct):
    repo: _Repo
    packages: dict[str, msgspec.Raw]


class _SignerV2(msgspec.Struct):
    sha256: list[str] = []


class _ManifestV2(msgspec.Struct, rename="camel"):
    version_name: str = ""
    version_code: int = 0
    signer: _SignerV2 | None = None


class _VersionV2(msgspec.Struct, rename="camel"):
    file: _File
    manifest: _ManifestV2
    added: float | str = 0
    whats_new: dict[str, str] = {}


class _MetadataV2(msgspec.Struct, rename="camel"):
    name: dict[str, str] = {}
    summary: dict[str, str] = {}
    description: dict[str, str] = {}
    icon: dict[str, _File] = {}
    author_name: str | None = None


class _PackageV2(msgspec.Struct):
    metadata: _MetadataV2
    versions: dict[str, _VersionV2]


class _LocalizedV1(msgspec.Struct, rename="camel"):
    name: str | None = None
    summary: str | None = None
    description: str | None = None
    whats_new: str | None = None


class _AppV1(msgspec.Struct, rename="camel"):
    package_name: str
    name: str | None = None
    summary: str | None = None
    description: str | None = None
    author_name: str | None = None
    icon: str | None = None
    localized: dict[str, _LocalizedV1] = {}


class _VersionV1(msgspec.Struct, rename="camel"):
    apk_name: str
    hash: str = ""
    hash_type: str = "sha256"
    signer: str = ""
    size: int | None = None
    version_name: str = ""
    version_code: int = 0
    added: float | str = 0


class _IndexV1(msgspec.Struct):
    repo: _Repo
    apps: list[msgspec.Raw]
    packages: dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One app of a repository and its newest version; file names are relative to the repository."""

    name: str
    file: str
    version: str
    version_code: int
    sha256: str | None = None
    size: int | None = None
    signers: tuple[str, ...] = ()
    added: float | str = 0
    """Seconds or milliseconds: repositories differ."""
    author: str | None = None
    icon: str | None = None
    titles: Texts = field(default_factory=dict)
    summaries: Texts = field(default_factory=dict)
    descriptions: Texts = field(default_factory=dict)
    notes: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Where else the repository says it lies, and its packages: those that cannot be read are problems."""

    addresses: tuple[str, ...]
    """Mirrors first; what the repository calls its own address last, because that is often a left-over default."""
    packages: Iterator[Package | Problem]


def read_index(content: bytes, *, version: Literal[1, 2]) -> Index | Problem:
    """Reads index-v2.json or index-v1.json. Packages are read one by one, while they are asked for."""
    try:
        if version == 2:
            index_v2 = msgspec.json.decode(content, type=_IndexV2)
            repo, count, packages = index_v2.repo, len(index_v2.packages), _packages_v2(index_v2)
        else:
            index_v1 = msgspec.json.decode(content, type=_IndexV1)
            repo, count, packages = index_v1.repo, len(index_v1.apps), _packages_v1(index_v1)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Problem(part="index", kind="malformed_index", detail=str(error)[:500])
    if count > MOST_PACKAGES:
        return Problem(part="index", kind="too_large", detail=f"{count} packages")
    return Index(addresses=tuple(_addresses(repo)), packages=packages)


def best(texts: Texts) -> tuple[str | None, str]:
    """Locale and text for a reader of Chinese, then of English; (None, '') when there is none."""
    filled = {locale.replace("_", "-"): text for locale, value in texts.items() if (text := plain(value))}
    for locale in (*PREFERRED, *filled):
        if locale in filled:
            return locale, filled[locale]
    return None, ""


def _addresses(repo: _Repo) -> Iterator[str]:
    for raw in repo.mirrors[:20]:
        try:
            mirror = msgspec.json.decode(raw, type=str | _Mirror)  # text in version 1
        except msgspec.DecodeError:
            continue
        yield mirror if isinstance(mirror, str) else mirror.url
    if repo.address:
        yield repo.address


def _problem(name: str, why: object) -> Problem:
    return Problem(part="index", kind="malformed_package", detail=f"{name[:LONGEST_NAME]!r}: {why}"[:500])


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and not set(name) & set(" /\\")


def _packages_v2(index: _IndexV2) -> Iterator[Package | Problem]:
    for name, raw in index.packages.items():
        try:
            package = msgspec.json.decode(raw, type=_PackageV2)
            yield _package_v2(name, package) if _is_name(name) else _problem(name, "no package name")
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            yield _problem(name, error)


def _package_v2(name: str, package: _PackageV2) -> Package:
    newest = max(package.versions.values(), key=lambda version: version.manifest.version_code)
    about, manifest = package.metadata, newest.manifest
    icon = best({locale: file.name for locale, file in about.icon.items()})[1]
    return Package(
        name=name,
        file=newest.file.name,
        version=manifest.version_name,
        version_code=manifest.version_code,
        sha256=_hash(newest.file.sha256),
        size=newest.file.size,
        signers=tuple(found for one in (manifest.signer.sha256 if manifest.signer else []) if (found := _hash(one))),
        added=newest.added,
        author=about.author_name,
        icon=icon or None,
        titles=about.name,
        summaries=about.summary,
        descriptions=about.description,
        notes=newest.whats_new,
    )


def _packages_v1(index: _IndexV1) -> Iterator[Package | Problem]:
    for raw in index.apps:
        name = "?"
        try:
            app = msgspec.json.decode(raw, type=_AppV1)
            name = app.package_name
            versions = msgspec.json.decode(index.packages.get(name) or b"[]", type=list[_VersionV1])
            yield _package_v1(app, versions) if _is_name(name) else _problem(name, "no package name")
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            yield _problem(name, error)


def _package_v1(app: _AppV1, versions: list[_VersionV1]) -> Package:
    newest = max(versions, key=lambda version: version.version_code)
    return Package(
        name=app.package_name,
        file=newest.apk_name,
        version=newest.version_name,
        version_code=newest.version_code,
        sha256=_hash(newest.hash) if newest.hash_type.lower() == "sha256" else None,
        size=newest.size,
        signers=tuple(found for one in [newest.signer] if (found := _hash(one))),
        added=newest.added,
        author=app.author_name,
        icon=f"icons/{app.icon}" if app.icon else None,
        titles=_localized(app, "name"),
        summaries=_localized(app, "summary"),
        descriptions=_localized(app, "description"),
        notes=_localized(app, "whats_new"),
    )


def _localized(app: _AppV1, part: str) -> Texts:
    """The texts of all locales, and under 'en-US' the one outside of them where no other stands there."""
    texts = {locale: text for locale, parts in app.localized.items() if (text := getattr(parts, part))}
    alone = getattr(app, part, None)
    return {"en-US": alone, **texts} if alone else texts


def _hash(text: str) -> str | None:
    lower = text.lower()
    return lower if HASH.fullmatch(lower) else None
