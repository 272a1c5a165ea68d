"""Portal sheets: every field in the form's order, counted; what is too long is cut in plain sight; nothing hostile runs."""

import os
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from crawler.browser import BrowserMissing, require_browser
from index.messages import LANGUAGES
from index.party import Party
from takedown.exporters import notice_exporters
from takedown.exporters.portal import export_notice
from takedown.exporting import Context, ExportError
from takedown.notice import Attachment, Content, Language, Notice, Right, Statements, Step
from takedown.portal import page, plain_text, sheet
from takedown.portal.fitting import cut
from takedown.recipients import Choice, Field, Form, Recipient, recipients
from tests.conftest import missing
from tests.takedown.objects import AT, content, target

SHIPPED = recipients()
FORMS = [(each.id, form.id) for each in SHIPPED.values() for form in each.forms]
HOSTILE = [
    "<script>document.title='ran'</script>",
    '"><img src=x onerror="document.title=\'ran\'">',
    "'><svg onload=document.title='ran'>",
    "</style><style>body{display:none}</style>",
    "{rows}{script_hash}",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe\u202c\u200b\x00\x1b[31m",
    "&lt;b&gt;&amp;",
]


def notice(said: Content) -> Notice:
    first = Step(state="draft", at=AT, by="analyst", digest=said.digest)
    return Notice(id="n1-0123456789abcdef0123456789abcdef", version=1, content=said, steps=(first,))


def context(recipient: str, form: str = "", **said: Any) -> Context:
    found = SHIPPED[recipient]
    chosen = found.form(form) if form else found.forms[0]
    return Context(now=AT, version="0.1.0", recipient=found, form=chosen, **said)


def full(recipient: str, name: str, **said: Any) -> Content:
    """A content that says everything that the form asks but files."""
    form = SHIPPED[recipient].form(name)
    assert form
    given: dict[str, Any] = {
        "recipient": recipient,
        "form": name,
        "basis": form.bases[0],
        "language": form.languages[0],
        "principal": Party(org="小舟科技（示例）有限公司", name="李示例", id_kind="营业执照", id_number="E-1", address="示例路"),
        "authorization": "p1-000000000001",
        "rights": (
            Right(
                kind="trademark", title="小舟", number="1", jurisdiction="CN", classes=(9,), owner="小舟科技",
                valid_to="2030-01-01", original_url="https://xiaozhou.example",
            ),
        ),
        "statements": Statements(good_faith=True, accuracy=True, perjury=True, liability=True, signed_by="李示例", signed_at=AT),
        "fields": {
            each.path.partition(".")[2]: each.choices[0].value if each.choices else f"words of {each.id}"
            for each in form.fields
            if each.path.startswith("fields.")
        },
    }  # fmt: skip
    return content(target(domain="apps.example.org"), **{**given, **said})


def own_form(*fields: Field, **said: Any) -> Form:
    return Form(
        id="form", title_zh="表", title_en="form", version="1", verified_at="2026-11-25", source="test",
        bases=("impersonation",), fields=fields, **said,
    )  # fmt: skip


def test_a_text_within_the_limit_is_left_alone_and_a_longer_one_is_cut_at_sentences() -> None:
    said = "首句说明来由。大家都很着急。包名为 org.example.one.two。请尽快。页面写明“官方正版”。"
    made = cut(said, 32, len)
    assert made
    assert made.text == "首句说明来由。包名为 org.example.one.two。"
    assert made.left_out == ("大家都很着急。", "请尽快。", "页面写明“官方正版”。")
    assert cut(said, len(said), len).text == said  # type: ignore[union-attr] # it is there
    assert cut(said, 6, len) is None or len(cut(said, 6, len).text) <= 6  # type: ignore[union-attr] # it is there
    assert cut("没有句号也没有断点", 5, len) is None


def test_repeated_sentences_go_first() -> None:
    made = cut("A fact 123. Please hurry. Please hurry. Other words here.", 45, len)
    assert made
    assert made.left_out == ("Please hurry.",)


def test_lines_are_cut_whole_from_the_end() -> None:
    lines = [f"https://a.example/{number}" for number in range(100)]
    made = cut("\n".join(lines), 220, len, lines=True)
    assert made
    assert made.text.split("\n") == lines[: len(made.text.split("\n"))]
    assert [*made.text.split("\n"), *made.left_out] == lines
    assert len(made.text) <= 220 < len(made.text) + 22


@pytest.mark.parametrize("unit", ["chars", "bytes", "gbk_bytes"])
@pytest.mark.parametrize(
    "text", ["一二三四五。" * 100, "Some words. " * 100, "💡说明。\n" * 100, "a" * 1000, "。" * 1000, "\n" * 50 + "x"]
)
def test_a_cut_is_never_longer_than_the_limit_and_loses_nothing_unsaid(unit: Any, text: str) -> None:
    field = Field(id="f", path="summary", label_zh="f", label_en="f", limit=100, unit=unit)
    for lines in (False, True):
        made = cut(text, 100, field.length, lines=lines)
        if made:
            assert 0 < field.length(made.text) <= 100
            squeezed = re.sub(r"\s", "", text)
            assert sum(len(re.sub(r"\s", "", each)) for each in (made.text, *made.left_out)) == len(squeezed)


def test_a_field_counts_in_its_unit() -> None:
    for unit, length in (("chars", 3), ("bytes", 7), ("gbk_bytes", 5)):
        assert Field(id="f", path="summary", label_zh="f", label_en="f", unit=unit).length("中a文") == length  # type: ignore[arg-type] # one of the literals, or refused


@pytest.mark.parametrize(("recipient", "name"), FORMS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_shipped_form_makes_a_sheet_in_its_own_order(recipient: str, name: str, lang: Language) -> None:
    told = context(recipient, name, language=lang)
    assert told.form
    made = sheet(notice(full(recipient, name)), told.form, told)
    assert [row.field for row in made.rows] == list(told.form.fields)
    assert [row.number for row in made.rows] == list(range(1, len(made.rows) + 1))
    for row in made.rows:
        if row.field.kind != "file" and row.field.path != "authorization":
            assert not row.missing, row
            assert row.needed <= (row.do != "skip"), row
    for shown in (page(made), plain_text(made)):
        assert all(row.field.label(lang).split("（")[0][:3] in shown for row in made.rows)
        assert "portal." not in re.sub(r"https?://\S+|\S+\.portal\.\S+", "", shown.partition("<script>")[0])


def test_what_is_missing_is_named_on_the_sheet() -> None:
    said = content(
        target(1), target(2, package_name="", title="第二个"), statements=Statements(), recipient="google_play"
    )
    told = context("google_play")
    made = sheet(notice(said), told.form, told)  # type: ignore[arg-type] # one of the literals, or refused
    assert {row.field.id: bool(row.missing) for row in made.rows} == {
        "package": True,
        "policy": True,
        "description": False,
    }
    assert made.problems == 2
    assert "第二个" in page(made)
    assert "第二个" in plain_text(made)


def test_an_answer_that_the_form_does_not_offer_is_named() -> None:
    told = context("google_play", language="en")
    made = sheet(notice(full("google_play", "policy", fields={"policy": "dislike"})), told.form, told)  # type: ignore[arg-type] # one of the literals, or refused
    row = next(row for row in made.rows if row.field.id == "policy")
    assert (row.do, row.text) == ("skip", "")
    assert "dislike" in row.missing[0]


def test_a_text_that_is_too_long_is_shown_whole_and_cut() -> None:
    told = context("ebay_vero", language="en")
    long = (
        "The app is a copy. "
        + "It troubles users a lot and we ask for help. " * 40
        + "Its package is org.example.copy.app."
    )
    made = sheet(notice(full("ebay_vero", "report_item", summary=long)), told.form, told)  # type: ignore[arg-type] # one of the literals, or refused
    row = next(row for row in made.rows if row.field.id == "detailed_message")
    assert row.over
    assert row.text == long
    assert row.cut
    assert row.cut.text.endswith("org.example.copy.app.")
    shown = page(made)
    assert "Longer than the form takes" in shown
    assert shown.count("<del>") == len(row.cut.left_out) > 10
    assert made.problems == 1


def test_several_values_stand_on_lines_or_beside_each_other() -> None:
    fields = (
        Field(id="name", path="targets.title", label_zh="a", label_en="a"),
        Field(id="mark", path="rights.title", label_zh="b", label_en="b"),
        Field(id="seen", path="targets.last_seen", label_zh="c", label_en="c", kind="date"),
        Field(id="action", path="action", label_zh="d", label_en="d"),
        Field(id="kind", path="rights.kind", label_zh="e", label_en="e", kind="choice", choices=(Choice(value="trademark", label_zh="商标", label_en="mark"),)),
    )  # fmt: skip
    rights = (Right(kind="trademark", title="小舟"), Right(kind="trademark", title="XIAOZHOU"))
    said = content(target(1), target(2, last_seen="2026-11-26T20:00:00Z"), rights=rights)
    form = own_form(*fields)
    zh = sheet(notice(said), form, Context(now=AT, version="1", form=form))
    en = sheet(notice(said), form, Context(now=AT, version="1", form=form, language="en"))
    assert [row.text for row in zh.rows] == [
        "小舟智聊官方版 1\n小舟智聊官方版 2", "小舟、XIAOZHOU", "2026-11-25 16:00（北京时间） – 2026-11-27 04:00（北京时间）", "删除或下架", "商标",
    ]  # fmt: skip
    assert [row.text for row in en.rows][1:] == [
        "小舟, XIAOZHOU", "2026-11-25 08:00 UTC – 2026-11-26 20:00 UTC", "remove", "mark",
    ]  # fmt: skip


def hostile(recipient: str = "huawei_appgallery", form: str = "complaint") -> Content:
    """A notice in which everything that can come from outside is hostile."""
    words = " ".join(HOSTILE)
    shot = Attachment(
        kind="screenshot", name=words, sha256="1" * 64, size=1, media_type="image/png", source_url=words, note=words
    )
    paper = replace(shot, kind="paper", media_type=words)
    attack = target(
        1, url=f"javascript:{words}", title=words, seller=words, package_name=words, last_seen=words, domain="x"
    )
    said = full(recipient, form, summary=words, attachments=(shot, paper))
    return replace(said, targets=(attack, target(2, title="t" * 100_000)), reporter=replace(said.reporter, org=words))


class Tags(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_hostile_becomes_markup(lang: Language) -> None:
    told = context("huawei_appgallery", language=lang)
    made = sheet(notice(hostile()), told.form, told)  # type: ignore[arg-type] # one of the literals, or refused
    shown = page(made)
    read = Tags()
    read.feed(shown)
    tags = [tag for tag, _ in read.found]
    assert tags.count("script") == tags.count("style") == 1
    assert not {"svg", "iframe", "object", "embed", "base", "link", "form"} & set(tags)
    for tag, attributes in read.found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert tag != "img" or (attributes["src"] or "").startswith("data:image/jpeg;base64,")
        assert tag != "a" or re.match(r"https://|attachments/", attributes["href"] or "")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b\u202a-\u202e]", shown + plain_text(made))
    assert "&lt;U+202E&gt;" in shown


def test_an_address_that_is_no_web_page_is_no_link() -> None:
    form = own_form(Field(id="a", path="summary", label_zh="a", label_en="a"))
    for address in (
        "javascript:alert(1)",
        "data:text/html,x",
        "http://a b",
        'https://a"onclick=x',
        "abuse@example.org",
        "",
    ):
        by = Recipient(**{**{name: getattr(SHIPPED["jd"], name) for name in Recipient.__slots__}, "address": address})
        made = sheet(notice(content()), form, Context(now=AT, version="1", form=form, recipient=by))
        links = Tags()
        links.feed(page(made))
        assert all(set(each) <= {"href", "target", "rel"} for tag, each in links.found if tag == "a")
        assert sum(tag == "a" for tag, _ in links.found) == address.startswith("https://a")


def test_style_and_script_are_the_ones_that_the_policy_names() -> None:
    told = context("jd")
    shown = page(sheet(notice(content()), told.form, told))  # type: ignore[arg-type] # one of the literals, or refused
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', shown)
    assert policy
    assert "default-src 'none'" in policy[1]
    for tag in ("style", "script"):
        inner = shown.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        assert f"sha256-{b64encode(sha256(inner.encode()).digest()).decode()}" in policy[1]
    assert not re.search(r"""(src|href)=["'](?!data:|https://|attachments/)""", shown)


def test_five_thousand_targets_make_a_sheet() -> None:
    many = content(*(target(number, package_name="") for number in range(1, 5001)), recipient="google_play")
    told = context("google_play", "policy")
    made = sheet(notice(many), told.form, told)  # type: ignore[arg-type] # one of the literals, or refused
    assert len(made.rows[0].missing) == 5000
    assert page(made).count("<li>") < 20, "the first few by name, the others counted"
    links = context("huawei_appgallery")
    rows = sheet(notice(many), links.form, links).rows  # type: ignore[arg-type] # one of the literals, or refused
    assert next(row for row in rows if row.field.kind == "urls").text.count("\n") == 4999


class Shots:
    """Attachments that are kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def add(self, data: bytes, **said: Any) -> Attachment:
        digest = sha256(data).hexdigest()
        (self.folder / digest).write_bytes(data)
        return Attachment(name="a", sha256=digest, size=len(data), **said)

    def find(self, digest: str) -> Path | None:
        return self.folder / digest if (self.folder / digest).exists() else None


@pytest.fixture
def shots(tmp_path: Path) -> Shots:
    return Shots(tmp_path / "kept")


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (400, 300), "teal").save(out, "PNG")
    return out.getvalue()


def exported(shots: Shots, out: Path, lang: Language = "zh", **said: Any) -> list[Path]:
    given = full(
        "huawei_appgallery", "complaint", language=lang,
        attachments=(
            shots.add(picture(), kind="screenshot", media_type="image/png"),
            shots.add(b"%PDF-1.7", kind="paper", media_type="application/pdf", note="营业执照"),
        ),
        **said,
    )  # fmt: skip
    out.mkdir(exist_ok=True)
    return export_notice(notice(given), context("huawei_appgallery", file=shots.find), out)


def test_the_folder_holds_page_text_and_attachments(shots: Shots, tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = exported(shots, out)
    assert [path.name for path in files] == ["sheet.html", "sheet.txt", "01-paper.pdf", "02-screenshot.png"]
    assert all(path.is_file() for path in files)
    assert len(list(out.iterdir())) == 1
    (files[0].parent / "attachments/old.png").write_bytes(b"left over")
    before = {path: path.read_bytes() for path in files}
    assert exported(shots, out) == files
    assert {path: path.read_bytes() for path in files} == before, "the same notice gives the same bytes"
    assert not (files[0].parent / "attachments/old.png").exists()
    shown = files[0].read_text("utf-8")
    assert "data:image/jpeg;base64," in shown
    assert "attachments/02-screenshot.png" in shown


def test_it_is_found_as_a_format() -> None:
    assert notice_exporters()["portal"].SUFFIX == ""


def test_a_notice_whose_form_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="complaint"):
        export_notice(notice(content()), Context(now=AT, version="1"), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def browser() -> Iterator[Any]:
    try:
        chromium = require_browser()
    except BrowserMissing as error:
        missing("browser", str(error))
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needs the extra 'browser'

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=str(chromium), chromium_sandbox=os.geteuid() != 0, args=["--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_person_copies_every_field_one_after_the_other(
    browser: Any, shots: Shots, tmp_path: Path, lang: Language
) -> None:
    words = f"“{HOSTILE[0]}” & 第二行\n{HOSTILE[1]}"
    address = exported(shots, tmp_path / "out", lang, summary=words)[0].as_uri()
    visit = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    opened = visit.new_page()
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("dialog", lambda dialog: said.append(dialog.message))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(address)
    title = opened.title()
    rows = opened.locator(".row[data-do]").count()
    assert rows >= 12
    for number in range(rows):
        row = opened.locator(".row.now")
        wanted = row.locator("[data-copy]").text_content() if row.locator("[data-copy]").count() else None
        opened.keyboard.press("Enter")
        opened.locator(".row.done").nth(number).wait_for()
        if wanted is not None:
            assert opened.evaluate("navigator.clipboard.readText()") == wanted
    assert opened.locator("#next").is_disabled()
    assert words in opened.locator(".value").all_text_contents()
    assert opened.locator(".row.done").count() == rows
    opened.reload()
    assert opened.locator(".row.done").count() == rows, "what was done is remembered"
    opened.locator("#again").click()
    assert opened.locator(".row.done").count() == 0
    assert opened.title() == title
    assert [url for url in asked if not url.startswith("data:")] == [address, address]
    assert not said


@pytest.mark.browser
def test_the_policy_holds_in_a_browser(browser: Any, tmp_path: Path) -> None:
    told = context("huawei_appgallery")
    path = tmp_path / "sheet.html"
    path.write_text(page(sheet(notice(hostile()), told.form, told)), "utf-8")  # type: ignore[arg-type] # one of the literals, or refused
    opened = browser.new_page()
    opened.goto(path.as_uri())
    title = opened.title()
    opened.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=1\">')")
    opened.evaluate("fetch('http://127.0.0.1:1/').catch(() => document.body.dataset.refused = 'yes')")
    opened.wait_for_function("document.body.dataset.refused === 'yes'")
    assert opened.title() == title
    assert opened.evaluate("getComputedStyle(document.body).display") != "none"
