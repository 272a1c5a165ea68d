"""Certificates and public keys as signatures of APKs need them: hashes of the exact bytes, and verification.

Certificates come from hostile files and are often not DER, so they are read leniently; only the key does the work.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from apk_analysis.defects import Defect, printable
from apk_analysis.fingerprint import Signer
from apk_analysis.signature.known_keys import known_key

HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - old v1 signatures really use it
    "sha1": hashes.SHA1(),  # noqa: S303
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
LARGEST_KEY = 16_384
"""Bits. Larger keys only cost time; OpenSSL refuses them too."""
LARGEST_EXPONENT = 1 << 64
LARGEST_FIELD = 64 << 10
"""Bytes of a certificate or key: asn1crypto takes time by the square of a number's length."""

PublicKey = rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Certificate:
    """One X.509 certificate by its exact bytes."""

    der: bytes

    @property
    def sha256(self) -> str:
        """Lower-case hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    def parsed(self) -> Any:
        """asn1crypto's view. Raises Defect."""
        if len(self.der) > LARGEST_FIELD:
            raise Defect("malformed_certificate", f"{len(self.der)} bytes")
        try:
            return _load(self.der)
        except Exception as error:  # asn1crypto raises what it likes on hostile bytes
            raise Defect("malformed_certificate", str(error)) from error

    def spki(self) -> bytes:
        """SubjectPublicKeyInfo as it stands in the certificate."""
        return bytes(self.parsed().public_key.dump())


@lru_cache(maxsize=32)
def _load(der: bytes) -> Any:
    """Kept, because every scheme of a package brings the same certificate."""
    certificate = x509.Certificate.load(der)
    _ = certificate.public_key.dump(), certificate.serial_number
    return certificate


def read_public_key(spki: bytes) -> PublicKey:
    """The key of a SubjectPublicKeyInfo. RSA moduli written as negative numbers are read as Android reads them."""
    if len(spki) > LARGEST_FIELD:
        raise Defect("malformed_public_key", f"{len(spki)} bytes")
    try:
        info = x509.PublicKeyInfo.load(spki)
        if info.algorithm == "rsa":
            key = info["public_key"].parsed
            return _rsa(key["modulus"].contents, key["public_exponent"].native)
        loaded = load_der_public_key(spki)
    except Defect:
        raise
    except Exception as error:  # two libraries, hostile bytes
        raise Defect("malformed_public_key", str(error)) from error
    if isinstance(loaded, rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey):
        return loaded
    raise Defect("unsupported_algorithm", "key is neither RSA, DSA nor EC")


def _rsa(modulus: bytes, exponent: int) -> rsa.RSAPublicKey:
    number = int.from_bytes(modulus, "big")
    if number.bit_length() > LARGEST_KEY or not 0 < exponent < LARGEST_EXPONENT:
        raise Defect("malformed_public_key", f"{number.bit_length()} bits, exponent {exponent.bit_length()} bits")
    return rsa.RSAPublicNumbers(exponent, number).public_key()


def same_key(first: bytes, second: bytes) -> bool:
    """Whether two SubjectPublicKeyInfo hold one key, also when one is written carelessly. Raises Defect."""
    if first == second:
        return True
    one, other = read_public_key(first), read_public_key(second)
    return type(one) is type(other) and one.public_numbers() == other.public_numbers()


def verify(key: PublicKey, family: str, hash_name: str, signature: bytes, signed: bytes) -> bool:
    """Whether `signature` over `signed` is right. `family`: 'rsa', 'pss', 'dsa' or 'ec'; must fit the key."""
    algorithm = HASHES[hash_name]
    try:
        if isinstance(key, rsa.RSAPublicKey) and family == "rsa":
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, rsa.RSAPublicKey) and family == "pss":
            salted = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
            key.verify(signature, signed, salted, algorithm)
        elif isinstance(key, dsa.DSAPublicKey) and family == "dsa":
            key.verify(signature, signed, algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and family == "ec":
            key.verify(signature, signed, ec.ECDSA(algorithm))
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


def signer(certificate: Certificate) -> Signer:
    """What the fingerprint says of a verified signing certificate. Raises Defect when nothing of it is readable."""
    parsed, spki = certificate.parsed(), certificate.spki()
    key = read_public_key(spki)
    modulus = f"{key.public_numbers().n:X}" if isinstance(key, rsa.RSAPublicKey) else None
    named, key_hash = _name(parsed, "subject"), hashlib.sha256(spki).hexdigest()
    known = known_key(certificate.sha256, key_hash, named)
    return Signer(
        sha256=certificate.sha256,
        sha1=hashlib.sha1(certificate.der, usedforsecurity=False).hexdigest(),
        md5=hashlib.md5(certificate.der, usedforsecurity=False).hexdigest(),
        hex_md5=hashlib.md5(certificate.der.hex().encode(), usedforsecurity=False).hexdigest(),
        subject=named,
        issuer=_name(parsed, "issuer"),
        not_before=_time(parsed, "not_before"),
        not_after=_time(parsed, "not_after"),
        public_key_sha256=key_hash,
        rsa_modulus=modulus,
        rsa_modulus_md5=modulus and hashlib.md5(modulus.encode(), usedforsecurity=False).hexdigest(),
        known_test_key=known and known.name,
        shared_by=known and known.shared_by,
    )


def subject(certificate: Certificate) -> str:
    """RFC 4514 string; empty when the certificate cannot be read."""
    try:
        return _name(certificate.parsed(), "subject")
    except Defect:
        return ""


SHORT = {
    "common_name": "CN",
    "organizational_unit_name": "OU",
    "organization_name": "O",
    "locality_name": "L",
    "state_or_province_name": "ST",
    "country_name": "C",
    "domain_component": "DC",
    "street_address": "STREET",
    "user_id": "UID",
}
_ESCAPED = str.maketrans({char: "\\" + char for char in ',+"\\<>;'})


def _name(certificate: Any, which: str) -> str:
    """RFC 4514 string, most special part first; empty when the name cannot be read."""
    try:
        parts = []
        for relative in reversed(list(getattr(certificate, which).chosen)):
            pairs = []
            for pair in relative:
                kind = pair["type"].native
                value = str(pair["value"].native).translate(_ESCAPED)
                pairs.append(f"{SHORT.get(kind, pair['type'].dotted)}={value}")
            parts.append("+".join(pairs))
        return printable(",".join(parts))
    except Exception:  # noqa: BLE001 - a name that cannot be read costs only the name
        return ""


def _time(certificate: Any, which: str) -> str:
    try:
        moment = certificate["tbs_certificate"]["validity"][which].native
        return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    except Exception:  # noqa: BLE001 - see _name
        return ""
