"""`copycatch recipients`: who takes notices, and whether a file of one's own can be read."""

from __future__ import annotations

from console.recipient_check import check
from console.recipient_show import list_recipients, show

RUN = {"list": list_recipients, "show": show, "check": check}
