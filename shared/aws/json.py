"""JSON as we read and answer it: decimals stay decimal, UTF-8, compact."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from shared.kernel.errors import Malformed


def read_json(text: str) -> Any:
    """A JSON body. Raises Malformed."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        raise Malformed("MALFORMED_JSON", f"The body is not JSON: {error}.") from None


def write_json(value: Any) -> str:
    """Compact JSON; a Decimal that is no money is a number."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number)


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _not_json(token: str) -> Any:
    raise ValueError(f"{token} is not JSON")
