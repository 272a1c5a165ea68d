"""`copycatch evaluate`."""

import json
from pathlib import Path

ROWS = [
    {"id": "z-1", "title": "代过人脸 失败全退 私聊", "source_kind": "second_hand", "verdict": "violation", "labels": ["p1-2b"], "pair": "p"},
    {"id": "z-2", "title": "二手登山包", "source_kind": "second_hand", "verdict": "benign", "benign_kind": "other", "pair": "p"},
]  # fmt: skip


def file_of(folder: Path, *rows: dict) -> Path:
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_the_shipped_listings_are_no_worse_than_when_the_model_was_made(copycatch) -> None:
    answer = copycatch("evaluate", "--json")
    (document,) = answer.fits("evaluate")
    assert answer.code == 0, answer.err
    assert not document["worse"]
    assert document["difference"]["of"] > 1_500
    assert document["figures"]["average precision"]["value"] > 0.8


def test_own_listings_are_kept_and_compared(copycatch, tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    first = copycatch("evaluate", file_of(tmp_path, *ROWS), "--keep", kept, "--json")
    (document,) = first.fits("evaluate")
    assert document["listings"] == 2
    assert document["difference"] is None
    assert document["untested"] == {"p1-2b": 1}
    assert document["figures"]["pairs: violation above its harmless twin"]["value"] == 1
    (again,) = copycatch("evaluate", file_of(tmp_path, *ROWS), "--against", kept, "--json").fits("evaluate")
    assert again["difference"]["value"] == 0


def test_it_fails_when_it_is_worse(copycatch, tmp_path: Path) -> None:
    rows = [{**ROWS[1 - n % 2], "id": f"z-{n}", "verdict": ("violation", "benign")[n % 2]} for n in range(60)]
    before = tmp_path / "before.csv"
    lines = [f"z-{n},benign,{(0.9, 0.1)[n % 2]}," for n in range(60)]
    before.write_text("\n".join(["id,verdict,probability,violations", *lines, ""]))
    answer = copycatch("evaluate", file_of(tmp_path, *rows), "--against", before)
    assert answer.code == 1
    assert "average precision" in answer.err or "平均精确率" in answer.err


def test_what_cannot_be_read_is_said(copycatch, tmp_path: Path) -> None:
    answer = copycatch("evaluate", file_of(tmp_path, {"id": "z-1"}))
    assert answer.code == 2
    assert "mine.jsonl, line 1" in answer.err
    assert copycatch("evaluate", file_of(tmp_path)).code == 2
