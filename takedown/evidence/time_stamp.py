"""RFC 3161 time stamps of a manifest: what is asked of the authority, and whether its answer is good.

How the request gets there is its caller's affair (`post`). A stamp proves that the manifest, and so all that it names,
was there at that moment and was not changed since; never that what was captured was true.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography import x509

from index.messages import t
from takedown.evidence.checking.stamp import parts

Post = Callable[[bytes], bytes]
"""A DER request -> the DER answer. Raises StampError."""


class StampError(Exception):
    """There is no time stamp; the message says why."""


def stamp(manifest: bytes, post: Post, roots: Sequence[x509.Certificate] = ()) -> bytes:
    """An answer about this manifest, checked: it is granted, about these bytes and this request, and, where root
    certificates are known, rightly signed. Raises StampError.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - only here

    request = TimestampRequestBuilder().data(manifest).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = post(request.as_bytes())
    check(answer, manifest, nonce=request.nonce, roots=roots)
    return answer


def check(answer: bytes, manifest: bytes, *, nonce: int | None = None, roots: Sequence[x509.Certificate] = ()) -> str:
    """When it was stamped, as ISO 8601. Raises StampError."""
    from hashlib import sha256  # noqa: PLC0415 - beside its use

    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # noqa: PLC0415 - as above

    try:
        response = decode_timestamp_response(in_order(answer))
        if response.status not in {0, 1}:
            raise StampError(t("evidence.stamp.refused", status=", ".join(response.status_string) or response.status))
        info = response.tst_info
        if info.message_imprint.message != sha256(manifest).digest() or (nonce is not None and info.nonce != nonce):
            raise StampError(t("evidence.stamp.other"))
        if roots:
            builder = VerifierBuilder()
            for root in roots:
                builder = builder.add_root_certificate(root)
            builder.build().verify_message(response, manifest)
        return str(info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ"))
    except VerificationError as error:
        raise StampError(t("evidence.stamp.signature", reason=error)) from error
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise StampError(t("evidence.stamp.unreadable", reason=error)) from error


def in_order(answer: bytes) -> bytes:
    """The answer with its certificates in the order that DER asks for, which many authorities do not keep and the
    library insists on. No signature covers that order. Raises ValueError.
    """
    from asn1crypto import cms, tsp  # noqa: PLC0415 - only here

    if len(parts(parts(answer)[0])) < 2:  # a refusal has no token
        return answer
    response = tsp.TimeStampResp.load(answer, strict=True)
    token = response["time_stamp_token"]
    if token["content_type"].native != "signed_data":
        raise ValueError("no signed data")
    held = token["content"]["certificates"]
    if held.native:
        ordered = sorted(held, key=lambda one: bytes(one.dump()))
        token["content"]["certificates"] = cms.CertificateSet(ordered)
    return bytes(response.dump())


def roots_of(path: Path) -> list[x509.Certificate]:
    """The root certificates in a PEM file. Raises StampError."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StampError(t("evidence.stamp.roots", path=path, reason=error)) from error
