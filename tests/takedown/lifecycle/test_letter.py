"""Letters that take a notice back: to whom, which, why, what to undo; safe against what stands in titles."""

import csv
import io
from pathlib import Path

import pytest

from index.records import Decisions
from takedown.exporting import Context
from takedown.letters.model import Letter, Table, Text
from takedown.letters.typesetting import typeset
from takedown.letters.word import drawn
from takedown.lifecycle.letter import MOST_ROWS, export_withdrawal, letter
from takedown.lifecycle.said import Said
from takedown.lifecycle.withdrawal import concerned, whole, withdraw
from takedown.notice import Notice, Target
from tests.takedown.lifecycle.lives import NOW, desk, exported, recipient, sent
from tests.takedown.objects import target


def context(lang: str = "zh") -> Context:
    return Context(now=NOW, version="0", language=lang, recipient=recipient())  # type: ignore[arg-type] # one of the literals, or refused


def words(said: Letter) -> str:
    return "\n".join(block.text for block in said.blocks if isinstance(block, Text))


def back(records: Decisions, notice: Notice, *targets: Target) -> Notice:
    given = (
        concerned(records, [each.finding_id for each in targets]) if targets else [w] if (w := whole(notice)) else []
    )
    found = withdraw(records, given, reason="对方出示了授权书。\n我方判断有误。", now=NOW, by="lin")
    return next(each for each in found if each.id == notice.id)


@pytest.mark.parametrize(
    ("lang", "marks"), [("zh", ("11月25日", "TX-7", "全部请求")), ("en", ("25 November", "TX-7", "as a whole"))]
)
def test_the_letter_cites_the_notice_and_its_receipt(lang: str, marks: tuple[str, ...], records: Decisions) -> None:
    notice = desk(records).acknowledged(sent(records), Said(receipt="TX-7"), now=NOW, by="lin")
    said = letter(back(records, notice), context(lang))
    assert all(mark in words(said) for mark in marks) and notice.id in words(said)
    assert "对方出示了授权书。" in words(said) and "我方判断有误。" in words(said)
    assert said.to.startswith("示例商店" if lang == "zh" else "To: Example Store")


def test_only_what_is_taken_back_stands_in_it(records: Decisions) -> None:
    notice = back(records, sent(records, target(1), target(2), target(3)), target(2))
    said = letter(notice, context())
    (table,) = (block for block in said.blocks if isinstance(block, Table))
    assert [row[2] for row in table.rows] == [target(2).url] and "其余请求不变" in words(said)


def test_a_notice_that_may_have_been_sent_is_spoken_of_so(records: Decisions) -> None:
    assert "如贵方已收到" in words(letter(back(records, exported(records)), context()))
    with pytest.raises(ValueError, match="taken back"):
        letter(sent(records), context())


@pytest.mark.parametrize(
    "title", ["=cmd()", "<script>alert(1)</script>", "\u202eabc", "长" * 100_000, "#let x = 1", "\x1b[2J"]
)
def test_hostile_titles_go_through_both_formats(title: str, records: Decisions, tmp_path: Path) -> None:
    notice = back(records, sent(records, target(1, title=title)))
    for draw, suffix, head in ((typeset, ".pdf", b"%PDF"), (drawn, ".docx", b"PK")):
        (made,) = export_withdrawal(notice, context(), tmp_path, draw, suffix)
        assert made.read_bytes().startswith(head)
    (table,) = (block for block in letter(notice, context()).blocks if isinstance(block, Table))
    assert "\u202e" not in table.rows[0][1] and "\x1b" not in table.rows[0][1] and len(table.rows[0][1]) < 300


def test_what_finds_no_room_stands_in_a_sheet_without_formulas(records: Decisions, tmp_path: Path) -> None:
    targets = [target(number, title="=1+1") for number in range(1, MOST_ROWS + 52)]
    notice = back(records, sent(records, *targets), *targets[1:])
    made, sheet = export_withdrawal(notice, context(), tmp_path, typeset, ".pdf")
    assert made.suffix == ".pdf"
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))))
    assert len(rows) == MOST_ROWS + 51 and rows[-1][1:] == ["'=1+1", targets[-1].url]
