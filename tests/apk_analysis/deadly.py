"""What workers do in tests of the pool: stands for parsers that a hostile sample crashes or catches."""

import os
import signal
import time

from apk_analysis.analyse import Analysis, analyse


def work(path: str) -> Analysis:
    """Ends badly for some names, else analyses."""
    if path.endswith("deadly.apk"):
        os.kill(os.getpid(), signal.SIGKILL)
    if path.endswith("endless.apk"):
        time.sleep(600)
    if path.endswith("greedy.apk"):
        bytearray(2 << 30)
    return analyse(path)
