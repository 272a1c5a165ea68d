"""`copycatch detect --pictures`: pictures in a folder belong to listings by their names."""

import json
from pathlib import Path

import pytest

from console.local_pictures import in_folder
from tests.detection.drawn import code, drawn, file_bytes, with_reader


def lines(*offers: dict) -> bytes:
    return "\n".join(json.dumps(offer) for offer in offers).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with_reader()
    place = tmp_path / "pictures"
    (place / "c").mkdir(parents=True)
    (place / "a.png").write_bytes(file_bytes(drawn("实时换脸 视频聊天不穿帮", "软件出售 私聊报价")))
    (place / "a-2.PNG").write_bytes(file_bytes(code("加微信 abc12345")))
    (place / "b.png").write_bytes(b"no picture")
    (place / "c" / "shot.png").write_bytes(file_bytes(drawn("代过人脸 失败全退")))
    return place


def test_what_pictures_say_is_judged(copycatch, folder: Path) -> None:
    offers = [{"id": name, "title": "详情见图", "source_kind": "second_hand"} for name in "abcd"]
    answer = copycatch("detect", "-", "--pictures", folder, "--json", stdin=lines(*offers))
    verdicts = {said["id"]: said for said in answer.fits("detect")}
    assert verdicts["a"]["verdict"] != "benign" and verdicts["c"]["verdict"] != "benign"
    assert verdicts["b"]["verdict"] == verdicts["d"]["verdict"] == "benign"
    fields = {one["field"] for violation in verdicts["a"]["violations"] for one in violation["evidence"]}
    assert "image_text[0]" in fields
    assert "b.png" in answer.err and "picture_unreadable" in answer.err


def test_pictures_of_sexual_material_stay_shut(copycatch, folder: Path) -> None:
    (folder / "x.png").write_bytes(b"whatever it is")
    offer = {"id": "x", "title": "AI一键去衣 发图秒出"}
    answer = copycatch("detect", "-", "--pictures", folder, "--json", stdin=lines(offer))
    assert answer.code == 0 and "x.png" not in answer.err


def test_an_id_never_leads_out_of_the_folder(copycatch, folder: Path) -> None:
    (folder.parent / "secret.png").write_bytes(b"no picture")
    offers = [{"id": name, "title": "t"} for name in ("../secret", "/etc/passwd", "a\x00b")]
    answer = copycatch("detect", "-", "--pictures", folder / "c", "--json", stdin=lines(*offers))
    assert answer.code == 0 and "secret" not in answer.err


def test_names(folder: Path) -> None:
    found = {name: [path.name for path in paths] for name, paths in in_folder(folder).items()}
    assert found == {"a": ["a-2.PNG", "a.png"], "a-2": ["a-2.PNG"], "b": ["b.png"], "c": ["shot.png"]}


def test_no_folder_and_no_extra(copycatch, tmp_path: Path, monkeypatch) -> None:
    offer = lines({"id": "a", "title": "t"})
    with_reader()
    assert copycatch("detect", "-", "--pictures", tmp_path / "gone", stdin=offer).code == 2
    monkeypatch.setattr("console.local_pictures.available", lambda: False)
    answer = copycatch("detect", "-", "--pictures", tmp_path, stdin=offer)
    assert answer.code == 4 and "ocr" in answer.err
