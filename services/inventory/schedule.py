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
from shared.kernel.clock import Clock, indian_day, utc_now

_LOOKS_BACK = 60
"""Days: so long may the clock have stood still."""
_AT_ONCE = 8
_STILL = timedelta(minutes=10)
"""Longer than any part of a stock take's booking takes."""


def help_on(now: Clock = utc_now) -> int:
    """Gives stock takes that stand still half booked to the worker again; answers how many."""
    still = [{"store_id": store, "count_id": count} for store, count in counts.standing_still(now() - _STILL)]
    queues.send(settings(ToCounts).counts_queue_url, still)
    logger.info("counts helped on", extra={"counts": len(still)})
    return len(still)


def watch_lots(correlation_id: str, now: Clock = utc_now) -> int:
    """Looks at every item whose day has come; answers of how many there was something to tell.

    One that can't be noted keeps nobody else from being told. Raises when there was one, so that people hear of it.
    """
    cause = Cause("system:inventory", now(), correlation_id)
    today = indian_day(cause.at)
    noted = failed = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for ago in range(_LOOKS_BACK, -1, -1):
            due = items.to_watch(today - timedelta(days=ago))
            for done in pool.map(lambda one: _noted(one[0], one[1], cause), due):
                noted += done is True
                failed += done is None
    logger.info("expiry watched", extra={"noted": noted, "failed": failed})
    if failed:
        raise NotAllWatched(f"{failed} items could not be noted")
    return noted


class NotAllWatched(Exception):
    """Of some items it couldn't be noted what is due; the next run tries again."""


def _noted(store_id: str, product_id: str, cause: Cause) -> bool | None:
    """Whether there was something to tell of an item; None when that couldn't be done."""

    def attempt() -> bool:
        item = items.find_to_change(store_id, product_id)
        noted = watch.noted(item, cause) if item else None
        if item is None or noted is None:
            return False
        items.save(noted, item, cause)
        return True

    try:
        return items.racing(attempt)
    except Exception:  # noqa: BLE001 - whatever it is, the others are told
        logger.exception("expiry not noted", extra={"store_id": store_id, "product_id": product_id})
        return None


@metered
def handler(event: dict[str, Any], context: Any) -> None:
    """Runs by the hour while shops are open."""
    del event
    follow(context.aws_request_id)
    help_on()
    watch_lots(context.aws_request_id)
