"""Telling of a run that ended: the log, the metrics, the people. Whatever fails here is logged and breaks nothing."""

from __future__ import annotations

import logging

from crawler.alerts.post import send
from crawler.alerts.words import alert_for
from crawler.metrics import write_metrics
from index.home import Home
from index.model import Run
from index.settings import Settings

logger = logging.getLogger(__name__)


async def tell(run: Run, home: Home, settings: Settings) -> None:
    """Tells of the run everywhere."""
    said = {"event": "run_ended", "outcome": run.outcome, "counts": run.counts}
    logger.info("run %s of %s is %s", run.id, run.marketplace, run.outcome, extra=said)
    try:
        write_metrics(home, run)
    except OSError as error:
        logger.warning("the metrics cannot be written: %s", error)
    if settings.alerts.kind is not None and (alert := alert_for(run, settings.alerts.link)) is not None:
        await send(alert, settings)
