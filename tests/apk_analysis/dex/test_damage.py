"""Damaged files: read alike with and without compiled loops, never outside the file, always to an end."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk_analysis.compiled import COMPILED
from apk_analysis.defects import Defect
from apk_analysis.dex import Csr, Dex, find_calls
from tests.apk_analysis.dex.damage import LOAD, digests, samples
from tests.conftest import ROOT

SEVERAL = 300


def elsewhere(cache: Path, **settings: str) -> list[str]:
    """What the program says in a process with these settings of numba. Warnings are errors there."""
    command = [sys.executable, "-W", "error", "-m", "tests.apk_analysis.dex.damage", str(SEVERAL)]
    env = {**os.environ, "NUMBA_CACHE_DIR": str(cache), **settings}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(not COMPILED, reason="there is nothing to compare with: nothing is compiled here")
@pytest.mark.parametrize("setting", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"])
def test_uncompiled_and_with_checked_bounds_everything_is_the_same(tmp_path: Path, setting: str) -> None:
    here = [*digests(SEVERAL)]
    assert elsewhere(tmp_path, **{setting: "1"}) == here
    assert len(set(here)) > SEVERAL * 0.9, "the damage makes a difference"


def rows_fit(rows: Csr, count: int, values: int) -> bool:
    grows = bool((np.diff(rows.starts) >= 0).all()) and rows.starts[0] == 0 and rows.starts[-1] == len(rows.values)
    return grows and len(rows) == count and bool((rows.values < values).all())


def assert_sound(dex: Dex) -> None:
    """Whatever was in the file, every number in the arrays can be used."""
    strings, types, methods = len(dex.strings), len(dex.type_strings) - 1, len(dex.method_class)
    ends = dex.strings.starts + dex.strings.lengths
    assert len(ends) == strings + 1 and (dex.strings.starts >= 0).all() and (ends <= len(dex.data)).all()
    assert (dex.type_strings <= strings).all() and (dex.method_name <= strings).all()
    for column in (dex.method_class, dex.class_type, dex.class_super):
        assert (column <= types).all()
    code = dex.code()
    assert (code.method < methods).all() and (code.owner < len(dex.class_type)).all()
    assert (code.offset.astype(np.int64) + 2 * code.units.astype(np.int64) <= len(dex.data)).all()
    assert int(code.units.sum()) <= len(dex.data) // 2
    assert rows_fit(code.calls, len(code), methods)
    assert rows_fit(code.strings, len(code), strings)
    assert rows_fit(code.types, len(code), types)
    assert all(len(dex.opcodes(number)) <= code.units[number] for number in range(len(code)))
    find_calls(dex, [(LOAD[0].encode(), LOAD[1].encode())])


def read(content: bytes) -> bool:
    """Whether the file was read, with sound arrays; otherwise it was refused with a known kind."""
    try:
        dex = Dex(content, "classes.dex")
    except Defect as defect:
        if defect.kind not in {"malformed_dex", "not_a_dex"}:
            raise
        return False
    assert_sound(dex)
    return True


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_change_leaves_sound_arrays(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(samples())))
    for at in data.draw(st.lists(st.integers(8, len(content) - 1), min_size=1, max_size=8)):
        content[at] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))]
    read(bytes(content))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_behind_the_magic(content: bytes) -> None:
    whole = b"dex\n035\0" + content
    assert read(whole) == (len(whole) >= 0x70 and whole[0x28:0x2C] != b"\x12\x34\x56\x78")
