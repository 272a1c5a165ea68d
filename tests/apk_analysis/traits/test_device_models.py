"""Models on the device: every name of the facts, formats by their first bytes, and what only looks like one."""

import hashlib

import pytest

from apk_analysis.traits.facts import Fact, facts
from apk_analysis.traits.model_formats import format_of
from tests.apk_analysis.traits.packages import Package

ONNX = b"\x08\x08\x12\x07pytorch\x1a\x031.9" + bytes(20_000)
KINDS = ("on_device_model", "model_file", "model_named")


@pytest.mark.parametrize("fact", facts("models"), ids=lambda fact: fact.id)
def test_each_name_shows_its_family(fact: Fact) -> None:
    names = [glob.replace("*", "_x").replace("?", "a") for glob in fact.more["files"]]
    found = Package(files={f"assets/{name}.onnx": ONNX for name in names}).traits("on_device_model", "supporting_model")
    assert {trait.kind for trait in found} == {"supporting_model" if "weak" in fact.more else "on_device_model"}
    assert [trait.value for trait in found] == [f"{fact.more['family']}: {name} (ONNX)" for name in names]
    assert {trait.sha256 for trait in found} == {hashlib.sha256(ONNX).hexdigest()}
    assert [trait.where for trait in found] == [f"assets/{name}.onnx" for name in names]


@pytest.mark.parametrize(
    "files",
    [
        {"assets/inswapper_128.png": b"\x89PNG" + bytes(20_000)},
        {"assets/inswapper_128.onnx": b"\x08\x08\x12\x07pytorch"},
        {"assets/myinswapper_128.onnx": ONNX},
        {"assets/inswapper_128/readme.onnx": ONNX},
    ],
)
def test_near_misses(files: dict[str, bytes]) -> None:
    """A picture, a stub of some bytes, a longer name, a folder."""
    assert not Package(files=files).traits("on_device_model")


def test_models_without_a_telling_name_are_listed_by_format() -> None:
    files = {
        "assets/m1.bin": b"\x1c\0\0\0TFL3" + bytes(20_000),
        "assets/m2.bin": b"\x1c\0\0\0TFL3" + bytes(20_001),
        "assets/m3.dat": b"GGUF" + bytes(20_000),
    }
    assert Package(files=files).values(*KINDS) == ["TensorFlow Lite", "GGUF"]


def test_a_name_in_code_is_a_model_to_come() -> None:
    url = "https://models.example.com/inswapper_128.onnx"
    package = Package(classes={"Lcom/example/app/Main;": [url, "https://models.example.com/myinswapper_128x"]})
    assert [(trait.value, trait.where) for trait in package.traits(*KINDS)] == [
        ("face swap: inswapper_128", "classes.dex")
    ]
    package.files["assets/inswapper_128.onnx"] = ONNX
    assert [trait.kind for trait in package.traits(*KINDS)] == ["on_device_model"], "the file itself says more"


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("a.bin", b"\x1c\0\0\0TFL3", "TensorFlow Lite"),
        ("a.bin", b"\x20\0\0\0ORTM", "ONNX Runtime"),
        ("a.bin", b"\x08\x07\x12\x07pytorch\x1a\x031.9", "ONNX"),
        ("a.onnx", b"\x08\x07\x3a" + bytes(20), "ONNX"),
        ("a.bin", b"\x08\x07\x12\x07unknown" + bytes(20), ""),
        ("a.param", b"7767517\n75 83\n", "NCNN"),
        ("a.param", b"# parameters of a shader", ""),
        ("a.pt", b"PK\x03\x04" + bytes(26) + b"archive/data.pkl", "PyTorch"),
        ("a.pt", b"bonjour", ""),
        ("a.mnn", b"anything", "MNN"),
        ("big.onnx", None, "ONNX"),
        ("big.pb", None, "TensorFlow"),
        ("a.bin", b"GGUF\3", "GGUF"),
        ("a.txt", b"", ""),
    ],
)
def test_formats(name: str, data: bytes | None, form: str) -> None:
    assert format_of(name, data) == form


def test_hostile_names_and_sizes() -> None:
    files = {f"assets/{'inswapper_128' * 400}.onnx": ONNX, **{f"a/inswapper_128_{n}.onnx": ONNX for n in range(100)}}
    assert 0 < len(Package(files=files).traits("on_device_model")) <= 60
