"""`copycatch` that asks once for what never comes, and waits two seconds, not ten, for what a page never brings.

python hasty_drive.py ARGV
"""

import sys

import crawler.browser_visit
import crawler.settings
from console.cli import main

if __name__ == "__main__":
    crawler.browser_visit.SETTLE = 2_000
    crawler.settings.RETRY_TIMES = 0
    sys.exit(main())
