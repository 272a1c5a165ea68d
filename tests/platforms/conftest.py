"""The real software that the crawl tests visit: an F-Droid repository, a forum, a shop."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests import forked
from tests.index.conftest import ENGINES, elastic_place, elastic_url  # noqa: F401 - fixtures
from tests.platforms.software import asked_for, environment, fetch, free_port, program, run, server

pytestmark = pytest.mark.platform
HERE = Path(__file__).parent


class Copycatch:
    """The command line in a home of its own, as a user runs it."""

    def __init__(self, home: Path, index: str | None = None) -> None:
        """`index`: address of a team's index, instead of the one in the home."""
        self.home = home
        self.program = [forked.COPYCATCH]
        self.env = {
            **os.environ,
            "COPYCATCH_HOME": str(home),
            "COPYCATCH_ALLOW_HOSTS": "127.0.0.1",
            "COPYCATCH_DELAY": "0",
            "COPYCATCH_CONCURRENCY": "1",  # Django's server on SQLite answers 500 to more
            "COPYCATCH_LANG": "en",
        } | ({"COPYCATCH_INDEX": index} if index else {})

    def __call__(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        done = forked.run([*self.program, *arguments], env=self.env)
        assert done.returncode in codes, f"{arguments}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def rows(self, query: str, *, kind: str = "findings") -> list[dict[str, Any]]:
        document = json.loads(self("search", query, "--kind", kind, "--limit", "500", "--json"))
        assert document["total"] == len(document["hits"])
        return [{**hit["value"], "id": hit["id"]} for hit in document["hits"]]


@pytest.fixture
def copycatch(tmp_path: Path) -> Copycatch:
    return Copycatch(tmp_path / "home")


@pytest.fixture(params=ENGINES)
def on_either_index(request: pytest.FixtureRequest, tmp_path: Path) -> Copycatch:
    """The same with the index in its home, and with a team's index."""
    return Copycatch(tmp_path / "home", request.getfixturevalue("elastic_url") if request.param == "elastic" else None)


@pytest.fixture(scope="session")
def apks(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few real APKs."""
    asked_for()
    program("npm", "npm")
    folder = Path(os.environ.get("COPYCATCH_CORPUS") or tmp_path_factory.mktemp("apks"))
    wanted = r"io\.appium\.settings-8|android-apidemos-5|uiautomator2-3\.2|mobsf"
    fetch(sys.executable, str(shared / "apk_corpus/fetch.py"), str(folder), "--only", wanted, "--max-mb", "7")
    return folder


GENUINE = {
    "android-apidemos-5.0.0__ApiDemos-debug.apk",
    "io.appium.settings-8.0.10__settings_apk-debug.apk",
    "mobsf-4.4.0__XposedInstaller_3.1.5.apk",
    "mobsf-4.4.0__ClipDump.apk",
    "mobsf-4.4.0__mobi.acpm.proxyon_v1_419b04.apk",
    "uiautomator2-3.2.9__app-uiautomator.apk",
}
COUNTERFEITS = {  # package -> label, both for the same real app, renamed and signed with another key
    "com.openai.chatgpt": "ChatGPT",
    "com.deepseek.chatt": "DeepSeek 官方版",
}


@pytest.fixture(scope="session")
def fdroid_repository(apks: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address (with fingerprint) of a repository made by fdroidserver: six genuine apps and two counterfeits."""
    work = tmp_path_factory.mktemp("fdroid")
    for name, package in (("keytool", "default-jre-headless"), ("apksigner", "apksigner"), ("apktool", "apktool")):
        program(name, package)
    bin_folder = environment("fdroid")
    env = {**os.environ, "HOME": str(work / "user"), "PATH": f"{bin_folder}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
    (work / "user").mkdir()
    site = work / "site"
    site.mkdir()
    run("fdroid", "init", "--repo-keyalias", "test", cwd=site, env=env)
    for name in GENUINE:
        shutil.copy(apks / name, site / "repo")
    genuine = work / "decoded"
    source = apks / "io.appium.settings-8.0.10__settings_apk-debug.apk"
    run("apktool", "-q", "d", "--no-src", "-p", str(work / "fw"), "-o", str(genuine), str(source), env=env)
    for package, label in COUNTERFEITS.items():
        counterfeit(genuine, package, label=label, work=work, out=site / "repo" / f"{package}.apk", env=env)
    out = run("fdroid", "update", "--create-metadata", "--pretty", cwd=site, env=env)
    with (site / "config.yml").open() as config:
        passphrase = next(line.split(":", 1)[1].strip() for line in config if line.startswith("keystorepass:"))
    certificate = run(
        "keytool", "-list", "-v", "-keystore", "keystore.p12", "-storepass", passphrase, cwd=site, env=env
    )
    fingerprint = next(line.split(":", 1)[1] for line in certificate.splitlines() if "SHA256:" in line)
    fingerprint = fingerprint.replace(":", "").strip().lower()
    assert len(fingerprint) == 64, out
    port = free_port()
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    address = f"http://127.0.0.1:{port}/repo"
    with server(*command, cwd=site, env=env, url=f"{address}/entry.json", log=work / "log"):
        yield f"{address}?fingerprint={fingerprint}"


def counterfeit(genuine: Path, package: str, *, label: str, work: Path, out: Path, env: dict[str, str]) -> None:
    """A real app, decoded, under another name and package, signed with a key of nobody."""
    decoded, built, keys = work / f"decoded-{package}", work / f"{package}.unsigned.apk", work / f"{package}.p12"
    shutil.copytree(genuine, decoded)
    manifest, names = decoded / "AndroidManifest.xml", decoded / "res/values/strings.xml"
    # Classes keep their names: only the package moves.
    text = manifest.read_text("utf-8").replace('android:name=".', 'android:name="io.appium.settings.')
    manifest.write_text(text.replace('package="io.appium.settings"', f'package="{package}"', 1), "utf-8")
    names.write_text(names.read_text("utf-8").replace(">Appium Settings<", f">{label}<", 1), "utf-8")
    run("apktool", "-q", "b", "-p", str(work / "fw"), "-o", str(built), str(decoded), env=env)
    subject = f"CN={label.split(maxsplit=1)[0]} Official"
    run("keytool", "-genkeypair", "-keystore", str(keys), "-storetype", "PKCS12", "-storepass", "android",
        "-alias", "k", "-keyalg", "RSA", "-dname", subject, env=env)  # fmt: skip
    run("apksigner", "sign", "--ks", str(keys), "--ks-pass", "pass:android", "--ks-key-alias", "k",
        "--out", str(out), str(built), env=env)  # fmt: skip


@pytest.fixture(scope="session")
def forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Spirit forum with the threads of spirit/threads.json."""
    bin_folder = environment("spirit")
    work = tmp_path_factory.mktemp("spirit")
    env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "THREADS": str(HERE / "spirit/threads.json")}
    run("spirit", "startproject", "board", cwd=work, env=env)
    board = work / "board"
    python = str(bin_folder / "python")
    run(python, "manage.py", "spiritinstall", cwd=board, env=env)
    run(python, "manage.py", "shell", cwd=board, env=env, text=(HERE / "spirit/seed.py").read_text("utf-8"))
    address = f"http://127.0.0.1:{free_port()}/"
    command = (python, "manage.py", "runserver", "--noreload", address.split("/")[2])
    with server(*command, cwd=board, env=env, url=address, log=work / "log"):
        yield address


class Shop:
    """A django-oscar shop with the products of oscar/products.json, which can be served more than once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = environment("oscar")
        self.env = {**os.environ, "PYTHONPATH": str(HERE / "oscar"), "DJANGO_SETTINGS_MODULE": "shop_settings"}
        run(str(self.bin / "django-admin"), "migrate", "-v0", cwd=folder, env=self.env)
        seed = (str(HERE / "oscar/seed.py"), str(HERE / "oscar/products.json"))
        run(str(self.bin / "python"), *seed, cwd=folder, env=self.env)
        run(str(self.bin / "django-admin"), "rebuild_index", "--noinput", cwd=folder, env=self.env)

    def served(self, log: Path, **env: str) -> AbstractContextManager[str]:
        """Address of its list of products while the block runs."""
        address = f"http://127.0.0.1:{free_port()}/catalogue/"
        command = (str(self.bin / "django-admin"), "runserver", "--noreload", address.split("/")[2])
        return server(*command, cwd=self.folder, env={**self.env, **env}, url=address, log=log)


@pytest.fixture(scope="session")
def oscar(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop that nobody serves yet."""
    return Shop(tmp_path_factory.mktemp("oscar"))


@pytest.fixture(scope="session")
def shop(oscar: Shop) -> Iterator[str]:
    """Address of the shop."""
    with oscar.served(oscar.folder / "log") as address:
        yield address
