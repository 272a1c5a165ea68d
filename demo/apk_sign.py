"""Signs packages for the practice market, really: APK signature schemes v1, v2 and v3, and JARs.

Keys are derived from a name, so that nothing secret is kept anywhere and every start yields the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of NIST P-256: private keys lie below it."""
STAMP = (2026, 1, 1, 0, 0, 0)
V2, V3, ECDSA_SHA256 = 0x7109871A, 0xF05368C0, 0x0201
MAGIC = b"APK Sig Block 42"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Key:
    """A signing identity of the practice market."""

    private: ec.EllipticCurvePrivateKey
    certificate: bytes
    """DER."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, lower-case hexadecimal."""
        return hashlib.sha256(self.certificate).hexdigest()

    def sign(self, content: bytes) -> bytes:
        """DER-encoded ECDSA signature with SHA-256; the same for the same content."""
        return self.private.sign(content, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def key(name: str, subject: Mapping[x509.ObjectIdentifier, str]) -> Key:
    """The key of that name, with a self-signed certificate for `subject`."""
    secret = int.from_bytes(hashlib.sha512(f"practice market: {name}".encode()).digest()) % (ORDER - 1) + 1
    private = ec.derive_private_key(secret, ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(kind, value) for kind, value in subject.items()])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2055, 1, 1, tzinfo=UTC))
        .sign(private, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return Key(private, certificate.public_bytes(serialization.Encoding.DER))


def signed_apk(files: Mapping[str, bytes], signer: Key, schemes: Iterable[int] = (1, 2, 3)) -> bytes:
    """The package with these files, signed by the schemes named."""
    wanted = set(schemes)
    later = sorted(wanted & {2, 3})
    if 1 in wanted:
        files = {**jar_signature(files, signer, later), **files}
    packed = zip_bytes(files)
    return _with_block(packed, signer, later) if later else packed


def jar_signature(files: Mapping[str, bytes], signer: Key, later: Iterable[int] = ()) -> dict[str, bytes]:
    """MANIFEST.MF, CERT.SF and CERT.EC for `files`. `later`: APK schemes that must not be stripped."""
    head = b"Manifest-Version: 1.0\r\nCreated-By: practice market\r\n\r\n"
    sections = {
        name: _lines({"Name": name, "SHA-256-Digest": _digest(content)}) for name, content in sorted(files.items())
    }
    manifest = head + b"".join(sections.values())
    fields = {"Signature-Version": "1.0", "SHA-256-Digest-Manifest": _digest(manifest)}
    if later:
        fields["X-Android-APK-Signed"] = ", ".join(str(scheme) for scheme in later)
    signature_file = _lines(fields) + b"".join(
        _lines({"Name": name, "SHA-256-Digest": _digest(section)}) for name, section in sections.items()
    )
    return {
        "META-INF/MANIFEST.MF": manifest,
        "META-INF/CERT.SF": signature_file,
        "META-INF/CERT.EC": _pkcs7(signature_file, signer),
    }


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A ZIP with fixed times; stored entries begin at multiples of four."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_STORED if name.endswith((".arsc", ".png")) else zipfile.ZIP_DEFLATED
            if info.compress_type == zipfile.ZIP_STORED:
                gap = -(out.tell() + 30 + len(name.encode()) + 4) % 4
                info.extra = struct.pack("<HH", 0xD935, gap) + b"\0" * gap
            archive.writestr(info, content)
    return out.getvalue()


def _digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def _lines(fields: Mapping[str, str]) -> bytes:
    """A manifest section; lines are at most 70 bytes and continue after a space."""
    out = []
    for name, value in fields.items():
        line = f"{name}: {value}".encode()
        out.append(line[:70])
        out += [b" " + line[at : at + 69] for at in range(70, len(line), 69)]
    return b"\r\n".join(out) + b"\r\n\r\n"


def _pkcs7(content: bytes, signer: Key) -> bytes:
    certificate = asn1_x509.Certificate.load(signer.certificate)
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
            ),
            "digest_algorithm": sha256,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": core.OctetString(signer.sign(content)),
        }
    )
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def _sized(*parts: bytes) -> bytes:
    """Each part after its length."""
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def _with_block(packed: bytes, signer: Key, schemes: Iterable[int]) -> bytes:
    end = packed.rindex(b"PK\x05\x06")
    central = struct.unpack_from("<I", packed, end + 16)[0]
    digest = _content_digest([packed[:central], packed[central:end], packed[end:]])
    pairs = b""
    for scheme in schemes:
        value = _signer_block(digest, signer, v3=scheme == 3)
        pairs += struct.pack("<QI", len(value) + 4, V3 if scheme == 3 else V2) + value
    size = len(pairs) + 24
    block = struct.pack("<Q", size) + pairs + struct.pack("<Q", size) + MAGIC
    tail = bytearray(packed[end:])
    struct.pack_into("<I", tail, 16, central + len(block))
    return packed[:central] + block + packed[central:end] + bytes(tail)


def _content_digest(sections: Iterable[bytes]) -> bytes:
    """Digest of the digests of 1 MiB chunks. The end record counts with its offset as before the block was put in."""
    chunks = [section[at : at + CHUNK] for section in sections for at in range(0, len(section), CHUNK)]
    parts = [hashlib.sha256(b"\xa5" + struct.pack("<I", len(chunk)) + chunk).digest() for chunk in chunks]
    return hashlib.sha256(b"\x5a" + struct.pack("<I", len(parts)) + b"".join(parts)).digest()


def _signer_block(digest: bytes, signer: Key, *, v3: bool) -> bytes:
    sdk = struct.pack("<II", 28, 0x7FFFFFFF) if v3 else b""
    digests = _sized(_sized(struct.pack("<I", ECDSA_SHA256) + _sized(digest)))
    data = digests + _sized(_sized(signer.certificate)) + sdk + _sized(b"")
    signature = struct.pack("<I", ECDSA_SHA256) + _sized(signer.sign(data))
    public = signer.private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return _sized(_sized(_sized(data) + sdk + _sized(_sized(signature)) + _sized(public)))
