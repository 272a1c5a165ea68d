"""python -m tests.forking SOCKET: loads what our programs need, then forks one for each order (see tests/forked.py).

An order is one byte with four files: JSON with `command`, `cwd` and `env`; standard output; standard error; a socket
on which the number of the new process is said, and how it ended.
"""

import builtins
import gc
import json
import os
import pkgutil
import runpy
import signal
import socket
import sys
import time
import warnings
from importlib import import_module

LIBRARIES = ("scrapy.crawler", "scrapy.core.downloader.contextfactory", "scrapy.core.downloader.handlers.http11",
             "crawler.run", "crawler.declarations", "crawler.page_download", "crawler.sample_download")  # fmt: skip


def load() -> None:
    """What a crawl and the commands load, and what judging makes ready. A warning is an error, as everywhere."""
    for name in LIBRARIES:
        import_module(name)
    for name in ("console.cli", "spiders"):
        for one in pkgutil.walk_packages(import_module(name).__path__, f"{name}."):
            import_module(one.name)
    listing = import_module("index.model").Listing
    offer = listing(marketplace="m", native_id="1", url="u", title="ChatGPT AI换脸软件", source_kind="shop")
    import_module("detection.judge").judge(import_module("detection.subject").Subject(listing=offer))
    assert "twisted.internet.reactor" not in sys.modules, "each program chooses its own"


def ordered(orders: socket.socket) -> list[str]:
    """In each new process: its command line. Never returns in the first one."""
    while True:
        word, files, _, _ = socket.recv_fds(orders, 1, 4)
        if not word:
            os._exit(0)
        if os.fork() == 0:
            orders.close()
            return watched(*files)
        for file in files:
            os.close(file)


def watched(asked: int, out: int, err: int, said: int) -> list[str]:
    """Forks the program and says what became of it; returns in the program."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if pid := os.fork():
        for file in (asked, out, err):
            os.close(file)
        os.write(said, b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        os.write(said, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.close(said)
    with os.fdopen(asked) as text:
        text.seek(0)
        order = json.load(text)
    for file, number in ((out, 1), (err, 2)):
        os.dup2(file, number)
        os.close(file)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    return list(order["command"])


def run(program: str, *arguments: str) -> None:
    """As Python would: -W, then a module or a file."""
    rest = [program, *arguments]
    if program == sys.executable:
        rest = [*arguments]
        while rest[0] == "-W":
            action, _, category = rest[1].partition("::")
            warnings.simplefilter(action, getattr(builtins, category or "Warning"))
            del rest[:2]
    if rest[0] == "-m":
        sys.argv = rest[1:]
        runpy.run_module(rest[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = rest
        runpy.run_path(rest[0], run_name="__main__")


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load()
    gc.freeze()
    run(*ordered(socket.socket(fileno=int(sys.argv[1]))))
