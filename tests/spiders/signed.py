"""Signs JARs as repositories do, with a key made on the spot."""

import base64
import hashlib
import io
import zipfile
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

Key = tuple[rsa.RSAPrivateKey, x509.Certificate]


@cache
def key(name: str = "repo") -> Key:
    private = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=9999))
    return private, builder.sign(private, hashes.SHA256())


def fingerprint(signer: Key) -> str:
    return hashlib.sha256(signer[1].public_bytes(Encoding.DER)).hexdigest()


def digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def jar(files: dict[str, bytes], signer: Key | None, *, forged: dict[str, bytes] | None = None) -> bytes:
    """A JAR with `files`, signed; `forged` replaces contents (also of META-INF) after signing."""
    contents = dict(files)
    if signer is not None:
        sections = {n: f"Name: {n}\r\nSHA-256-Digest: {digest(data)}\r\n\r\n".encode() for n, data in files.items()}
        manifest = b"Manifest-Version: 1.0\r\n\r\n" + b"".join(sections.values())
        listed = "".join(f"Name: {n}\r\nSHA-256-Digest: {digest(section)}\r\n\r\n" for n, section in sections.items())
        head = f"Signature-Version: 1.0\r\nSHA-256-Digest-Manifest: {digest(manifest)}\r\n\r\n"
        signature_file = (head + listed).encode()
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
        builder = pkcs7.PKCS7SignatureBuilder().set_data(signature_file)
        block = builder.add_signer(signer[1], signer[0], hashes.SHA256()).sign(Encoding.DER, options)
        contents = {
            "META-INF/MANIFEST.MF": manifest,
            "META-INF/REPO.SF": signature_file,
            "META-INF/REPO.RSA": block,
            **files,
        }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**contents, **(forged or {})}.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()
