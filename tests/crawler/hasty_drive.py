"""`copycatch` with a browser that waits two seconds, not ten, for what a page never brings: python hasty_drive.py ARGV."""

import sys

import crawler.browser_visit
from console.cli import main

if __name__ == "__main__":
    crawler.browser_visit.SETTLE = 2_000
    sys.exit(main())
