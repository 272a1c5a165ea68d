"""Makes the machine code of all compiled loops, by analysing small samples: python -m apk_analysis.warm SAMPLE..."""

from __future__ import annotations

import sys

from apk_analysis.analyse import analyse
from apk_analysis.compiled import COMPILED


def main() -> None:
    """Without numba there is nothing to make."""
    if COMPILED:
        for path in sys.argv[1:]:
            analyse(path)


if __name__ == "__main__":
    main()
