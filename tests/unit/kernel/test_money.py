import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.kernel.money import MAX_RUPEES, BadMoney, Rupees, format_rupees, parse_rupees

PRICES = st.decimals(0, MAX_RUPEES, places=2)


class Offer(BaseModel):
    mrp: Rupees


def refused(text: str) -> str:
    with pytest.raises(BadMoney) as bad:
        parse_rupees(text)
    assert bad.value.message
    return bad.value.code


@pytest.mark.parametrize(
    ("text", "rupees"),
    [
        ("52", "52.00"),
        ("52.5", "52.50"),
        ("52.", "52.00"),
        (".5", "0.50"),
        ("₹1,25,000.00", "125000.00"),
        ("125,000", "125000.00"),
        ("₹ 285/-", "285.00"),
        ("285/-", "285.00"),
        ("Rs. 52", "52.00"),
        ("Rs.52/-", "52.00"),
        ("MRP Rs 52", "52.00"),
        ("INR 52", "52.00"),
        ("52.00 INR", "52.00"),
        ("रु. १२०", "120.00"),
        ("१२०", "120.00"),
        ("285,50", "285.50"),
        ("1.285,50", "1285.50"),
        ("1,250", "1250.00"),
        ("52.500", "52.50"),
        ("\u00a052 ", "52.00"),
        ("99999999.99", "99999999.99"),
    ],
)
def test_a_price_is_read_as_shops_write_it(text: str, rupees: str) -> None:
    assert format_rupees(parse_rupees(text)) == rupees


@pytest.mark.parametrize(
    "text", ["", "NA", "abc", "1e5", "8.90100E+12", "1,2,3", "1.25.000", "5-10", "52/kg", "#REF!", "NaN", "--"]
)
def test_what_is_no_price_is_refused(text: str) -> None:
    assert refused(text) == "NOT_A_NUMBER"


@pytest.mark.parametrize("text", ["-5", "₹ -5", "(5.00)", "−5"])
def test_a_price_below_zero_is_refused(text: str) -> None:
    assert refused(text) == "NEGATIVE_PRICE"


def test_a_part_of_a_paisa_is_refused_and_not_rounded() -> None:
    assert refused("52.505") == "TOO_MANY_DECIMALS"


@pytest.mark.parametrize("text", ["100000000", "9" * 30])
def test_a_price_no_shop_has_is_refused(text: str) -> None:
    assert refused(text) == "TOO_LARGE"


@given(PRICES)
def test_a_price_written_is_read_back(amount: Decimal) -> None:
    assert parse_rupees(format_rupees(amount)) == amount


@given(PRICES)
def test_a_price_in_indian_grouping_is_read_back(amount: Decimal) -> None:
    whole, paise = format_rupees(amount).split(".")
    head, tail = whole[:-3], whole[-3:]
    groups = [head[max(0, at - 2) : at] for at in range(len(head), 0, -2)][::-1]
    assert parse_rupees(f"₹{','.join([*groups, tail])}.{paise}") == amount


@pytest.mark.parametrize("value", ["52", 52, Decimal("52.0"), "₹52/-"])
def test_a_model_takes_text_and_exact_numbers_and_writes_a_decimal_string(value: object) -> None:
    offer = Offer.model_validate({"mrp": value})
    assert offer.mrp == Decimal("52.00")
    assert json.loads(offer.model_dump_json()) == {"mrp": "52.00"}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (52.5, "NOT_A_NUMBER"),
        (True, "NOT_A_NUMBER"),
        (None, "NOT_A_NUMBER"),
        (-1, "NEGATIVE_PRICE"),
        ("1.234", "TOO_MANY_DECIMALS"),
    ],
)
def test_a_model_refuses_with_a_code(value: object, code: str) -> None:
    with pytest.raises(ValidationError) as bad:
        Offer.model_validate({"mrp": value})
    assert bad.value.errors()[0]["type"] == code


def test_a_number_in_json_text_is_taken_as_it_was_sent() -> None:
    assert Offer.model_validate_json('{"mrp": 52.1}').mrp == Decimal("52.10")
    with pytest.raises(ValidationError):
        Offer.model_validate_json('{"mrp": 52.105}')


def test_the_schema_takes_text_or_number_and_gives_text() -> None:
    taken = Offer.model_json_schema(mode="validation")["properties"]["mrp"]
    given = Offer.model_json_schema(mode="serialization")["properties"]["mrp"]
    assert [kind["type"] for kind in taken["anyOf"]] == ["string", "number"]
    assert given["type"] == "string"


@given(st.text(max_size=30))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    with suppress(BadMoney):
        assert parse_rupees(text) >= 0
