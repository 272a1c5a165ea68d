"""`copycatch triage`: what people decide about findings. Each module here holds sub-commands in its own `RUN`."""

from __future__ import annotations

from collections.abc import Callable

from console.cli.triage import allowing, answering, looking

RUN: dict[str, Callable[..., int]] = {**looking.RUN, **answering.RUN, **allowing.RUN}
