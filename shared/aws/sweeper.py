"""The sweeper: what a crash between state and bus left unsent goes out a minute later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.aws import outbox
from shared.aws.observability import count, logger, metered
from shared.kernel.clock import Clock, utc_now

_GRACE = timedelta(seconds=60)


def sweep(now: Clock = utc_now) -> int:
    """Publishes items older than a minute that are still unsent; answers how many."""
    left = outbox.unsent_before(now() - _GRACE)
    outbox.send(left)
    return len(left)


@metered
def handler(event: dict[str, Any], context: Any) -> None:
    """Runs every minute."""
    swept = sweep()
    count("OutboxSwept", swept)
    if swept:
        logger.warning("events had been left unsent", extra={"count": swept})
