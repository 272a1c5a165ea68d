"""Boards and channels that answer with anything: nothing raises, and what is a listing can be carried."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, Request, Response

from tests.spiders.cases import SPIDERS, Case, own_cases
from tests.spiders.test_shop_hostile import BAD, check, places, put

JSON = {"discourse", "nodebb", "flarum", "v2ex"}
PAGES = JSON | {"phpbb", "xenforo", "vbulletin", "telegram_preview", "reddit", "tieba", "discuz", "spirit"}
ANSWERS = [
    case for case in own_cases()
    if case.spider in JSON and (case.folder / "response.json").exists() and case.name != "topic_cut_off"
]  # fmt: skip
MARKUP = [
    case for case in own_cases()
    if case.spider in PAGES and not (case.folder / "response.json").exists() and "listing" in case.golden.read_text("utf-8")
]  # fmt: skip
JUNK = st.sampled_from(
    [b"", b"<", b">", b'"', b"&", b"\0", b"\xff", b"</div>", b"<!--", b"<div>" * 300, b"9" * 400, b"{{", b"<script>", b"\xe6\x8d",
     b"<base href='http://[x'>", b"<meta charset='x'>", b"t3_", b"/p/", b"data-post='a/b'", b"datetime='9999-99-99'", b"<td>" * 99]
)  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS, ids=str)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_an_answer_with_anything_in_any_place(case: Case, data: st.DataObject) -> None:
    value = json.loads((case.folder / "response.json").read_text("utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        value = put(value, data.draw(st.sampled_from(places(value))), data.draw(BAD))
    spider = SPIDERS[case.spider]()
    answer = Response(case.meta["url"], body=json.dumps(value).encode(), request=Request(case.meta["url"]))
    check(spider, getattr(spider, case.meta.get("callback", "parse"))(answer, **case.meta.get("kwargs", {})))


@pytest.mark.parametrize("case", MARKUP, ids=str)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_page_with_anything_in_any_place(case: Case, data: st.DataObject) -> None:
    (path,) = case.folder.glob("response.*")
    body = path.read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(start + 60, len(body))))
        body = body[:start] + data.draw(JUNK) + body[end:]
    spider = SPIDERS[case.spider]()
    page = HtmlResponse(
        case.meta["url"], body=body, headers=case.meta.get("headers"), request=Request(case.meta["url"])
    )
    check(spider, getattr(spider, case.meta.get("callback", "parse"))(page, **case.meta.get("kwargs", {})))
