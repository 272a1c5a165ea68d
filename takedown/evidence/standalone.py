"""`verify.py`: the modules of `takedown.evidence.checking` as one file that needs nothing but Python 3.8."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "checking"
ORDER = ("words", "report", "zip_file", "chained", "pages", "stamp", "bundle", "program")
"""Each needs only those before it."""
OURS = re.compile(r"(?m)^(?:from takedown\.evidence\.checking\.\w+ import .*|from __future__ import annotations)\n")
HEAD = '''#!/usr/bin/env python3
"""核对 copycatch 证据包的每一个字节：只需 Python 3.8 以上，不联网，不用安装任何东西。

Checks every byte of an evidence bundle of copycatch: Python 3.8 or later, no network, nothing to install.

    python3 verify.py bundle.zip [--seal HEX] [--tsr FILE] [--lang zh|en] [--json]

退出码 / exit code: 0 完好 whole; 1 有改动 something was changed; 2 读不了 cannot be read.
"""

from __future__ import annotations

'''
FOOT = '\n\nif __name__ == "__main__":\n    sys.exit(main())\n'


@cache
def program() -> bytes:
    """The file, the same whenever it is made."""
    texts = [OURS.sub("", (FOLDER / f"{name}.py").read_text("utf-8")).strip() for name in ORDER]
    return (HEAD + "\n\n\n".join(texts) + "\n" + FOOT).encode()
