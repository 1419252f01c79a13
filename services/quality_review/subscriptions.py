"""What happens to products, and what pictures show, makes them wait for a person or ends that."""

from __future__ import annotations

from typing import get_args

from events.catalog import (
    ChangedProduct,
    ProductCreated,
    ProductFacts,
    ProductMerged,
    ProductMergeReverted,
    ProductRejected,
    ProductReturned,
    ProductUpdated,
    ProductVerified,
)
from events.image_ingest import LookalikesDetected
from events.matching import PairJudged
from services.quality_review.domain.review import About, Told
from services.quality_review.store import following
from shared.aws.subscriptions import Subscriptions

subscriptions = Subscriptions()


@subscriptions.on(ProductCreated)
def open_review(event: ProductCreated) -> None:
    """A new product that is pending waits for a person.

    What a row of a file says was matched already; all else is looked for now. If matching doesn't answer, the event
    comes again.
    """
    told = _told(event.data)
    if told.status != "pending":
        return
    if event.data.source == "import":
        following.follow(told, event.cause())
    else:
        following.open_for_proposal(told, event.cause())


Change = ProductUpdated | ProductVerified | ProductRejected | ProductReturned | ProductMerged | ProductMergeReverted


@subscriptions.on(*get_args(Change))
def follow_product(event: Change) -> None:
    """What was decided waits no longer; what is pending again, or has pictures that stores offer, does."""
    following.follow(_told(event.data), event.cause())
    if "offered_images" in event.data.changed:
        following.follow_offers(event.data.product_id, event.cause())


@subscriptions.on(LookalikesDetected)
def compare_pictures(event: LookalikesDetected) -> None:
    """Products whose pictures look the same may be one: a person looks."""
    following.look_alike(event.data, event.cause())


@subscriptions.on(PairJudged)
def compare_again(event: PairJudged) -> None:
    """Whether two products are the same a person has said: so each may be one fewer, or one more again."""
    for product_id in (event.data.product_id, event.data.other_id):
        following.compare(product_id, event.cause())


def _told(product: ProductFacts) -> Told:
    previous = product.previous_status if isinstance(product, ChangedProduct) else None
    about = About(product.product_id, product.name, product.source, product.store_id)
    return Told(about, product.version, product.verification_status, previous, product.candidates)


handler = subscriptions.handler()
