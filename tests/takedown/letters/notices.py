"""Notices for letters and exporters, made for tests. All names are invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from takedown.exporting import Context
from takedown.notice import (
    Allegation,
    Attachment,
    Compared,
    Content,
    Law,
    Look,
    Notice,
    Quote,
    Right,
    Step,
    Target,
)
from takedown.recipients import recipients
from tests.takedown.objects import allegation, content, target

NOW = "2026-11-25T10:00:00Z"
FIRST = f"f1-{1:024x}"
HOSTILE = "<b>加粗</b> #panic() $x$ =1+1 \u202e倒序 \x00\x1b[31m {page} \\u{7} 🔥"


LAW = Law(
    id="cn-deepsynth", article="19", title_zh="互联网信息服务深度合成管理规定", title_en="Provisions on Deep Synthesis"
)


def rich(*targets: Target, **given: Any) -> Content:
    """Everything that a letter can hold."""
    said: dict[str, Any] = {
        "allegations": (allegation(laws=(LAW, *allegation().laws)), lead()),
        "rights": (
            Right(
                kind="trademark",
                title="小舟智聊",
                number="12345678",
                jurisdiction="CN",
                classes=(9, 42),
                owner="小舟科技（示例）有限公司",
                valid_from="2022-01-01",
                valid_to="2031-12-31",
                original_url="https://xiaozhou.example.org/",
            ),
        ),
        "comparison": (
            Compared(finding_id=FIRST, part="package", observed="org.example.xiaozhou1", genuine="org.example.xiaozhou", differs=True),
            Compared(finding_id=FIRST, part="icon", observed="an icon nobody compared", genuine=None, differs=None),
        ),
        "attachments": (
            Attachment(kind="screenshot", name="screenshot-1.png", sha256="9f" * 32, size=1234, media_type="image/png", captured_at=NOW, finding_id=FIRST),
            Attachment(kind="wacz", name="evidence.wacz", sha256="7a" * 32, size=12_345_678, media_type="application/wacz"),
        ),
    }  # fmt: skip
    return content(*targets, **{**said, **given})


def lead() -> Allegation:
    return allegation(
        violation="p2-7",
        title_zh="疑似不宜未成年人",
        title_en="Possibly unfit for minors",
        observability="lead",
        probability=0.61,
        reasons_zh=("评论提到不宜内容",),
        reasons_en=("reviews mention unfit content",),
        quotes=(Quote(finding_id=FIRST, field="reviews[3]", text="孩子不要用"),),
        laws=(Law(id="x", article="99", title_zh="没有核对过的法", title_en="Law nobody checked", unverified=True),),
        targets=(FIRST,),
    )


def notice(said: Content | None = None) -> Notice:
    said = said or rich()
    step = Step(state="draft", at="2026-11-25T09:00:00Z", by="li", digest=said.digest)
    return Notice(id="n1-0123456789abcdef0123456789abcdef", version=1, content=said, steps=(step,))


def context(**given: Any) -> Context:
    known = recipients(None)["huawei_appgallery"]
    return Context(**{"now": NOW, "version": "0.1.0", "recipient": known, "form": known.forms[0], **given})


def picture(folder: Path) -> Context:
    """A context that holds the screenshot."""
    path = folder / "kept"
    path.write_bytes(b"\x89PNG" + bytes(1230))
    return context(file=lambda sha256: path if sha256 == "9f" * 32 else None)


def many(number: int) -> Content:
    targets = [target(each) for each in range(1, number + 1)]
    names = tuple(each.finding_id for each in targets)
    quotes = tuple(Quote(finding_id=each.finding_id, field="title", text=each.title) for each in targets)
    quotes += tuple(Quote(finding_id=name, field="description", text="官方正版") for name in names)
    files = tuple(
        Attachment(kind="screenshot", name=f"s-{each}.png", sha256=f"{each:064x}", size=9, media_type="image/png", finding_id=name)
        for each, name in enumerate(names)
    )  # fmt: skip
    return rich(*targets, allegations=(allegation(quotes=quotes, targets=names),), attachments=files)


def supplied() -> Target:
    look = Look(at=NOW, state="seen", by="王某某", statement="我看到页面在售", picture_sha256="5b" * 32)
    return target(look=look, custody="supplied by 王某某, 2026-11-25")
