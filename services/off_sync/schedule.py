"""Once a day: a run for each sister that the stage wants, one after the other.

While one works another firing starts nothing. Where the stage doesn't say where Open Food Facts is, nothing happens.
"""

from __future__ import annotations

from typing import Any

from services.off_sync.domain.run import Kind
from services.off_sync.settings import OffSource, ToOffSyncs
from services.off_sync.store import filing, runs, source
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import Clock, utc_now


def start_one(correlation_id: str, now: Clock = utc_now) -> str | None:
    """Starts a run for the first sister, which the others follow; its id, or None when there is nothing to start."""
    if not source.is_on():
        return None
    base, *then = source.bases()
    kind: Kind = "search" if settings(OffSource).off_kind == "search" else "delta"
    run, is_new = runs.start(kind, base, Cause(filing.ACTOR, now(), correlation_id), then)
    if not is_new:
        logger.info("a run works already", extra={"run_id": run.run_id})
        return None
    queues.send(settings(ToOffSyncs).off_syncs_queue_url, [{"run_id": run.run_id}])
    return run.run_id


@metered
def handler(event: dict[str, Any], context: Any) -> None:
    """Runs by the clock."""
    del event
    follow(context.aws_request_id)
    start_one(context.aws_request_id)
