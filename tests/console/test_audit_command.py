"""`copycatch audit`: who did what, as a list, as a file, and checked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.home import Home
from index.open import open_decisions
from tests.console.conftest import Answer

Command = Callable[..., Answer]
AT = "2026-11-25T08:00:00Z"


@pytest.fixture
def decided(own_home: Path) -> Home:
    place = Home(own_home).prepare()
    records = open_decisions(place)
    records.append("audit", "a1", {"what": "export"}, at=AT, by="李")
    records.append("hold", "h1", {"why": "=1+1"}, at=AT, by="\x1b[31m王", about=["f1-a"])
    records.close()
    return place


def test_what_was_done_is_listed(copycatch: Command, decided: Home) -> None:
    first, second = copycatch("audit", "list", "--json").fits("audit_list")
    assert (first["by"], second["value"], second["about"]) == ("李", {"why": "=1+1"}, ["f1-a"])
    assert copycatch("audit", "list", "--about", "f1-a", "--json").documents == [second]
    assert copycatch("audit", "list", "--by", "李", "--json").documents == [first]
    assert copycatch("audit", "list", "--kind", "hold", "--limit", "1", "--json").documents == [second]
    shown = copycatch("audit", "list")
    assert "\x1b[31m" not in shown.out and "hold" in shown.out
    assert copycatch("audit", "list", "--kind", "hope").code == 2


def test_what_was_handed_out_can_be_checked(copycatch: Command, decided: Home, tmp_path: Path) -> None:
    target = tmp_path / "audit.jsonl"
    (said,) = copycatch("audit", "export", "--out", target, "--json").fits("audit_export")
    (checked,) = copycatch("audit", "verify", target, "--head", said["head"], "--json").fits("audit_verify")
    assert checked == copycatch("audit", "verify", "--json").documents[0] and checked["records"] == 2
    assert copycatch("audit", "verify", target, "--head", "0" * 64).code == 1
    assert copycatch("audit", "export", "--out", target).code == 2, "an earlier file is never overwritten"
    streamed = copycatch("audit", "export", "--out", "-").out.encode()
    assert streamed == target.read_bytes()
    assert copycatch("audit", "verify", "-", stdin=streamed).code == 0
    refused = copycatch("audit", "verify", "-", stdin=streamed.replace("李".encode(), "王".encode()))
    assert refused.code == 1 and "chain breaks" in refused.err


def test_a_home_without_records_says_so(copycatch: Command) -> None:
    assert copycatch("audit", "list").code == 0
    assert copycatch("audit", "verify").code == 2 and copycatch("audit", "export").code == 2
