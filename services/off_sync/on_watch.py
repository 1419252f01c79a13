"""By the hour: runs on which nothing moves are helped on, and it is told when a feed stands still.

Nothing happened is an error, too: nobody would notice that no run begins any more.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from events.off_sync import MissedOffSync, OffSyncMissed
from services.off_sync.domain.document import Base
from services.off_sync.domain.run import STILL
from services.off_sync.settings import ToOffSyncs
from services.off_sync.store import filing, limits, runs, source
from shared.aws import outbox, queues
from shared.aws.dynamo import transact
from shared.aws.observability import count, follow, logger, metered
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import INDIA, Clock, indian_day, utc_now

MISSED_AFTER: Final = timedelta(hours=36)


def watch(correlation_id: str, now: Clock = utc_now) -> None:
    """Helps on what stands still, and tells what didn't happen."""
    if not source.is_on():
        return
    at = now()
    run = runs.working()
    if run and at - run.moved_at > STILL:
        logger.warning("helped on", extra={"run_id": run.run_id})
        queues.send(settings(ToOffSyncs).off_syncs_queue_url, [{"run_id": run.run_id}])
    for base in source.bases():
        _look_at(base, at, correlation_id)
    queues.send(settings(ToOffSyncs).off_syncs_queue_url, [{"pictures": correlation_id}])


def _look_at(base: Base, at: datetime, correlation_id: str) -> None:
    """It is told once a day: the same day's event has the same id."""
    done = limits.completed_at(base)
    watched_since = done or limits.watched_since(base, at)
    silent = at - watched_since
    count("OffSilentHours", silent // timedelta(hours=1))
    if silent <= MISSED_AFTER:
        return
    day = indian_day(at).isoformat()
    midnight = at.astimezone(INDIA).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    told = MissedOffSync(base=base, last_completed_at=done, hours=silent // timedelta(hours=1))
    event = OffSyncMissed.stated(Cause(filing.ACTOR, midnight, correlation_id), told, base, day)
    transact([outbox.stating(event)])


@metered
def handler(event: dict[str, Any], context: Any) -> None:
    """Runs by the hour."""
    del event
    follow(context.aws_request_id)
    watch(context.aws_request_id)
