"""The third style keeps its promises; a small catalog stands for the grocer's."""

from __future__ import annotations

import re
from decimal import Decimal

from tests.bench.matching import goods, unseen_rows
from tests.bench.matching.goods import Goods
from tests.bench.matching.shop_rows import Row, words_of

BRANDS = ("Parle", "Tata", "Amul", "Aachi", "Dabur", "Lakme")
THINGS = (
    ("Gluco Biscuits", "500 g;1 kg"), ("Mango Juice - No Preservatives", "200 ml;1 L;6x200 ml"),
    ("Orange Juice - No Preservatives", "200 ml;1 L"), ("Turmeric Powder", "100 g;200 g"),
    ("Turmeric Whole", "100 g;200 g"), ("Sandal Soap", "4x100 g;125 g"), ("Basmati Rice - Premium, Long", "5 kg"),
    ("Plastic Bucket - Red", "1 pc"), ("Plastic Bucket - Blue", "1 pc"), ("Eggs - Brown", "6 pcs;30 pcs"),
    ("Jeera Masala Papad", "250 g"), ("Coconut Hair Oil", "300 ml;500 ml"), ("Rose Face Wash", "50 ml"),
)  # fmt: skip
SHELF = [
    Goods(f"{brand} {name} {size}", name, brand, "Food", size, goods.read_size(size).pack, Decimal(40 + len(name)))
    for brand in BRANDS
    for name, sizes in THINGS
    for size in sizes.split(";")
]
BY_ID = {each.goods_id: each for each in SHELF}
PLAIN = {"clean", "code", "erp remark", "sticker", "chat", "remark", "order", "brand twice", "size inside", "unit"}


def rivals(row: Row) -> set[str]:
    """Goods that a row in plain words fits: shares nothing with the generator's check but the words."""
    said = words_of(f"{row.brand or ''} {row.name}")
    known = {word for each in SHELF for word in words_of(f"{each.brand} {each.name}")}
    size = None if "no size" in row.kinds else goods.size_key(BY_ID[row.truth or ""].net_quantity)
    return {
        each.goods_id
        for each in SHELF
        if said & known <= words_of(f"{each.brand} {each.name}")
        and (size is None or goods.size_key(each.net_quantity) == size)
    }


def test_rows_are_the_same_for_a_seed_and_have_every_noise() -> None:
    rows = unseen_rows.unseen_rows(SHELF, 600, 1)
    assert rows == unseen_rows.unseen_rows(SHELF, 600, 1)
    assert rows != unseen_rows.unseen_rows(SHELF, 600, 2)
    assert len(rows) == 600
    assert all(row.truth in BY_ID and row.name.strip() and row.kinds for row in rows)
    assert {kind for row in rows for kind in row.kinds} >= {*unseen_rows._NOISES, "clean", "awful"} - {"english"}


def test_no_row_in_plain_words_fits_two_goods() -> None:
    plain = [row for row in unseen_rows.unseen_rows(SHELF, 600, 3) if set(row.kinds) <= PLAIN | {"no size"}]
    assert len(plain) > 150
    for row in plain:
        assert rivals(row) == {row.truth}, row
    some = [each for each in SHELF if each.brand == "Tata"]
    among = unseen_rows.unseen_rows(some, 60, 6, catalog=SHELF)
    assert not any("no brand" in row.kinds for row in among)  # each thing is of every brand


def test_most_rows_keep_their_size() -> None:
    rows = unseen_rows.unseen_rows(SHELF, 600, 4)
    sized = [row for row in rows if "no size" not in row.kinds]
    assert len(sized) > 0.88 * len(rows)
    for row in sized:
        if {"unit", "scan size", "native size"} & set(row.kinds):
            continue
        size = goods.read_size(BY_ID[row.truth or ""].net_quantity)
        numbers = set(re.findall(r"\d+(?:\.\d+)?", f"{row.name} {row.size or ''}"))
        native = any("ऀ" <= letter <= "ൿ" for letter in row.name)
        assert native or numbers & {f"{amount.normalize():f}" for amount in (size.amount, size.amount / 1000)}, row
