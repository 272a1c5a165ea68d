"""Letters say what was observed and nothing else, in both languages, whatever stands on a page."""

import re
from dataclasses import replace
from typing import get_args

import pytest

from index.party import PartyRole
from takedown.letters.model import Facts, Heading, Letter, Table, Text
from takedown.letters.words import LONGEST, Words, harmless, ranges
from takedown.letters.writing import MOST_ROWS, MOST_TARGETS, letter
from takedown.notice import (
    RIGHTS,
    Action,
    Attachment,
    AttachmentKind,
    Basis,
    Quote,
    Right,
    Signer,
    Statements,
    TargetKind,
)
from takedown.recipients import Choice, Field, recipients
from tests.takedown.letters.notices import FIRST, HOSTILE, context, many, notice, rich, supplied
from tests.takedown.objects import allegation, target

LANGUAGES = ("zh", "en")


def words_of(said: Letter) -> str:
    found = [said.sender, said.on_behalf, said.reference, said.to, said.subject, said.date, *said.signature, said.small]
    for block in said.blocks:
        if isinstance(block, Heading | Text):
            found.append(block.text)
        elif isinstance(block, Facts):
            found += [block.title, *(word for row in block.rows for word in row)]
        elif isinstance(block, Table):
            found += [*block.head, *(word for row in block.rows for word in row)]
    return "\n".join(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_letter_holds_what_its_reader_needs(lang: str) -> None:
    said = words_of(letter(notice(), context(language=lang)))
    for fact in ("https://apps.example.org/app/1", "小舟智聊官方版 1", f"{1:064x}", "ab" * 32, "12345678", "9f" * 32, "李示例", "legal@example.org", "org.example.xiaozhou"):  # fmt: skip
        assert fact in said
    expected = {
        "zh": ("关于请求处置涉嫌仿冒“小舟智聊”的应用的通知", "华为应用市场：", "《互联网信息服务深度合成管理规定》第19条", "2026年11月25日 16:00（北京时间）", "直接观察到的涉嫌事项：仿冒AI应用", "疑似（尚待进一步核实）", "标题原文：“小舟智聊官方版”", "本通知所载内容真实、准确。"),
        "en": ("Notice: app suspected of impersonating “小舟智聊”", "To: Huawei AppGallery", "Provisions on Deep Synthesis, article 19", "25 November 2026 08:00 UTC", "Directly observed, alleged: Counterfeit AI app", "Suspected, to be looked into", "Title: “小舟智聊官方版”", "true and accurate"),
    }  # fmt: skip
    for words in expected[lang]:
        assert words in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_nobody_verified_collected_or_declared_is_not_in_it(lang: str) -> None:
    said = words_of(letter(notice(), context(language=lang)))
    for absent in ("没有核对过的法", "Law nobody checked", "an icon nobody compared", "未采集", "not collected", "None", "0.97", "97%", "0.61", "perjury", "伪证"):  # fmt: skip
        assert absent not in said
    bare = letter(
        notice(rich(statements=Statements(), comparison=(), rights=(), attachments=())), context(language=lang)
    )
    assert "签字或盖章" in words_of(bare) or "Signature:" in words_of(bare)
    headings = [block.text for block in bare.blocks if isinstance(block, Heading)]
    assert len(headings) == 5, "sections with nothing in them are left out, and the rest numbered without a gap"
    assert headings[-1].startswith("五、" if lang == "zh" else "5. ")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("basis", get_args(Basis))
@pytest.mark.parametrize("role", get_args(PartyRole))
def test_every_basis_and_role_has_words(lang: str, basis: str, role: str) -> None:
    said = rich(basis=basis, reporter=replace(rich().reporter, role=role))
    made = letter(notice(said), context(language=lang))
    assert made.subject and re.search(r"[\u4e00-\u9fff]" if lang == "zh" else r"[A-Z]", made.subject)
    assert not re.search(r"[{}]", words_of(made))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_and_action_has_words(lang: str) -> None:
    for kind in get_args(TargetKind):
        for action in get_args(Action):
            assert words_of(letter(notice(rich(target(kind=kind), action=action)), context(language=lang)))
    words = Words(lang)  # type: ignore[arg-type] # one of the literals, or refused
    assert all(words.t(f"attachment.{kind}") for kind in get_args(AttachmentKind))
    two = rich(target(1, kind="app"), target(2, kind="site"))
    assert ("信息" if lang == "zh" else "offers") in letter(notice(two), context(language=lang)).subject


def test_hostile_words_are_shown_as_they_are_and_do_nothing() -> None:
    hostile = rich(
        target(title=HOSTILE, seller=HOSTILE), brand_name=HOSTILE, summary=HOSTILE + "\n\n" + HOSTILE, resubmits=HOSTILE
    )
    said = words_of(letter(notice(hostile), context()))
    assert "<b>加粗</b> #panic() $x$ =1+1 <U+202E>倒序 <U+0000><U+001B>[31m {page}" in said
    assert not set(said) & set("\u202e\x00\x1b\x07")


def test_texts_without_end_are_cut_visibly() -> None:
    long = "长" * 100_000
    made = letter(notice(rich(target(title=long))), context(), annex="annex.xlsx")
    said = words_of(made)
    assert made.needs_annex
    assert f"此处省略 {100_000 - LONGEST:,} 个字符，全文见附表" in said
    assert len(said) < 20_000
    assert not letter(notice(), context()).needs_annex


@pytest.mark.parametrize("number", [MOST_TARGETS, MOST_TARGETS + 1, 5_000])
def test_the_first_targets_stand_in_the_letter_and_the_rest_is_counted(number: int) -> None:
    made = letter(notice(many(number)), context(), annex="annex.xlsx")
    said = words_of(made)
    shown = [block for block in made.blocks if isinstance(block, Facts) and block.title.startswith("对象")]
    assert len(shown) == min(number, MOST_TARGETS)
    assert made.needs_annex == (number > MOST_TARGETS)
    if number > MOST_TARGETS:
        assert f"本函列出前 {MOST_TARGETS} 个对象，全部 {number} 个对象见附表 annex.xlsx。" in said
    if number == 5_000:
        assert f"其余 {5_000 - MOST_ROWS} 项见附表 annex.xlsx。" in said, "attachments"
        assert f"其余 {5_001 - MOST_ROWS} 项见附表 annex.xlsx。" in said, (
            "quotes, of which those that are equal are one"
        )
    assert len(said) < 60_000


def test_who_supplied_it_is_said() -> None:
    said = words_of(letter(notice(rich(supplied())), context()))
    assert "他人提供的材料" in said and "王某某" in said and "我看到页面在售" in said
    assert "公开网页在线提取" in words_of(letter(notice(), context()))


def test_a_right_gives_its_name_to_the_subject() -> None:
    right = Right(kind="copyright", title="小舟之歌", owner="小舟科技（示例）有限公司")
    made = letter(notice(rich(basis="ip_copyright", rights=(right,))), context())
    assert made.subject == "关于请求处置涉嫌侵犯“小舟之歌”著作权的应用的通知"


def test_an_allegation_names_its_items() -> None:
    three = [target(each) for each in (1, 2, 3, 4)]
    some = allegation(targets=(three[0].finding_id, three[1].finding_id, three[3].finding_id))
    said = words_of(letter(notice(rich(*three, allegations=(some,))), context()))
    assert "（对象 1-2, 4）" in said and "“小舟智聊官方版”（对象 1）" in said


@pytest.mark.parametrize(
    ("recipient", "basis", "cited"),
    [
        ("huawei_appgallery", "ip_trademark", "本通知依据《民法典》第1195条、《电子商务法》第42条提出。"),
        ("huawei_appgallery", "impersonation", "本通知依据《民法典》第1195条提出。"),
        ("huawei_appgallery", "illegal_product", None),
        ("alibaba_ipp", "ip_copyright", "本通知依据《电子商务法》第42条提出。"),
        ("alibaba_ipp", "impersonation", None),
        ("dsa_16", "illegal_product", "本通知依据欧盟《数字服务法》第16条提出。"),
    ],
)
def test_a_notice_is_given_under_provisions_about_such_notices(recipient: str, basis: str, cited: str | None) -> None:
    known = recipients(None)[recipient]
    law = known.law[0]
    said = words_of(letter(notice(rich(basis=basis)), context(recipient=known, form=known.forms[0])))
    assert (cited in said) if cited else ("本通知依据" not in said)
    unsure = replace(known, law=(replace(law, unverified=True),))
    said = words_of(letter(notice(rich(basis=basis)), context(recipient=unsure)))
    assert f"依据《{law.title_zh}》" not in said or (basis in RIGHTS and law.id == "cn-ecommerce")
    assert "涉及下列规定" not in said or "电子商务法" not in said.partition("涉及下列规定")[2]


@pytest.mark.parametrize(("lang", "label"), [("zh", "假冒应用（示例）"), ("en", "Fake app (example)")])
def test_a_choice_reads_as_the_form_shows_it(lang: str, label: str) -> None:
    choice = Choice(value="fake", label_zh="假冒应用（示例）", label_en="Fake app (example)")
    asked = (
        Field(id="kind", path="fields.kind", label_zh="类型", label_en="Kind", kind="choice", choices=(choice,)),
        Field(id="more", path="fields.more", label_zh="类型", label_en="Kind"),
    )
    form = replace(context().form, fields=asked)  # type: ignore[type-var] # a form of the recipient
    for value, shown in {"fake": label, "not offered": "not offered"}.items():
        said = rich(fields={"kind": value, "more": "补充"})
        rows = letter(notice(said), context(language=lang, form=form)).blocks
        facts = [row for block in rows if isinstance(block, Facts) for row in block.rows]
        assert ({"zh": "类型", "en": "Kind"}[lang], shown) in facts and facts[-1][1] == "补充"


def test_where_a_quote_stands_is_said_in_words() -> None:
    quote = Quote(finding_id=FIRST, field="label", text="小舟智聊")
    made = rich(allegations=(allegation(quotes=(quote,)),))
    assert "安装后名称原文：“小舟智聊”" in words_of(letter(notice(made), context()))
    assert "Name when installed: “小舟智聊”" in words_of(letter(notice(made), context(language="en")))


def test_of_an_attachment_its_kind_is_said_and_of_a_paper_its_title() -> None:
    files = (
        Attachment(
            kind="custody",
            name="e.zip",
            sha256="9f" * 32,
            size=1,
            media_type="application/zip",
            note=f"seal {'3a' * 32}",
        ),
        Attachment(
            kind="paper", name="p.pdf", sha256="7a" * 32, size=1, media_type="application/pdf", note="商标注册证"
        ),
    )
    said = words_of(letter(notice(rich(attachments=files)), context()))
    assert said.count("3a" * 32) == 1 and "封存值（核对程序显示的应与此相同）：" in said
    assert "seal" not in said and "证据保全文件" in said and "商标注册证" in said


def test_a_title_stays_in_one_line() -> None:
    said = words_of(letter(notice(rich(target(title="一\n\u2028SHA-256: 00\r\n二"))), context()))
    assert "一 SHA-256: 00 二" in said


def test_of_many_certificates_the_rest_is_counted() -> None:
    signers = tuple(Signer(sha256=f"{each:064x}") for each in range(15))
    made = letter(notice(rich(target(signers=signers))), context(), annex="annex.xlsx")
    assert made.needs_annex and "其余 5 项见附表 annex.xlsx。" in words_of(made)
    rights = tuple(Right(kind="trademark", title=f"标{each}") for each in range(50))
    assert "标49" in words_of(letter(notice(rich(rights=rights)), context()))


def test_what_many_pages_say_is_quoted_once() -> None:
    said = words_of(letter(notice(many(30)), context()))
    assert said.count("“官方正版”") == 1 and "描述原文：“官方正版”（对象 1-30）" in said


def test_ranges_and_harmless_words() -> None:
    assert ranges([]) == "" and ranges([5, 1, 2, 3, 5]) == "1-3, 5"
    assert harmless("a\r\n\tb\ufffe\U0001ffff") == "a b<U+FFFE><U+1FFFF>"


def test_times_as_people_read_them() -> None:
    zh, en = Words("zh"), Words("en")
    assert zh.moment("2026-12-31T17:30:00Z") == "2027年1月1日 01:30（北京时间）"
    assert en.moment("2026-12-31T17:30:00Z") == "31 December 2026 17:30 UTC"
    assert zh.day("2026-12-31") == "2026年12月31日", "a day without a time is of no zone"
    assert en.moment("yesterday\u202e") == "yesterday<U+202E>"
