"""Remarks are stored without a language and read in any."""

import pytest

from crawler.remarks import by_the_way, remark, spoken


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "只看到 3 条信息，正常至少 10 条"), ("en", "only 3 listings were seen")]
)
def test_a_remark_is_shown_in_one_language(lang: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = remark("crawl.too_few", listings=3, least=10)
    assert stored == 'crawl.too_few {"listings": 3, "least": 10}'
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    assert spoken(stored).startswith(said) and " / " not in spoken(stored)


def test_values_may_hold_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "en")
    reason = 'file 17 / {host} "quoted" 批准\n'
    assert spoken(remark("crawl.robots_exempt", host="e.org", reason=reason)).endswith(reason)


@pytest.mark.parametrize(
    "stored",
    [
        "r",
        "平台拒绝访问 / the marketplace refused us",
        "crawl.of_a_later_version",
        "crawl.too_few {",
        "crawl.too_few []x",
        "crawl.too_few [1]",
        'crawl.too_few {"least": 1}',
        "../../x.y {}",
        "problem.truncated",
    ],
)
def test_what_cannot_be_read_is_shown_as_it_is(stored: str) -> None:
    assert spoken(stored) == stored


def test_exemptions_are_no_reason_for_an_unhealthy_run() -> None:
    assert by_the_way(remark("crawl.allowed_host", host="127.0.0.1"))
    assert by_the_way(remark("crawl.robots_exempt", host="e.org", reason="x"))
    assert not by_the_way(remark("crawl.no_start"))
    assert not by_the_way("r")
