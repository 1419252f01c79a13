"""Events that people are told of."""

from __future__ import annotations

from events.base import Event
from services.notifications import domain, store
from shared.aws.subscriptions import Subscriptions

subscriptions = Subscriptions()


@subscriptions.on(*domain.RULES)
def tell(event: Event) -> None:
    """A notice's id comes from the event's, so a redelivered event is told once."""
    for notice in domain.told(event):
        store.add(notice)


handler = subscriptions.handler()
