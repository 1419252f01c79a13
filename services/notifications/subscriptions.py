"""Events that people are told of."""

from __future__ import annotations

from events.base import Event
from services.catalog import client as catalog
from services.notifications.domain import rules
from services.notifications.domain.notices import Mention
from services.notifications.store import feeds
from shared.aws import access
from shared.aws.subscriptions import Subscriptions

subscriptions = Subscriptions()


@subscriptions.on(*rules.RULES)
def tell(event: Event) -> None:
    """A notice's id comes from the event's, and a day's notice knows what is in it: what comes again is told once."""
    for told in rules.told(event, access.stores_of):
        if isinstance(told, Mention):
            feeds.gather(told, _name(told))
        else:
            feeds.add(told)


def _name(told: Mention) -> str:
    """What people call the thing that is told of."""
    if told.name or not told.product_id:
        return told.name or told.thing
    product = catalog.facts([told.product_id]).get(told.product_id)
    return product.name if product else told.product_id


handler = subscriptions.handler()
