"""The queue, and who has what in hand."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from events.quality_review import Reason
from services.catalog import client as catalog
from services.quality_review.domain import review as domain
from services.quality_review.routes import api
from services.quality_review.routes.showing import ProductReview, get_product, show, show_many
from services.quality_review.store import reviews
from services.quality_review.store.reviews import Place
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Body, Listing, answer, cause
from shared.aws.idempotency import once

# A page ends before it is larger than what a Lambda may answer (6 MB).
_PAGE = 3_000_000


class ReviewClaiming(Body):
    """``takes_back`` lets it go again."""

    takes_back: bool = False


@api.get("/v1/admin/reviews", tags=["Quality review"], summary="What waits for a person, most harmful first")
def list_reviews(
    reason: Annotated[Reason | None, Query()] = None,
    claimed: Annotated[bool | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[ProductReview]]:
    key = decode_cursor(api, cursor, "rank", "product_id")
    now = cause(api).at
    after = Place(key["rank"], key["product_id"]) if key else None
    waiting = reviews.queue(now, after, reason=reason, claimed=claimed, at_once=limit + 1)
    found = list(islice(waiting, limit + 1))
    products = catalog.products(review.product_id for _, review in found[:limit])
    places = [(place, products[r.product_id], r) for place, r in found[:limit] if r.product_id in products]
    items: list[ProductReview] = []
    size = 0
    for shown in show_many([(product, review) for _, product, review in places], now):
        items.append(shown)
        size += len(shown.model_dump_json())
        if size > _PAGE:
            break
    is_last = len(found) <= limit and len(items) == len(places)
    last = places[len(items) - 1][0] if items else None
    return answer(
        Listing(items=items, next_cursor=encode_cursor(api, None if is_last or last is None else last._asdict()))
    )


@api.get("/v1/admin/reviews/<product_id>", tags=["Quality review"], summary="A product as its reviewer sees it")
def get_review(product_id: str) -> Response[ProductReview]:
    product = get_product(product_id)
    return answer(show(product, reviews.find(product_id), cause(api).at), version=product.version)


@api.post(
    "/v1/admin/reviews/<product_id>/claim",
    tags=["Quality review"],
    summary="Take a product in hand for 15 minutes, or let it go",
    middlewares=[once],
)
def claim_review(product_id: str, claiming: ReviewClaiming) -> Response[ProductReview]:
    why = cause(api)
    product = get_product(product_id)
    review = reviews.change(product_id, lambda before: domain.claim(before, why, takes_back=claiming.takes_back))
    return answer(show(product, review, why.at), version=product.version)
