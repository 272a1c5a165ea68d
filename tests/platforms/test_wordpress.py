"""The real WordPress of Debian, as sites set it up: with permalinks, without, and with its interface switched off."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.platforms.conftest import Copycatch
from tests.platforms.software import asked_for, free_port, program, run, server

pytestmark = pytest.mark.platform
HERE = Path(__file__).parent / "wordpress"
SHIPPED = Path("/usr/share/wordpress")
POSTS: list[dict[str, Any]] = json.loads((HERE / "posts.json").read_text("utf-8"))
PUBLIC = {
    post["title"].replace("&amp;", "&") for post in POSTS if "status" not in post and post.get("type") != "member"
}
PLANTED = {post["title"] for post in POSTS if post["planted"]}


@contextmanager
def database(folder: Path) -> Iterator[Path]:
    """Socket of a MariaDB of its own with an empty database `site`."""
    install = program("mariadb-install-db", "mariadb-server")
    as_root = [f"--user={os.environ.get('USER', 'root')}"] if os.geteuid() == 0 else []
    run(install, "--no-defaults", "--auth-root-authentication-method=normal", f"--datadir={folder}/db", *as_root)
    socket = folder / "s"
    command = [program("mariadbd", "mariadb-server"), "--no-defaults", "--skip-networking", f"--datadir={folder}/db",
               f"--socket={socket}", *as_root]  # fmt: skip
    with (folder / "db.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            create = ["mariadb", "--no-defaults", f"--socket={socket}", "-uroot", "-e", "create database site"]
            deadline = time.monotonic() + 60
            while subprocess.run(create, capture_output=True, check=False).returncode:
                assert process.poll() is None and time.monotonic() < deadline, (folder / "db.log").read_text()[-3000:]
                time.sleep(0.1)  # it is starting; nothing else tells when it listens
            yield socket
        finally:
            process.terminate()
            process.wait(timeout=300)


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, str]]:
    """Addresses of one site: with 'permalinks', 'without' them, and 'closed', without its interface."""
    asked_for()
    php = program("php", "php-cli php-mysql")
    if not SHIPPED.is_dir():
        program("wordpress", "wordpress wordpress-theme-twentytwentyone")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wp")))  # sockets need short names
        site = folder / "site"
        shutil.copytree(SHIPPED, site, symlinks=False, ignore=shutil.ignore_patterns(".htaccess"))
        (site / "wp-content/mu-plugins").mkdir()
        shutil.copy(HERE / "plugin.php", site / "wp-content/mu-plugins/site.php")
        shutil.copy(HERE / "config.php", site / "wp-config.php")
        shutil.copy(HERE / "seed.php", site / "seed.php")
        env = {**os.environ, "SITE_SOCKET": str(stack.enter_context(database(folder))), "SITE_HOST": "127.0.0.1"}
        run(php, "seed.php", str(HERE / "posts.json"), cwd=site, env=env)
        (site / "seed.php").unlink()
        addresses = {}
        for name in ("permalinks", "without", "closed"):
            at = f"127.0.0.1:{free_port()}"
            command = (php, "-S", at, "-t", str(site), str(HERE / "router.php"))
            log = folder / f"{name}.log"
            addresses[name] = stack.enter_context(
                server(*command, cwd=site, env={**env, "SITE_KIND": name}, url=f"http://{at}/", log=log)
            )
        yield addresses


def crawled(copycatch: Copycatch, *arguments: str) -> list[dict[str, Any]]:
    """The runs, one for each site. The host that the entries name for downloads does not exist: it is asked once."""
    copycatch.program = [sys.executable, str(ROOT / "tests/crawler/hasty_drive.py")]
    return [json.loads(line) for line in copycatch("crawl", "wordpress", *arguments, "--json").splitlines()]


@pytest.fixture(scope="module")
def seen(sites: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a walk of all sites in one command found: 'listings' of each, 'planted' titles, 'problems'."""
    copycatch = Copycatch(tmp_path_factory.mktemp("walk") / "home")
    starts = [part for address in sites.values() for part in ("--start", address)]
    runs = crawled(copycatch, *starts)
    listings = copycatch.rows("*", kind="listings")
    hosts = {name: f"wordpress:{address.split('/')[2]}" for name, address in sites.items()}
    return {
        "listings": {
            name: {row["title"]: row for row in listings if row["marketplace"] == host} for name, host in hosts.items()
        },
        "accused": {row["title"] for row in copycatch.rows("verdict:violation")},
        "problems": {name: run["problems"] for name, run in zip(sites, runs, strict=True)},
    }


@pytest.mark.parametrize("site", ["permalinks", "without"])
def test_every_public_entry_is_read_once_with_all_that_it_shows(seen: dict[str, Any], site: str) -> None:
    listings = seen["listings"][site]
    assert set(listings) == PUBLIC
    post = listings["AI换脸直播软件 实时换脸 可过人脸认证"]
    assert post["seller"] == "站长阿俊" and post["bio"] == "专注分享好用的工具"
    assert sorted(post["reviews"]) == ["有没有苹果版", "装好了，确实能过"]
    assert post["download_urls"] == ["https://dl.example.net/live.apk"]
    assert listings["一键去衣 AI脱衣 永久会员激活码"]["download_urls"] == ["https://dl.example.net/un.apk"]
    assert seen["problems"][site].get("not_public") == 1, "the members' corner is closed, which blocks nothing"
    assert seen["accused"] == PLANTED


def test_a_site_whose_interface_is_off_is_read_by_its_feed(seen: dict[str, Any]) -> None:
    posts = {post["title"].replace("&amp;", "&") for post in POSTS if not {"type", "status"} & post.keys()}
    assert set(seen["listings"]["closed"]) == posts, "a feed shows posts, no pages"
    assert seen["problems"]["closed"].get("seen_in_part") == 1, "so that nothing is called gone"


def test_each_way_to_read_an_entry_gives_the_same_number(seen: dict[str, Any]) -> None:
    numbers = [{title: row["native_id"] for title, row in site.items()} for site in seen["listings"].values()]
    assert numbers[0] == numbers[1] and numbers[2].items() <= numbers[0].items()


def test_a_keyword_is_asked_of_the_site_itself(sites: dict[str, str], copycatch: Copycatch) -> None:
    starts = [part for address in sites.values() for part in ("--start", address)]
    runs = crawled(copycatch, *starts, "--query", "换脸")
    found = sorted(row["title"] for row in copycatch.rows("*", kind="listings"))
    assert found == sorted(["AI换脸直播软件 实时换脸 可过人脸认证", "深度学习入门读书笔记 & 感想"] * len(sites))
    assert all(run["counts"]["listings"] == 2 and not run["counts"].get("unmatched") for run in runs)
