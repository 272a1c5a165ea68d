"""`copycatch crawl` with the addresses of a store led to the loopback: python store_drive.py MODULE NAME=ADDRESS... -- ARGV."""

import importlib
import sys

from console.cli import main

if __name__ == "__main__":
    where = sys.argv.index("--")
    module = importlib.import_module(f"spiders.{sys.argv[1]}")
    for given in sys.argv[2:where]:
        name, _, address = given.partition("=")
        assert hasattr(module, name)
        setattr(module, name, address)
    sys.exit(main(sys.argv[where + 1 :]))
