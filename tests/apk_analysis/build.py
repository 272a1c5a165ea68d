"""A small builder of APKs for tests, independent of the code it tests: manifest, resources, v1, v2 and v3 signatures."""

import base64
import datetime as dt
import hashlib
import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

RES = "http://schemas.android.com/apk/res/android"
ATTRIBUTES = {"label": 0x01010001, "icon": 0x01010002, "minSdkVersion": 0x0101020C, "targetSdkVersion": 0x01010270}
ATTRIBUTES |= {
    "targetSandboxVersion": 0x0101054C,
    "name": 0x01010003,
    "versionCode": 0x0101021B,
    "versionName": 0x0101021C,
}
V2, V3, V31 = 0x7109871A, 0xF05368C0, 0x1B93AD61
NEWEST = 2**31 - 1


@dataclass(frozen=True)
class Key:
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def spki(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.DER, form)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def algorithm(self) -> int:
        return 0x0103 if isinstance(self.private, rsa.RSAPrivateKey) else 0x0201

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(data, ec.ECDSA(hashes.SHA256()))


@cache
def key(name: str = "Example Studio", kind: str = "ec") -> Key:
    private = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2050, 1, 1, tzinfo=dt.UTC))
        .sign(private, hashes.SHA256())
    )
    return Key(private, certificate)


def lp(data: bytes) -> bytes:
    """Length-prefixed."""
    return struct.pack("<L", len(data)) + data


def sequence(items: Iterable[bytes]) -> bytes:
    return lp(b"".join(lp(item) for item in items))


# --- binary XML and resources ---


def string_pool(strings: Sequence[str]) -> bytes:
    blobs = [
        struct.pack("<H", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le") + b"\0\0" for text in strings
    ]
    offsets, at = [], 0
    for blob in blobs:
        offsets.append(at)
        at += len(blob)
    data = b"".join(blobs) + bytes(-at % 4)
    start = 28 + 4 * len(strings)
    return (
        struct.pack("<HHLLLLLL", 1, 28, start + len(data), len(strings), 0, 0, start, 0)
        + b"".join(struct.pack("<L", offset) for offset in offsets)
        + data
    )


def manifest(
    package: str = "com.example.app",
    *,
    min_sdk: int | None = 24,
    target_sdk: int | None = 29,
    label: str | int = "示例",
    sandbox: int | None = None,
    permissions: Sequence[str] = ("android.permission.INTERNET", "android.permission.CAMERA"),
    icon: int | None = None,
    version: int = 7,
    split: str | None = None,
) -> bytes:
    """Binary AndroidManifest.xml; a number as `label` or `icon` is a resource id."""
    names = list(ATTRIBUTES)
    strings = [*names, "package", "android", RES, "manifest", "uses-sdk", "uses-permission", "application"]

    def index(text: str) -> int:
        if text not in strings:
            strings.append(text)
        return strings.index(text)

    def attribute(name: str, value: str | int, *, reference: bool = False) -> bytes:
        space = 0xFFFFFFFF if name in {"package", "split"} else index(RES)
        if isinstance(value, str):
            return struct.pack("<LLLHBBL", space, index(name), index(value), 8, 0, 3, index(value))
        return struct.pack("<LLLHBBL", space, index(name), 0xFFFFFFFF, 8, 0, 1 if reference else 0x10, value)

    def element(tag: str, attributes: Sequence[bytes], inner: bytes = b"") -> bytes:
        head = struct.pack("<LLLL", 1, 0xFFFFFFFF, 0xFFFFFFFF, index(tag))
        body = head + struct.pack("<HHHHHH", 20, 20, len(attributes), 0, 0, 0) + b"".join(attributes)
        start = struct.pack("<HHL", 0x0102, 16, 8 + len(body)) + body
        end = struct.pack("<HHLLLLL", 0x0103, 16, 24, 1, 0xFFFFFFFF, 0xFFFFFFFF, index(tag))
        return start + inner + end

    sdk = [("minSdkVersion", min_sdk), ("targetSdkVersion", target_sdk)]
    inner = element("uses-sdk", [attribute(name, value) for name, value in sdk if value is not None])
    for permission in permissions:
        inner += element("uses-permission", [attribute("name", permission)])
    shown = [attribute("label", label, reference=isinstance(label, int))]
    shown += [] if icon is None else [attribute("icon", icon, reference=True)]
    inner += element("application", shown)
    top = [attribute("versionCode", version), attribute("versionName", f"{version}.0"), attribute("package", package)]
    top += [] if split is None else [attribute("split", split)]
    top += [] if sandbox is None else [attribute("targetSandboxVersion", sandbox)]
    tree = element("manifest", top, inner)
    space = struct.pack("<HHLLLLL", 0x0100, 16, 24, 1, 0xFFFFFFFF, index("android"), index(RES))
    space_end = struct.pack("<HHLLLLL", 0x0101, 16, 24, 1, 0xFFFFFFFF, index("android"), index(RES))
    ids = struct.pack("<HHL", 0x0180, 8, 8 + 4 * len(names)) + b"".join(
        struct.pack("<L", ATTRIBUTES[name]) for name in names
    )
    body = string_pool(strings) + ids + space + tree + space_end
    return struct.pack("<HHL", 3, 8, 8 + len(body)) + body


def resources(labels: dict[str, str], files: dict[int, str] | None = None, package: str = "com.example.app") -> bytes:
    """resources.arsc with string 0x7f010000 in every locale of `labels` and drawable 0x7f020000 per density."""
    files = files or {}
    texts = [*labels.values(), *files.values()]
    chunks = b""
    for locale, label in labels.items():
        language, _, region = locale.partition("-")
        place = language.encode().ljust(2, b"\0") + region.encode().ljust(2, b"\0")
        chunks += _type(1, place, 0, texts.index(label))
    for density, file in files.items():
        chunks += _type(2, bytes(4), density, texts.index(file))
    types, keys = string_pool(["string", "drawable"]), string_pool(["app_name"])
    name = package.encode("utf-16-le").ljust(256, b"\0")
    specs = b"".join(struct.pack("<HHLBBHLL", 0x0202, 16, 20, number, 0, 0, 1, 0) for number in (1, 2))
    offsets = struct.pack("<LLLLL", 288, 2, 288 + len(types), 1, 0)
    content = types + keys + specs + chunks
    body = struct.pack("<HHLL", 0x0200, 288, 288 + len(content), 0x7F) + name + offsets + content
    pool = string_pool(texts)
    return struct.pack("<HHLL", 2, 12, 12 + len(pool) + len(body), 1) + pool + body


def _type(number: int, locale: bytes, density: int, text: int) -> bytes:
    configuration = struct.pack("<LL4sHH", 64, 0, locale, 0, density).ljust(64, b"\0")
    entry = struct.pack("<HHLHBBL", 8, 0, 0, 8, 0, 3, text)
    head = 20 + len(configuration)
    return (
        struct.pack("<HHLBBHLL", 0x0201, head, head + 4 + 16, number, 0, 0, 1, head + 4)
        + configuration
        + struct.pack("<L", 0)
        + entry
    )


# --- archives ---


def archive(files: dict[str, bytes], *, stored: Iterable[str] = ("resources.arsc",), comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        written.comment = comment
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name in set(stored) else zipfile.ZIP_DEFLATED
            written.writestr(info, content)
    return out.getvalue()


def files(**options: object) -> dict[str, bytes]:
    return {
        "AndroidManifest.xml": manifest(**options),
        "assets/note.txt": b"hello " * 2000,
        "res/raw/more.bin": bytes(range(256)) * 20,
    }


def sections(apk: bytes) -> tuple[int, int]:
    """Offsets of central directory and end record."""
    end = apk.rindex(b"PK\x05\x06")
    return struct.unpack_from("<L", apk, end + 16)[0], end


def with_prefix(apk: bytes, prefix: bytes) -> bytes:
    """`apk` without signing block behind `prefix`, with all offsets put right."""
    central, end = sections(apk)
    moved, at = bytearray(apk), central
    while apk[at : at + 4] == b"PK\x01\x02":
        struct.pack_into("<L", moved, at + 42, struct.unpack_from("<L", apk, at + 42)[0] + len(prefix))
        at += 46 + sum(struct.unpack_from("<HHH", apk, at + 28))
    struct.pack_into("<L", moved, end + 16, central + len(prefix))
    return prefix + bytes(moved)


# --- v1 ---


def _lines(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode()


def v1(
    content: dict[str, bytes], signers: Sequence[Key], *, promises: str = "", digest: str = "sha256"
) -> dict[str, bytes]:
    """`content` with META-INF files for each signer."""
    label = {"sha256": "SHA-256-Digest", "sha1": "SHA1-Digest"}[digest]

    def hashed(data: bytes) -> str:
        return base64.b64encode(hashlib.new(digest, data).digest()).decode()

    listed = {name: _lines("Name", name) + _lines(label, hashed(data)) + b"\r\n" for name, data in content.items()}
    listing = _lines("Manifest-Version", "1.0") + b"\r\n" + b"".join(listed.values())
    result = {**content, "META-INF/MANIFEST.MF": listing}
    for number, signer in enumerate(signers):
        head = _lines("Signature-Version", "1.0") + _lines(f"{label}-Manifest", hashed(listing))
        head += _lines("X-Android-APK-Signed", promises) if promises else b""
        vouched = [_lines("Name", name) + _lines(label, hashed(raw)) + b"\r\n" for name, raw in listed.items()]
        file = head + b"\r\n" + b"".join(vouched)
        builder = pkcs7.PKCS7SignatureBuilder().set_data(file)
        builder = builder.add_signer(signer.certificate, signer.private, hashes.SHA256())
        options = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.NoAttributes]
        ending = "RSA" if isinstance(signer.private, rsa.RSAPrivateKey) else "EC"
        result[f"META-INF/CERT{number}.SF"] = file
        result[f"META-INF/CERT{number}.{ending}"] = builder.sign(serialization.Encoding.DER, options)
    return result


# --- v2, v3 ---


def content_digest(apk: bytes) -> bytes:
    central, end = sections(apk)
    chunks = []
    for region in (apk[:central], apk[central:end], apk[end:]):
        for at in range(0, len(region), 1 << 20):
            piece = region[at : at + (1 << 20)]
            chunks.append(hashlib.sha256(b"\xa5" + struct.pack("<L", len(piece)) + piece).digest())
    return hashlib.sha256(b"\x5a" + struct.pack("<L", len(chunks)) + b"".join(chunks)).digest()


def attribute(number: int, value: bytes) -> bytes:
    return struct.pack("<L", number) + value


def v2(apk: bytes, signers: Sequence[Key], *, attributes: Sequence[bytes] = ()) -> bytes:
    """Value of a v2 pair for the unsigned `apk`."""
    blocks = []
    for signer in signers:
        digests = sequence([struct.pack("<L", signer.algorithm) + lp(content_digest(apk))])
        signed = digests + sequence([signer.der]) + sequence(attributes)
        signatures = sequence([struct.pack("<L", signer.algorithm) + lp(signer.sign(signed))])
        blocks.append(lp(signed) + signatures + lp(signer.spki))
    return sequence(blocks)


def v3(apk: bytes, signers: Sequence[tuple[Key, int, int, Sequence[bytes]]]) -> bytes:
    """Value of a v3 or v3.1 pair; each signer with its first and last Android version and its attributes."""
    blocks = []
    for signer, oldest, newest, attributes in signers:
        span = struct.pack("<LL", oldest, newest)
        digests = sequence([struct.pack("<L", signer.algorithm) + lp(content_digest(apk))])
        signed = digests + sequence([signer.der]) + span + sequence(attributes)
        signatures = sequence([struct.pack("<L", signer.algorithm) + lp(signer.sign(signed))])
        blocks.append(lp(signed) + span + signatures + lp(signer.spki))
    return sequence(blocks)


def lineage(chain: Sequence[Key]) -> bytes:
    """Value of the rotation attribute: each key signs the next."""
    nodes = []
    for number, link in enumerate(chain):
        parent = chain[number - 1] if number else None
        signed = lp(link.der) + struct.pack("<L", parent.algorithm if parent else 0)
        signature = parent.sign(signed) if parent else b""
        nodes.append(lp(lp(signed) + struct.pack("<LL", 0, link.algorithm) + lp(signature)))
    return struct.pack("<L", 1) + b"".join(nodes)


def stamp(signer: Key, digests: dict[int, dict[int, bytes]], attributes: Sequence[bytes] | None = None) -> bytes:
    """Value of a source stamp pair. `digests`: number of a scheme -> number of a digest form -> digest."""

    def signatures(data: bytes) -> bytes:
        return sequence([struct.pack("<L", signer.algorithm) + lp(signer.sign(data))])

    schemes = sequence([struct.pack("<L", scheme) + signatures(pairs(told)) for scheme, told in digests.items()])
    value = lp(signer.der) + schemes
    if attributes is not None:
        more = sequence(attributes)
        value += lp(more) + signatures(more)
    return lp(value)


def old_stamp(signer: Key, told: dict[int, bytes]) -> bytes:
    """Value of a pair of the first version of source stamps."""
    return lp(lp(signer.der) + sequence([struct.pack("<L", signer.algorithm) + lp(signer.sign(pairs(told)))]))


def merkle(data: bytes, salt: bytes = b"") -> list[bytes]:
    """Levels of the tree over `data`, each padded; the root hash first."""
    padded = salt + bytes(-len(salt) % 64)
    levels, level = list[bytes](), data
    while True:
        pages = [level[at : at + 4096].ljust(4096, b"\0") for at in range(0, len(level), 4096)]
        level = b"".join(hashlib.sha256(padded + page).digest() for page in pages)
        if len(pages) == 1 and levels:
            return [level, *levels]
        level += bytes(-len(level) % 4096)
        levels.insert(0, level)


def idsig(apk: bytes, signers: Sequence[Key], digest: bytes, *, salt: bytes = b"", with_tree: bool = True) -> bytes:
    """A v4 signature file for the signed `apk`; `digest` is what v2 or v3 signed."""
    root, *levels = merkle(apk, salt)
    hashing = struct.pack("<LB", 1, 12) + lp(salt) + lp(root)
    infos = []
    for signer in signers:
        told = lp(digest) + lp(signer.der) + lp(b"")
        data = struct.pack("<LQ", 12 + len(hashing) + len(told), len(apk)) + hashing + told
        infos.append(told + lp(signer.spki) + struct.pack("<L", signer.algorithm) + lp(signer.sign(data)))
    signing = infos[0] + b"".join(struct.pack("<L", V31) + lp(info) for info in infos[1:])
    tree = lp(b"".join(levels)) if with_tree else b""
    return struct.pack("<L", 2) + lp(hashing) + lp(signing) + tree


def pairs(told: dict[int, bytes]) -> bytes:
    return b"".join(lp(struct.pack("<L", form) + lp(digest)) for form, digest in sorted(told.items()))


def with_block(apk: bytes, pairs: Sequence[tuple[int, bytes]]) -> bytes:
    """The unsigned `apk` with a signing block."""
    central, end = sections(apk)
    body = b"".join(struct.pack("<QL", len(value) + 4, number) + value for number, value in pairs)
    size = struct.pack("<Q", len(body) + 24)
    block = size + body + size + b"APK Sig Block 42"
    record = bytearray(apk[end:])
    struct.pack_into("<L", record, 16, central + len(block))
    return apk[:central] + block + apk[central:end] + bytes(record)


def signed(schemes: str = "v1 v2 v3", signer: Key | None = None, **options: object) -> bytes:
    """A whole APK signed with some of 'v1', 'v2', 'v3', as a build tool would."""
    signer = signer or key()
    wanted = schemes.split()
    later = ", ".join(number for number in "23" if f"v{number}" in wanted)
    content = files(**options)
    apk = archive(v1(content, [signer], promises=later) if "v1" in wanted else content)
    pairs = []
    if "v2" in wanted:
        pairs.append(
            (V2, v2(apk, [signer], attributes=[attribute(0xBEEFF00D, struct.pack("<L", 3))] if "v3" in wanted else []))
        )
    if "v3" in wanted:
        pairs.append((V3, v3(apk, [(signer, 28, NEWEST, [])])))
    return with_block(apk, pairs) if pairs else apk
