"""Wakes the indexer: each change of a product is a reason to look what the index lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from events.base import Event
from events.catalog import (
    ProductCreated,
    ProductMerged,
    ProductMergeReverted,
    ProductRejected,
    ProductReturned,
    ProductUpdated,
    ProductVerified,
)
from services.matching.store import indexer
from shared.aws.subscriptions import Subscriptions

_SECONDS = 30.0  # of work, after which what is left waits for the next to wake it

subscriptions = Subscriptions()


@subscriptions.together(
    ProductCreated,
    ProductUpdated,
    ProductVerified,
    ProductRejected,
    ProductReturned,
    ProductMerged,
    ProductMergeReverted,
)
def freshen(events: Sequence[Event]) -> None:
    """Looks into the catalog, which knows better than events do; unless all that they tell has been taken in by then.

    After an import most messages find that somebody woken before them has done it.
    """
    told = ((e.data.product_id, e.data.version) for e in cast("Sequence[ProductCreated]", events))
    if not events or not indexer.has(told):
        indexer.pull(_SECONDS)


handler = subscriptions.handler()
