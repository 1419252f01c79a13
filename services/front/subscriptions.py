"""Folds events into the dashboard's counters."""

from __future__ import annotations

from collections.abc import Sequence

from events.base import Event
from services.front import domain, store
from shared.aws.subscriptions import Subscriptions
from shared.kernel.clock import utc_now

subscriptions = Subscriptions()


@subscriptions.together(*domain.FOLDED)
def fold(events: Sequence[Event]) -> None:
    """A whole batch in one transaction; an event that comes again moves nothing."""
    for sync in filter(None, map(domain.sync_of, events)):
        store.note_sync(sync)
    store.fold({e.metadata.event_id: domain.moves(e) for e in events}, utc_now())


handler = subscriptions.handler()
