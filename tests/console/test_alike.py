"""Samples that look like one, or share code with it, stand on its page, with either index."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from apk_analysis.code.sketch import sketch
from apk_analysis.fingerprint import Fingerprint, Icon, Signature
from apk_analysis.relation import FEW_CODE
from console import alike
from index.home import Home
from index.open import open_index
from index.protocol import Index, Judged
from tests.console.conftest import Answer
from tests.console.engines import elastic_place, elastic_url, put, url
from tests.console.shelf import HOSTILE, counterfeit
from tests.index.objects import fingerprint
from tests.index.test_similar import code

__all__ = ["elastic_place", "elastic_url", "url"]
Command = Callable[..., Answer]
BASE = 0x3C5A_F00F_96C3_A55A
AT = "2026-11-20T08:00:00Z"
"""An icon as a real one hashes: about half of the bits."""


def sample(number: int, *, flips: int | None = 0, shared: int | None = 100, **said: Any) -> Fingerprint:
    """Its icon differs in so many bits from that of the first, and so many of 100 features of its code are the same."""
    dhash = f"{BASE ^ ((1 << flips) - 1):016x}" if flips is not None else ""
    icon = Icon(sha256="0" * 64, dhash=dhash, width=48, height=48) if dhash else None
    sketches = {"code": code(number, shared=shared)} if shared is not None else {}
    made = replace(fingerprint(f"{number:064x}", label=f"应用{number}"), icon=icon, sketches=sketches)
    return replace(made, version_name=f"{number}.0", **said)


def offered(number: int, of: Fingerprint) -> Judged:
    one = counterfeit(number, f"豆包 {number}")
    finding = replace(one.findings[0], sample_sha256=of.sha256)
    return replace(one, findings=(finding,), sample=of)


@pytest.fixture
def home(own_home: Path, url: str | None, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("COPYCATCH_AS", "li")
    return Home(own_home)


def keep(home: Home, url: str | None, *samples: Fingerprint) -> None:
    with closing(open_index(home.prepare(), url)) as index:
        for one in samples:
            index.put_sample(one, at=AT)


def shown(copycatch: Command, name: str) -> dict[str, Any]:
    (said,) = copycatch("show", name, "--json").fits("show")
    found: dict[str, Any] = said["similar"]
    return found


def numbers(near: list[dict[str, Any]]) -> list[int]:
    return [int(one["id"], 16) for one in near]


def test_the_nearest_are_told_with_distance_signer_place_and_where_to_go_on(
    copycatch: Command, home: Home, url: str | None
) -> None:
    own, other = sample(1), sample(2, flips=2, shared=70, signature=Signature(status="unsigned", schemes={}))
    put(home, url, offered(1, own), offered(2, other), offered(3, other))
    keep(home, url, sample(4, flips=8, shared=5), sample(5, flips=9, shared=50), sample(6, flips=None, shared=None))
    assert copycatch("triage", "confirm", offered(2, other).findings[0].id, "--only",
                     offered(2, other).findings[0].id).code == 0  # fmt: skip
    for name in (own.sha256, offered(1, own).findings[0].id, offered(1, own).findings[0].listing_id):
        found = shown(copycatch, name)
        assert found["sample"] == own.sha256
        assert [(one["bits"], one["similarity"]) for one in found["icon"]["samples"]] == [(2, 62 / 64), (8, 56 / 64)]
        assert numbers(found["icon"]["samples"]) == [2, 4] and numbers(found["code"]["samples"]) == [2, 5]
        near = found["code"]["samples"][0]
        assert near["exact"] and 0.5 < near["similarity"] < 0.6 and near["signers"] == "unknown"
        assert (near["listings"], near["marketplaces"]) == (2, [{"name": "shop:store.example", "listings": 2}])
        assert sorted(one["state"] for one in near["findings"]) == ["confirmed", "open"]
        assert found["code"]["samples"][1]["signers"] == "same" and not found["code"]["samples"][1]["findings"]

    page = copycatch("show", own.sha256).out
    assert "nearly the same icon (2 of 64 bits differ)  应用2  com.example.doubao  2.0" in page
    assert "a similar icon (8 of 64 bits differ)" in page and "mostly the same code" in page
    assert "listings: 2 (shop:store.example)" in page and "no listing offers it" in page
    assert "the same signer" in page and "one of the two has no verified signer" in page
    assert "confirmed" in page and "suspected violation" in page
    assert f"copycatch compare {own.sha256[:16]} {other.sha256[:16]}" in page


def test_what_cannot_be_compared_is_said(copycatch: Command, home: Home, url: str | None) -> None:
    bare, plain = sample(1, flips=None, shared=None), sample(2, shared=None)
    assert plain.icon
    plain = replace(plain, icon=replace(plain.icon, dhash=f"{3:016x}"))
    damaged = sample(3, shared=None)
    damaged = replace(damaged, icon=Icon(sha256="0" * 64, dhash="?", width=1, height=1),
                      sketches={"code": replace(code(3, shared=9), minhash="AAAA")})  # fmt: skip
    keep(home, url, bare, plain, damaged, sample(4), sample(5, flips=20, shared=0))
    for one in (bare, damaged):
        found = shown(copycatch, one.sha256)
        assert found["icon"] == {"state": "missing", "same": 0, "samples": []}
        assert found["code"] == {"state": "missing", "samples": []}
        page = copycatch("show", one.sha256).out
        assert "no icon that can be compared" in page and "no code of its own that can be compared" in page
    assert shown(copycatch, plain.sha256)["icon"]["state"] == "common"
    assert "too plain" in copycatch("show", plain.sha256).out
    alone = copycatch("show", sample(5).sha256).out
    assert "No other sample has an icon like it" in alone and "No other sample shares" in alone
    put(home, url, counterfeit(9, "没有样本"))
    name = counterfeit(9, "没有样本").findings[0].id
    assert shown(copycatch, name) is None and "Looks like" not in copycatch("show", name).out


def test_what_says_nothing_is_said_to_say_nothing(copycatch: Command, home: Home, url: str | None) -> None:
    own = sample(1)
    key = replace(own.signature.signers[0], known_test_key="the platform's test key")
    public = replace(own.signature, signers=(key,))
    other = replace(public, signers=(replace(key, sha256="99" * 32, subject="CN=Other Studio"),))
    small = sketch(np.arange(1, FEW_CODE, dtype=np.uint64))
    assert small
    keep(home, url, *(replace(sample(number), signature=public) for number in (1, 2)),
         replace(sample(3), signature=other, sketches={"code": small}), replace(sample(4), sketches={"code": small}))  # fmt: skip
    assert {int(one["id"], 16): one["signers"] for one in shown(copycatch, own.sha256)["icon"]["samples"]} == {
        2: "shared_key", 3: "other", 4: "shared_key"
    }  # fmt: skip
    page = copycatch("show", own.sha256).out
    assert "says nothing about who did" in page and "another signer: CN=Other Studio 999999999999…" in page
    assert shown(copycatch, sample(3).sha256)["code"] == {"state": "few", "samples": []}
    assert "so little code of its own" in copycatch("show", sample(3).sha256).out


def test_of_many_ten_are_shown_and_the_rest_is_counted(copycatch: Command, home: Home, url: str | None) -> None:
    keep(home, url, *(sample(number) for number in range(1, 16)))
    found = shown(copycatch, sample(3).sha256)
    assert numbers(found["icon"]["samples"]) == [1, 2, *range(4, 12)] and found["icon"]["same"] == 14
    assert len(found["code"]["samples"]) == alike.MOST
    page = copycatch("show", sample(3).sha256).out
    assert page.count("the same icon (0 of 64") == alike.MOST and "4 more samples have the very same icon" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_stay_words(
    copycatch: Command, home: Home, url: str | None, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    keep(home, url, sample(1), replace(sample(2), label=HOSTILE, package=HOSTILE, version_name=HOSTILE))
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    page = copycatch("show", sample(1).sha256).out
    assert "[bold]助手[/bold]" in page and "\x1b[2J" not in page and "\u202e" not in page
    assert ("图标相同（64 位差 0 位）" if lang == "zh" else "the same icon (0 of 64 bits differ)") in page
    assert json.dumps(shown(copycatch, sample(1).sha256), ensure_ascii=False).count("助手") >= 3


def test_however_much_there_is_few_questions_are_asked(copycatch: Command, home: Home, url: str | None) -> None:
    put(home, url, *(offered(number, sample(number)) for number in range(1, 41)))
    asked: list[str] = []

    class Counted:
        def __init__(self, index: Index) -> None:
            self.index = index

        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(self.index, name)

    with closing(open_index(home, url)) as index:
        hit = index.get(sample(1).sha256)
        assert hit
        found = alike.alike(cast("Index", Counted(index)), hit)
    assert found and len(found.icon.near) == len(found.code.near) == alike.MOST
    assert len(asked) <= 3 + 4 * len(found.others), Counter(asked)
