"""The rows that judge the matcher are what they promise to be; a small catalog stands for the grocer's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from tests.bench.matching import figures, goods, hard_negatives, queries, shop_rows
from tests.bench.matching.goods import Goods
from tests.bench.matching.shop_rows import Row, words_of

pytestmark = pytest.mark.integration  # not fast enough to be among the unit tests

BRANDS = ("Parle", "Tata", "Amul", "Aachi", "Dabur", "Lakme")
THINGS = (
    ("Gluco Biscuits", "500 g;1 kg"), ("Mango Juice - No Preservatives", "200 ml;1 L;6x200 ml"),
    ("Orange Juice - No Preservatives", "200 ml;1 L"), ("Turmeric Powder", "100 g;200 g"),
    ("Turmeric Whole", "100 g;200 g"), ("Sandal Soap", "4x100 g;125 g"), ("Basmati Rice - Premium, Long", "5 kg"),
    ("Plastic Bucket - Red", "1 pc"), ("Plastic Bucket - Blue", "1 pc"), ("Eggs - Brown", "6 pcs;30 pcs"),
    ("Toned Milk", "500 ml"), ("Masala Tea", "250 g"), ("Coconut Hair Oil", "300 ml"), ("Rose Face Wash", "50 ml"),
)  # fmt: skip


def shelf() -> list[Goods]:
    made: list[Goods] = []
    for brand in BRANDS:
        for name, sizes in THINGS:
            for size in sizes.split(";"):
                pack = goods.read_size(size).pack
                made.append(Goods(f"g{len(made)}", name, brand, "Food", size, pack, Decimal(20 + len(made))))
    return made


SHELF = shelf()
needs_data = pytest.mark.skipif(not goods.available(), reason="the grocers' data (../shared/data) is not here")
Style = Callable[..., list[Row]]


@pytest.fixture(params=[shop_rows.noisy_rows, shop_rows.held_rows], ids=["fit", "held"])
def style(request: pytest.FixtureRequest) -> Style:
    chosen: Style = request.param
    return chosen


def rivals(row: Row, catalog: Sequence[Goods]) -> list[Goods]:
    """Goods that a row written in plain words fits: a check that shares nothing with the generator's but the words."""
    said = words_of(f"{row.brand or ''} {row.name}")
    known = {word for each in catalog for word in words_of(f"{each.brand} {each.name}")}
    size = None if "no size" in row.kinds else goods.size_key(next(g for g in catalog if g.goods_id == row.truth)[4])
    return [
        each
        for each in catalog
        if said & known <= words_of(f"{each.brand} {each.name}")
        and (size is None or goods.size_key(each.net_quantity) == size)
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0.5 kg", "500g"),
        ("500 g", "500g"),
        ("2x200 g", "2x200g"),
        ("400 g", "400g"),
        ("3x(2x150 g)", "6x150g"),
        ("1.5 L", "1500ml"),
        ("10 pcs", "10pc"),
        ("1 pc", "1pc"),
        ("", "1pc"),
        ("24 cm x 12 cm", "24 cm x 12 cm"),
    ],
)
def test_sizes_are_equal_when_they_are_the_same_quantity(text: str, key: str) -> None:
    assert goods.size_key(text) == key


def test_names_are_cleaned() -> None:
    assert goods.clean(" Olive Oil\u00c2\u00a0-  Pure\u00a0 ") == "Olive Oil - Pure"
    assert goods.clean("Cr\u00c3\u00a8me") == "Crème"


def test_the_split_is_stable_and_keeps_families_together() -> None:
    fit, held = goods.split(SHELF)
    assert sorted(each.goods_id for each in fit + held) == sorted(each.goods_id for each in SHELF)
    assert not {goods.family(each) for each in fit} & {goods.family(each) for each in held}
    assert goods.split(SHELF[::-1]) == (fit[::-1], held[::-1])


def test_rows_are_the_same_for_a_seed_and_others_for_another(style: Style) -> None:
    assert style(SHELF, 60, 1) == style(SHELF, 60, 1)
    assert style(SHELF, 60, 1) != style(SHELF, 60, 2)


def test_rows_know_what_they_mean(style: Style) -> None:
    ids = {each.goods_id for each in SHELF}
    rows = style(SHELF, 200, 3)
    assert len(rows) == 200
    assert all(row.truth in ids and row.name.strip() and row.kinds for row in rows)


def test_no_row_in_plain_words_fits_two_goods(style: Style) -> None:
    twisted = {"abbreviated", "typo", "regional", "shorthand", "native", "ocr word", "keyboard", "glued"}
    plain = [row for row in style(SHELF, 400, 4) if not twisted & set(row.kinds)]
    assert len(plain) > 40
    for row in plain:
        assert {each.goods_id for each in rivals(row, SHELF)} == {row.truth}, row


def test_a_row_is_not_written_when_words_are_missing() -> None:
    catalog = shop_rows.Catalog(SHELF)
    mango = next(each for each in SHELF if each.name.startswith("Mango"))
    said = [shop_rows.Word(word, word) for word in ("Parle", "Juice")]
    key = goods.size_key(mango.net_quantity)
    assert not catalog.identifiable(mango, said, key)
    assert catalog.identifiable(mango, [*said, shop_rows.Word("Mango", "Mango")], key)
    assert not catalog.identifiable(mango, [*said, shop_rows.Word("Mango", "Mango")], None)  # three sizes of it
    assert not catalog.identifiable(mango, [*said, shop_rows.Word("Preservatives", "prsv", sure=False)], key)


def test_held_rows_have_noises_that_the_others_have_not() -> None:
    held = Counter(kind for row in shop_rows.held_rows(SHELF, 600, 5) for kind in row.kinds)
    fit = {kind for row in shop_rows.noisy_rows(SHELF, 600, 5) for kind in row.kinds}
    for kind in ("code", "ocr word", "ocr size", "promotion", "glued", "regional", "native", "remark", "keyboard"):
        assert held[kind] >= 5, kind
        assert kind not in fit


def test_the_catalog_may_be_larger_than_what_rows_are_written_for(style: Style) -> None:
    some = [each for each in SHELF if each.brand == "Tata"]
    alone = style(some, 60, 6)
    among = style(some, 60, 6, catalog=SHELF)
    assert {row.truth for row in alone + among} <= {each.goods_id for each in some}
    assert any("no brand" in row.kinds for row in alone)
    assert not any("no brand" in row.kinds for row in among)  # each thing is of every brand


def test_hard_negatives_mean_what_is_not_in_the_catalog() -> None:
    found = hard_negatives.pairs(SHELF, 1)
    assert found == hard_negatives.pairs(SHELF, 1)
    by_id = {each.goods_id: each for each in SHELF}
    own = hard_negatives.own_goods(found)
    assert own
    assert not own & {each.not_this for each in found}
    for each in found:
        other = by_id[each.not_this]
        if each.row.truth is not None:
            mine = by_id[each.row.truth]
            assert goods.identity(mine) != goods.identity(other)
            assert mine.brand == other.brand
            assert (mine.name == other.name) == (each.why in {"size", "pack"})


def test_figures() -> None:
    known = {"a": 1, "b": 2, "twin of b": 2, "c": 3}
    rows = [Row("", None, None, None, truth, (kind,)) for truth, kind in zip("abc", ("x", "y", "y"), strict=True)]
    answered = figures.Answered(rows, ["a", "twin of b", "a"])
    assert figures.score(answered, known) == (3, 3, 2)
    assert figures.score_by_kind(answered, known) == {"x": (1, 1, 1), "y": (2, 2, 1)}
    assert [each.row for each in figures.wrong(answered, known)] == [rows[2]]
    assert figures.recall_at(2, rows, lambda row: ["a", "b", "c"], known) == pytest.approx(2 / 3)
    assert figures.percentile([float(n) for n in range(1, 101)], 99) == 99
    assert "| y | 2 | 2 | 0.5000 | 0.500 |" in figures.table(answered, known)
    hard = hard_negatives.Hard(rows[0]._replace(truth=None), "b", "size")
    assert [each.tempted for each in figures.violations([hard], lambda row: "twin of b", known)] == [True]
    assert figures.violations([hard], lambda row: None, known) == []
    assert figures.score(figures.Answered([hard.row], ["a"]), known).precision == 0


def test_queries_are_of_their_scripts() -> None:
    scripts = {"hi": "ऀ-ॿ", "mr": "ऀ-ॿ", "bn": "ঀ-৿", "pa": "਀-੿", "gu": "઀-૿", "ta": "஀-௿", "te": "ఀ-౿",
               "kn": "ಀ-೿", "ml": "ഀ-ൿ", "roman": "a-z"}  # fmt: skip
    counts = Counter(query.language for query in queries.QUERIES)
    assert len(queries.QUERIES) >= 110
    assert min(counts.values()) >= 10
    assert counts.keys() == scripts.keys()
    for query in queries.QUERIES:
        assert re.fullmatch(rf"[{scripts[query.language]}\s\u200c\u200d]+", query.text), query.text


@needs_data
def test_the_real_goods_and_what_is_made_of_them() -> None:
    everything = goods.load()
    assert 40_000 <= len(everything) <= 50_000
    assert len({(goods.family(each), goods.size_key(each.net_quantity)) for each in everything}) == len(everything)
    fit, held = goods.split(everything)
    assert 0.45 < len(fit) / len(everything) < 0.55
    rows = shop_rows.held_rows(held, 500, 1, catalog=everything)
    assert len(rows) == 500
    hard = hard_negatives.pairs(everything, 1)
    assert len(hard) >= 600
    assert sum(each.row.truth is not None for each in hard) * 2 >= len(hard)
    assert min(Counter(each.why for each in hard).values()) >= 50
    assert len(Counter(each.why for each in hard)) == 6


@needs_data
def test_every_query_has_answers() -> None:
    everything = goods.load()
    for query in queries.QUERIES:
        assert queries.answers(query, everything, enough=4) == 4, query
