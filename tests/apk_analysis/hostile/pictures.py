"""Variants of icons and bundled media: pictures that explode, drawings without end, metadata that lies."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

from PIL import Image

from apk_analysis.chunks import chunks
from tests.apk_analysis import build
from tests.apk_analysis.hostile.base import DRAWABLE, LABEL, STRING, manifest, newer, picture, sealed, signed
from tests.apk_analysis.hostile.variant import variant
from tests.apk_analysis.xml_build import Row, axml, table
from tests.apk_analysis.zips import File, zipped

MB = 1 << 20
PNG = b"\x89PNG\r\n\x1a\n"


def _icon(data: bytes) -> bytes:
    return signed({"res/icon.png": data})


def _chunk(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    told = len(data) if size is None else size
    return struct.pack(">L", told) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def _png(width: int, height: int, body: bytes, *more: bytes) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG + head + b"".join(more) + _chunk(b"IDAT", zlib.compress(body, 9)) + _chunk(b"IEND", b"")


@cache
def large(form: str, side: int = 2890) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(out, form, lossless=True) if form == "WEBP" else Image.new(
        "RGB", (side, side), "red").save(out, form)  # fmt: skip
    return out.getvalue()


def _webp(width: int, height: int) -> bytes:
    """An animated picture of that size, which holds next to nothing."""
    size = struct.pack("<L", width - 1)[:3] + struct.pack("<L", height - 1)[:3]
    head = b"VP8X" + struct.pack("<LL", 10, 0x12) + size
    frame = large("WEBP", 16)[12:]
    body = b"ANMF" + struct.pack("<L", 16 + len(frame)) + bytes(6) + b"\x0f\0\0\x0f\0\0" + bytes(4) + frame
    content = b"WEBP" + head + b"ANIM" + struct.pack("<LLH", 6, 0, 0) + body
    return b"RIFF" + struct.pack("<L", len(content)) + content


def _jpeg(scans: int) -> bytes:
    """A progressive picture of 2,890 x 2,890 points, of which one scan is told again and again."""
    whole = io.BytesIO()
    Image.new("L", (2890, 2890), 128).save(whole, "JPEG", progressive=True)
    data = whole.getvalue()
    begins = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    begin, end = min(zip(begins, [*begins[1:], len(data) - 2], strict=True), key=lambda span: span[1] - span[0])
    return data[:end] + data[begin:end] * scans + data[end:]


ICONS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "PNG of 60,000 x 60,000 points": ("icon_unreadable", lambda: _png(60_000, 60_000, bytes(9_000))),
    "PNG of 2,890 x 2,890 points": ("", lambda: large("PNG")),
    "WebP of 2,890 x 2,890 points": ("", lambda: large("WEBP")),
    "JPEG of 2,890 x 2,890 points": ("", lambda: large("JPEG")),
    "WebP of 16,384 x 16,384 points in 100 bytes": ("icon_unreadable", lambda: _webp(16_384, 16_384)),
    "WebP of 2,890 x 2,890 points in 100 bytes": ("", lambda: _webp(2_890, 2_890)),
    "PNG of 4,096 x 4,096 points": ("icon_too_large", lambda: large("PNG", 4_096)),
    "JPEG of 1,000 scans": ("icon_too_large", lambda: _jpeg(1_000)),
    "PNG that is cut": ("icon_unreadable", lambda: picture()[:-60]),
    "PNG that is empty": ("icon_unreadable", lambda: b""),
    "PNG that is a DEX file": ("icon_unreadable", lambda: b"dex\n035\0" + bytes(200)),
    "PNG whose chunks are 2^31 bytes": ("icon_unreadable", lambda: _png(24, 24, b"", _chunk(b"tEXt", b"", 2**31))),
    "PNG with garbage": ("icon_unreadable", lambda: picture().replace(b"IDAT", b"IDAT\xff\xff", 1)),
}
for _name, (_kind, _data) in ICONS.items():
    variant(f"an icon: {_name}", _kind, lost="icon", status="valid")(lambda data=_data: _icon(data()))

KEPT: dict[str, Callable[[], bytes]] = {
    "60 MB of data for 24 x 24 points": lambda: _png(24, 24, bytes(60 * MB)),
    "60 MB of compressed text": lambda: _with_text(_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(60 * MB), 9))),
    "60 MB of colour profile": lambda: _with_text(_chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(60 * MB), 9))),
    "200,000 empty chunks": lambda: _with_text(_chunk(b"teST", b"") * 200_000),
}
for _name, _data in KEPT.items():
    variant(f"an icon: PNG with {_name}", status="valid")(lambda data=_data: _icon(data()))


def _with_text(chunk: bytes) -> bytes:
    return picture()[:33] + chunk + picture()[33:]


@variant("80 icons of 2,890 x 2,890 points", status="valid")
def _many_icons() -> bytes:
    """The launcher shows the small one."""
    ids = [0x7F030000 + number for number in range(80)]
    inside = "".join(f'<activity android:name="A{one}" android:icon="@{one:#x}"/>' for one in ids)
    rows = [Row(STRING, "Example"), Row(STRING, LABEL, "zh-CN"), Row(DRAWABLE, "res/icon.png")]
    rows += [Row(one, f"res/{one}.png") for one in ids]
    shared = large("PNG")
    content = newer({"AndroidManifest.xml": manifest(inside, min_sdk=24), "resources.arsc": table(rows)})
    same = [File(b"res/%d.png" % one, shared, method=0, raw=shared if one == ids[0] else b"", header=0, packed=len(shared))
            for one in ids]  # fmt: skip
    return sealed(zipped([*same, *(File(name.encode(), data) for name, data in content.items())]))


def _drawn(xml: str, *rows: Row, **more: bytes) -> bytes:
    """The package with a drawing as its icon."""
    names = [Row(STRING, "Example"), Row(STRING, LABEL, "zh-CN"), Row(DRAWABLE, "res/icon.xml")]
    return signed({"resources.arsc": table([*names, *rows]), "res/icon.xml": axml(xml), **more})


def _vector(inside: str) -> str:
    return f"""<vector android:viewportWidth="24.0" android:viewportHeight="24.0" android:width="24dp"
      android:height="24dp">{inside}</vector>"""


def _path(data: str, more: str = "") -> str:
    return f'<path android:pathData="{data}" android:fillColor="#ffff0000" {more}/>'


LINE = 'android:strokeColor="#ff00ff00" android:strokeWidth="9.5"'
DRAWINGS: dict[str, tuple[str, Callable[[], str]]] = {
    "90 nested groups": ("", lambda: _nested(90)),
    "a path of 2,000 arcs": ("icon_too_large", lambda: _vector(_path("M0,0" + "A9 9 0 1 1 9 9A9 9 0 1 1 0 0" * 1_000, LINE))),
    "2,000 paths of 32,000 commands that draw nothing": ("icon_too_large", lambda: _vector(_path("Z" * 32_000) * 2_000)),
    "2,000 paths of 8,000 moves": ("icon_too_large", lambda: _vector(_path("M1 1" * 8_000) * 2_000)),
    "2,000 clip paths": ("", lambda: _vector('<clip-path android:pathData="M0 0H24V24H0Z"/>' * 1_990 + _path("M0 0H9V9Z"))),
    "numbers beyond all bounds": ("", lambda: _vector(_path("M1e999,-1e999L1e308 1e-308C1e38,1e38 -1e38 1e38 9,9Z" * 50, LINE))),
    "path data that is no path": ("", lambda: _vector(_path("&quot;/&gt;&lt;image href='file:///etc/passwd'/&gt;"))),
    "lines of immense width": ("", lambda: _vector(_path("M0 0L24 24" * 2_000, LINE.replace("9.5", "99999999.5")))),
    "a drawing of no extent": ("icon_unreadable", lambda: _vector("").replace("24.0", "0.0")),
    "an adaptive icon that holds itself": ("icon_too_large", lambda: f"""<adaptive-icon>
      <background android:drawable="@{DRAWABLE:#x}"/><foreground android:drawable="@{DRAWABLE:#x}"/></adaptive-icon>"""),
    "20 layers that each hold the icon itself": ("icon_too_large", lambda: "<layer-list>" + f'<item android:drawable="@{DRAWABLE:#x}"/>' * 20 + "</layer-list>"),
    "300 insets within each other": ("icon_too_large", lambda: "<inset>" * 300 + "</inset>" * 300),
    "a shape of 1e38 dp": ("", lambda: '<shape><size android:width="1.0e38dp" android:height="1.0e38dp"/><corners android:radius="9999999dp"/><solid android:color="#ff00ff00"/></shape>'.replace("1.0e38dp", "8388607dp")),
}  # fmt: skip


def _nested(count: int) -> str:
    return _vector("<group>" * count + _path("M0 0H9V9Z") + "</group>" * count)


for _name, (_kind, _xml) in DRAWINGS.items():
    variant(f"an icon: {_name}", _kind, lost="icon", status="valid")(lambda xml=_xml: _drawn(xml()))


@variant("an icon: a drawing of 10,000 nested groups", lost="icon", status="valid")
def _deep() -> bytes:
    drawing = axml(_nested(1))
    (begin, stop), (end, last) = (
        (at, until) for kind, at, until in chunks(drawing, 8, len(drawing)) if _is_of_group(drawing, kind, at)
    )
    rows = [Row(STRING, "Example"), Row(STRING, LABEL, "zh-CN"), Row(DRAWABLE, "res/icon.xml")]
    deep = (
        drawing[:begin] + drawing[begin:stop] * 10_000 + drawing[stop:end] + drawing[end:last] * 10_000 + drawing[last:]
    )
    return signed({"resources.arsc": table(rows), "res/icon.xml": deep})


@variant("an icon: a drawing of 10 MB", "icon_unreadable", lost="icon", status="valid")
def _large_drawing() -> bytes:
    rows = [Row(STRING, "Example"), Row(STRING, LABEL, "zh-CN"), Row(DRAWABLE, "res/icon.xml")]
    return signed({"resources.arsc": table(rows), "res/icon.xml": axml(_nested(1)) + bytes(10 * MB)})


def _is_of_group(drawing: bytes, kind: int, at: int) -> bool:
    """Whether a chunk opens or closes the only group."""
    opened = [place for tag, place, _ in chunks(drawing, 8, len(drawing)) if tag == 0x0102]
    name = drawing[opened[1] + 20 : opened[1] + 24]
    return kind in {0x0102, 0x0103} and drawing[at + 20 : at + 24] == name


@variant("a gradient whose colours refer to the gradient", lost="icon", status="valid")
def _gradient() -> bytes:
    one = 0x7F030000
    items = f'<item android:offset="0.5" android:color="@{one:#x}"/>' * 100
    path = '<path android:pathData="M0 0H24V24Z" android:fillColor="@0x7f030000"/>'
    return _drawn(_vector(path * 300), Row(one, "res/g.xml"), **{"res/g.xml": axml(f"<gradient>{items}</gradient>")})


def _media(**files: bytes) -> bytes:
    return signed({f"assets/{name.replace('_', '.')}": data for name, data in files.items()})


LABEL_TEXT = b'{"AIGC":{"Label":"1","ContentProducer":"x"}}'
MEDIA: dict[str, Callable[[], bytes]] = {
    "PNG whose AIGC chunk claims 4 GB": lambda: _with_text(_chunk(b"tEXt", b"AIGC\0" + LABEL_TEXT, 0xFFFFFFFF)),
    "PNG whose AIGC text inflates to 60 MB": lambda: _with_text(_chunk(b"zTXt", b"AIGC\0\0" + zlib.compress(bytes(60 * MB), 9))),
    "PNG with AIGC text in 3,000 chunks": lambda: _with_text(_chunk(b"zTXt", b"AIGC\0\0" + zlib.compress(b"{" * MB, 9)) * 3_000),
    "JPEG whose segments have no length": lambda: b"\xff\xd8" + b"\xff\xe1\0\0AIGC" * 3_000,
    "film whose boxes hold themselves": lambda: b"\0\0\0\x18ftypisom" + bytes(12) + (struct.pack(">L4s", 0, b"moov") + b"AIGC") * 3_000,
    "film with boxes of 2^64 bytes": lambda: b"\0\0\0\x18ftypisom" + bytes(12) + struct.pack(">L4sQ", 1, b"udta", 2**64 - 1) + b"AIGC" * 99,
    "sound with frames of 4 GB": lambda: b"ID3\4\0\0\x7f\x7f\x7f\x7f" + (b"TXXX\xff\xff\xff\xff\0\0\0AIGC") * 3_000,
    "sound whose chunks have no length": lambda: b"RIFF\0\0\0\0WAVE" + b"AIGC\0\0\0\0" * 5_000,
}  # fmt: skip
for _name, _data in MEDIA.items():
    variant(f"a {_name}", status="valid")(lambda data=_data: _media(media_bin=data()))


@variant("9,000 pictures over the same bytes with compressed text", "overlapping_entries not_examined", status="valid")
def _labelled() -> bytes:
    text = _with_text(_chunk(b"zTXt", b"AIGC\0\0" + zlib.compress(b" " * (256 << 10), 9)) * 9)
    same = [File(b"assets/%d.png" % number, text, method=0, raw=text if not number else b"", header=0, packed=len(text))
            for number in range(9_000)]  # fmt: skip
    return sealed(zipped([*same, *(File(name.encode(), data) for name, data in newer().items())]))


@variant("a picture of 10,000 x 10,000 points among the assets", status="valid")
def _unshown() -> bytes:
    """Nobody decodes what is not shown."""
    return _media(a_png=_png(10_000, 10_000, build.manifest()))
