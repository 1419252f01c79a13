"""Events of the catalog that items follow: a product is called otherwise, stands in another category, or has become
another one; and a shop's own photos."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import cast

from events.base import Event
from events.catalog import (
    ProductMerged,
    ProductMergeReverted,
    ProductRejected,
    ProductReturned,
    ProductUpdated,
    ProductVerified,
)
from events.image_ingest import ImageIngested
from services.catalog import client as catalog
from services.inventory.domain import photos
from services.inventory.domain.item import Photo
from services.inventory.domain.label import label_of
from services.inventory.settings import ToMerges
from services.inventory.store import following, items
from shared.aws import queues
from shared.aws.observability import logger
from shared.aws.settings import settings
from shared.aws.subscriptions import Subscriptions
from shared.kernel.cause import Cause
from shared.kernel.clock import utc_now

_ON_LABEL = frozenset({"name", "brand", "regional_names", "barcode", "category", "merged_into"})
_AT_ONCE = 8

subscriptions = Subscriptions()


@subscriptions.on(ProductUpdated, ProductVerified, ProductRejected, ProductReturned)
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


@subscriptions.on(ProductMerged)
def move_stock(event: ProductMerged) -> None:
    """Every shop's stock of the merged product goes to the survivor; a worker goes through the shops."""
    _send(event, "move")


@subscriptions.on(ProductMergeReverted)
def move_stock_back(event: ProductMergeReverted) -> None:
    """What the merge has moved goes back, as far as it is there."""
    _send(event, "back")


def _send(event: ProductMerged | ProductMergeReverted, what: str) -> None:
    message = {"what": what, "product_id": event.data.product_id, "merge_id": event.data.merge_id}
    correlation_id = event.metadata.correlation_id
    queues.send(settings(ToMerges).merges_queue_url, [{**message, "correlation_id": correlation_id}])


@subscriptions.on(ImageIngested)
def keep_photo(event: ImageIngested) -> None:
    """A shop's own photo goes to its item, if it lists the product."""
    image = event.data
    if image.store_id is None or image.product_id is None:
        return
    store_id, product_id = image.store_id, image.product_id
    photo = Photo(image_hash=image.image_hash, role=image.role, **image.urls.model_dump())
    cause = Cause(event.metadata.actor, utc_now(), event.metadata.correlation_id)

    def attempt() -> bool:
        item = following.meant(store_id, product_id, items.find_to_change).item
        new = photos.with_photo(item, photo, image.upload_id, cause) if item else None
        if item is None or new is None:
            return False
        items.save(new, item, cause)
        return True

    logger.info("photo told of", extra={"product_id": product_id, "kept": items.racing(attempt)})


handler = subscriptions.handler()
