"""Ways to change a signed package. None of them may leave it signed by its owner."""

import io
import random
import struct
import zipfile
from collections.abc import Callable

from tests.apk_analysis.build import NEWEST, V2, V3, V31, archive, key, sections, v1, v2, v3, with_block

Files = dict[str, bytes]
MAGIC = b"APK Sig Block 42"
PADDING, WALLE = 0x42726577, 0x71777777
STRANGER = key("Stranger")


class NotApplicable(Exception):  # noqa: N818 - says that a way does not fit, nothing failed
    """The package has nothing that this way could change."""


def _files(apk: bytes) -> Files:
    try:
        with zipfile.ZipFile(io.BytesIO(apk)) as opened:
            return {info.filename: opened.read(info) for info in opened.infolist() if not info.is_dir()}
    except Exception as error:  # odd packages that the standard library cannot read
        raise NotApplicable from error


def _rebuilt(change: Callable[[Files, list[str]], object]) -> Callable[[bytes], bytes]:
    """Changes the files and writes a new archive, which loses any signing block."""

    def way(apk: bytes) -> bytes:
        files = _files(apk)
        own = [name for name in files if not name.startswith("META-INF/") and len(files[name]) > 8]
        if len(own) < 2:
            raise NotApplicable
        change(files, own)
        return archive(files)

    return way


def _flip(files: Files, name: str) -> None:
    content = bytearray(files[name])
    content[len(content) // 2] ^= 0x20
    files[name] = bytes(content)


def _rename(files: Files, own: list[str]) -> None:
    files[own[0] + "x"] = files.pop(own[0])


def _swap(files: Files, own: list[str]) -> None:
    if files[own[0]] == files[own[1]]:
        raise NotApplicable
    files[own[0]], files[own[1]] = files[own[1]], files[own[0]]


def _reverse(files: Files, _own: list[str]) -> None:
    for name in [*files][::-1]:
        files[name] = files.pop(name)


def _one(files: Files, ending: tuple[str, ...]) -> str:
    found = [name for name in files if name.startswith("META-INF/") and name.endswith(ending)]
    if not found:
        raise NotApplicable
    return found[0]


def _listing(files: Files, _own: list[str]) -> None:
    name = _one(files, ("MANIFEST.MF",))
    files[name] = files[name].replace(b"Digest: ", b"Digest: A", 1)


def _duplicate(apk: bytes) -> bytes:
    """A second central directory record for the manifest, pointing at other bytes."""
    central, end = sections(apk)
    size = 46 + sum(struct.unpack_from("<HHH", apk, central + 28))
    record = bytearray(apk[end:])
    count = struct.unpack_from("<H", record, 8)[0]
    struct.pack_into("<HHL", record, 8, count + 1, count + 1, end - central + size)
    return apk[:end] + apk[central : central + size] + bytes(record)


def _content_byte(apk: bytes) -> bytes:
    changed = bytearray(apk)
    name, extra = struct.unpack_from("<HH", apk, 26)
    if apk[:4] != b"PK\x03\x04":
        raise NotApplicable
    changed[30 + name + extra + 2] ^= 0x40
    return bytes(changed)


def _block(apk: bytes) -> tuple[int, int]:
    central, _ = sections(apk)
    if apk[central - 16 : central] != MAGIC:
        raise NotApplicable
    return central - 8 - struct.unpack_from("<Q", apk, central - 24)[0], central


def _stripped(apk: bytes) -> bytes:
    start, central = _block(apk)
    _, end = sections(apk)
    record = bytearray(apk[end:])
    struct.pack_into("<L", record, 16, start)
    return apk[:start] + apk[central:end] + bytes(record)


def _unblocked(apk: bytes) -> bytes:
    """Without a signing block, if there is one."""
    try:
        return _stripped(apk)
    except NotApplicable:
        return apk


def _renamed_pair(number: int) -> Callable[[bytes], bytes]:
    def way(apk: bytes) -> bytes:
        start, central = _block(apk)
        at = apk.find(struct.pack("<L", number), start, central)
        if at < 0:
            raise NotApplicable
        return apk[:at] + b"\x77\x77\x77\x71" + apk[at + 4 :]

    return way


def _block_byte(seed: int) -> Callable[[bytes], bytes]:
    """One byte of a signature scheme's pair, somewhere."""

    def way(apk: bytes) -> bytes:
        start, _ = _block(apk)
        size, number = struct.unpack_from("<QL", apk, start + 8)
        if number not in {V2, V3}:
            raise NotApplicable
        changed = bytearray(apk)
        changed[start + 20 + random.Random(seed).randrange(size - 4)] ^= 1 << seed % 8
        return bytes(changed)

    return way


def _comment(apk: bytes) -> bytes:
    _, end = sections(apk)
    return apk[: end + 20] + struct.pack("<H", 4) + b"mine"


def _before_end(apk: bytes) -> bytes:
    _block(apk)
    _, end = sections(apk)
    return apk[:end] + b"between" + apk[end:]


def _misplaced(apk: bytes) -> bytes:
    _, end = sections(apk)
    record = bytearray(apk[end:])
    struct.pack_into("<L", record, 16, struct.unpack_from("<L", record, 16)[0] + 1)
    return apk[:end] + bytes(record)


def pairs(apk: bytes) -> list[tuple[int, bytes]]:
    """Of the signing block, in their order."""
    start, central = _block(apk)
    found, at = [], start + 8
    while at < central - 24:
        size, number = struct.unpack_from("<QL", apk, at)
        found.append((number, apk[at + 12 : at + 8 + size]))
        at += 8 + size
    return found


def _pairs(change: Callable[[bytes, list[tuple[int, bytes]]], list[tuple[int, bytes]]]) -> Callable[[bytes], bytes]:
    """Writes the signing block anew; `change` gets the package without it, and its pairs."""

    def way(apk: bytes) -> bytes:
        base, old = _stripped(apk), pairs(apk)
        new = change(base, old)
        if new == old:
            raise NotApplicable
        return with_block(base, new)

    return way


def _edited(number: int, edit: Callable[[bytearray], object]) -> Callable[[bytes], bytes]:
    """Changes the value of a pair in place."""

    def value_of(value: bytes) -> bytes:
        changed = bytearray(value)
        edit(changed)
        return bytes(changed)

    return _pairs(lambda base, old: [(each, value_of(value) if each == number else value) for each, value in old])


def _widen(value: bytearray) -> None:
    """The first Android version outside the signed data of the first v3 signer."""
    struct.pack_into("<L", value, 12 + struct.unpack_from("<L", value, 8)[0], 24)


def _last_signed_byte(value: bytearray) -> None:
    """In the attributes, which stand at the end of the signed data."""
    value[11 + struct.unpack_from("<L", value, 8)[0]] ^= 1


def _alignment(apk: bytes) -> bytes:
    start, _ = _block(apk)
    if apk[start - 8 : start] != bytes(8):
        raise NotApplicable
    return apk[: start - 4] + b"mine" + apk[start:]


def _uncounted(apk: bytes) -> bytes:
    """A record of the directory that the end record does not count."""
    central, end = sections(apk)
    size = 46 + sum(struct.unpack_from("<HHH", apk, central + 28))
    record = bytearray(apk[end:])
    struct.pack_into("<L", record, 12, end - central + size)
    return apk[:end] + apk[central : central + size] + bytes(record)


def _redirected(apk: bytes) -> bytes:
    """The first record of the directory points at the bytes of the second."""
    central, _ = sections(apk)
    second = central + 46 + sum(struct.unpack_from("<HHH", apk, central + 28))
    if apk[second : second + 4] != b"PK\x01\x02":
        raise NotApplicable
    changed = bytearray(apk)
    changed[central + 42 : central + 46] = apk[second + 42 : second + 46]
    return bytes(changed)


def _method(apk: bytes) -> bytes:
    """A deflated file, in the directory, by a method that does not exist."""
    central, _ = sections(apk)
    if apk[central + 10 : central + 12] != b"\x08\0":
        raise NotApplicable
    return apk[: central + 10] + b"\x34\x12" + apk[central + 12 :]


def _field(offset: int, value: bytes) -> Callable[[bytes], bytes]:
    """Overwrites a field in the first record of the directory."""

    def way(apk: bytes) -> bytes:
        central, _ = sections(apk)
        return apk[: central + offset] + value + apk[central + offset + len(value) :]

    return way


def _signed_anew(apk: bytes) -> bytes:
    """Signed by a stranger, the owner's certificate files kept as a decoy."""
    files = _files(apk)
    found = {name: data for name, data in files.items() if name.startswith("META-INF/")}
    decoys = {f"META-INF/OLD{name[9:]}": data for name, data in found.items() if name.endswith((".RSA", ".DSA", ".EC"))}
    if not decoys:
        raise NotApplicable
    own = {name: data for name, data in files.items() if not name.startswith("META-INF/")}
    return archive({**v1(own, [STRANGER]), **decoys})


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "change a file": _rebuilt(lambda files, own: _flip(files, own[-1])),
    "change the manifest": _rebuilt(lambda files, own: _flip(files, "AndroidManifest.xml")),
    "add a file": _rebuilt(lambda files, own: files.update({"assets/added.js": b"fetch('https://example.org')"})),
    "add code": _rebuilt(lambda files, own: files.update({"classes99.dex": b"dex\n035\0" + bytes(200)})),
    "remove a file": _rebuilt(lambda files, own: files.pop(own[-1])),
    "rename a file": _rebuilt(_rename),
    "swap two files": _rebuilt(_swap),
    "change the listing": _rebuilt(_listing),
    "remove the signature file": _rebuilt(lambda files, own: files.pop(_one(files, (".SF",)))),
    "remove the signature block file": _rebuilt(lambda files, own: files.pop(_one(files, (".RSA", ".DSA", ".EC")))),
    "duplicate an entry": _duplicate,
    "change a byte of content": _content_byte,
    "put junk behind": lambda apk: apk + b"junk",
    "put junk in front": lambda apk: b"junk" * 16 + apk,
    "cut the last byte": lambda apk: apk[:-1],
    "cut the second half": lambda apk: apk[: len(apk) // 2],
    "strip the signing block": _stripped,
    "drop the v2 pair": _renamed_pair(V2),
    "drop the v3 pair": _renamed_pair(V3),
    "add a comment": _comment,
    "put data before the end record": _before_end,
    "misplace the directory": _misplaced,
    "drop the v3.1 pair": _renamed_pair(V31),
    "put a stranger's v2 pair first": _pairs(lambda base, old: [(V2, v2(base, [STRANGER])), *old]),
    "put a stranger's v2 pair last": _pairs(lambda base, old: [*old, (V2, v2(base, [STRANGER]))]),
    "put a stranger's v3 pair first": _pairs(lambda base, old: [(V3, v3(base, [(STRANGER, 28, NEWEST, [])])), *old]),
    "put a stranger's v3 pair last": _pairs(lambda base, old: [*old, (V3, v3(base, [(STRANGER, 28, NEWEST, [])]))]),
    "sign with v2 as a stranger": lambda apk: with_block(_unblocked(apk), [(V2, v2(_unblocked(apk), [STRANGER]))]),
    "sign anew, keep the certificate": _signed_anew,
    "widen the range of Android versions": _edited(V3, _widen),
    "edit a signed attribute of v3": _edited(V3, _last_signed_byte),
    "edit the padding pair": _edited(PADDING, lambda value: value.__setitem__(0, 1)),
    "write into the alignment": _alignment,
    "add a channel pair": _pairs(lambda base, old: [*old, (WALLE, b'{"channel":"market"}')]),
    "add a file to META-INF": _rebuilt(lambda files, own: files.update({"META-INF/channel_market": b""})),
    "pack anew in another order": _rebuilt(_reverse),
    "add a record that is not counted": _uncounted,
    "point a record at another file": _redirected,
    "name a method that does not exist": _method,
    "lie about a size": _field(24, b"\1\0\0\0"),
    **{f"change a byte of the block ({seed})": _block_byte(seed) for seed in range(8)},
}


IGNORED = {"add a channel pair", "edit the padding pair"}
"""Android looks at no such pair."""
BESIDE = {
    "add a comment",
    "add a file to META-INF",
    "pack anew in another order",
    "add a record that is not counted",
    "name a method that does not exist",
}
"""A JAR signature signs files, not the archive around them; what is not said to be stored is inflated."""


def lawful(schemes: str, way: str, min_sdk: int) -> bool:
    """Whether Android takes the changed copy for the owner's all the same, rightly: every byte that runs is signed.

    From Android 7 on nothing says that a v2 pair stood beside v3, which signs the whole file by itself; from 9 on v3 is
    the only one that counts. Of several pairs with one id the first counts.
    """
    signed = schemes.split()
    if "v2" not in signed and "v3" not in signed:
        return way in BESIDE
    if way == "put a stranger's v2 pair last":
        return "v2" in signed or min_sdk >= 28
    if way in {"put a stranger's v2 pair first", "drop the v2 pair"} and "v3" in signed and min_sdk >= 28:
        return True
    return (
        way in IGNORED
        or (way == "put a stranger's v3 pair last" and "v3" in signed)
        or (schemes, way) == ("v2 v3", "drop the v2 pair")
    )
