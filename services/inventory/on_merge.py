"""Moves shops' stock of a merged product to the survivor, and back when the merge is reverted; some shops at a time.

Which shops there are an index says, which lags; and somebody may have had the old facts in hand when the product was
merged. So when all shops are through a second look is taken a while later, and another one while looks find something.
A message may come twice, late or after a crash: what was moved isn't there to be moved again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from services.catalog import client as catalog
from services.inventory.domain.label import label_of
from services.inventory.domain.merging import Into
from services.inventory.settings import ToMerges
from services.inventory.store import items, merges
from services.inventory.store.merges import Outcome
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import utc_now

_SHOPS_A_MESSAGE = 250
_AT_ONCE = 8
_LATER = 900
"""Seconds to the next look, the longest that SQS waits: no import and no request had its facts for longer."""


def work(message: Message) -> None:
    """``{what, product_id, merge_id, correlation_id}``. ``after``: shops up to this one are through; ``shops``: these
    alone; ``look``: the how manieth one; ``found``: whether this look has found anything."""
    follow(message["correlation_id"], product_id=message["product_id"], merge_id=message["merge_id"])
    act = _moving(message) if message["what"] == "move" else _moving_back(message)
    if act is None:
        logger.info("no such merge any more")
        return
    if shops := message.get("shops"):
        if failed := _through(shops, act)[1]:
            raise NotAllMoved(f"{failed} could not be moved")
        return
    shops, more = _page(message)
    moved, failed = _through(shops, act)
    told = {n: message[n] for n in ("what", "product_id", "merge_id", "correlation_id")}
    look, found = message.get("look", 1), moved or message.get("found", False)
    next_: list[Message] = [{**told, "shops": failed}] if failed else []  # they fail by themselves, if they do again
    if more:
        next_.append({**told, "after": shops[-1], "look": look, "found": found})
    queues.send(settings(ToMerges).merges_queue_url, next_)
    if not more and (look == 1 or found):
        queues.send(settings(ToMerges).merges_queue_url, [{**told, "look": look + 1}], delay=_LATER)


class NotAllMoved(Exception):
    """Some shops' items can't be written; they are tried again."""


def _page(message: Message) -> tuple[list[str], bool]:
    after = message.get("after", "")
    if message["what"] == "move":
        return items.page_of_stores(message["product_id"], after, _SHOPS_A_MESSAGE)
    return merges.page_of_stores(message["merge_id"], after, _SHOPS_A_MESSAGE)


Act = Callable[[str], Outcome]


def _moving(message: Message) -> Act | None:
    """To where the product leads now; nowhere, where this merge was taken back meanwhile."""
    product_id: str = message["product_id"]
    merged = catalog.products([product_id]).get(product_id)
    survivor = catalog.facts([product_id]).get(product_id)
    if not merged or not survivor or not merged.merge or merged.merge.merge_id != message["merge_id"]:
        return None
    label = label_of(survivor.names, survivor.barcode, survivor.category)
    into = Into(message["merge_id"], survivor.product_id, label)
    return lambda store_id: merges.move(store_id, product_id, into, partial(_cause, message))


def _moving_back(message: Message) -> Act | None:
    cause = partial(_cause, message)
    return lambda store_id: merges.take_back(store_id, message["product_id"], message["merge_id"], cause)


def _cause(message: Message) -> Cause:
    """Of one try in one shop, with the moment of that: the shops before it took their time."""
    return Cause("system:inventory", utc_now(), message["correlation_id"])


def _through(shops: Sequence[str], act: Act) -> tuple[bool, list[str]]:
    """Whether anything was moved, and the shops whose items could not be written: they keep nobody else waiting."""

    def one(store_id: str) -> Outcome | None:
        try:
            return act(store_id)
        except Exception:  # noqa: BLE001 - whatever it is, the others are moved
            logger.exception("not moved", extra={"store_id": store_id})
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        done = list(pool.map(one, shops))
    logger.info("moved", extra={"shops": len(done), "left": done.count("left"), "failed": done.count(None)})
    return "moved" in done, [shop for shop, outcome in zip(shops, done, strict=True) if outcome is None]


handler = metered(queue_handler(work))
