"""Damaged packages, always the same ones, and what is found in them: for comparing processes."""

import hashlib
import random
import sys
from collections.abc import Iterator

from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import MAIN, look

URL = "https://api.deepseek.com/v1/config"
OTHER = "Lcom/example/app/Other;"
PARTS = ["https://oa.", "api2d", ".net/x", "aHR0cHM6Ly9hLnNhbXBsZS5jbi9h", ("Ldalvik/system/DexClassLoader;", "<init>")]
CODE = dex({MAIN: [URL, *PARTS], OTHER: ["x"]}, values={OTHER: [URL.encode().hex()]}, notes={MAIN: ["QQ:12345678"]})
TABLE = build.resources({"": "https://b.sample.cn/update.apk", "zh": "粤ICP备2026031728号-2A"})
TEXT = b"sk-0123456789abcdef0123456789abcdef deepseek h\0t\0t\0p\0:\0/\0/\0c\0.\0s\0.\0c\0n\0 mailto:a@b.sample.cn "


def digests(count: int) -> Iterator[str]:
    """One per damaged package."""
    chance = random.Random(20261128)
    for _ in range(count):
        files = {"classes.dex": CODE, "resources.arsc": TABLE, "assets/a.js": TEXT * chance.randint(1, 40)}
        for name, content in list(files.items()):
            file = bytearray(content)
            for _ in range(chance.choice([0, 1, 2, 30])):
                file[chance.randrange(len(file))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
            files[name] = bytes(file)
        yield hashlib.sha256(repr(look(files)).encode()).hexdigest()


if __name__ == "__main__":
    for digest in digests(int(sys.argv[1])):
        print(digest)  # noqa: T201 - a program
