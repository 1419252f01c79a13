"""/v1/products/match"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.matching import store
from services.matching.domain import Decision, Question
from shared.aws.http import Body, answer, http_handler, new_api
from shared.aws.idempotency import once
from shared.kernel.fields import Barcode, Line, NetQuantityIn
from shared.kernel.gtin import Gtin
from shared.kernel.money import Rupees

api = new_api()


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


@api.post("/v1/products/match", tags=["Catalog"], summary="Which product is this?", middlewares=[once])
def match_product(words: Words) -> Response[Decision]:
    packed = words.net_quantity
    question = Question(
        name=words.name,
        brand=words.brand,
        gtin=Gtin.parse(words.barcode).key if words.barcode else None,
        net_quantity=packed.net_quantity if packed else None,
        pack_count=packed.pack_count if packed else 1,
    )
    return answer(store.match([question])[0])


handler = http_handler(api)
