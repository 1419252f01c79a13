"""Books stock takes, some products at a time.

How far a stock take is booked stands in its row, written with what became of the last products. A message only says
which one is to be gone on with: so it may come twice, late or after a crash.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from services.inventory.settings import ToCounts
from services.inventory.store import booking, counts
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import utc_now

_PARTS_A_MESSAGE = 8
"""Of ``counts.PRODUCTS_AT_ONCE`` products each. What is left has a message of its own: no stock take is too long."""
_AT_ONCE = 8


def work(message: Message) -> None:
    """``{store_id, count_id}``."""
    count = counts.find(message["store_id"], message["count_id"])
    if count is None or count.status != "booking":
        return
    follow(count.correlation_id, store=count.store_id, count_id=count.count_id)
    for _ in range(_PARTS_A_MESSAGE):
        products, more = counts.products(count, count.booked_to, counts.PRODUCTS_AT_ONCE)
        now = utc_now()
        why = Cause(count.closed_by or count.created_by, now, count.correlation_id)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = list(
                pool.map(
                    booking.book_counted, [count] * len(products), products, products.values(), [why] * len(products)
                )
            )
        saved = counts.save_booked(count, found, now, done=not more)
        if saved is None:
            return  # whoever was faster goes on
        count = saved
        if count.status == "booked":
            logger.info("booked", extra=count.summary.model_dump(mode="json") if count.summary else {})
            return
    queues.send(settings(ToCounts).counts_queue_url, [{"store_id": count.store_id, "count_id": count.count_id}])


handler = metered(queue_handler(work))
