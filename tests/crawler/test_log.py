"""The logs: both say the same, the one for programs in JSON, nothing secret in either, rotation by several processes."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.log import ForPeople, ForPrograms, SharedRotation, Where, redacted
from tests.conftest import ROOT
from tests.crawler.conftest import Crawl
from tests.crawler.site import Answer, Site, page, shop

SECRETS = [
    "https://a.example/hook?access_token=HUSH&x=1",
    "https://a.example/hook?x=1&key=HUSH",
    "Cookie: HUSH",
    "Set-Cookie: sid=HUSH; path=/",
    "Authorization: Bearer HUSH",
    '{"api_key": "HUSH"}',
    "{'password': 'HUSH'}",
    "PHPSESSID and sessionid=HUSH",
    "x5secdata=HUSH",
    "https://a.example/?sign=HUSH&timestamp=1",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_is_called_like_a_secret_is_not_written(text: str) -> None:
    assert "HUSH" not in redacted(text)
    record = logging.LogRecord("x", logging.INFO, "f", 1, "said %s", (text,), None)
    record.url = text
    for form in (ForPeople("%(message)s"), ForPrograms()):
        assert "HUSH" not in form.format(record)


def test_other_words_stay() -> None:
    text = "http://shop.example/item/7?page=2&keyword=换脸 monkey=1 design=x 过验证码 token 化"
    assert redacted(text) == text


def test_a_line_break_in_hostile_text_makes_no_second_line_and_no_broken_json() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, '标题\n{"level": "forged"}\ud800\x00', (), None)
    Where().filter(record)
    line = ForPrograms().format(record)
    assert "\n" not in line and json.loads(line)["level"] == "info"


def test_a_crawl_leaves_lines_with_run_listing_and_problem(crawl: Crawl, own_home: Path) -> None:
    bad = page(
        "商品", "<h1>AI一键脱衣软件 永久会员</h1><p class=text>上传照片自动脱衣，加QQ 123456789 购买，包教包会。</p>"
    )
    routes = {"/item/0": Answer(bad), "/item/1?token=HUSH": Answer(b"no", 403)}
    front = page("目录", '<a href="/item/0">x</a><a href="/item/1?token=HUSH">x</a><a href="/item/2">x</a>')

    with Site(lambda path: Answer(front) if path == "/" else routes.get(path) or shop(5)(path)) as site:
        crawled = crawl(site, "/")
    text = (own_home / "logs" / "crawl.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert "HUSH" not in text + (own_home / "logs" / "crawl.log").read_text()
    [refused] = [line for line in lines if line["event"] == "problem"]
    assert refused["problem"] == "refusal" and refused["url"].endswith("token=***")
    [found] = [line for line in lines if line["event"] == "finding"]
    assert found["listing"].startswith("l1-") and found["finding"].startswith("f1-") and found["verdict"] == "violation"
    [ended] = [line for line in lines if line["event"] == "run_ended"]
    assert ended["outcome"] == "blocked" and ended["counts"] == crawled.counts
    assert {(line["run"], line["marketplace"]) for line in (refused, found, ended)} == {
        (crawled.run["id"], crawled.run["marketplace"])
    }
    assert crawled.counts["new_violations"] == 1


WRITER = """
import logging, sys
from crawler.log import SharedRotation
handler = SharedRotation(sys.argv[1], maxBytes=20_000, backupCount=50, encoding="utf-8")
for number in range(500):
    handler.emit(logging.LogRecord("x", logging.INFO, "f", 1, f"{sys.argv[2]}-{number:04} " + "x" * 90, (), None))
"""


def test_processes_that_share_a_log_rotate_it_together_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "crawl.jsonl"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], cwd=ROOT) for name in ("one", "two", "three")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    files = [each for each in tmp_path.iterdir() if not each.name.endswith(".lock")]
    said = sorted(line.split()[0] for each in files for line in each.read_text().splitlines())
    assert said == sorted(f"{name}-{number:04}" for name in ("one", "two", "three") for number in range(500))
    assert len(files) > 3 and all(each.stat().st_size < 25_000 for each in files)


def test_an_old_log_goes_after_the_kept_ones(tmp_path: Path) -> None:
    handler = SharedRotation(tmp_path / "a.log", maxBytes=1000, backupCount=2)
    for _ in range(100):
        handler.emit(logging.LogRecord("x", logging.INFO, "f", 1, "x" * 100, (), None))
    handler.close()
    assert {each.name for each in tmp_path.iterdir()} == {"a.log", "a.log.1", "a.log.2", "a.log.lock"}
