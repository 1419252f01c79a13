"""By the hour: what comes near its expiry is noted, and the items' stream tells the shops. Stock takes that stand still
half booked are given to the worker again: a message may have been lost.

What a run doesn't come to, the next one does. A look at an item that nothing is due of changes nothing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from services.inventory.domain import watch
from services.inventory.settings import ToCounts
from services.inventory.store import counts, items
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import indian_day, utc_now

_LOOKS_BACK = 60
"""Days: so long may the clock have stood still."""
_AT_ONCE = 8
_STILL = timedelta(minutes=10)
"""Longer than any part of a stock take's booking takes."""


@metered
def handler(event: dict[str, Any], context: Any) -> None:
    """Helps on what stands still, and looks at every item whose day has come."""
    del event
    follow(context.aws_request_id)
    cause = Cause("system:inventory", utc_now(), context.aws_request_id)
    still = [{"store_id": store, "count_id": count} for store, count in counts.standing_still(cause.at - _STILL)]
    queues.send(settings(ToCounts).counts_queue_url, still)
    today = indian_day(cause.at)
    noted = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for ago in range(_LOOKS_BACK, -1, -1):
            due = items.to_watch(today - timedelta(days=ago))
            noted += sum(pool.map(lambda one: _note(one[0], one[1], cause), due))
    logger.info("expiry watched", extra={"noted": noted, "counts_helped_on": len(still)})


def _note(store_id: str, product_id: str, cause: Cause) -> bool:
    """Whether there was something to tell of an item."""

    def attempt() -> bool:
        item = items.find_to_change(store_id, product_id)
        noted = watch.noted(item, cause) if item else None
        if item is None or noted is None:
            return False
        items.save(noted, item, cause)
        return True

    return items.racing(attempt)
