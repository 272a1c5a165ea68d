"""Variants of bundles and of packages inside packages: lists that lie, parts without end, bundles within bundles."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from demo import apk_sign
from tests.apk_analysis.hostile.base import KEY, PACKAGE, files, newer, sealed, signed, zeros
from tests.apk_analysis.hostile.variant import NOTHING, variant
from tests.apk_analysis.xml_build import axml
from tests.apk_analysis.zips import File, deflated, zipped

MB = 1 << 20


@cache
def _split(name: str, **more: bytes) -> bytes:
    manifest = axml(f'<manifest package="{PACKAGE}" android:versionCode="7" split="{name}"><application/></manifest>')
    content = {"AndroidManifest.xml": manifest, **{key.replace("__", "/"): data for key, data in more.items()}}
    return apk_sign.signed_apk(content, KEY)


def _xapk(listing: bytes, *more: File, base: bytes | None = None) -> bytes:
    return zipped([File(b"manifest.json", listing), File(b"base.apk", base or signed(), method=0), *more])


LISTINGS: dict[str, Callable[[], bytes]] = {
    "is empty": lambda: b"",
    "is no JSON": lambda: b"\0{{{",
    "is a number": lambda: b"9" * 5_000,
    "is a million open brackets": lambda: b"[" * MB,
    "names parts that are not there": lambda: json.dumps({"split_apks": [{"id": "base", "file": "gone.apk"}]}).encode(),
    "names itself": lambda: json.dumps({"split_apks": [{"id": "base", "file": "manifest.json"}]}).encode(),
    "holds no objects": lambda: json.dumps({"split_apks": [1, None, "base", []]}).encode(),
    "is 30 MB": lambda: b" " * 30 * MB,
}
for _name, _data in LISTINGS.items():
    variant(f"an XAPK whose list {_name}", status="valid", container="xapk")(lambda data=_data: _xapk(data()))


@variant("an XAPK of 10,000 parts", "parts_not_analysed not_analysed", status="valid", container="xapk")
def _many_parts() -> bytes:
    return _xapk(b"{}", *(File(b"p%d.apk" % number, b"x", method=0) for number in range(10_000)))


@variant("an XAPK of 150 sound parts over the same bytes", "overlapping_entries", status="valid", container="xapk")
def _sound_parts() -> bytes:
    part = _split("config.zh", classes_dex=files()["classes.dex"], assets__a=b"text" * 9_000)
    first = File(b"p0.apk", part, method=0)
    more = [replace(first, name=b"p%d.apk" % n, raw=b"", packed=len(part), header=0) for n in range(1, 150)]
    return zipped([first, *more, File(b"manifest.json", b"{}"), File(b"base.apk", signed(), method=0)])


@variant(
    "an XAPK of 150 parts over the same bytes, each a bomb",
    "overlapping_entries too_large",
    status="valid",
    container="xapk",
)
def _bombs() -> bytes:
    content = [File(name.encode(), data) for name, data in newer({"assets/app.js": None}).items()]
    bomb = [File(b"assets/%d.bin" % n, b"", raw=b"" if n else zeros(60 * MB), crc=0, size=60 * MB,
                 packed=len(zeros(60 * MB)), header=0) for n in range(15)]  # fmt: skip
    part = deflated(data := sealed(zipped([*bomb, *content])))
    first = File(b"p0.apk", data, raw=part)
    more = [replace(first, name=b"p%d.apk" % n, raw=b"", packed=len(part), header=0) for n in range(1, 150)]
    return zipped([first, *more, File(b"manifest.json", b"{}"), File(b"base.apk", signed(), method=0)])


@variant("an XAPK whose base is a bomb", "bomb", lost=NOTHING, status="unknown", container="xapk")
def _base_bomb() -> bytes:
    packed = zeros(1_100 * MB)
    return zipped([File(b"manifest.json", b"{}"), File(b"base.apk", b"", raw=packed, crc=0, size=1_100 * MB)])


@variant("an XAPK whose base is a web page", "not_analysed", lost=NOTHING, status="unknown", container="xapk")
def _page() -> bytes:
    return _xapk(b"{}", base=b"<html>404</html>" * 99)


@variant("a bundle in a bundle in a bundle", "not_analysed", lost=NOTHING, status="unknown", container="xapk")
def _nested() -> bytes:
    inner = _xapk(b"{}")
    for _ in range(3):
        inner = _xapk(b"{}", base=inner)
    return inner


@variant("a bundle whose parts contradict each other", "parts_differ", status="valid", container="apkm")
def _parts_differ() -> bytes:
    other = apk_sign.key("somebody else", {apk_sign.x509.NameOID.COMMON_NAME: "Somebody Else"})
    part = apk_sign.signed_apk(files({"AndroidManifest.xml": b"\3\0\x08\0junk"}), other)
    return zipped([File(b"info.json", b"{}"), File(b"base.apk", signed()), File(b"split_config.zh.apk", part)])


@variant("a package in a package, 30 times", "too_deep", status="valid")
def _deep() -> bytes:
    inner = signed()
    for _ in range(30):
        inner = signed({"assets/inner.apk": inner})
    return inner


@variant("1,000 packages inside", "not_examined", status="valid")
def _many() -> bytes:
    inner = signed()
    return signed({f"assets/{number}.apk": inner for number in range(1_000)})


@variant("a package inside that nobody can read", status="valid")
def _broken() -> bytes:
    inner = bytearray(signed())
    inner[200:3_000] = bytes(2_800)
    return signed({"assets/a.apk": bytes(inner), "assets/b.apk": bytes(inner[:2_000]), "assets/c.apk": b"PK\3\4" * 99})


@variant("the package inside itself under its own manifest's name", status="valid")
def _itself() -> bytes:
    return signed({"assets/AndroidManifest.xml": signed(), "assets/classes.dex": signed()})
