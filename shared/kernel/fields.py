"""Fields that several request bodies share: text as people type it, checked and normalised on the way in."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.kernel.gtin import BadGtin, Gtin
from shared.kernel.quantity import BadQuantity, NetQuantity, Packed, parse_net_quantity
from shared.kernel.text import nfc


def _barcode(text: str) -> str:
    try:
        gtin = Gtin.parse(text)
    except BadGtin as error:
        raise PydanticCustomError(error.code.lower(), "{cure}", {"cure": error.message}) from None
    if gtin.store_scoped:
        raise PydanticCustomError(
            "gtin_store_scoped", "This is a code of one shop's own scale or label; leave the barcode out."
        )
    return gtin.printed


def _net_quantity(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return parse_net_quantity(value)
        except BadQuantity as error:
            raise PydanticCustomError(error.code.lower(), "{cure}", {"cure": error.message}) from None
    if isinstance(value, NetQuantity | dict):
        return Packed(NetQuantity.model_validate(value), 1)
    if isinstance(value, Packed):
        return value
    raise PydanticCustomError("net_quantity", 'Write it like "500 g", or as {"value": 500, "unit": "g"}.')


def line(text: str) -> str:
    """Text in NFC with something in it."""
    clean = nfc(text)
    if not clean:
        raise PydanticCustomError("blank", "Write something, or leave it out.")
    return clean


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(line)]
"""One line of text in NFC."""

Prose = Annotated[str, Field(max_length=2000), AfterValidator(nfc)]
"""A few lines of text in NFC."""


def whole(value: Any) -> Any:
    """Before a strict int: JSON's 2.0 is a whole number too, where a text and true are none."""
    if isinstance(value, Decimal) and value.adjusted() < 15 and value == value.to_integral_value():
        return int(value)
    return value


Barcode = Annotated[
    str,
    BeforeValidator(str),
    AfterValidator(_barcode),
    WithJsonSchema({"type": "string", "pattern": "^([0-9]{8}|[0-9]{12,14})$", "examples": ["8901719110016"]}),
]
"""A GTIN-8/12/13/14 as printed; its check digit holds."""

NetQuantityIn = Annotated[
    Packed,
    BeforeValidator(_net_quantity),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, NetQuantity.model_json_schema()],
            "examples": ["500 g", "2 x 200 ml", {"value": 500, "unit": "g"}],
        }
    ),
]
"""What a pack holds, as ``{"value": 500, "unit": "g"}`` or as people write it: ``"2 x 200 ml"``."""
