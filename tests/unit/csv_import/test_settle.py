"""File-wide rules: repeats, lots, conflicts, and rows whose name another row gives a barcode."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.link import Beside, Shelf, link
from services.csv_import.domain.outcome import Decided, gtin_key, identity_of
from services.csv_import.domain.settle import Goods, partition_of, settle
from shared.kernel.gtin import Gtin
from tests.builders import gtin


def row(number: int, name: str | None = "Parle-G", code: int | None = None, **facts: Any) -> ParsedRow:
    made = ParsedRow(number)
    made.name = name
    if code is not None:
        made.barcode = Gtin.parse(gtin(code))
    for field, value in facts.items():
        setattr(made, field, value)
    return made


def alone(rows: Sequence[ParsedRow]) -> range:
    """No two names mean the same."""
    return range(len(rows))


def decided(*rows: ParsedRow, product_id: str | None = None) -> list[Decided]:
    """Each row under the key of its goods, as chunks and links leave it."""
    coded = [Decided(one, gtin_key(one.barcode.key), product_id) for one in rows if one.barcode]
    named = [Decided(one, identity_of(one) or "", product_id) for one in rows if not one.barcode]
    beside = [
        Beside(identity, one.barcode.key, one.barcode.printed, None)
        for one in rows
        if one.barcode and (identity := identity_of(one))
    ]
    return [*coded, *link(Shelf(named, beside), alone)]


def numbers(rows: list[Decided]) -> list[int]:
    return [d.row_number for d in rows]


def one(*rows: ParsedRow) -> Goods:
    (goods,), refused = settle(decided(*rows))
    assert not refused
    return goods


def test_of_repeated_rows_the_last_is_kept() -> None:
    goods = one(row(2, code=1), row(5, code=1), row(9, code=1))
    assert (numbers(goods.kept), numbers(goods.repeated)) == ([9], [2, 5])


def test_rows_without_barcode_repeat_by_name_however_written() -> None:
    goods = one(row(2, "Toor Dal (loose)"), row(3, "TOOR DAL loose"))
    assert (numbers(goods.kept), numbers(goods.repeated)) == ([3], [2])


def test_another_mrp_batch_or_expiry_is_another_lot() -> None:
    goods = one(
        row(2, code=1, mrp=Decimal(84)),
        row(3, code=1, mrp=Decimal(88)),
        row(4, code=1, mrp=Decimal(84), selling_price=Decimal(80)),
        row(5, code=1, mrp=Decimal(88), batch="B7"),
    )
    assert (numbers(goods.kept), numbers(goods.repeated)) == ([3, 4, 5], [2])


def test_one_barcode_with_two_names_fails_on_all_its_rows() -> None:
    goods, refused = settle(decided(row(2, "Surf Excel", 5), row(3, "Colgate Paste", 5), row(4, "Surf Excel", 5)))
    assert not goods
    assert [(o.row_number, o.code) for o in refused] == [(n, "BARCODE_CONFLICT_IN_FILE") for n in (2, 3, 4)]
    assert all("2 and 3" in o.message for o in refused)


@pytest.mark.parametrize(
    ("first", "second"),
    [("Parle-G", "Parle-G Biscuits"), ("Parle-G Biscuits", "PARLE G"), ("Parle-G", None), (None, "Parle-G")],
)
def test_a_name_that_only_says_more_is_no_conflict(first: str | None, second: str | None) -> None:
    goods = one(row(2, first, 1), row(3, second, 1))
    assert numbers(goods.kept) == [3]
    assert goods.proposer.row.name


def test_a_row_without_barcode_is_the_one_of_the_same_name_that_has_one() -> None:
    goods = one(row(2, "Parle-G"), row(3, "Parle-G", 1), row(4, "PARLE G", mrp=Decimal(88)))
    assert goods.key == gtin_key(f"0{gtin(1)}")
    assert (numbers(goods.kept), numbers(goods.repeated)) == ([3, 4], [2])
    assert goods.proposer.row_number == 3


def test_the_same_name_under_two_barcodes_says_nothing_of_a_row_with_none() -> None:
    goods, _ = settle(decided(row(2, "Parle-G"), row(3, "Parle-G", 1), row(4, "Parle-G", 2)))
    without = next(g for g in goods if g.key.startswith("identity#"))
    assert numbers(without.kept) == [2]


def test_rows_without_barcode_go_by_their_words_where_rows_with_it_quarrel() -> None:
    goods, refused = settle(decided(row(2, "Parle-G"), row(3, "Parle-G", 1), row(4, "Colgate", 1)))
    assert [o.row_number for o in refused] == [3, 4]
    assert [(g.key[:9], numbers(g.kept)) for g in goods] == [("identity#", [2])]


def test_rows_of_one_name_follow_the_product_that_any_of_them_knows() -> None:
    rows = [Decided(row(n), identity_of(row(n)) or "") for n in (2, 3, 4)]
    rows[1].product_id, rows[1].product_gtin = "prd_2", f"0{gtin(7)}"
    assert {d.key for d in link(Shelf(rows), alone)} == {gtin_key(f"0{gtin(7)}")}
    bare = [Decided(row(n), identity_of(row(n)) or "") for n in (2, 3)]
    bare[0].product_id = "prd_1"
    assert {d.key for d in link(Shelf(bare), alone)} == {"product#prd_1"}


def test_a_name_goes_by_a_product_that_another_import_has_made_since() -> None:
    early, late, other = row(2, "Toor Daal Lose"), row(3, "Toor Dal (loose)"), row(4, "Tata Salt")
    rows = [Decided(one, identity_of(one) or "") for one in (early, late, other)]
    rows[1].product_id = "prd_1"

    def kin(asked: Sequence[ParsedRow]) -> list[int]:
        assert [one.row_number for one in asked] == [3, 2, 4]
        return [0, 0, 2]

    found = {d.row_number: d for d in link(Shelf(rows), kin)}
    assert [found[n].place for n in (2, 3)] == ["product#prd_1"] * 2
    assert (found[2].product_id, found[2].why) == ("prd_1", "Row 3 calls it so.")
    assert (found[4].product_id, found[4].place) == (None, identity_of(other))


def test_every_row_has_one_place_and_order_of_arrival_does_not_matter() -> None:
    chance = random.Random(3)
    names = ["Parle-G", "Tata Salt", "Toor Dal", None]
    rows = [row(n, names[n % 3], n % 5 if n % 2 else None, mrp=Decimal(80 + n % 2)) for n in range(2, 80)]
    all_rows = decided(*rows)
    settled = settle(all_rows)
    seen = [d.row_number for g in settled[0] for d in (*g.kept, *g.repeated)] + [o.row_number for o in settled[1]]
    assert sorted(seen) == list(range(2, 80))
    for _ in range(5):
        chance.shuffle(all_rows)
        goods, refused = settle(all_rows)
        assert sorted((g.key, numbers(g.kept), numbers(g.repeated)) for g in goods) == sorted(
            (g.key, numbers(g.kept), numbers(g.repeated)) for g in settled[0]
        )
        assert sorted(map(str, refused)) == sorted(map(str, settled[1]))


def test_partitions_are_the_same_on_every_machine() -> None:
    assert [partition_of(f"gtin#0{gtin(n)}", 7) for n in range(5)] == [
        partition_of(f"gtin#0{gtin(n)}", 7) for n in range(5)
    ]
    assert partition_of("gtin#08904999000015", 512) == 0xFFFFFFFF & partition_of("gtin#08904999000015", 512)
    assert {partition_of(f"gtin#{n}", 4) for n in range(100)} == {0, 1, 2, 3}
    assert partition_of("anything", 1) == 0


def test_the_product_that_matching_found_counts() -> None:
    rows = decided(row(2, code=1), row(3, code=1))
    rows[0].product_id = "prd_1"
    (goods,), _ = settle(rows)
    assert goods.product_id == "prd_1"
