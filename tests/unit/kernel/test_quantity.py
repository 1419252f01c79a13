import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.kernel.quantity import (
    BadQuantity,
    NetQuantity,
    Packed,
    StockQuantity,
    Unit,
    amount_of,
    find_net_quantity,
    parse_net_quantity,
    parse_stock,
)

FIGURES = st.integers(1, 9_999_999_999).map(lambda n: Decimal(n).scaleb(-3))
UNITS: list[Unit] = ["g", "kg", "ml", "l", "piece"]


class Row(BaseModel):
    quantity: StockQuantity


def said(packed: Packed | None) -> str:
    return "" if packed is None else str(packed)


def refused(text: str) -> str:
    with pytest.raises(BadQuantity) as bad:
        parse_net_quantity(text)
    assert bad.value.message
    return bad.value.code


@pytest.mark.parametrize(
    ("text", "packed"),
    [
        ("500 g", "500 g"),
        ("500gm", "500 g"),
        ("500 GMS.", "500 g"),
        ("Net Wt. 500g", "500 g"),
        ("1,000 g", "1000 g"),
        ("0.5 kg", "0.5 kg"),
        ("2,5 kg", "2.5 kg"),
        ("½ kg", "0.5 kg"),
        ("1½ kg", "1.5 kg"),
        ("1 1/2 kg", "1.5 kg"),
        ("half kg", "0.5 kg"),
        ("1 ltr", "1 l"),
        ("75 cl", "750 ml"),
        ("350 mg", "0.35 g"),
        ("2x200 g", "2 x 200 g"),
        ("2 X 200 g", "2 x 200 g"),
        ("2×200 g", "2 x 200 g"),
        ("200 g X 2", "2 x 200 g"),
        ("24x50g", "24 x 50 g"),
        ("3x(2x150 g)", "6 x 150 g"),
        ("2 x 200 ml each", "2 x 200 ml"),
        ("500 g (Pack of 2)", "2 x 500 g"),
        ("pack of 2 x 500 g", "2 x 500 g"),
        ("2 packets of 500 g", "2 x 500 g"),
        ("1 kg (2 x 500 g)", "2 x 500 g"),
        ("10's", "10 piece"),
        ("3x10's pack", "3 x 10 piece"),
        ("10 N", "10 piece"),
        ("12 pcs", "12 piece"),
        ("1 dozen", "12 piece"),
        ("30 Tablets", "30 piece"),
        ("2x200 pulls", "2 x 200 piece"),
        ("set of 4", "4 piece"),
        ("Set Of 3 pcs", "3 piece"),
        ("Pack of 2", "2 x 1 piece"),
        ("1 pack", "1 piece"),
        ("1 pack (100 pcs)", "100 piece"),
        ("1 pc (approx. 1 -3 kg)", "1 piece"),
        ("1 kg (6 - 7 pcs)", "1 kg"),
        ("5L (4.58 kg)", "5 l"),
        ("500 ml + 10% extra", "500 ml"),
        ("450 g + 50 g free", "450 g"),
        ("१ किलो", "1 kg"),
        ("आधा किलो", "0.5 kg"),
        ("५०० ग्राम", "500 g"),
        ("1 கிலோ", "1 kg"),
        ("500 మి.లీ.", "500 ml"),
        ("৫০০ গ্রাম", "500 g"),
        ("500 ഗ്രാം", "500 g"),
        ("૧ લિટર", "1 l"),
        ("೫೦೦ ಗ್ರಾಂ", "500 g"),
        ("੧ ਕਿਲੋ", "1 kg"),
        ("୧ କିଲୋ", "1 kg"),
    ],
)
def test_a_pack_size_is_read_as_people_write_it(text: str, packed: str) -> None:
    assert said(parse_net_quantity(text)) == packed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "NOT_A_NUMBER"),
        ("Combo", "NOT_A_NUMBER"),
        ("N/A", "NOT_A_NUMBER"),
        ("500", "UNIT_MISSING"),
        ("0.5", "UNIT_MISSING"),
        ("2 combo", "UNIT_UNKNOWN"),
        ("13 x 13 cm", "UNIT_UNKNOWN"),
        ("12 inch", "UNIT_UNKNOWN"),
        ("67.5 X 2", "UNIT_UNKNOWN"),
        ("0 g", "ZERO_QUANTITY"),
        ("0 x 5 g", "ZERO_QUANTITY"),
        ("-5 g", "NEGATIVE_QUANTITY"),
        ("1.2345 kg", "TOO_MANY_DECIMALS"),
        ("1/0 kg", "AMBIGUOUS_QUANTITY"),
        ("99999999 kg", "TOO_LARGE"),
        ("500 - 600 g", "AMBIGUOUS_QUANTITY"),
        ("800 g - 1 kg", "AMBIGUOUS_QUANTITY"),
        ("500 ml each", "AMBIGUOUS_QUANTITY"),
        ("25 pcs + 12 pcs", "AMBIGUOUS_QUANTITY"),
        ("5x120 gm 12 pcs", "AMBIGUOUS_QUANTITY"),
        ("1.3 g & 12 ml", "AMBIGUOUS_QUANTITY"),
    ],
)
def test_what_is_not_one_quantity_is_refused(text: str, code: str) -> None:
    assert refused(text) == code


@given(FIGURES, st.sampled_from(UNITS), st.integers(1, 9999))
def test_a_quantity_written_is_read_back(value: Decimal, unit: Unit, packs: int) -> None:
    packed = Packed(NetQuantity(value=value, unit=unit), packs)
    assert parse_net_quantity(str(packed)) == packed


@given(FIGURES, st.sampled_from(UNITS))
def test_a_quantity_survives_json(value: Decimal, unit: Unit) -> None:
    net = NetQuantity(value=value, unit=unit)
    assert NetQuantity.model_validate_json(net.model_dump_json()) == net


def test_json_has_whole_numbers_when_whole() -> None:
    assert NetQuantity(value=Decimal("500.000"), unit="g").model_dump_json() == '{"value":500,"unit":"g"}'
    assert json.loads(NetQuantity(value=Decimal("0.5"), unit="kg").model_dump_json()) == {"value": 0.5, "unit": "kg"}


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("0.8 kg", (Decimal(800), "g")),
        ("800 g", (Decimal(800), "g")),
        ("1.5 l", (Decimal(1500), "ml")),
        ("1 dozen", (Decimal(12), "piece")),
    ],
)
def test_base_units_compare(text: str, base: tuple[Decimal, str]) -> None:
    assert parse_net_quantity(text).net_quantity.base() == base


def test_spellings_of_one_size_are_one_amount() -> None:
    texts = ["500 g", "500gm", "0.5 kg", "½ kg", "५०० ग्राम"]
    assert len({amount_of(parse_net_quantity(text)) for text in texts}) == 1


def test_packs_are_not_their_total() -> None:
    assert amount_of(parse_net_quantity("2x200 g")) != amount_of(parse_net_quantity("400 g"))


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        "0",
        0.5,
        True,
        Decimal("0.0001"),
        Decimal("1." + "0" * 30 + "1"),
        Decimal("NaN"),
        Decimal("Infinity"),
        "abc",
    ],
)
def test_a_net_quantity_is_an_exact_number_above_zero(value: object) -> None:
    with pytest.raises(ValidationError):
        NetQuantity.model_validate({"value": value, "unit": "g"})


@pytest.mark.parametrize(
    ("name", "packed", "rest"),
    [
        ("Curd 2x200 g", "2 x 200 g", "Curd"),
        ("Saffola Creamy 925g", "925 g", "Saffola Creamy"),
        ("Curd 800 g (4 x 200 g)", "4 x 200 g", "Curd"),
        ("Makki Atta, 400g Pack of 2", "2 x 400 g", "Makki Atta"),
        ("Rice-5kg", "5 kg", "Rice"),
        ("7 Up 2.25 L", "2.25 l", "7 Up"),
        ("Sugar ½ kg", "0.5 kg", "Sugar"),
        ("आटा ५ किलो", "5 kg", "आटा"),
        ("துவரம் பருப்பு 1 கிலோ", "1 kg", "துவரம் பருப்பு"),
        ("Ashwagandha 30 Capsules", "30 piece", "Ashwagandha Capsules"),
        ("Garlic Oil Capsule 500 mg", "", "Garlic Oil Capsule 500 mg"),
        ("Atta 5 kg + Dal 2 kg", "", "Atta 5 kg + Dal 2 kg"),
        ("Basa Fillet, 2 To 4 pcs", "", "Basa Fillet, 2 To 4 pcs"),
        ("Jio 5G Dongle", "", "Jio 5G Dongle"),
        ("Colgate for 2X Stronger Teeth", "", "Colgate for 2X Stronger Teeth"),
        ("Onion", "", "Onion"),
    ],
)
def test_a_size_is_found_in_a_name(name: str, packed: str, rest: str) -> None:
    found, left = find_net_quantity(name)
    assert (said(found), left) == (packed, rest)


@pytest.mark.parametrize(
    ("text", "figure", "unit"),
    [
        ("12", 12, None),
        ("12 pcs", 12, "piece"),
        ("½ kg", "0.5", "kg"),
        ("1,250", 1250, None),
        ("-3", -3, None),
        ("+10", 10, None),
        ("१२", 12, None),
        ("१२ नग", 12, "piece"),
        ("1 dz", 1, "dozen"),
        ("2 peti", 2, "box"),
        ("२ पेटी", 2, "box"),
        ("5 packets", 5, "piece"),
        ("3.000", 3, None),
        ("0.125 l", "0.125", "l"),
        ("आधा किलो", "0.5", "kg"),
    ],
)
def test_stock_is_read_as_shops_count(text: str, figure: int | str, unit: str | None) -> None:
    assert parse_stock(text) == (Decimal(figure), unit)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "NOT_A_NUMBER"),
        ("abc", "NOT_A_NUMBER"),
        ("12 foo", "UNIT_UNKNOWN"),
        ("1e3", "UNIT_UNKNOWN"),
        ("1.2345", "TOO_MANY_DECIMALS"),
        ("10000000", "TOO_LARGE"),
    ],
)
def test_stock_that_is_no_count_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadQuantity) as bad:
        parse_stock(text)
    assert bad.value.code == code


@given(st.integers(-9_999_999_999, 9_999_999_999).map(lambda n: Decimal(n).scaleb(-3)))
def test_a_stock_figure_survives_text_and_json(figure: Decimal) -> None:
    assert parse_stock(f"{figure} kg") == (figure, "kg")
    row = Row(quantity=figure)
    assert Row.model_validate_json(row.model_dump_json()) == row


@pytest.mark.parametrize("value", [0.5, True, "1.2345", "x", 10_000_000])
def test_a_stock_field_refuses_floats_and_too_fine_or_large_figures(value: object) -> None:
    with pytest.raises(ValidationError):
        Row.model_validate({"quantity": value})


@given(st.text(max_size=40))
def test_no_text_makes_the_readers_fail_otherwise(text: str) -> None:
    for read in (parse_net_quantity, parse_stock):
        with suppress(BadQuantity):
            read(text)
    find_net_quantity(text)


@given(st.text("0123456789xX*.,-/ gkml()'pcsdozen½of+", max_size=40))
def test_no_heap_of_figures_makes_the_readers_fail_otherwise(text: str) -> None:
    for read in (parse_net_quantity, parse_stock):
        with suppress(BadQuantity):
            read(text)
    find_net_quantity(text)
