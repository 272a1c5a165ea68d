"""Alerts: who is told, in which form, on which way; and that nothing secret and nobody accused is named."""

import asyncio
import hmac
import logging
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.alerts.post import AlertError, deliver, send
from crawler.alerts.robots import LONGEST, message
from crawler.alerts.words import Alert, alert_for, words
from index.model import Run
from index.reading import ReadError
from index.settings import AlertSettings, CrawlSettings, Settings, load_settings
from tests.crawler.conftest import Crawl
from tests.crawler.robot import Robot, robot
from tests.crawler.site import Answer, Site, page, shop

RUN = Run(
    id="r20261101-080000-0a0b0c0d-0001",
    marketplace="lookalike_site:deepseek-vip.example",
    spider="lookalike_site",
    started_at="2026-11-01T08:00:00Z",
    start=("https://deepseek-vip.example/",),
    outcome="blocked",
    counts={"pages": 12, "blocked": 90, "failed": 1, "listings": 3, "findings": 2, "new_violations": 1},
    problems={"captcha": 80, "login_wall": 10, "unreachable": 1},
    remarks=('crawl.allowed_host {"host": "deepseek-vip.example"}',),
)


@pytest.fixture
def listening() -> Iterator[Robot]:
    with robot() as it:
        yield it


def alert(run: Run = RUN, link: str | None = "https://desk.example.org/runs/{run}") -> Alert:
    made = alert_for(run, link)
    assert made is not None
    return made


def settings(it: Robot, tmp_path: Path, kind: str, path: str, secret: str = "", **crawl: object) -> Settings:
    (tmp_path / "url").write_text(it.url(path) + "\n")
    (tmp_path / "secret").write_text(secret + "\n")
    own = AlertSettings(
        kind=kind,
        url_file=str(tmp_path / "url"),
        secret_file=str(tmp_path / "secret") if secret else "",
    )
    return Settings(alerts=own, crawl=CrawlSettings(**{"allow_hosts": (it.host,), **crawl}))


@pytest.mark.parametrize(
    ("outcome", "violations", "told"),
    [
        ("healthy", 0, False),
        ("interrupted", 0, False),
        ("unhealthy", 0, True),
        ("blocked", 0, True),
        ("healthy", 3, True),
    ],
)
def test_people_are_told_of_trouble_and_of_new_violations(outcome: str, violations: int, told: int) -> None:
    run = replace(RUN, outcome=outcome, counts={"pages": 3, "new_violations": violations})
    assert (alert_for(run, None) is not None) == told


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_counts_and_links_are_said_and_nobody_is_named(lang: str) -> None:
    said = words(alert(), lang)
    assert "90" in said and "80" in said and f"https://desk.example.org/runs/{RUN.id}" in said
    assert "deepseek" not in said and "vip.example" not in said
    assert len(said.encode()) < LONGEST


def test_wecom_gets_its_documented_body(listening: Robot, tmp_path: Path) -> None:
    asyncio.run(deliver(alert(), settings(listening, tmp_path, "wecom", "/cgi-bin/webhook/send?key=HUSH")))
    [(path, headers, body)] = listening.got
    assert path == "/cgi-bin/webhook/send?key=HUSH" and headers["host"] == listening.host
    assert headers["content-type"].startswith("application/json")
    assert body == {"msgtype": "text", "text": {"content": words(alert(), "zh")}}


def test_dingtalk_is_signed_in_the_address(listening: Robot, tmp_path: Path) -> None:
    own = settings(listening, tmp_path, "dingtalk", "/robot/send?access_token=HUSH", "SEC123")
    asyncio.run(deliver(alert(), own))
    [(path, _, body)] = listening.got
    asked = {name: value[0] for name, value in parse_qs(urlsplit(path).query).items()}
    expected = hmac.new(b"SEC123", f"{asked['timestamp']}\nSEC123".encode(), sha256).digest()
    assert asked["access_token"] == "HUSH" and asked["sign"] == b64encode(expected).decode()
    assert len(asked["timestamp"]) == 13  # milliseconds
    assert body == {"msgtype": "text", "text": {"content": words(alert(), "zh")}}


def test_feishu_is_signed_in_the_body(listening: Robot, tmp_path: Path) -> None:
    listening.answer = b'{"code": 0, "msg": "success", "data": {}}'
    asyncio.run(deliver(alert(), settings(listening, tmp_path, "feishu", "/open-apis/bot/v2/hook/HUSH", "SEC123")))
    [(path, _, body)] = listening.got
    assert path == "/open-apis/bot/v2/hook/HUSH" and len(body["timestamp"]) == 10  # seconds
    expected = hmac.new(f"{body['timestamp']}\nSEC123".encode(), b"", sha256).digest()
    assert body["sign"] == b64encode(expected).decode()
    assert (body["msg_type"], body["content"]) == ("text", {"text": words(alert(), "zh")})


def test_without_a_key_nothing_is_signed() -> None:
    for kind in ("dingtalk", "feishu"):
        made = message(kind, "https://a.example/x?y=1", "文", alert(), secret="", now=1.0)
        assert made.url == "https://a.example/x?y=1" and {"sign", "timestamp"}.isdisjoint(made.body)


def test_a_plain_listener_gets_the_counts_as_fields(listening: Robot, tmp_path: Path) -> None:
    listening.status, listening.answer = 204, b""
    asyncio.run(deliver(alert(), settings(listening, tmp_path, "plain", "/hook")))
    [(_, _, body)] = listening.got
    assert body["counts"]["blocked"] == 90 and body["refusals"] == {"captcha": 80, "login_wall": 10}
    assert body["outcome"] == "blocked" and body["run"] == RUN.id and "deepseek" not in str(body)


def test_a_long_text_is_cut_between_characters() -> None:
    made = message("wecom", "https://a.example/", "字" * 5000, alert(), secret="", now=1.0)
    content = made.body["text"]["content"]
    assert set(content) == {"字"} and LONGEST - 3 < len(content.encode()) <= LONGEST


REFUSED = [
    (200, b'{"errcode": 93000, "errmsg": "invalid webhook url HUSH"}', "", "code 93000"),
    (200, b"not JSON", "", "code None"),
    (500, b"oops", "", "status 500"),
    (302, b"", "http://127.0.0.1:1/elsewhere", "status 302"),
]


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused[3])
def test_what_the_robot_does_not_take_is_logged_without_its_key(
    listening: Robot,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    refused: tuple[int, bytes, str, str],
) -> None:
    listening.status, listening.answer, listening.location, why = refused
    with caplog.at_level(logging.INFO):
        asyncio.run(send(alert(), settings(listening, tmp_path, "wecom", "/cgi-bin/webhook/send?key=HUSH")))
    assert why in caplog.text and "127.0.0.1" in caplog.text and "HUSH" not in caplog.text
    assert len(listening.got) == 1  # a redirect is not followed, a failure not repeated


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/x?key=HUSH", "loopback"),
        ("https://10.0.0.8/x?key=HUSH", "private"),
        ("https://169.254.169.254/x?key=HUSH", "link-local"),
        ("http://203.0.113.5/x?key=HUSH", "refused|not https|not global|private|reserved"),
        ("https://user:HUSH@chat.example.org/x", "odd character"),
        ("ftp://chat.example.org/HUSH", "only http"),
    ],
)
def test_an_address_that_may_not_be_visited_is_refused(tmp_path: Path, url: str, why: str) -> None:
    (tmp_path / "url").write_text(url)
    own = Settings(alerts=AlertSettings(kind="wecom", url_file=str(tmp_path / "url")))
    with pytest.raises(AlertError, match=why) as caught:
        asyncio.run(deliver(alert(), own))
    assert "HUSH" not in str(caught.value)


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for own, why in (
        (AlertSettings(), "no kind"),
        (AlertSettings(kind="wecom"), "COPYCATCH_ALERT_URL"),
        (AlertSettings(kind="wecom", url_file=str(tmp_path / "nothing")), "nothing cannot be read"),
    ):
        with pytest.raises(AlertError, match=why):
            asyncio.run(deliver(alert(), Settings(alerts=own)))


def test_the_variable_goes_before_the_file(listening: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_ALERT_URL", listening.url("/by-variable"))
    asyncio.run(deliver(alert(), settings(listening, tmp_path, "wecom", "/by-file")))
    assert [path for path, _, _ in listening.got] == ["/by-variable"]


def test_a_robots_key_in_the_settings_file_is_refused_without_being_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copycatch.toml").write_text('[alerts]\nkind = "wecom"\nurl = "https://qyapi.example/?key=HUSH"\n')
    with pytest.raises(ReadError, match="url_file") as caught:
        load_settings()
    assert "HUSH" not in str(caught.value)


def test_a_crawl_that_is_refused_tells_the_group_and_a_deaf_robot_breaks_nothing(
    crawl: Crawl, own_home: Path, listening: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYCATCH_ALERT_URL", listening.url("/send?key=HUSH"))
    refusing = page("安全验证", "<p>请完成验证")
    bad = page(
        "商品", "<h1>AI一键脱衣软件 永久会员</h1><p class=text>上传照片自动脱衣，加QQ 123456789 购买，包教包会。</p>"
    )
    with Site(lambda path: Answer(refusing) if path == "/list/0" else shop(1)(path)) as site:
        hosts = {"allow_hosts": [site.host, listening.host]}
        blocked = crawl(site, "/list/0", crawl=hosts, alerts={"kind": "wecom"})
        listening.status = 500
        deaf = crawl(site, "/list/0", crawl=hosts, alerts={"kind": "wecom"})
    with Site(lambda path: Answer(bad) if path == "/item/0" else shop(1)(path)) as site:
        hosts = {"allow_hosts": [site.host, listening.host]}
        found = crawl(site, "/list/0", crawl=hosts, alerts={"kind": "wecom"}, times=2)
    assert blocked.run["outcome"] == deaf.run["outcome"] == "blocked"
    assert [each["outcome"] for each in found.runs] == ["healthy", "healthy"]
    told = [body["text"]["content"] for _, _, body in listening.got]
    assert len(told) == 3  # the second healthy crawl found nothing new
    assert "受阻 1" in told[0] and blocked.run["id"] in told[0] and "新的疑似违法违规 1" in told[2]
    assert not any("脱衣" in one or site.host in one for one in told)
    log = (own_home / "logs/crawl.log").read_text() + (own_home / "logs/crawl.jsonl").read_text()
    assert "status 500" in log and "HUSH" not in log + blocked.log + deaf.log
