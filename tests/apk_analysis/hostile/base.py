"""The small healthy package that every variant damages, and how one is put together and signed."""

import io
import struct
import zlib
from collections.abc import Mapping
from functools import cache

from cryptography.x509.oid import NameOID
from PIL import Image

from demo import apk_sign
from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex
from tests.apk_analysis.elf import shared_object
from tests.apk_analysis.xml_build import axml

PACKAGE, LABEL, HOST, ASSET_HOST, ICON = "com.example.app", "示例", "oa.api2d.net", "www.shell-variants.cn", 24
KEY = apk_sign.key("hostile variants", {NameOID.COMMON_NAME: "Example Studio"})
STRING, DRAWABLE = 0x7F010000, 0x7F020000
CLASSES = {
    "Lcom/example/app/Main;": [("Landroid/webkit/WebView;", "loadUrl"), f"https://{HOST}/v1"],
    "Lcom/example/app/Other;": ["text"],
}
ZERO_BLOCK = 1 << 20


def manifest(inside: str = "", *, min_sdk: int = 21, beside: str = "") -> bytes:
    """`inside`: XML within <application>, `beside`: XML next to it."""
    return axml(f"""<manifest package="{PACKAGE}" android:versionCode="7" android:versionName="'7.0">
      <uses-sdk android:minSdkVersion="{min_sdk}" android:targetSdkVersion="29"/>
      <uses-permission android:name="android.permission.CAMERA"/>{beside}
      <application android:label="@{STRING:#x}" android:icon="@{DRAWABLE:#x}">
        <activity android:name=".Main"><intent-filter>
          <action android:name="android.intent.action.MAIN"/>
          <category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>{inside}
      </application></manifest>""")


@cache
def picture(side: int = ICON) -> bytes:
    """A PNG with a pattern."""
    image = Image.new("RGB", (side, side), "white")
    image.paste("red", (0, 0, side // 2, side // 3))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def files(changes: Mapping[str, bytes | None] | None = None, *, min_sdk: int = 21) -> dict[str, bytes]:
    """Contents of the package by name; None in `changes` leaves one out."""
    changed = {**_healthy(min_sdk), **(changes or {})}
    return {name: content for name, content in changed.items() if content is not None}


@cache
def _healthy(min_sdk: int) -> dict[str, bytes]:
    return {
        "AndroidManifest.xml": manifest(min_sdk=min_sdk),
        "resources.arsc": build.resources({"": "Example", "zh-CN": LABEL}, {640: "res/icon.png"}),
        "res/icon.png": picture(),
        "assets/app.js": f"fetch('https://{ASSET_HOST}/v1')".encode(),
        "classes.dex": dex(CLASSES),
        "lib/arm64-v8a/libdemo.so": shared_object(["JNI_OnLoad"]),
    }


def signed(changes: Mapping[str, bytes | None] | None = None) -> bytes:
    """The package by JAR signature, v2 and v3. Whoever damages a file can sign the damage, as here."""
    return apk_sign.signed_apk(files(changes), KEY)


def sealed(packed: bytes) -> bytes:
    """Any archive under v2 and v3: every byte of it, whatever it means."""
    return apk_sign._with_block(packed, KEY, (2, 3))


def newer(changes: Mapping[str, bytes | None] | None = None) -> dict[str, bytes]:
    """Files of the package for Android 7 and later, which asks for no JAR signature: `sealed` is enough."""
    return files(changes, min_sdk=24)


def patched(
    apk: bytes, name: str, *, central: Mapping[int, bytes] | None = None, local: Mapping[int, bytes] | None = None
) -> bytes:
    """`apk` with bytes of the central and the local header of one entry replaced at their offsets."""
    changed = bytearray(apk)
    record = record_of(apk, name)
    for start, patches in ((record, central), (header_of(apk, name), local)):
        for offset, value in (patches or {}).items():
            changed[start + offset : start + offset + len(value)] = value
    return bytes(changed)


def record_of(apk: bytes, name: str) -> int:
    """Offset of an entry's record in the central directory."""
    at = build.sections(apk)[0]
    while apk[at + 46 : at + 46 + struct.unpack_from("<H", apk, at + 28)[0]] != name.encode():
        at += 46 + sum(struct.unpack_from("<HHH", apk, at + 28))
    return at


def header_of(apk: bytes, name: str) -> int:
    """Offset of an entry's local header."""
    (at,) = struct.unpack_from("<L", apk, record_of(apk, name) + 42)
    return int(at)


@cache
def zeros(size: int) -> bytes:
    """`size` zero bytes, deflated to a thousandth: the same piece again and again, then the end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(ZERO_BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * (size // ZERO_BLOCK) + packer.flush()
