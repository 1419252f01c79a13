"""What a look at an item tells beside its figures. Worked out when it is shown, kept nowhere: prices and days pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from services.inventory.domain.item import ZERO, Item, Lot

Percent = Annotated[
    Decimal, PlainSerializer(float, when_used="json"), WithJsonSchema({"type": "number", "examples": [12.5]})
]
"""With one decimal."""


class ItemWarning(BaseModel):
    """Something of an item that a shopkeeper should look at."""

    model_config = ConfigDict(frozen=True)

    code: Literal["PRICE_BELOW_COST", "NEGATIVE_STOCK", "EXPIRED_STOCK", "SAME_AS_ANOTHER"]
    message: str
    lot_id: str | None = None


def margin_percent(lot: Lot) -> Decimal | None:
    """What is left of the selling price after the cost, in per cent of it; None where one of them isn't known or
    nothing is asked for it."""
    if lot.cost_price is None or not lot.selling_price:
        return None
    share = (lot.selling_price - lot.cost_price) / lot.selling_price * 100
    return share.quantize(Decimal("0.1"), ROUND_HALF_UP) + ZERO  # + 0 turns -0 into 0


def warnings(item: Item, today: date) -> list[ItemWarning]:
    """What is odd about an item on a day in India. Of lots that are sold out only the default one counts."""
    return [warning for lot in item.lots for warning in _warnings(item, lot, today)]


def same_as_another(item: Item, product_id: str) -> Iterator[ItemWarning]:
    """That an item is of a product that ``product_id`` stands for now, and could not be moved there by itself."""
    if product_id != item.product_id:
        sentence = (
            f"This product is now the same as {product_id}, but it is kept by {item.unit} and can't be added there by "
            "itself; book the stock there, and take this one off the list."
        )
        yield ItemWarning(code="SAME_AS_ANOTHER", message=sentence)


def _warnings(item: Item, lot: Lot, today: date) -> Iterator[ItemWarning]:
    cost, price = lot.cost_price, lot.selling_price
    sells = bool(lot.quantity) or lot is item.front
    if sells and cost is not None and price is not None and price < cost:
        sentence = f"It is sold at Rs {price:.2f} but cost Rs {cost:.2f}; set a higher price, or correct the cost."
        yield ItemWarning(code="PRICE_BELOW_COST", message=sentence, lot_id=lot.lot_id)
    if lot.quantity < 0:
        sentence = f"More was sold than was booked in ({lot.quantity} {item.unit}); book the receipt, or count it."
        yield ItemWarning(code="NEGATIVE_STOCK", message=sentence, lot_id=lot.lot_id)
    if lot.quantity > 0 and lot.expiry_date is not None and lot.expiry_date < today:
        sentence = f"{lot.quantity} {item.unit} expired after {lot.expiry_date}; take it off the shelf and book it out."
        yield ItemWarning(code="EXPIRED_STOCK", message=sentence, lot_id=lot.lot_id)
