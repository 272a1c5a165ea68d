"""What a worker does with a variant: analyses it, and says how much time and memory the process has needed."""

import resource
import time

from apk_analysis.analyse import Analysis, analyse


def measured(path: str) -> tuple[Analysis, float, int]:
    """The analysis, its CPU seconds, and the highest memory of the process so far in MB."""
    started = time.process_time()
    found = analyse(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found, time.process_time() - started, peak
