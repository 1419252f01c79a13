"""/v1/products/match, and what reviewers say of pairs"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.catalog import client as catalog
from services.matching.domain.question import Candidate, Outcome, Question
from services.matching.store import answers, apart
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Body, Listing, View, answer, cause, http_handler, new_api
from shared.aws.idempotency import once
from shared.kernel.errors import FieldError, Invalid, NotFound
from shared.kernel.fields import Barcode, Line, NetQuantityIn, Prose
from shared.kernel.gtin import Gtin
from shared.kernel.money import Rupees

api = new_api(
    admin_only=[
        "POST /v1/products/<product_id>/not-the-same",
        "GET /v1/products/<product_id>/not-the-same",
    ]
)


class Words(Body):
    """What a shop knows of a packet; a name or a barcode at least."""

    name: Line | None = None
    brand: Line | None = None
    barcode: Barcode | None = None
    net_quantity: NetQuantityIn | None = None
    mrp: Rupees | None = None
    image_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _something(self) -> Words:
        if not (self.name or self.barcode):
            raise PydanticCustomError("name_missing", "Give a name or a barcode.")
        return self


class Matched(View):
    """``match`` names its product; candidates come best first, 10 at most."""

    decision: Outcome
    product_id: str | None
    product_gtin: str | None
    candidates: list[Candidate]


class NotTheSame(Body):
    """The product that it is not, and why; a reason that was given stays until there is another. ``takes_back`` what
    was said of the two before."""

    other_id: Line
    reason: Prose | None = None
    takes_back: bool = False


class Told(View):
    """That two products are not the same: they are never offered for each other again."""

    other_id: str
    said_by: str
    said_at: datetime
    reason: str | None = None
    taken_back: bool = False


@api.post("/v1/products/match", tags=["Catalog"], summary="Which product is this?", middlewares=[once])
def match_product(words: Words) -> Response[Matched]:
    packed = words.net_quantity
    question = Question(
        name=words.name,
        brand=words.brand,
        gtin=Gtin.parse(words.barcode).key if words.barcode else None,
        net_quantity=packed.net_quantity if packed else None,
        pack_count=packed.pack_count if packed else 1,
        mrp=words.mrp,
    )
    decision = answers.match([question], candidates=True)[0]
    if words.image_hash:
        decision = decision.seen_on(catalog.pictured(words.image_hash))
    return answer(Matched.model_validate(decision.model_dump()))


@api.post(
    "/v1/products/<product_id>/not-the-same",
    tags=["Quality review"],
    summary="Say that two products are not the same, or take it back (admin)",
    middlewares=[once],
)
def tell_apart(product_id: str, told: NotTheSame) -> Response[Told]:
    if told.other_id == product_id:
        cure = "A product is always the same as itself; name another one."
        raise Invalid("SAME_PRODUCT", cure, [FieldError("/other_id", "SAME_PRODUCT", cure)])
    _check_known(product_id, told.other_id)
    why = cause(api)
    reason = told.reason
    if told.takes_back:
        apart.unsay(product_id, told.other_id, why)
    else:
        reason = apart.say(product_id, told.other_id, reason, why)
    return answer(
        Told(
            other_id=told.other_id,
            said_by=why.actor,
            said_at=why.at,
            reason=reason,
            taken_back=told.takes_back,
        )
    )


@api.get(
    "/v1/products/<product_id>/not-the-same",
    tags=["Quality review"],
    summary="Which products people have said it is not (admin)",
)
def list_not_the_same(
    product_id: str,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[Told]]:
    key = decode_cursor(api, cursor, "after")
    _check_known(product_id)
    start = {"product_id": product_id, "other_id": key["after"]} if key else None
    items, next_key = apart.page(product_id, limit, start)
    after = encode_cursor(api, {"after": str(next_key["other_id"])}) if next_key else None
    return answer(Listing(items=[Told.model_validate(item) for item in items], next_cursor=after))


def _check_known(*product_ids: str) -> None:
    known = catalog.products(product_ids)
    if any(product_id not in known for product_id in product_ids):
        raise NotFound("PRODUCT_UNKNOWN", "There is no such product.")


handler = http_handler(api)
