"""Text, whole numbers and sizes as a body may hold them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from shared.kernel.fields import Line, NetQuantityIn, Prose, whole
from shared.kernel.quantity import NetQuantity, Packed


class Fields(BaseModel):
    line: Line = "x"
    prose: Prose = ""
    count: Annotated[int, Field(strict=True, ge=1), BeforeValidator(whole)] = 1
    size: NetQuantityIn | None = None


def code(**fields: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        Fields.model_validate(fields)
    (error,) = refused.value.errors()
    return error["type"]


def test_a_line_is_kept_in_nfc_and_has_something_in_it() -> None:
    assert Fields.model_validate({"line": " Cafe\u0301\u200b  नमक\n"}).line == "Café नमक"
    assert [code(line=text) for text in ("", " \u00a0\t", "\u200b", "x" * 201)] == [
        "string_too_short",
        "blank",
        "blank",
        "string_too_long",
    ]


def test_prose_may_be_empty() -> None:
    assert Fields.model_validate({"prose": "\u200b Cafe\u0301 "}).prose == "Café"
    assert Fields.model_validate({"prose": " "}).prose == ""
    assert code(prose="x" * 2001) == "string_too_long"


@pytest.mark.parametrize("good", [2, Decimal("2.0"), Decimal(2)])
def test_a_whole_number_may_be_written_with_a_point(good: object) -> None:
    assert Fields.model_validate({"count": good}).count == 2


@pytest.mark.parametrize("bad", [True, "2", Decimal("1.5"), Decimal("1e999999"), None, [2]])
def test_what_is_no_whole_number_is_refused(bad: object) -> None:
    assert code(count=bad) == "int_type"


def test_a_size_comes_as_text_or_as_value_and_unit() -> None:
    half = Packed(NetQuantity(value=Decimal(500), unit="g"), 1)
    assert [Fields.model_validate({"size": size}).size for size in ("500 g", {"value": 500, "unit": "g"}, half)] == [
        half
    ] * 3
    for wrong in ([{"value": 500, "unit": "g"}, 2], 500, True):
        assert code(size=wrong) == "net_quantity"
