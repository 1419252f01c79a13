"""Rows of one file that nobody knows: which of them mean one product, told before anything is created."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from services.matching.domain.alike import Known
from services.matching.domain.kin import as_record, kin
from services.matching.domain.question import Question
from services.matching.domain.record import Record
from services.matching.store.index import Index
from shared.kernel.naming import Heard

CODE, OTHER_CODE = "08904999000015", "08904999000022"


def alike(*rows: Question | str, near: int = 8) -> list[int]:
    """For each row the number of the first that means the same product, as the door of matching answers it."""
    questions = [Question(name=row) if isinstance(row, str) else row for row in rows]
    records = [as_record(number, question) for number, question in enumerate(questions)]
    among = Index.of_records(records)
    of_file = among.known
    known = Known(
        len(records),
        lambda sound: max(0, of_file.frequency(sound) - 1),
        lambda text: max(0, of_file.written(text) - 1),
    )

    def nearest(record: Record) -> Sequence[Record]:
        return among.nearest(Heard(record.names[0].words, record.amounts), near)

    return kin(records, nearest, known)


def groups(*rows: Question | str) -> int:
    return len(set(alike(*rows)))


SHOP = [
    "Everest Kashmirilal Chilli Powder 100 g",
    "Catch Sprinkler Salt 100 g",
    "Kissan Mixed Fruit Jam 500 g",
    "Himalaya Neem Facewash 100 ml",
    "Odonil Air Freshener Lavender 50 g",
]
"""Other goods of the file, that nobody mistakes for anything."""


@pytest.mark.parametrize(
    "spellings",
    [
        ["Zoff Turmeric Powder 200 g", "ZOFF TURMERIC PWDR 200GM", "1042 Zoff Turmeric Powder 0.2 kg"],
        ["Brij Agra Petha 400 g", "BRIJ AGRA PETHA 400GMS B1G1", "Brij Agra Petha 4OO g"],
        ["Gowri Toor Dal 1 kg", "GOWRI TOOR DAAL 1KG B1G1", "Gowri Tur Dal, 1000 g"],
        ["Sharma Namkeen Bhujia 200 g", "SharmaNamkeenBhujia200g"],
    ],
)
def test_spellings_of_one_unknown_product_come_together_under_the_first(spellings: list[str]) -> None:
    found = alike(*SHOP, *spellings)
    assert found[: len(SHOP)] == list(range(len(SHOP)))
    assert set(found[len(SHOP) :]) == {len(SHOP)}


@pytest.mark.parametrize(
    "variants",
    [
        [
            "Zoff Turmeric Powder 200 g",
            "Zoff Turmeric Powder 100 g",
            "Zoff Turmeric Powder 1 kg",
            "Zoff Turmeric Powder",
        ],
        ["Sharma Bhujia 200 g", "Sharma Bhujia 2 x 200 g", "Sharma Bhujia 400 g", "Sharma Bhujia 4 x 100 g"],
        ["Fresca Juice Mango 1 l", "Fresca Juice Orange 1 l", "Fresca Juice Litchi 1 l", "Fresca Juice 1 l"],
        ["Nilgiri Soap Red 75 g", "Nilgiri Soap Green 75 g", "Nilgiri Soap Blue 75 g"],
        ["Steel Lid For Kadai - No.10", "Steel Lid For Kadai - No.12", "Steel Lid For Kadai - No.14"],
        ["Zoff Chilli Powder 100 g", "Zoff Chilli Flakes 100 g", "Zoff Chilli Whole 100 g"],
        ["Zoff Paste Ginger 100 g", "Zoff Paste Garlic 100 g", "Zoff Paste Ginger Garlic 100 g"],
        ["Rexo Blade Extra Thin 5 pcs", "Rexo Blade Extra Time 5 pcs"],
        ["Rexo Box BB1380 1 l", "Rexo Box BB1381 1 l"],
        ["Zoff Turmeric 200 g", "Brij Turmeric 200 g", "Gowri Turmeric 200 g"],
        ["Acme Oil 1 l", "Acme Oil 1 kg"],
        ["Gowri Suji 500 g", "Gowri Rava 500 g"],
        ["Gowri Haldi 200 g", "Gowri Turmeric 200 g"],
    ],
)
def test_other_sizes_packs_flavours_forms_models_and_brands_stay_apart(variants: list[str]) -> None:
    assert alike(*SHOP, *variants) == list(range(len(SHOP) + len(variants)))


def test_two_gtins_never_come_together_however_their_names_read() -> None:
    one = Question(name="Zoff Turmeric Powder 200 g", gtin=CODE)
    other = Question(name="Zoff Turmeric Powder 200 g", gtin=OTHER_CODE)
    assert groups(*SHOP, one, other) == len(SHOP) + 2
    plain = "ZOFF TURMERIC POWDER 200GM"
    orders: list[list[Question | str]] = [
        [one, plain, other],
        [plain, one, other],
        [one, other, plain],
        [one, plain, other, plain],
    ]
    for rows in orders:
        found = alike(*SHOP, *rows)
        at = {id(row): first for row, first in zip(rows, found[len(SHOP) :], strict=True)}
        assert at[id(one)] != at[id(other)]


def test_a_row_without_a_code_comes_to_the_one_that_has_it() -> None:
    coded = Question(name="Zoff Turmeric Powder 200 g", gtin=CODE)
    found = alike(coded, *SHOP, "ZOFF TURMERIC POWDER 200GM", "Zoff Turmric Powder 200 g")
    assert (found[0], found[-1], found[-2]) == (0, 0, 0)


def test_two_models_are_not_one_because_a_name_without_a_model_is_like_both() -> None:
    rows = ["Rexo Box BB1380 1 l", "Rexo Box BB1381 1 l", "Rexo Box 1 l"]
    for order in (rows, rows[::-1], [rows[0], rows[2], rows[1]]):
        found = dict(zip(order, alike(*SHOP, *order)[len(SHOP) :], strict=True))
        assert found[rows[0]] != found[rows[1]]


def test_a_vague_name_joins_nothing_that_differs() -> None:
    rows = ["Dove Beauty Bar Soap 100 g", "Dove Repair Shampoo 100 g", "Dove 100 g"]
    for order in (rows, rows[::-1], [rows[2], rows[0], rows[1]]):
        found = dict(zip(order, alike(*SHOP, *order)[len(SHOP) :], strict=True))
        assert found[rows[0]] != found[rows[1]]


def test_no_chain_of_likenesses_joins_what_differs() -> None:
    chain = [
        "Fresca Juice Mango 1 l",
        "Fresca Mango 1 l",
        "Fresca 1 l",
        "Fresca Orange 1 l",
        "Fresca Juice Orange 1 l",
    ]
    for seed in range(6):
        order = Random(seed).sample(chain, len(chain))
        found = dict(zip(order, alike(*SHOP, *order)[len(SHOP) :], strict=True))
        assert len({found[chain[0]], found[chain[-1]]}) == 2
        assert len({found[chain[1]], found[chain[3]]}) == 2


def test_all_rows_of_one_name_come_to_the_first_of_them() -> None:
    rows = ["Zoff Turmeric Powder 200 g"] * 6
    assert alike(*rows) == [0] * 6
    assert alike(*SHOP, *rows)[len(SHOP) :] == [len(SHOP)] * 6


def test_who_is_alone_is_its_own_and_the_first_is_always_its_own() -> None:
    assert alike() == []
    assert alike("Tata Salt 1 kg") == [0]
    assert alike(*SHOP) == list(range(len(SHOP)))
    for first, own in enumerate(alike(*SHOP, "Catch Salt 100 g", "catch sprinkler SALT 100gm", *SHOP)):
        assert own <= first
    found = alike(*SHOP, *SHOP)
    assert all(found[own] == own for own in found)


def test_the_mrp_alone_joins_nothing() -> None:
    rows = [Question(name=f"Fresca Juice {kind} 1 l", mrp=Decimal(99)) for kind in ("Mango", "Orange", "Guava")]
    assert groups(*SHOP, *rows) == len(SHOP) + 3


def test_rows_that_say_nothing_are_each_their_own() -> None:
    code = Question(gtin=CODE)
    assert alike("...", "☕", code, Question(gtin=OTHER_CODE), "B1G1") == [0, 1, 2, 3, 4]


def test_the_order_of_a_file_changes_no_group() -> None:
    rows = [
        *SHOP,
        *("Zoff Turmeric Powder 200 g", "1042 ZOFF TURMERIC PWDR 200GM", "Zoff Turmeric Powder 100 g"),
        *("Sharma Bhujia 200 g", "SHARMA BHUJIYA 200GMS", "Sharma Bhujia 400 g"),
    ]

    def grouped(order: list[str]) -> set[frozenset[str]]:
        found = alike(*order)
        return {frozenset(row for row, own in zip(order, found, strict=True) if own == first) for first in set(found)}

    expected = grouped(rows)
    assert len(expected) == len(rows) - 2
    shuffled = [Random(seed).sample(rows, len(rows)) for seed in range(5)]
    assert all(one == other == expected for one, other in pairwise(map(grouped, shuffled)))


def test_a_question_as_a_record_keeps_what_it_says_but_not_what_that_means() -> None:
    question = Question(name="Zoff Turmeric Powder 200 g", gtin=CODE, mrp=Decimal("45.50"))
    record = as_record(7, question)
    assert question.heard
    assert (record.product_id, record.gtin, record.mrp) == ("7", CODE, 4550)
    assert (record.names[0].words, record.amounts) == (question.heard.words, question.heard.amounts)
    haldi = as_record(0, Question(name="Haldi 200 g"))
    assert [(w.text, w.means) for w in haldi.names[0].words] == [("haldi", "")], "as written"
    assert as_record(0, Question(gtin=CODE)).names[0].words == ()
