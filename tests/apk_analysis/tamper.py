"""Ways to change a signed package. None of them may leave it signed by its owner."""

import io
import random
import struct
import zipfile
from collections.abc import Callable

from tests.apk_analysis.build import V2, V3, archive, sections

Files = dict[str, bytes]
MAGIC = b"APK Sig Block 42"


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
    **{f"change a byte of the block ({seed})": _block_byte(seed) for seed in range(8)},
}


def lawful(schemes: str, way: str) -> bool:
    """Whether Android takes the changed copy for the owner's all the same, rightly: every byte that runs is signed.

    The JAR signature protects files, not the archive around them. From Android 7 on nothing says that a v2 pair stood
    beside v3, which signs the whole file by itself.
    """
    return (schemes, way) in {("v1", "add a comment"), ("v2 v3", "drop the v2 pair")}
