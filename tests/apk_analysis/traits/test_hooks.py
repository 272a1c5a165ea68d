"""Hooks, virtual cameras and the words around them: what is reported, and what must not be."""

from pathlib import Path

import pytest

from apk_analysis.traits.facts import Fact, facts
from tests.apk_analysis.traits.packages import Package, groups_of, look

KINDS = ("xposed_module", "hook_framework", "virtual_camera", "face_check_words", "root_tool_names")
MAIN = "Lcom/example/app/Main;"
INIT = {"assets/xposed_init": b"com.example.app.Hook\n"}
CAMERA = '<uses-permission android:name="android.permission.CAMERA"/>'


def package(*texts: str, **options: object) -> Package:
    return Package(classes={MAIN: list(texts)}, **options)


def test_a_module_names_its_class() -> None:
    assert [(trait.kind, trait.value, trait.where) for trait in package(files=dict(INIT)).traits(*KINDS)] == [
        ("xposed_module", "com.example.app.Hook", "assets/xposed_init")
    ]
    assert Package().with_signs(["meta:xposedmodule"]).values("xposed_module") == ["xposedmodule"]


@pytest.mark.parametrize("fact", [fact for fact in facts("hooks") if "all" in fact.more], ids=lambda fact: fact.id)
def test_frameworks(fact: Fact) -> None:
    groups, name = groups_of(fact), fact.more["name"]
    assert Package().with_signs(group[0] for group in groups).values("hook_framework") == [name]
    for left_out in range(len(groups) if len(groups) > 1 else 0):
        alone = Package().with_signs(group[0] for at, group in enumerate(groups) if at != left_out)
        assert name not in alone.values("hook_framework")


def test_the_picture_is_injected_by_a_hook() -> None:
    targets = ("android.hardware.camera2.CameraManager", "android.hardware.Camera")
    assert package(*targets, files=dict(INIT)).values("virtual_camera") == [
        "hooks the camera: android.hardware.Camera, android.hardware.camera2.CameraManager"
    ]
    assert not package(*targets).values("virtual_camera"), "every camera app names them"
    assert not package(targets[0], files=dict(INIT)).values("virtual_camera")


def test_the_files_of_a_camera_replacement() -> None:
    path = "/DCIM/Camera1/virtual.mp4"
    assert package(path, "no_toast.jpg", "disable.jpg").values("virtual_camera") == [
        "reads the files of a camera replacement: DCIM/Camera1, disable.jpg, no_toast.jpg"
    ]
    assert package("/sdcard/virtual.mp4", files=dict(INIT)).values("virtual_camera")
    assert not package("/sdcard/virtual.mp4").values("virtual_camera"), "one name is chance"
    assert not package("myvirtual.mp4", "a-disable.jpg", "xno_toast.jpg").values("virtual_camera")


def test_a_film_is_played_as_the_camera() -> None:
    words, player = "安卓虚拟摄像头", ("Landroid/media/MediaPlayer;", "start")
    film = Package(classes={MAIN: [words, player]}, beside=[CAMERA])
    assert film.values("virtual_camera") == ["calls itself a virtual camera and plays films: 虚拟摄像头"]
    assert not Package(classes={MAIN: [words, player]}).values("virtual_camera"), "it may not use the camera"
    assert not Package(classes={MAIN: [words]}, beside=[CAMERA]).values("virtual_camera"), "it plays nothing"
    assert not Package(classes={MAIN: [player]}, beside=[CAMERA]).values("virtual_camera")
    assert package(words, "v4l2loopback").values("virtual_camera") == ["makes a camera device: v4l2loopback"]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["代过脸, 支持炫彩光"], ["代过脸, 炫彩光"]),
        (["包过人脸", "照片活化"], ["照片活化, 过人脸"]),
        (["包过人脸"], []),
        (["通过人脸识别登录", "照片活化"], []),
        (["识别过人脸", "经过人脸", "照片活化"], []),
        (["KYC Bypass and liveness bypass"], ["KYC bypass, liveness bypass"]),
    ],
)
def test_words_against_checks_of_faces(texts: list[str], found: list[str]) -> None:
    assert package(*texts).values("face_check_words") == found


def test_names_of_tools() -> None:
    assert package("/data/local/tmp/frida-server", "com.topjohnwu.magisk").values("root_tool_names") == [
        "com.topjohnwu.magisk, frida-server"
    ]
    assert not package("Friday", "magisk", "com.topjohnwu.magiskx").values("root_tool_names")


def test_a_plain_app_shows_nothing() -> None:
    assert not Package().traits(*KINDS)


MODULES = {
    "AndroidBluePill.apk",
    "Droidmon.apk",
    "JustTrustMe.apk",
    "com.devadvance.rootcloak2_v18_c43b61.apk",
    "mobi.acpm.proxyon_v1_419b04.apk",
    "mobi.acpm.sslunpinning_v2_37f44f.apk",
}
"""All Xposed modules among the real packages; the framework's own installers are none."""


@pytest.mark.shared
def test_real_modules(corpus: list[tuple[Path, dict[str, str]]]) -> None:
    modules = set()
    for path, _ in corpus:
        found = {trait.kind for trait in look(path.read_bytes(), *KINDS)}
        assert found <= {"xposed_module", "root_tool_names"}, path.name
        if "xposed_module" in found:
            modules.add(path.name.split("__")[1])
    assert modules == MODULES
