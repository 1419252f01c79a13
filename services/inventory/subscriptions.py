"""Events that make items' labels untrue: a product is called otherwise, or stands in another category."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import cast

from events.base import Event
from events.catalog import ProductRejected, ProductUpdated, ProductVerified
from services.catalog import client as catalog
from services.inventory.domain.label import label_of
from services.inventory.store import items
from shared.aws.observability import logger
from shared.aws.subscriptions import Subscriptions
from shared.kernel.cause import Cause
from shared.kernel.clock import utc_now

_ON_LABEL = frozenset({"name", "brand", "regional_names", "barcode", "category", "merged_into"})
_AT_ONCE = 8

subscriptions = Subscriptions()


@subscriptions.on(ProductUpdated, ProductVerified, ProductRejected)
def label_anew(event: Event) -> None:
    """Labels the items of all stores by what the product is now, however often this comes, and whenever."""
    product = cast("ProductUpdated", event).data
    if _ON_LABEL.isdisjoint(product.changed):
        return
    product_id = product.product_id
    cause = Cause("system:inventory", utc_now(), event.metadata.correlation_id)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        labelled = sum(pool.map(lambda store_id: _label(store_id, product_id, cause), items.stores_of(product_id)))
    logger.info("labelled anew", extra={"product_id": product_id, "items": labelled})


def _label(store_id: str, product_id: str, cause: Cause) -> bool:
    """Whether an item's label was untrue."""

    def attempt() -> bool:
        item = items.find_to_change(store_id, product_id)
        # The product after the item: whoever wrote a newer label meanwhile has written the item, too.
        product = catalog.facts([product_id]).get(product_id)
        if item is None or product is None:
            return False
        label = label_of(product.names, product.barcode, product.category)
        if item.label == label:
            return False
        items.save(item.touched(cause, label=label), item, cause)
        return True

    return items.racing(attempt)


handler = subscriptions.handler()
