"""The PKCS #7 block of a v1 signature: which certificate really signed the signature file."""

from __future__ import annotations

import hashlib
from typing import Any

from asn1crypto import cms, core

from apk_analysis.defects import Defect
from apk_analysis.signature.keys import Certificate, read_public_key, verify

DIGESTS = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
ALGORITHMS = {  # algorithm -> family, and per digest the Android version from which every later one accepts the pair
    "1.2.840.113549.1.1.1": ("rsa", {"md5": 0, "sha1": 0, "sha224": 21, "sha256": 18, "sha384": 18, "sha512": 18}),
    "1.2.840.113549.1.1.4": ("rsa", {"md5": 21}),
    "1.2.840.113549.1.1.5": ("rsa", {"sha1": 0}),
    "1.2.840.113549.1.1.14": ("rsa", {"sha224": 21}),
    "1.2.840.113549.1.1.11": ("rsa", {"sha256": 18}),
    "1.2.840.113549.1.1.12": ("rsa", {"sha384": 21}),
    "1.2.840.113549.1.1.13": ("rsa", {"sha512": 21}),
    "1.2.840.10040.4.1": ("dsa", {"sha1": 0, "sha224": 22, "sha256": 22}),
    "1.2.840.10040.4.3": ("dsa", {"sha1": 9}),
    "2.16.840.1.101.3.4.3.1": ("dsa", {"sha224": 21}),
    "2.16.840.1.101.3.4.3.2": ("dsa", {"sha256": 21}),
    "1.2.840.10045.2.1": ("ec", {"sha1": 18, "sha224": 21, "sha256": 18, "sha384": 18, "sha512": 18}),
    "1.2.840.10045.4.1": ("ec", {"sha1": 18}),
    "1.2.840.10045.4.3.1": ("ec", {"sha224": 21}),
    "1.2.840.10045.4.3.2": ("ec", {"sha256": 21}),
    "1.2.840.10045.4.3.3": ("ec", {"sha384": 21}),
    "1.2.840.10045.4.3.4": ("ec", {"sha512": 21}),
}


MOST, LARGEST = 100, 256 << 10
"""Signers or certificates, and bytes, of one block: asn1crypto takes time by the square of either."""


def verified_signer(block: bytes, signature_file: bytes, min_sdk: int) -> Certificate:
    """The certificate whose key signed `signature_file`. Raises Defect.

    Android before 7.0 looks at the first SignerInfo only; later ones take the first that verifies.
    """
    if len(block) > LARGEST:
        raise Defect("too_large", f"a signature block of {len(block)} bytes")
    try:
        signed_data = cms.ContentInfo.load(block)["content"]
        infos = _few(list(signed_data["signer_infos"]))
        certificates = _few([item.chosen for item in signed_data["certificates"] if item.name == "certificate"])
        found = [
            _verify(signed_data, certificates, info, signature_file, min_sdk)
            for info in (infos[:1] if min_sdk < 24 else infos)
        ]
    except Defect:
        raise
    except Exception as error:  # asn1crypto raises what it likes on hostile bytes
        raise Defect("malformed_signature_block", f"{type(error).__name__}: {error}") from error
    for certificate in found:
        if certificate is not None:
            return certificate
    raise Defect("signature_mismatch", "the signature block does not fit the signature file")


def _few(found: list[Any]) -> list[Any]:
    """The same, when they are not more than any block needs. Raises Defect."""
    if len(found) > MOST:
        raise Defect("too_many_signers", f"{len(found)} signers or certificates in one block")
    return found


def _verify(
    signed_data: Any, certificates: list[Any], info: Any, signature_file: bytes, min_sdk: int
) -> Certificate | None:
    """None when this SignerInfo does not verify. Raises Defect where Android gives up."""
    digest = DIGESTS.get(info["digest_algorithm"]["algorithm"].dotted, "")
    algorithm = info["signature_algorithm"]["algorithm"].dotted
    family, since = ALGORITHMS.get(algorithm, ("", {}))
    if since.get(digest, min_sdk + 1) > min_sdk:
        raise Defect("unsupported_algorithm", f"{digest or 'unknown digest'} with {algorithm} from Android {min_sdk}")
    parsed = _find(certificates, info["sid"])
    _check_usage(parsed)
    certificate = Certificate(parsed.dump())
    signed = signature_file
    if not isinstance(info["signed_attrs"], core.Void):
        if min_sdk < 19:
            raise Defect("signed_attributes", "broken on Android before 4.4")
        attributes = _attributes(info["signed_attrs"])
        if _single(attributes, "content_type") != signed_data["encap_content_info"]["content_type"].native:
            return None
        if _single(attributes, "message_digest") != hashlib.new(digest, signature_file).digest():
            return None
        signed = b"\x31" + info["signed_attrs"].dump()[1:]  # signed as a SET, whatever tag it is stored with
    key = read_public_key(certificate.spki())
    return certificate if verify(key, family, digest, info["signature"].native, signed) else None


def _attributes(raw: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for attribute in raw:
        name = attribute["type"].native
        if name in found:
            raise Defect("signed_attributes", f"{name} stands twice")
        found[name] = list(attribute["values"])
    return found


def _single(attributes: dict[str, list[Any]], name: str) -> object:
    values = attributes.get(name)
    if values is None or len(values) != 1:
        raise Defect("signed_attributes", f"{name}: {0 if values is None else len(values)} values")
    return values[0].native


def _find(certificates: list[Any], sid: Any) -> Any:
    for certificate in certificates:
        if sid.name == "issuer_and_serial_number":
            wanted = sid.chosen
            same_number = certificate.serial_number == wanted["serial_number"].native
            # Compared by meaning: the same name is often written with two string types.
            if same_number and certificate.issuer.hashable == wanted["issuer"].hashable:
                return certificate
        elif certificate.key_identifier == sid.chosen.native:
            return certificate
    raise Defect("no_certificate", "the signature names a certificate that is not there")


def _check_usage(certificate: Any) -> None:
    usage = certificate.key_usage_value
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        raise Defect("certificate_usage", "the certificate is not meant for signatures")
