"""Every icon an app may show: whose it is, which comes first, each different picture once."""

import io
from pathlib import Path

import pytest
from PIL import Image

from apk_analysis import appearance
from apk_analysis.analyse import Analysis, analyse
from apk_analysis.drawing import drawable
from tests.apk_analysis import build
from tests.apk_analysis.xml_build import Row, axml, table

PLAIN, ROUND, OWN, ALIAS, SHORT, BANNER, FILE = (0x7F020000 + number for number in range(7))
LAUNCHER = """<intent-filter><action android:name="android.intent.action.MAIN"/>
  <category android:name="android.intent.category.LAUNCHER"/></intent-filter>"""


def png(colour: str, size: int = 32) -> bytes:
    image = Image.new("RGB", (size, size), "white")
    image.paste(colour, (0, 0, size // 2, size))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def look(folder: Path, application: str, rows: list[Row], files: dict[str, bytes | str]) -> Analysis:
    path = folder / "sample.apk"
    raw = {name: axml(data) if isinstance(data, str) else data for name, data in files.items()}
    manifest = f'<manifest package="com.example.app">{application}</manifest>'
    path.write_bytes(build.archive({"AndroidManifest.xml": axml(manifest), "resources.arsc": table(rows), **raw}))
    found = analyse(path)
    assert not [item for item in found.fingerprint.problems if item.kind == "internal_error"]
    return found


def told(found: Analysis) -> list[tuple[str, str]]:
    return [(icon.role, icon.where) for icon in found.fingerprint.icons]


def test_icons_of_everybody_the_launcher_first(tmp_path: Path) -> None:
    application = f"""<application android:icon="@{PLAIN:#x}" android:roundIcon="@{ROUND:#x}" android:banner="@{BANNER:#x}">
      <activity android:name="A" android:icon="@{OWN:#x}"/>
      <activity android:name="B">{LAUNCHER}
        <meta-data android:name="android.app.shortcuts" android:resource="@{FILE:#x}"/></activity>
      <activity-alias android:name="C" android:targetActivity="B" android:icon="@{ALIAS:#x}">{LAUNCHER}</activity-alias>
    </application>"""
    names = {PLAIN: "plain", ROUND: "round", OWN: "own", ALIAS: "alias", SHORT: "short", BANNER: "banner"}
    rows = [Row(number, f"res/{name}.png") for number, name in names.items()] + [Row(FILE, "res/s.xml")]
    colours = ["red", "lime", "blue", "black", "yellow", "cyan"]
    files: dict[str, bytes | str] = {
        f"res/{name}.png": png(colour) for name, colour in zip(names.values(), colours, strict=True)
    }
    files["res/s.xml"] = f'<shortcuts><shortcut android:icon="@{SHORT:#x}"/></shortcuts>'
    found = look(tmp_path, application, rows, files)
    assert told(found) == [
        ("application", "res/plain.png"),
        ("round", "res/round.png"),
        ("activity-alias", "res/alias.png"),  # a second one in the launcher
        ("activity", "res/own.png"),
        ("shortcut", "res/short.png"),
        ("banner", "res/banner.png"),
    ]
    assert found.fingerprint.icon == found.fingerprint.icons[0]


@pytest.mark.parametrize(("enabled", "first"), [("true", "res/alias.png"), ("false", "res/plain.png")])
def test_what_the_launcher_shows_from_the_start(tmp_path: Path, enabled: str, first: str) -> None:
    application = f"""<application android:icon="@{PLAIN:#x}"><activity-alias android:name="C"
      android:enabled="{enabled}" android:icon="@{ALIAS:#x}">{LAUNCHER}</activity-alias></application>"""
    rows = [Row(PLAIN, "res/plain.png"), Row(ALIAS, "res/alias.png")]
    found = look(tmp_path, application, rows, {"res/plain.png": png("red"), "res/alias.png": png("blue")})
    assert found.fingerprint.icon is not None and found.fingerprint.icon.where == first
    assert len(found.fingerprint.icons) == 2


ADAPTIVE = '<adaptive-icon><background android:drawable="@0x0106000b"/><foreground android:drawable="@0x7f020005"/></adaptive-icon>'


def test_variants_of_one_icon(tmp_path: Path) -> None:
    rows = [
        Row(PLAIN, "res/m.png", density=160),
        Row(PLAIN, "res/x.png", density=640),
        Row(PLAIN, "res/a.xml", density=0xFFFE, sdk=26),
        Row(PLAIN, "res/night.png", density=640, night=True),
        Row(PLAIN, "res/zh.png", density=640, locale="zh"),
        Row(BANNER, "res/f.png"),
    ]
    files: dict[str, bytes | str] = {
        "res/a.xml": ADAPTIVE,
        "res/m.png": png("red", 48),
        "res/x.png": png("red", 192),
        "res/night.png": png("black"),
        "res/zh.png": png("yellow"),
        "res/f.png": png("lime"),
    }
    found = look(tmp_path, f'<application android:icon="@{PLAIN:#x}"/>', rows, files)
    assert [where for _, where in told(found)] == ["res/a.xml", "res/x.png", "res/night.png", "res/zh.png"]
    assert found.icon_png is not None
    assert Image.open(io.BytesIO(found.icon_png)).size == (144, 144)


def test_each_different_picture_once(tmp_path: Path) -> None:
    application = (
        f'<application android:icon="@{PLAIN:#x}" android:roundIcon="@{ROUND:#x}" android:banner="@{PLAIN:#x}"/>'
    )
    rows = [Row(PLAIN, "res/one.png"), Row(ROUND, "res/two.png")]
    found = look(tmp_path, application, rows, {"res/one.png": png("red"), "res/two.png": png("red")})
    assert told(found) == [("application", "res/one.png")]


def test_file_names_may_lie(tmp_path: Path) -> None:
    rows = [Row(PLAIN, "r/a"), Row(ROUND, "r/b.dat")]
    application = f'<application android:icon="@{PLAIN:#x}" android:roundIcon="@{ROUND:#x}"/>'
    files: dict[str, bytes | str] = {"r/a": png("red"), "r/b.dat": '<color android:color="#ff00ff00"/>'}
    assert told(look(tmp_path, application, rows, files)) == [("application", "r/a"), ("round", "r/b.dat")]


def test_an_icon_that_is_a_colour(tmp_path: Path) -> None:
    found = look(tmp_path, f'<application android:icon="@{PLAIN:#x}"/>', [Row(PLAIN, "#ff00ff00")], {})
    assert told(found) == [("application", "")]


def test_only_the_icon_itself_is_missed(tmp_path: Path) -> None:
    application = f'<application android:icon="@{PLAIN:#x}" android:banner="@{BANNER:#x}"/>'
    found = look(tmp_path, application, [Row(BANNER, "res/banner.png")], {"res/banner.png": png("red")})
    assert told(found) == [("banner", "res/banner.png")]
    assert found.fingerprint.icon is None and found.icon_png is None, "a banner is not the icon"
    assert [(item.part, item.kind) for item in found.fingerprint.problems if item.part == "icon"] == [
        ("icon", "icon_missing")
    ]


def test_many_icons_have_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appearance, "MOST_ICONS", 5)
    activities = "".join(f'<activity android:name="A{n}" android:icon="@{PLAIN + n:#x}"/>' for n in range(12))
    rows = [Row(PLAIN + n, f"res/{n}.png") for n in range(12)]
    files: dict[str, bytes | str] = {f"res/{n}.png": png(f"#{n * 20:02x}0000") for n in range(12)}
    assert len(look(tmp_path, f"<application>{activities}</application>", rows, files).fingerprint.icons) == 5


def test_pictures_have_an_end_in_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawable, "MOST_PIXELS", 2_500)
    activities = "".join(f'<activity android:name="A{n}" android:icon="@{PLAIN + n:#x}"/>' for n in range(4))
    rows = [Row(PLAIN + n, f"res/{n}.png") for n in range(4)]
    files: dict[str, bytes | str] = {f"res/{n}.png": png(f"#{n * 20:02x}0000") for n in range(4)}
    found = look(tmp_path, f"<application>{activities}</application>", rows, files)
    assert [where for _, where in told(found)] == ["res/0.png", "res/1.png"]


def test_names_and_pictures_of_splits(tmp_path: Path) -> None:
    name = 0x7F010000
    manifest = f'<manifest package="com.example.app"><application android:label="@{name:#x}" android:icon="@{PLAIN:#x}"/></manifest>'
    base = {
        "AndroidManifest.xml": axml(manifest),
        "resources.arsc": table([Row(name, "Example"), Row(PLAIN, "res/a.xml", density=0xFFFE, sdk=26)]),
        "res/a.xml": axml(f'<adaptive-icon><foreground android:drawable="@{OWN:#x}"/></adaptive-icon>'),
    }
    split = axml('<manifest package="com.example.app" split="config.xx"/>')
    zh = {"AndroidManifest.xml": split, "resources.arsc": table([Row(name, "示例", locale="zh")])}
    dense = {
        "AndroidManifest.xml": split,
        "resources.arsc": table([Row(OWN, "res/o.png", density=640)]),
        "res/o.png": png("lime"),
    }
    parts = {"base.apk": base, "split_config.zh.apk": zh, "split_config.xxxhdpi.apk": dense}
    path = tmp_path / "sample.apkm"
    path.write_bytes(build.archive({"info.json": b"{}", **{name: build.archive(part) for name, part in parts.items()}}))
    found = analyse(path).fingerprint
    assert found.labels == {"": "Example", "zh": "示例"} and found.names == ("Example", "示例")
    assert found.icon is not None and found.icon.where == "res/a.xml"
    assert [part.split for part in found.parts] == ["", "config.xx", "config.xx"]
