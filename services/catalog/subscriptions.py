"""Pictures come to the product that they were taken of."""

from __future__ import annotations

from events.image_ingest import ImageIngested
from services.catalog import client
from services.catalog.domain.pictures import with_picture
from services.catalog.store import products as store
from shared.aws.observability import logger
from shared.aws.subscriptions import Subscriptions

subscriptions = Subscriptions()


@subscriptions.on(ImageIngested)
def hang(event: ImageIngested) -> None:
    """A product knows its pictures, so one that is told of again changes nothing. A shop's own isn't the catalog's."""
    image = event.data
    if image.product_id is None or image.store_id is not None:
        return
    product = client.facts([image.product_id]).get(image.product_id)
    if product is None:
        logger.warning("a picture of no product", extra={"image_hash": image.image_hash})
        return
    pictured = with_picture(product, image, event.cause())
    if pictured:
        store.save(pictured[0], product, pictured[1], event.cause())  # who was quicker makes the event come again


handler = subscriptions.handler()
