"""Variants of signatures: blocks that lie about their size, lists without end, keys and certificates beyond reason."""

import struct
from collections.abc import Callable, Mapping
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo import apk_sign
from demo.apk_sign import V2, V3
from tests.apk_analysis import build
from tests.apk_analysis.hostile.base import KEY, files, newer, sealed, signed
from tests.apk_analysis.hostile.variant import variant

MB = 1 << 20
LISTING, FILE, BLOCK = "META-INF/MANIFEST.MF", "META-INF/CERT.SF", "META-INF/CERT.EC"
ALGORITHM = struct.pack("<L", 0x0103)


@cache
def _plain() -> bytes:
    """The package without any signature, for Android 7 and later."""
    return apk_sign.zip_bytes(newer())


def _block(*pairs: tuple[int, bytes]) -> bytes:
    """The package with a signing block of these pairs."""
    return build.with_block(_plain(), pairs)


@cache
def pair(*, v3: bool = False) -> bytes:
    """The value of a pair that really signs the package."""
    packed = _plain()
    central, end = build.sections(packed)
    digest = apk_sign._content_digest([packed[:central], packed[central:end], packed[end:]])
    return apk_sign._signer_block(digest, KEY, v3=v3)


def _sizes(at: int, value: int) -> Callable[[], bytes]:
    """A signing block in which 64 bits say another size; `at` counts from its beginning, or backwards from its end."""

    def built() -> bytes:
        apk = sealed(_plain())
        central = build.sections(apk)[0]
        begin = central - 8 - struct.unpack_from("<Q", apk, central - 24)[0]
        changed = bytearray(apk)
        struct.pack_into("<Q", changed, begin + at if at >= 0 else central + at, value)
        return bytes(changed)

    return built


SIZES = {
    "zero in front": (0, 0),
    "2^63 in front": (0, 2**63),
    "zero behind": (-24, 0),
    "2^63 behind": (-24, 2**63),
    "more than the file behind": (-24, 2**31),
    "a pair of no bytes": (8, 0),
    "a pair of 2^63 bytes": (8, 2**63),
    "a pair one byte too long": (8, 2**20),
}
for _name, (_at, _value) in SIZES.items():
    variant(f"a signing block that says {_name}", "malformed_block")(_sizes(_at, _value))


def _lying_fields() -> None:
    """Each length inside a signer says too much."""
    for depth, at in enumerate((0, 4, 8, 12, 16, 20)):
        for value in (0xFFFFFFFF, 0x7FFFFFFF):
            built = bytearray(pair())
            struct.pack_into("<L", built, at, value)
            variant(f"a signer whose length {depth} says {value:#x}", "malformed_block" if at < 8 else "")(
                lambda built=bytes(built): _block((V2, built)))  # fmt: skip


_lying_fields()
variant("a forged pair behind the real one", "repeated_pair", status="valid")(
    lambda: _block((V2, pair()), (V2, b"forged" * 99))
)
variant("a forged pair in front of the real one", "repeated_pair malformed_block")(
    lambda: _block((V2, b"forged" * 99), (V2, pair()))
)
variant("100,000 pairs in front of the real one", status="valid")(
    lambda: _block(*((number, b"") for number in range(100_000)), (V2, pair()))
)
variant("a pair of 40 MB", "too_large", status="unknown")(lambda: _block((7, bytes(40 * MB)), (V2, pair())))
variant("1,000 signers", "too_many_signers")(lambda: _block((V2, apk_sign._sized(pair()[4:] * 1_000))))
variant("no signers", "no_signer")(lambda: _block((V2, bytes(4))))
variant("one v3 signer for no version of Android", "sdk_range")(
    lambda: _block((V3, pair(v3=True).replace(struct.pack("<LL", 28, 0x7FFFFFFF), struct.pack("<LL", 30, 28))))
)


def _made(
    *,
    signatures: bytes = b"",
    certificates: bytes = b"",
    digests: bytes = b"",
    attributes: bytes = b"",
    spki: bytes = b"",
) -> bytes:
    """The package with one v2 signer of such fields, over whose content KEY signs all the same."""
    central, end = build.sections(_plain())
    real = apk_sign._content_digest([_plain()[:central], _plain()[central:end], _plain()[end:]])
    digests = digests or apk_sign._sized(struct.pack("<L", 0x0201) + apk_sign._sized(real))
    data = apk_sign._sized(digests, certificates or apk_sign._sized(KEY.certificate), attributes)
    own = apk_sign._sized(struct.pack("<L", 0x0201) + apk_sign._sized(KEY.sign(data)))
    key = KEY.private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signer = apk_sign._sized(data, own + signatures, spki or key)
    return _block((V2, apk_sign._sized(apk_sign._sized(signer))))


def _items(count: int, size: int = 4) -> bytes:
    """So many items of a sequence."""
    return apk_sign._sized(ALGORITHM + apk_sign._sized(bytes(size))) * count


def _rsa(bits: int, exponent: int) -> bytes:
    """A key that nobody can have made, as SubjectPublicKeyInfo."""
    if bits <= 16_384:
        public = rsa.RSAPublicNumbers(exponent, (1 << bits - 1) + 1).public_key()
        return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    number = b"\x02" + _length(bits // 8) + b"\x7f" * (bits // 8)
    key = b"\x30" + _length(len(number) + 5) + number + b"\x02\x03\x01\0\1"
    inner = bytes.fromhex("300d06092a864886f70d0101010500") + b"\x03" + _length(len(key) + 1) + b"\0" + key
    return b"\x30" + _length(len(inner)) + inner


def _length(size: int) -> bytes:
    """A length in DER."""
    return b"\x84" + struct.pack(">L", size)


def _oid(size: int) -> bytes:
    """A certificate whose algorithm has a name of so many bytes, all of one number."""
    inner = b"\x06" + _length(size) + b"\xff" * (size - 1) + b"\x01"
    return b"\x30" + _length(len(inner) + 5) + b"\x30" + _length(len(inner)) + inner


SIGNERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a million signatures": ("malformed_block", lambda: _made(signatures=_items(1_000_000))),
    "a million digests": ("malformed_block", lambda: _made(digests=_items(1_000_000))),
    "a million attributes": ("malformed_block", lambda: _made(attributes=_items(1_000_000))),
    "50,000 certificates": ("malformed_block", lambda: _made(certificates=apk_sign._sized(KEY.certificate) * 50_000)),
    "a certificate of 8 MB": ("malformed_certificate", lambda: _made(certificates=apk_sign._sized(KEY.certificate + bytes(8 * MB)))),
    "an object identifier of 4 MB": ("malformed_certificate", lambda: _made(certificates=apk_sign._sized(_oid(4 * MB)))),
    "an object identifier of 4 MB in its key": ("malformed_public_key", lambda: _made(spki=_oid(4 * MB))),
    "a key of 16,384 bits": ("signature_mismatch", lambda: _made(spki=_rsa(16_384, 65_537), signatures=b"")),
    "a key of 16,384 bits and a large exponent": ("signature_mismatch", lambda: _made(spki=_rsa(16_384, 2**63 + 1))),
    "a key of 400,000 bits": ("malformed_public_key", lambda: _made(spki=_rsa(400_000, 3))),
    "garbage as key": ("malformed_public_key", lambda: _made(spki=bytes(range(256)))),
    "garbage as certificate": ("malformed_certificate", lambda: _made(certificates=apk_sign._sized(bytes(range(256))))),
}  # fmt: skip
for _name, (_kind, _apk) in SIGNERS.items():
    variant(f"a signer with {_name}", _kind)(_apk)


@variant("a lineage of 5,000 keys", "lineage_invalid")
def _lineage() -> bytes:
    node = apk_sign._sized(
        apk_sign._sized(apk_sign._sized(KEY.certificate) + bytes(4)) + bytes(8) + apk_sign._sized(b"")
    )
    attribute = struct.pack("<L", 0x3BA06F8C) + struct.pack("<L", 1) + node * 5_000
    packed = _plain()
    central, end = build.sections(packed)
    digest = apk_sign._content_digest([packed[:central], packed[central:end], packed[end:]])
    span = struct.pack("<LL", 24, 0x7FFFFFFF)
    digests = apk_sign._sized(apk_sign._sized(struct.pack("<I", 0x0201) + apk_sign._sized(digest)))
    data = (
        digests + apk_sign._sized(apk_sign._sized(KEY.certificate)) + span + apk_sign._sized(apk_sign._sized(attribute))
    )
    signature = struct.pack("<I", 0x0201) + apk_sign._sized(KEY.sign(data))
    key = KEY.private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return _block((V3, apk_sign._sized(apk_sign._sized(
        apk_sign._sized(data) + span + apk_sign._sized(apk_sign._sized(signature)) + apk_sign._sized(key)))))  # fmt: skip


def _jar(change: Callable[[dict[str, bytes]], Mapping[str, bytes]], more: Mapping[str, bytes] | None = None) -> bytes:
    """The package by JAR signature alone, whose files of META-INF are changed."""
    content = files(more)
    return apk_sign.zip_bytes({**change(apk_sign.jar_signature(content, KEY)), **content})


@cache
def jar() -> dict[str, bytes]:
    """The files of a sound JAR signature."""
    return apk_sign.jar_signature(files(), KEY)


def _replaced(name: str, change: Callable[[bytes], bytes]) -> bytes:
    return _jar(lambda meta: {**meta, name: change(meta[name])})


JARS: dict[str, tuple[str, str, str, Callable[[bytes], bytes]]] = {
    "a list of 20 MB": ("file_removed", "invalid", LISTING, lambda data: data + b"".join(b"Name: n%d\r\n\r\n" % n for n in range(1_300_000))),
    "a list of 20 MB in one line": ("digest_mismatch", "invalid", LISTING, lambda data: data[:-2] + b"Long: " + b"a" * 20 * MB + b"\r\n\r\n"),
    "a list of ten million empty lines": ("", "valid", LISTING, lambda data: data + b"\r\n" * 10_000_000),
    "a list of continued lines": ("digest_mismatch", "invalid", LISTING, lambda data: data[:-2] + b"Long: a" + b"\r\n a" * 3_000_000 + b"\r\n\r\n"),
    "a list of 33 MB": ("too_large", "unknown", LISTING, lambda data: data + b"\n" * 33 * MB),
    "an empty list": ("malformed_signature_file", "invalid", LISTING, lambda _: b""),
    "a list with a zero": ("malformed_signature_file", "invalid", LISTING, lambda data: data.replace(b"Name: ", b"\0ame: ", 1)),
    "digests that are no base64": ("digest_mismatch", "invalid", LISTING, lambda data: data.replace(b"Digest: ", b"Digest: !", 1)),
    "an empty signature file": ("signature_mismatch", "invalid", FILE, lambda _: b""),
    "a signature file of random sections": ("signature_mismatch", "invalid", FILE, lambda data: data + b"Name: x\r\n\r\n" * 100_000),
    "an empty signature": ("malformed_signature_block", "invalid", BLOCK, lambda _: b""),
    "a signature of 4 GB, it says": ("malformed_signature_block", "invalid", BLOCK, lambda data: b"\x30\x84\xff\xff\xff\xff" + data[4:]),
    "a signature whose length has 127 bytes": ("malformed_signature_block", "invalid", BLOCK, lambda data: b"\x30\xff" + b"\xff" * 127 + data),
    "a signature of 100,000 open sequences": ("malformed_signature_block", "invalid", BLOCK, lambda _: b"\x30\x80" * 100_000),
    "a signature that is cut": ("malformed_signature_block", "invalid", BLOCK, lambda data: data[:-40]),
    "a signature of 2 MB": ("too_large", "unknown", BLOCK, lambda data: data + bytes(2 * MB)),
    "a signature with an object identifier of 200 kB": ("malformed_signature_block", "invalid", BLOCK, lambda _: _oid(200_000)),
}  # fmt: skip
for _name, (_kind, _status, _file, _change) in JARS.items():
    variant(f"a JAR signature: {_name}", _kind, status=_status)(
        lambda file=_file, change=_change: _replaced(file, change))  # fmt: skip


@variant("a JAR signature: 3,000 signature files", "too_many_signers")
def _many_files() -> bytes:
    return _jar(lambda meta: meta | {
        f"META-INF/C{n}.{end}": meta[FILE if end == "SF" else BLOCK] for n in range(3_000) for end in ("SF", "EC")})  # fmt: skip


@variant("a JAR signature: 150 signers and certificates in one block", "too_many_signers")
def _many_infos() -> bytes:
    """Android 7 and later try them all."""
    content = newer()
    meta = apk_sign.jar_signature(content, KEY)
    info = apk_sign.cms.ContentInfo.load(meta[BLOCK])
    data = info["content"]
    one = data["signer_infos"][0]
    other = apk_sign.key("somebody else", {apk_sign.x509.NameOID.COMMON_NAME: "Somebody Else"})
    data["signer_infos"] = [one] * 150
    data["certificates"] = [apk_sign.asn1_x509.Certificate.load(other.certificate)] * 149 + [
        data["certificates"][0].chosen
    ]
    return apk_sign.zip_bytes({**meta, BLOCK: info.dump(force=True), **content})


@variant("a JAR signature: stripped of the schemes it promises", "scheme_stripped")
def _stripped() -> bytes:
    apk = signed()
    central, end = build.sections(apk)
    begin = central - 8 - struct.unpack_from("<Q", apk, central - 24)[0]
    record = bytearray(apk[end:])
    struct.pack_into("<L", record, 16, begin)
    return apk[:begin] + apk[central:end] + bytes(record)


@variant("Janus: code in front of a package that is signed the old way", "janus")
def _janus() -> bytes:
    old = apk_sign.signed_apk(files(), KEY, (1,))
    return build.with_prefix(old, b"dex\n035\0" + bytes(104))


@variant("Janus: sound code in front", "janus")
def _janus_code() -> bytes:
    old = apk_sign.signed_apk(files({"classes.dex": None}), KEY, (1,))
    return build.with_prefix(old, files()["classes.dex"])
