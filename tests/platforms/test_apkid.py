"""The real APKiD, installed beside us: our adapter understands what it writes."""

import random
from pathlib import Path

import pytest

from apk_analysis.apkid import ask_apkid
from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex
from tests.platforms.software import environment

pytestmark = pytest.mark.platform


@pytest.fixture(scope="module")
def program() -> str:
    return str(environment("apkid") / "apkid")


def written(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "sample.apk"
    path.write_bytes(build.archive({**build.files(), **files}))
    return path


def test_a_packer_is_named_with_the_version(program: str, tmp_path: Path) -> None:
    files = {"classes.dex": dex({"Lcom/stub/StubApp;": []}), "assets/libjiagu.so": random.Random(1).randbytes(5_000)}
    traits, problems = ask_apkid(written(tmp_path, files), program=program)
    assert not problems
    assert any("Jiagu" in trait.value and "APKiD 3." in trait.value for trait in traits), traits


def test_a_plain_app(program: str, tmp_path: Path) -> None:
    traits, problems = ask_apkid(written(tmp_path, {"classes.dex": dex({"La;": []})}), program=program)
    assert not problems and not [trait for trait in traits if trait.value.startswith(("packer", "protector"))]


def test_no_archive_at_all(program: str, tmp_path: Path) -> None:
    path = tmp_path / "-rf sample.apk"
    path.write_bytes(b"nothing")
    traits, problems = ask_apkid(path, program=program)
    assert not traits and [problem.kind for problem in problems] == ["apkid_failed"], "it says nothing at all then"
