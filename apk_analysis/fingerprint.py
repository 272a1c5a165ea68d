"""What apk_analysis says about a sample. Facts only: nothing here judges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ANALYSER_VERSION = 3
"""Rises whenever the same bytes would yield other facts; samples are analysed once per version."""

Status = Literal["valid", "invalid", "unsigned", "unknown"]
Sharing = Literal["public_test_key", "signing_tool", "project_template", "online_builder"]
"""Anybody has the key; a tool signs for all its users with it; every project begun from a template has it; an online
service signs for its customers with it."""


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
    hex_md5: str | None = None
    """MD5 of the DER bytes written as lower-case hexadecimal text, which Xiaomi's store shows as releaseKeyHash; None
    in fingerprints from before it was kept."""
    rsa_modulus_md5: str | None = None
    """MD5 of the modulus as upper-case hexadecimal text; None for keys that are not RSA."""
    rsa_modulus: str | None = None
    """The modulus as upper-case hexadecimal text. What APP备案 registers as 公钥 is this number, in hexadecimal or in
    decimal digits."""
    known_test_key: str | None = None
    """'AOSP testkey', 'uber-apk-signer debug' ... when the key is one that many people share, or the certificate is a
    debug one."""
    shared_by: Sharing | None = None
    """Who else signs with this key. Set for keys recognised by their hash: signing with them identifies nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A source stamp: which distributor says that the sample came through it. Never replaces the signer."""

    state: Literal["valid", "invalid", "unknown"]
    """'unknown': recognised, but nothing signed it that we can check."""
    sha256: str
    """Of the stamp certificate; of what the sample claims when the state is not 'valid'."""
    subject: str = ""
    signed_at: str | None = None
    """ISO 8601, UTC; when the distributor says it stamped the sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The verified outcome over all schemes, after Android's rules (stripping, min and target SDK, agreement)."""

    status: Status = "unknown"
    schemes: dict[str, str] = field(default_factory=dict)
    """'v1', 'v2', 'v3', 'v31', 'v4' -> 'valid', 'invalid', 'absent', or 'unknown' (it could not be told, or no Android
    version that the sample is for looks at it). v4 is a file beside the sample; it never changes the status."""
    signers: tuple[Signer, ...] = ()
    """Verified signers of the strongest scheme that counts; empty unless status is 'valid'."""
    other_signers: tuple[Signer, ...] = ()
    """Verified certificates beside `signers`: older keys of a rotation, and signers that only some Android versions
    look at; empty unless status is 'valid'."""
    lineage: tuple[str, ...] = ()
    """Certificate SHA-256 of all keys of a verified rotation, oldest first, the current one included."""
    by_scheme: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Scheme -> certificate SHA-256 of its verified signers; only schemes that are 'valid', each by its own rules.
    Filled in also when the status is not 'valid': then it shows who disagrees, and identifies nobody."""
    stamp: Stamp | None = None
    """The source stamp, when there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Icon:
    """One icon as one PNG."""

    sha256: str
    """Of the PNG bytes."""
    dhash: str
    """64-bit difference hash as 16 hexadecimal digits."""
    width: int
    height: int
    where: str = ""
    """File it was drawn from ('res/mipmap-xxhdpi/icon.png', 'res/drawable/icon.xml'); '' for older analyses."""
    descriptor: str = ""
    """What it looks like, to be compared with copies: see `icon_descriptor`; '' for older analyses."""
    role: str = "application"
    """Who shows it: 'application', 'round', 'activity', 'activity-alias', 'shortcut', 'banner'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One activity, alias, service, receiver or provider of the manifest."""

    kind: Literal["activity", "activity-alias", "service", "receiver", "provider"]
    name: str
    """Full class name."""
    exported: bool | None = None
    """As written; None when the manifest does not say."""
    permission: str | None = None
    """What a caller needs."""
    target: str | None = None
    """Of an alias: the activity it opens. Of a provider: its authorities, joined by ';'."""
    actions: tuple[str, ...] = ()
    """Of all its intent filters, each once, in order."""
    categories: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Addresses it opens: 'https://example.com/path*', 'myscheme:'."""
    verified_links: bool = False
    """Whether a filter asks Android to verify the hosts (app links)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaDatum:
    """One <meta-data> of the application: identifiers of maps, statistics, advertising ... that tie an operator."""

    name: str
    value: str
    """Resolved where it is a reference. Masked after six characters when the name speaks of a key, secret or token."""
    sha256: str
    """Of the whole value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSecurity:
    """What the network security configuration allows; defaults when the manifest names none."""

    where: str = ""
    """File; '' when there is none."""
    cleartext: bool | None = None
    """Whether plain HTTP is allowed by default; None when neither manifest nor configuration say."""
    user_certificates: bool = False
    """Whether certificates that the user installed are trusted."""
    domains: tuple[str, ...] = ()
    """Domains with rules of their own."""
    pinned: tuple[str, ...] = ()
    """Those with pinned keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeLibrary:
    """One shared object."""

    where: str
    sha256: str
    size: int
    """Bytes."""
    machine: str
    """'AARCH64', 'ARM', 'X86_64', 'I386' ...; '' when it is no readable ELF file."""
    build_id: str | None = None
    """GNU build id, hexadecimal."""
    soname: str | None = None
    jni: tuple[str, ...] = ()
    """Exported names that begin with 'Java_', and 'JNI_OnLoad'; at most 200."""
    imports_sha256: str | None = None
    """Of the sorted imported names and libraries, one per line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A set of 64-bit features made small: enough to look up similar sets and to estimate what they share."""

    size: int
    """Distinct features in all."""
    minhash: str
    """Base64 of 128 little-endian 32-bit numbers."""
    simhash: str
    """64 bits as 16 hexadecimal digits; features weigh alike."""
    smallest: str
    """Base64 of the (at most 2,048) smallest features, sorted, 64-bit little-endian: exact for smaller sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Code of somebody else that was recognised and set aside."""

    name: str
    """'okhttp3', 'androidx' ...: a package or, where it was renamed, the name the dictionary gives it."""
    classes: int
    methods: int
    how: Literal["package", "dictionary"]
    """By the name of its package, or by hashes of its classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What the DEX files hold, and how much of it is the app's own."""

    dex_files: int
    classes: int
    methods: int
    """With code."""
    own_classes: int
    own_methods: int
    own_units: int
    """16-bit code units of the app's own methods."""
    libraries: tuple[Library, ...] = ()
    """The largest first, at most 50."""
    reflection_calls: int = 0
    """Calls of java.lang.reflect.Method.invoke and its like in own code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One APK of a bundle."""

    name: str
    """File inside the bundle."""
    split: str
    """'' for the base, else as its manifest says: 'config.zh', 'config.arm64_v8a', a feature."""
    sha256: str
    size: int
    status: Status = "unknown"
    """Of its own signature."""
    signers: tuple[str, ...] = ()
    """Certificate SHA-256 of its verified signers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """An APK (or another program) inside the sample, as far as its identity goes."""

    where: str
    """Path inside the sample; steps into inner archives are joined by '!/'."""
    sha256: str
    size: int
    container: str
    package: str | None = None
    label: str | None = None
    version_code: int | None = None
    status: Status = "unknown"
    signers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """Something the sample has that a detector may care about, with proof."""

    kind: str
    """'webview_only', 'model_api_host', 'relay_host', 'hardcoded_key', 'code_hidden', ... Translated by
    index/catalogue/trait.yml."""
    value: str
    """Host, packer name, share ... or a key, masked: 'sk-pro... (OpenAI)', six characters and the vendor."""
    where: str
    """File inside the sample ('classes.dex', 'assets/www/app.js')."""
    sha256: str | None = None
    """Hash of the whole secret, for keys; of the file or part that is meant, elsewhere."""
    decode: tuple[str, ...] = ()
    """How a hidden constant was read, step by step ('base64', 'xor 0x5a', 'reversed'); empty for plain text."""


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
    names: tuple[str, ...] = ()
    """Every name the app shows anywhere: labels of the application, activities, aliases and shortcuts, in all
    languages."""
    icon: Icon | None = None
    """The launcher icon."""
    icons: tuple[Icon, ...] = ()
    """All different icons, the launcher's first."""
    permissions: tuple[str, ...] = ()
    """In manifest order."""
    permissions_sha256: str | None = None
    """Of the permissions in manifest order, joined without separator (permhash); None without permissions."""
    components: tuple[Component, ...] = ()
    meta_data: tuple[MetaDatum, ...] = ()
    network: NetworkSecurity = field(default_factory=NetworkSecurity)
    provider_paths: tuple[str, ...] = ()
    """What file providers share: 'external-path .', 'root-path /' ..."""
    signature: Signature = field(default_factory=Signature)
    code: Code | None = None
    """None when there is no DEX file, or when it was not looked at."""
    sketches: dict[str, Sketch] = field(default_factory=dict)
    """'code' (own methods), 'strings' (values in own code), 'assets' (other files) -> sketch; empty sets are left
    out."""
    native: tuple[NativeLibrary, ...] = ()
    parts: tuple[Part, ...] = ()
    """Of a bundle, the base first."""
    nested: tuple[Nested, ...] = ()
    traits: tuple[Trait, ...] = ()
    problems: tuple[Problem, ...] = ()
    reader: str | None = None
    """Which manifest reader won: 'own', 'apk-info' or 'apkutils'."""
    analyser_version: int = ANALYSER_VERSION
