"""Events that people are told of."""

from __future__ import annotations

from events.base import Event
from services.catalog import client as catalog
from services.notifications import domain, store
from shared.aws.subscriptions import Subscriptions

subscriptions = Subscriptions()


@subscriptions.on(*domain.RULES)
def tell(event: Event) -> None:
    """A notice's id comes from the event's, so a redelivered event is told once."""
    for notice in domain.told(event):
        store.add(notice)


@subscriptions.on(*domain.OF_A_DAY)
def gather(event: Event) -> None:
    """A day's notice knows what is in it, so a redelivered event is told once."""
    new = domain.mention(event)
    product = catalog.facts([new.product_id]).get(new.product_id)
    store.gather(new, product.name if product else new.product_id)


handler = subscriptions.handler()
