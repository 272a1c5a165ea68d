"""androguard 4.1.4 reads real DEX files instruction by instruction: what it sees is the truth here."""

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apk_analysis.dex import Dex
from tests.platforms.software import environment

PROGRAM = Path(__file__).with_name("androguard_facts.py")


def decoded(name: bytes) -> str:
    """MUTF-8 as androguard shows it: surrogate pairs are joined."""
    plain = name.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def differences(said: dict[str, Any]) -> Iterator[str]:
    """Everything in which our reader and androguard differ on one DEX file."""
    with zipfile.ZipFile(said["path"]) as package:
        dex = Dex(package.read(said["name"]), said["name"])
    place = f"{Path(said['path']).name} {said['name']}"
    if len(dex.strings) != said["strings"]:
        yield f"{place}: {len(dex.strings)} strings, not {said['strings']}"
    if [decoded(dex.class_name(row)) for row in range(len(dex.class_type))] != said["classes"]:
        yield f"{place}: other classes"
    code = dex.code()
    if len(code) != len(said["methods"]):
        yield f"{place}: {len(code)} methods, not {len(said['methods'])}"
    for number, (owner, name, stream) in enumerate(said["methods"][: len(code)]):
        ours = [*map(decoded, dex.method_id(int(code.method[number]))), hashlib.md5(dex.opcodes(number)).hexdigest()]
        if ours != [owner, name, stream]:
            yield f"{place}: method {number} {owner} {name}"


@pytest.mark.platform
@pytest.mark.shared
def test_classes_strings_and_every_opcode_agree(corpus: list[tuple[Path, dict[str, str]]]) -> None:
    command = [str(environment("fdroid") / "python"), str(PROGRAM), *(str(path) for path, _ in corpus)]
    methods, wrong = 0, list[str]()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            said = json.loads(line)
            methods += len(said["methods"])
            wrong += differences(said)
    assert process.returncode == 0
    assert not wrong and methods > 80_000
