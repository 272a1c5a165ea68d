"""What apk_analysis says about a sample. Facts only: nothing here judges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ANALYSER_VERSION = 1
"""Rises whenever the same bytes would yield other facts; samples are analysed once per version."""

Status = Literal["valid", "invalid", "unsigned", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A typed defect of a sample or page: recorded, not raised."""

    part: str
    """Where: 'zip', 'signature.v2', 'manifest', 'dex', 'page', ..."""
    kind: str
    """What, in snake case: 'truncated', 'duplicate_entry', ... Translated by index/catalogue/problem.yml."""
    detail: str = ""
    """The particulars in English: entry name, expected and found value. Never longer than 500 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One signing identity. Stands in `Signature.signers` only after its signature was verified."""

    sha256: str
    """Of the certificate's DER bytes, lower-case hexadecimal."""
    sha1: str
    md5: str
    subject: str
    """RFC 4514 string."""
    issuer: str
    not_before: str
    """ISO 8601, UTC."""
    not_after: str
    public_key_sha256: str
    """Of the SubjectPublicKeyInfo."""
    rsa_modulus_md5: str | None = None
    """MD5 of the modulus as upper-case hexadecimal text; None for keys that are not RSA."""
    known_test_key: str | None = None
    """'aosp testkey', 'Android Debug' ... when the key itself is publicly known or the certificate is a debug one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The verified outcome over all schemes, after Android's rules (stripping, min and target SDK, agreement)."""

    status: Status = "unknown"
    schemes: dict[str, str] = field(default_factory=dict)
    """'v1', 'v2', 'v3', 'v31' -> 'valid', 'invalid' or 'absent'."""
    signers: tuple[Signer, ...] = ()
    """Verified signers of the strongest scheme that counts; empty unless status is 'valid'."""
    lineage: tuple[str, ...] = ()
    """Certificate SHA-256 of all keys of a verified rotation, oldest first, the current one included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Icon:
    """The launcher icon as one PNG."""

    sha256: str
    """Of the PNG bytes."""
    dhash: str
    """64-bit difference hash as 16 hexadecimal digits."""
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """Something the sample has that a detector may care about, with proof."""

    kind: str
    """'webview_only', 'model_api_host', 'relay_host', 'hardcoded_key', 'code_hidden', ..."""
    value: str
    """Host, packer name, share ... or a key, masked: 'sk-pro... (OpenAI)', six characters and the vendor."""
    where: str
    """File inside the sample ('classes.dex', 'assets/www/app.js')."""
    sha256: str | None = None
    """Hash of the whole secret, for keys; of the APK inside, for 'base_apk'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Everything known about one sample. Partial when `problems` says so; no field is guessed."""

    sha256: str
    sha1: str
    md5: str
    size: int
    """Bytes."""
    container: str
    """'apk', 'xapk', 'apks', 'apkm', 'html', 'empty', 'zip', 'unknown', ..."""
    package: str | None = None
    version_code: int | None = None
    version_name: str | None = None
    min_sdk: int | None = None
    target_sdk: int | None = None
    label: str | None = None
    """Default label as launchers show it."""
    labels: dict[str, str] = field(default_factory=dict)
    """Locale ('zh-CN', '' for the default) -> label."""
    icon: Icon | None = None
    permissions: tuple[str, ...] = ()
    """In manifest order."""
    signature: Signature = field(default_factory=Signature)
    traits: tuple[Trait, ...] = ()
    problems: tuple[Problem, ...] = ()
    reader: str | None = None
    """Which manifest reader won: 'apk-info' or 'apkutils'."""
    analyser_version: int = ANALYSER_VERSION
