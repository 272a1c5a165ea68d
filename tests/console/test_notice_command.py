"""`copycatch notice` as two people use it: drafted, refused by name, mended, approved by the other one, exported, kept."""

import json
import stat
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from console.exits import CommandError
from console.notices import desk
from index.blobs import Blobs
from index.home import Home
from index.model import Observation, Violation
from index.open import open_decisions, open_index
from index.times import utc
from takedown.gates import gates
from tests.takedown.stored import confirm, counterfeit, evidence

SETTINGS = """
[[people]]
name = "lin"

[[people]]
name = "wang"
roles = ["reviewer"]

[[people]]
name = "zhao"
roles = ["admin"]

[reporter]
org = "小舟科技（示例）有限公司"
name = "李示例"
email = "legal@example.org"
phone = "010-00000000"
country = "CN"
domain = "example.org"
id_kind = "营业执照"
"""

PROFILE = """
id: xiaozhou
names: [{text: 小舟智聊, lang: zh}, {text: Xiaozhou Chat, lang: en}]
packages: [{id: org.example.genuine, confidence: confirmed}]
signers: []
"""


@pytest.fixture
def place(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home where lin, wang and zhao work, with two confirmed findings, one of them with a picture of its page."""
    (tmp_path / "copycatch.toml").write_text(SETTINGS, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPYCATCH_AS", "lin")
    home = Home(own_home).prepare()
    home.brands.mkdir()
    (home.brands / "xiaozhou.yml").write_text(PROFILE, "utf-8")
    return home


def fill(place: Home, *judged: Any, unit: str = "u1-aaaaaaaa", confirmed: bool = True) -> list[str]:
    now = utc()
    with closing(open_index(place)) as index, closing(open_decisions(place)) as records:
        index.put(judged, run_id="r1", at=now)
        names = [one.findings[0].id for one in judged]
        if confirmed:
            confirm(records, unit, *names, at=now)
    return names


def pictured(place: Home, number: int) -> Any:
    """A finding whose page has a picture in the home."""
    one = counterfeit(number)
    digest = Blobs(place.pictures).write(_png(place.path / f"shot{number}.png").read_bytes())
    found = one.findings[0]
    assert found.capture is not None
    return replace(one, findings=(replace(found, capture=replace(found.capture, screenshot=digest)),))


def _png(path: Path, colour: str = "grey") -> Path:
    Image.new("RGB", (8, 8), colour).save(path)
    return path


def drafted(copycatch, *argv: object) -> str:
    answer = copycatch("notice", "draft", *argv, "--json")
    assert answer.code == 0, answer.err
    (document,) = answer.fits("notice_state")
    return str(document["id"])


def fields(answer) -> set[str]:
    (document,) = answer.fits("notice_check")
    assert answer.code == (0 if document["passes"] else 1)
    return {one["field"] for one in document["refusals"] if one["blocks"]}


def test_from_draft_to_export_by_two_people(place: Home, copycatch) -> None:
    fill(place, pictured(place, 1), pictured(place, 2))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "huawei_appgallery")
    shown = copycatch("notice", "check", name, "--json")
    assert {"reporter.id_number", "statements.accuracy"} <= fields(shown), "what is missing is named, field by field"

    refused = copycatch("notice", "approve", name, "--as", "wang", "--json")
    assert refused.code == 1 and "reporter.id_number" in fields(refused)
    done = copycatch("notice", "edit", name, "--set", "reporter.id_number=EXAMPLE-1", "--sign", "李示例", "--json")
    assert done.fits("notice_state")[0]["version"] == 2
    assert fields(copycatch("notice", "check", name, "--json")) == {""}, "only the approval is missing"
    assert copycatch("notice", "approve", name, "--as", "lin").code == 2, "an analyst may not"
    assert copycatch("notice", "export", name, "--format", "json").code == 1

    approved = copycatch("notice", "approve", name, "--as", "wang", "--note", "看过", "--json")
    assert approved.fits("notice_state")[0]["state"] == "approved"
    assert copycatch("notice", "check", name, "--json").fits("notice_check")[0]["passes"]
    exported = copycatch("notice", "export", name, "--format", "json", "--format", "csv", "--out", "给平台", "--json")
    (document,) = exported.fits("notice_export")
    for file, digest in document["files"].items():
        assert sha256(Path("给平台", file).read_bytes()).hexdigest() == digest
    assert not list(Path("给平台").glob(".*"))
    (whole,) = copycatch("notice", "show", name, "--json").fits("notice_show")
    assert [step["state"] for step in whole["steps"]] == ["draft", "approved", "exported"]
    assert whole["steps"][-1]["files"] == document["files"]
    assert [one["state"] for one in copycatch("notice", "list", "--json").fits("notice_state")] == ["exported"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_read_well_in_both_languages(place: Home, copycatch, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(place, pictured(place, 1))
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    answer = copycatch("notice", "draft", "u1-aaaaaaaa", "--to", "huawei_appgallery")
    assert answer.code == 0 and "reporter.id_number" in answer.out
    name = answer.out.split()[0]
    page = copycatch("notice", "show", name).out
    assert ("观察到的与正版对比" in page) == (lang == "zh") and "https://apps.example.org/app/1" in page
    assert ("第二人批准" in copycatch("notice", "check", name).out) == (lang == "zh")
    assert "huawei_appgallery" in copycatch("notice", "list").out


def test_any_edit_voids_the_approval(place: Home, copycatch) -> None:
    fill(place, pictured(place, 1))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "huawei_appgallery")
    edited = copycatch("notice", "edit", name, "--set", "reporter.id_number=1", "--sign", "李示例")
    assert "all gates are open but the second pair of eyes" in edited.out
    assert copycatch("notice", "approve", name, "--as", "wang").code == 0
    copycatch("notice", "edit", name, "--set", "summary=换了说法")
    assert copycatch("notice", "export", name, "--format", "json", "--json").code == 1
    (document,) = copycatch("notice", "check", name, "--json").fits("notice_check")
    assert [one["message"] for one in document["refusals"] if one["blocks"]] == ["gate.approval_void"]
    assert document["state"] == "draft" and not list(place.exports.iterdir())


def test_whoever_wrote_it_last_cannot_approve_it(place: Home, copycatch) -> None:
    fill(place, pictured(place, 1))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "huawei_appgallery")
    copycatch("notice", "edit", name, "--set", "reporter.id_number=1", "--sign", "王示例", "--as", "wang")
    assert copycatch("notice", "approve", name, "--as", "wang").code == 2
    assert copycatch("notice", "approve", name, "--as", "zhao").code == 0


def test_only_confirmed_findings_get_in_and_the_rest_is_counted(place: Home, copycatch) -> None:
    (sure,) = fill(place, counterfeit(1))
    (unsure,) = fill(place, counterfeit(2), confirmed=False)
    answer = copycatch("notice", "draft", "--query", "*", "--to", "cac_12377", "--json")
    assert answer.fits("notice_state")[0]["targets"] == 1 and "confirmed them: 1" in answer.err
    assert copycatch("notice", "draft", unsure, "--to", "cac_12377").code == 2
    assert copycatch("notice", "draft", sure[:14], "--to", "cac_12377", "--json").fits("notice_state")
    asked = copycatch("notice", "draft", sure)
    assert asked.code == 2 and "cac_12377" in asked.err, "it says who can be written to"
    for wrong in (["f1-nothing", "--to", "cac_12377"], ["u1-nothing", "--to", "cac_12377"], ["--to", "cac_12377"], [sure, "--to", "nobody"], [sure, "--to", "cac_12377", "--form", "none"]):  # fmt: skip
        answer = copycatch("notice", "draft", *wrong)
        assert answer.code == 2 and len(answer.err.strip().splitlines()) <= 2, wrong


def test_where_a_machine_is_blocked_a_person_says_what_they_saw(place: Home, copycatch, tmp_path: Path) -> None:
    one = pictured(place, 1)
    fill(place, one)
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "huawei_appgallery")
    copycatch("notice", "edit", name, "--set", "reporter.id_number=1", "--sign", "李示例")
    with closing(open_index(place)) as index:  # seen days ago, refused since
        index.put([one], run_id="r2", at="2026-01-01T00:00:00Z")
    _age(place, one, "2026-01-01T00:00:00Z")
    listing = one.findings[0].listing_id
    with closing(open_index(place)) as index:
        index.observe([Observation(listing_id=listing, at=utc(), state="blocked", run_id="r3")])
    copycatch("notice", "edit", name, "--refresh")
    url = one.listing.url
    shot, fake = _png(tmp_path / "seen.PNG"), tmp_path / "fake.png"
    fake.write_bytes(b"no picture")
    for wrong in (
        ["--picture", fake],
        ["--picture", tmp_path / "gone.png"],
        ["--picture", tmp_path / "copycatch.toml"],
    ):
        assert copycatch("notice", "statement", name, url, *wrong, "--text", "在售").code == 2
    assert copycatch("notice", "statement", name, url, "--picture", shot, "--text", " ").code == 2
    assert (
        copycatch("notice", "statement", name, "https://other.example/", "--picture", shot, "--text", "在售").code == 2
    )
    done = copycatch("notice", "statement", name, url, "--picture", shot, "--text", "在售", "--by", "陈示例", "--json")
    assert done.fits("notice_state")
    (whole,) = copycatch("notice", "show", name, "--json").fits("notice_show")
    assert whole["content"]["targets"][0]["look"]["by"] == "陈示例"
    assert whole["content"]["attachments"][-1]["media_type"] == "image/png"
    (kept,) = place.papers.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and kept.name.startswith(sha256(shot.read_bytes()).hexdigest())
    copycatch("notice", "edit", name, "--refresh")
    assert fields(copycatch("notice", "check", name, "--json")) == {""}, "only the approval is missing"


def _age(place: Home, one: Any, at: str) -> None:
    """Moves the last sight of a listing into the past, as if no crawl had been there since."""
    import sqlite3  # noqa: PLC0415 - for this function only

    with closing(sqlite3.connect(place.index)) as opened, opened:
        opened.execute("UPDATE listings SET last_seen = ? WHERE id = ?", (at, one.findings[0].listing_id))


def test_screenshots_of_sexual_offers_are_covered_and_stay_here(place: Home, copycatch, tmp_path: Path) -> None:
    held = Violation(id="p1-1b", group="illegal_tool", probability=0.9, evidence=(evidence("p1-1b"),))
    fill(place, counterfeit(1, violations=[held]))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "cac_12377")
    say = ("notice", "statement", name, "https://apps.example.org/app/1", "--picture", _png(tmp_path / "a.png"), "--text", "在售")  # fmt: skip
    assert copycatch(*say).code == 2
    assert copycatch(*say, "--covered").code == 0
    (whole,) = copycatch("notice", "show", name, "--json").fits("notice_show")
    assert whole["content"]["targets"][0]["look"]["picture_sha256"] and not whole["content"]["attachments"]


def test_pictures_of_our_own_browser_may_go_along(place: Home, copycatch) -> None:
    one = pictured(place, 1)
    held = Violation(id="p1-1b", group="illegal_tool", probability=0.9, evidence=(evidence("p1-1b"),))
    fill(
        place, replace(one, findings=(replace(one.findings[0], group="illegal_tool", brand=None, violations=(held,)),))
    )
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "cac_12377")
    assert "attachments.screenshot" not in fields(copycatch("notice", "check", name, "--json"))


def test_a_finding_that_has_another_id_now_is_found_by_its_unit(place: Home, copycatch) -> None:
    (name,) = fill(place, counterfeit(1), unit="u1-bbbbbbbb", confirmed=False)
    with closing(open_decisions(place)) as records:
        confirm(records, "u1-bbbbbbbb", "f1-000000000000000000000001", at=utc())
        records.alias("f1-000000000000000000000001", name, at=utc(), by="copycatch", reason="moved")
    assert drafted(copycatch, "u1-bbbbbbbb", "--to", "cac_12377")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_words_reach_no_terminal(place: Home, copycatch, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = "\x1b[2J[red]=cmd()<script>\u202egpj" + "长" * 100_000
    said = evidence(zh=f"标题“{bad}”", en=f"title {bad}", quote=bad[:30])
    held = Violation(id="p2-6a", group="counterfeit", probability=0.9, evidence=(said,))
    url = "https://apps.example.org/\u202e\x1b[2J"
    fill(place, counterfeit(1, title=bad, seller=bad, package_name=bad, url=url, violations=[held]))
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    answer = copycatch("notice", "draft", "u1-aaaaaaaa", "--to", "huawei_appgallery")
    name = answer.out.split()[0]
    shown = [answer, *(copycatch("notice", *argv) for argv in (["show", name], ["check", name], ["list"]))]
    assert all("\x1b" not in one.out + one.err and "\u202e" not in one.out + one.err for one in shown)
    assert "<script>" in shown[1].out and len(shown[1].out) < 50_000
    assert copycatch("notice", "show", name, "--json").fits("notice_show")[0]["content"]["targets"][0]["title"] == bad


def test_a_reviewer_lets_leads_pass_with_a_reason(place: Home, copycatch) -> None:
    held = Violation(id="p1-4d", group="illegal_tool", probability=0.9, evidence=(evidence("p1-4d"),))
    fill(place, counterfeit(1, violations=[held]))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "cac_12377")
    assert "allegations" in fields(copycatch("notice", "check", name, "--json"))
    assert copycatch("notice", "override", name, "observed", "--reason", "核实过").code == 2, "not an analyst"
    assert copycatch("notice", "override", name, "observed", "--reason", " ", "--as", "wang").code == 2
    assert copycatch("notice", "override", name, "fields", "--reason", "x", "--as", "wang").code == 2
    done = copycatch("notice", "override", name, "observed", "--reason", "核实过", "--as", "wang", "--json")
    assert done.fits("notice_state")
    (document,) = copycatch("notice", "check", name, "--json").fits("notice_check")
    (one,) = (one for one in document["refusals"] if one["gate"] == "observed")
    assert one["overridden"] == "wang: 核实过" and not one["blocks"]


@pytest.mark.parametrize(
    "change",
    [
        "colour=red", "summary", "targets.url=x", "decisions=x", "overrides.observed=wang: x", "reporter.role=king",
        "statements.perjury=maybe", "reporter=x", "rights.0.number=1", "reporter.org.x=1", "fields.a.b=1", "=x", "basis=theft", "summary=@/nowhere",
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_is_refused_in_one_line(place: Home, copycatch, change: str) -> None:
    fill(place, counterfeit(1))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "cac_12377")
    answer = copycatch("notice", "edit", name, "--set", change)
    assert answer.code == 2 and answer.err.strip()
    assert copycatch("notice", "show", name, "--json").fits("notice_show")[0]["version"] == 1


def test_targets_and_files_can_be_left_out(place: Home, copycatch, tmp_path: Path) -> None:
    names = fill(place, pictured(place, 1), pictured(place, 2))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "huawei_appgallery")
    (tmp_path / "text.txt").write_text("事实\n如下", "utf-8")
    extra = _png(tmp_path / "extra.png", "white")
    assert copycatch("notice", "edit", name, "--drop", names[0][:12], "--attach", f"other={extra}", "--set", "summary=@text.txt").code == 0  # fmt: skip
    (whole,) = copycatch("notice", "show", name, "--json").fits("notice_show")
    content = whole["content"]
    assert [one["finding_id"] for one in content["targets"]] == [names[1]] and content["summary"] == "事实\n如下"
    assert {one["finding_id"] for one in content["comparison"]} == {names[1]}
    assert [one["kind"] for one in content["attachments"]] == ["screenshot", "other"]
    assert copycatch("notice", "edit", name, "--drop", names[1]).code == 2, "the last one"
    assert copycatch("notice", "edit", name, "--attach", f"nothing={extra}").code == 2
    assert copycatch("notice", "edit", name, "--detach", "extra.png").code == 0
    assert copycatch("notice", "edit", name, "--detach", "extra.png").code == 2


def test_an_evidence_bundle_goes_along_with_its_parts(place: Home, copycatch, tmp_path: Path) -> None:
    fill(place, pictured(place, 1))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "huawei_appgallery")
    made = copycatch("evidence", "build", name, "--out", tmp_path / "b.zip")
    assert (tmp_path / "b.zip").is_file(), made.err
    for _ in range(2):  # again: it takes its own place
        assert copycatch("notice", "edit", name, "--bundle", tmp_path / "b.zip").code == 0
    (whole,) = copycatch("notice", "show", name, "--json").fits("notice_show")
    files = whole["content"]["attachments"]
    assert [one["name"] for one in files].count("b.zip") == 1 and {"comparison", "custody"} <= {one["kind"] for one in files}  # fmt: skip
    assert not {"attachments.other", "attachments.comparison"} & fields(copycatch("notice", "check", name, "--json"))
    (tmp_path / "bad.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-1])
    for wrong in ("bad.zip", "gone.zip", "copycatch.toml"):
        assert copycatch("notice", "edit", name, "--bundle", tmp_path / wrong).code == 2


def test_a_lost_picture_is_missed(place: Home, copycatch) -> None:
    fill(place, pictured(place, 1))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "huawei_appgallery")
    for path in place.pictures.rglob("*"):
        if path.is_file():
            path.unlink()
    assert "attachments.screenshot" in fields(copycatch("notice", "check", name, "--json"))


def test_unknown_notices_and_states_are_said(place: Home, copycatch) -> None:
    fill(place, counterfeit(1))
    for argv in (
        ["check", "n1-unknown"],
        ["show", "x"],
        ["approve", "n1-unknown", "--as", "wang"],
        ["list", "--state", "lost"],
    ):
        answer = copycatch("notice", *argv)
        assert answer.code == 2 and answer.err.strip()
    assert copycatch("notice", "list").code == 0


def test_of_two_people_the_second_is_told_and_writes_nothing(place: Home, copycatch) -> None:
    fill(place, counterfeit(1))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "cac_12377")

    def too_late() -> None:
        with desk() as held:
            seen = held.book.get(name)
            assert copycatch("notice", "edit", name, "--set", "summary=甲").code == 0
            held.book.edit(seen, replace(seen.content, summary="乙"), at=utc(), by="wang")

    with pytest.raises(CommandError, match="somebody else"):
        too_late()
    assert copycatch("notice", "show", name, "--json").fits("notice_show")[0]["content"]["summary"] == "甲"


def test_the_page_names_every_gate(place: Home, copycatch) -> None:
    docs = (Path(__file__).parents[2] / "docs/notices.md").read_text("utf-8")
    assert all(f"`{name}`" in docs for name in gates())


# papers


def test_papers_are_copied_for_nobody_else_to_read(place: Home, copycatch, tmp_path: Path) -> None:
    paper = tmp_path / "注册证.pdf"
    paper.write_bytes(b"%PDF-1.7 example")
    say = ("papers", "add", paper, "--kind", "mark", "--title", "小舟智聊", "--brand", "xiaozhou", "--number", "1", "--class", "9", "--region", "cn", "--owner", "小舟", "--to", "2033-01-01")  # fmt: skip
    assert copycatch(*say).code == 2, "not an analyst"
    (document,) = copycatch(*say, "--as", "zhao", "--json").fits("papers")
    assert (document["state"], document["regions"], document["classes"]) == ("valid", ["CN"], [9])
    (kept,) = place.papers.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(place.papers.stat().st_mode) == 0o700
    name = document["id"]
    assert copycatch("papers", "show", name, "--json").fits("papers") == [document]
    assert name in copycatch("papers", "list").out and "小舟智聊" in copycatch("papers", "show", name).out
    (gone,) = copycatch("papers", "remove", name, "--as", "zhao", "--json").fits("papers")
    assert gone["state"] == "removed" and kept.exists(), "notices that were sent still rest on the file"
    assert copycatch("papers", "list", "--json").documents == []
    assert copycatch("papers", "list", "--all", "--json").fits("papers") == [gone]
    assert copycatch("papers", "remove", name, "--as", "zhao").code == 2


@pytest.mark.parametrize(
    "wrong", [["--to", "soon"], ["--class", "99"], ["--from", "2030-01-01", "--to", "2020-01-01"], ["--title", " "]]
)
def test_an_impossible_paper_is_refused_in_one_line(place: Home, copycatch, tmp_path: Path, wrong: list[str]) -> None:
    paper = tmp_path / "a.pdf"
    paper.write_bytes(b"%PDF-1.7 example")
    answer = copycatch("papers", "add", paper, "--kind", "mark", "--title", "甲", *wrong, "--as", "zhao")
    assert answer.code == 2 and answer.err.strip() and not place.papers.exists()


def test_what_is_no_paper_is_refused(place: Home, copycatch, tmp_path: Path) -> None:
    for file in (tmp_path / "gone.pdf", tmp_path, tmp_path / "copycatch.toml"):
        answer = copycatch("papers", "add", file, "--kind", "mark", "--title", "甲", "--as", "zhao")
        assert answer.code == 2 and answer.err.strip(), file


def test_an_expired_paper_is_told_by_the_exit_code(place: Home, copycatch, tmp_path: Path) -> None:
    paper = tmp_path / "a.pdf"
    paper.write_bytes(b"%PDF-1.7 example")
    copycatch("papers", "add", paper, "--kind", "licence", "--title", "甲", "--to", "2020-01-01", "--as", "zhao")
    answer = copycatch("papers", "list", "--json")
    assert answer.code == 1 and answer.fits("papers")[0]["state"] == "expired"


def test_a_trademark_notice_rests_on_its_papers(place: Home, copycatch, tmp_path: Path) -> None:
    fill(place, pictured(place, 1))
    paper = tmp_path / "mark.pdf"
    paper.write_bytes(b"%PDF-1.7 example")
    say = ("notice", "draft", "u1-aaaaaaaa", "--to", "huawei_appgallery", "--basis", "ip_trademark")
    assert "rights" in fields(copycatch("notice", "check", drafted(copycatch, *say[2:]), "--json"))
    add = ("papers", "add", paper, "--kind", "mark", "--title", "小舟智聊", "--brand", "xiaozhou", "--number", "1", "--region", "CN", "--as", "zhao", "--json")  # fmt: skip
    (narrow,) = copycatch(*add, "--class", "30").fits("papers")
    name = drafted(copycatch, *say[2:])
    assert "rights.classes" in fields(copycatch("notice", "check", name, "--json"))
    copycatch("papers", "remove", narrow["id"], "--as", "zhao")
    assert "rights.paper" in fields(copycatch("notice", "check", name, "--json"))
    copycatch(*add, "--class", "9", "--owner", "小舟科技（示例）有限公司")
    name = drafted(copycatch, *say[2:])
    copycatch("notice", "edit", name, "--set", "reporter.id_number=1", "--sign", "李示例")
    assert fields(copycatch("notice", "check", name, "--json")) == {""}
    assert json.loads(copycatch("notice", "show", name, "--json").out)["content"]["rights"][0]["classes"] == [9]
