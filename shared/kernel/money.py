"""Indian rupees: exact decimals with two places, never a float."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.kernel.text import ascii_digits

MAX_RUPEES = Decimal("99999999.99")
_PAISA = Decimal("0.01")

_DRESS = re.compile(
    r"^(?:m\.?r\.?p\.?[\s:]*)?(?:₹|rs\.?|inr|₨|रु\.?|रू\.?|રૂ\.?|ரூ\.?|రూ\.?|ರೂ\.?|টাকা|৳|ਰੁ\.?)?[\s:]*"
    r"|\s*(?:/-|/=|\.-|-/)?\s*(?:₹|rs\.?|inr|रु\.?|रुपये|only)?\s*(?:/-|/=)?$",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"(\d+)(?:\.(\d*))?$|\.(\d+)$")
_GROUPED = re.compile(r"(\d{1,3}(?:,\d{2,3})*,\d{3})(?:\.(\d*))?$")  # 1,25,000.00 and 125,000.00
_COMMA = re.compile(r"(\d+(?:\.\d{3})*),(\d{1,2})$")  # 285,50 and 1.285,50: a decimal comma


class BadMoney(ValueError):
    """What is no price. `code`: NOT_A_NUMBER | NEGATIVE_PRICE | TOO_MANY_DECIMALS | TOO_LARGE."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def parse_rupees(text: str) -> Decimal:
    """A price as shops write it -> rupees with two places: "₹1,25,000.00", "285/-", "Rs. 52", "१२०".

    A comma before one or two last digits is a decimal comma ("285,50"), before three it groups (either way).
    Raises BadMoney; more than two decimals are refused, not rounded.
    """
    bare = ascii_digits(text).strip()
    negative = False
    if not bare.isdecimal():
        if bare.startswith(("-", "\u2212", "(")) and any(map(str.isdigit, bare)):
            negative = True
            bare = bare.strip("-\u2212() ")
        bare = _DRESS.sub("", bare).strip()
        if bare.startswith(("-", "\u2212")):
            negative = True
            bare = bare[1:].strip()
    if found := _PLAIN.match(bare):
        whole, decimals = found[1] or "0", found[2] or found[3] or ""
    elif found := _GROUPED.match(bare):
        whole, decimals = found[1].replace(",", ""), found[2] or ""
    elif found := _COMMA.match(bare):
        whole, decimals = found[1].replace(".", ""), found[2]
    else:
        raise BadMoney("NOT_A_NUMBER", f'"{_shown(text)}" is not a price. Write it like 52 or 52.50.')
    if len(whole) > 20:
        raise BadMoney("TOO_LARGE", f"A price is at most {MAX_RUPEES} rupees.")
    return _checked(Decimal(f"{'-' if negative else ''}{whole}.{decimals or '0'}"))


def format_rupees(amount: Decimal) -> str:
    """Rupees as the API writes them: "52.00", ASCII, no grouping."""
    return f"{amount:.2f}"


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "..."


def _checked(amount: Decimal) -> Decimal:
    if not amount.is_finite():
        raise BadMoney("NOT_A_NUMBER", "A price is a number.")
    if amount < 0:
        raise BadMoney("NEGATIVE_PRICE", "A price can't be below zero.")
    if amount > MAX_RUPEES:
        raise BadMoney("TOO_LARGE", f"A price is at most {MAX_RUPEES} rupees.")
    exact = amount.quantize(_PAISA)
    if exact != amount:
        raise BadMoney("TOO_MANY_DECIMALS", f"{amount} has a part of a paisa; a price has at most 2 decimals.")
    return abs(exact)  # -0 is 0


def _rupees(value: Any, info: ValidationInfo) -> Decimal:
    try:
        if isinstance(value, str):
            return parse_rupees(value)
        if isinstance(value, Decimal):
            return _checked(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return _checked(Decimal(value))
        if isinstance(value, float) and info.mode == "json":  # pydantic's own JSON reader: its repr is what was sent
            return _checked(Decimal(repr(value)))
    except BadMoney as bad:
        raise PydanticCustomError(bad.code, "{message}", {"message": bad.message}) from None
    raise PydanticCustomError("NOT_A_NUMBER", "A price is a decimal string such as 52.00 (or an exact number).")


_TAKEN = {
    "anyOf": [
        {"type": "string", "pattern": r"^[0-9]{1,8}(\.[0-9]{1,2})?$"},
        {"type": "number", "minimum": 0, "maximum": float(MAX_RUPEES), "multipleOf": 0.01},
    ],
    "examples": ["52.00"],
}
_GIVEN = {"type": "string", "pattern": r"^[0-9]{1,8}\.[0-9]{2}$", "examples": ["52.00"]}

Rupees = Annotated[
    Decimal,
    BeforeValidator(_rupees),
    PlainSerializer(format_rupees, return_type=str, when_used="json"),
    WithJsonSchema(_TAKEN, mode="validation"),
    WithJsonSchema(_GIVEN, mode="serialization"),
]
"""Model field in rupees: str, int, Decimal (a float only from JSON text); 0 to 99999999.99; JSON "52.00"."""
