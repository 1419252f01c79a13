"""What a row's words mean among the goods of a small shop: the same, perhaps the same, or something new."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

import pytest

from services.matching.domain.judge import AT_MOST, Apart, Scored, judge, weigh
from services.matching.domain.model import fitted
from services.matching.domain.question import Decision, Question
from services.matching.domain.record import MAIN, Entry, Name, Record
from services.matching.store.index import Index
from shared.kernel.naming import hear
from shared.kernel.quantity import parse_net_quantity

PARLE_CODE, OTHER_CODE = "08904999000015", "08904999000022"
GOODS = """
parle-800      | Parle  | Parle-G Gluco Biscuits                        | 800 g     | 90
parle-400      | Parle  | Parle-G Gluco Biscuits                        | 400 g     | 45
parle-4x200    | Parle  | Parle-G Gluco Biscuits                        | 4 x 200 g | 92
monaco         | Parle  | Monaco Classic Regular Biscuits               | 200 g     | 40
hide-and-seek  | Parle  | Hide & Seek Choco Chip Biscuits               | 100 g     | 30
marie          | Britannia | Marie Gold Biscuits                        | 250 g     | 35
digestive      | Britannia | Nutrichoice Digestive Biscuits             | 250 g     | 60
day-cashew     | Britannia | Good Day Cashew Cookies                    | 200 g     | 40
day-butter     | Britannia | Good Day Butter Cookies                    | 200 g     | 40
salt           | Tata   | Salt                                          | 1 kg      | 28
salt-lite      | Tata   | Salt Lite Low Sodium                          | 1 kg      | 45
toor-dal       | Tata   | Sampann Unpolished Toor Dal                   | 1 kg      | 199
lux-rose       | Lux    | Soap Rose & Vitamin E                         | 100 g     | 38
lux-jasmine    | Lux    | Soap Jasmine & Vitamin E                      | 100 g     | 38
lux-rose-4     | Lux    | Soap Rose & Vitamin E                         | 4 x 100 g | 140
dettol-wash    | Dettol | Original Liquid Handwash                      | 200 ml    | 99
dettol-soap    | Dettol | Original Soap Bar                             | 125 g     | 55
colgate        | Colgate | Strong Teeth Toothpaste                      | 150 g     | 95
maxfresh-red   | Colgate | Maxfresh Spicy Fresh Red Gel Toothpaste      | 150 g     | 110
maxfresh-blue  | Colgate | Maxfresh Peppermint Ice Blue Gel Toothpaste  | 150 g     | 110
surf-easy      | Surf Excel | Easy Wash Detergent Powder                | 1 kg      | 140
surf-matic     | Surf Excel | Matic Front Load Detergent Powder         | 1 kg      | 230
surf-liquid    | Surf Excel | Matic Front Load Liquid Detergent         | 1 l       | 240
butter         | Amul   | Butter Pasteurised                            | 500 g     | 285
butter-plain   | Amul   | Unsalted Butter                               | 500 g     | 290
extra-thin     | Whisper | Pads Extra Thin                              | 8 pcs     | 60
extra-time     | Whisper | Pads Extra Time                              | 8 pcs     | 60
lays-masala    | Lays   | Magic Masala Chips                            | 52 g      | 20
lays-salted    | Lays   | Classic Salted Chips                          | 52 g      | 20
maggi          | Maggi  | 2-Minute Masala Noodles                       | 70 g      | 14
atta           | Aashirvaad | Shudh Chakki Atta                         | 5 kg      | 260
rice           | India Gate | Basmati Rice Super                        | 1 kg      | 180
sugar          |        | Sugar                                         | 1 kg      | 50
box-1380       | Milton | Lunch Box BB1380                              | 300 ml    | 300
box-1381       | Milton | Lunch Box BB1381                              | 300 ml    | 300
dove-soap      | Dove   | Cream Beauty Bathing Bar                      | 100 g     | 60
dove-shampoo   | Dove   | Intense Repair Shampoo                        | 100 ml    | 80
"""


def entry(line: str, gtin: str | None = None, status: str = "verified") -> Entry:
    product_id, brand, name, size, mrp = (cell.strip() for cell in line.split("|"))
    heard = hear(name, brand=brand or None, net_quantity=parse_net_quantity(size) if size else None)
    paise = int(mrp) * 100 if mrp else None
    record = Record(product_id, 1, status, gtin, paise, 0, (Name(MAIN, heard.words),), heard.amounts)
    return Entry(record, "", brand.casefold(), (), "", "")


def entries() -> list[Entry]:
    return [entry(line) for line in GOODS.strip().splitlines()]


@lru_cache(maxsize=1)
def shelf() -> Index:
    return Index.of(entries())


def with_more(*lines: str) -> Index:
    return Index.of([*entries(), *map(entry, lines)])


def nobody(_one: str, _other: str) -> bool:
    return False


def weighed(question: Question, index: Index | None = None, apart: Apart = nobody) -> list[Scored]:
    index = index or shelf()
    heard = question.heard
    assert heard
    return weigh(heard, question.paise, index.nearest(heard, 20), index.known, fitted(), apart)


def ask(question: Question | str, index: Index | None = None, apart: Apart = nobody) -> Decision:
    question = Question(name=question) if isinstance(question, str) else question
    return judge(question, weighed(question, index, apart), fitted())


def guards(row: str, product_id: str) -> str:
    (one,) = (s for s in weighed(Question(name=row)) if s.record.product_id == product_id)
    return " ".join(one.guards)


def ids(decision: Decision) -> list[str]:
    return [c.product_id for c in decision.candidates]


# --------------------------------------------------------------------------------- the same goods


@pytest.mark.parametrize("row", ["PARLE-G BISC 800GM", "पारले जी 800 ग्राम", "Parle G Gluco Biscuits, 0.8 kg"])
def test_one_packet_is_known_by_the_three_names_of_the_issue(row: str) -> None:
    decision = ask(row)
    assert (decision.decision, decision.product_id) == ("match", "parle-800")
    assert ids(decision)[0] == "parle-800"
    other = ask(row.replace("800", "400").replace("0.8", "0.4"))
    assert other.product_id in (None, "parle-400")
    assert ids(other)[0] == "parle-400"


@pytest.mark.parametrize(
    ("row", "product_id"),
    [
        ("tata namak 1 kg", "salt"),
        ("टाटा नमक 1 किलो", "salt"),
        ("TATASALT1KG", "salt"),
        ("1042 Tata Salt 1000gm", "salt"),
        ("चीनी 1 किलो", "sugar"),
        ("ಸಕ್ಕರೆ 1 ಕೆಜಿ", "sugar"),
        ("SKU-00231 dettol original hand wash liquid 200ml", "dettol-wash"),
        ("Dettol orignal handwash 2OO ml liquid", "dettol-wash"),
        ("brittania good day kaju cookies 200 g", "day-cashew"),
        ("Good Day Butter Cookies 200g B1G1", "day-butter"),
        ("Amul unsalted butter 500 g", "butter-plain"),
        ("LUX JASMINE SOAP VITAMIN E 100 GM", "lux-jasmine"),
        ("Lux Rose Soap 100g pack of 4 with vitamin e", "lux-rose-4"),
        ("Surf Excel Matic Front Load Powder 1kg MRP 230", "surf-matic"),
        ("india gate basmati rice 1kg", "rice"),
        ("aashirwad chakki atta 5kg", "atta"),
    ],
)
def test_a_noisy_row_is_the_goods_it_means(row: str, product_id: str) -> None:
    decision = ask(row)
    assert (decision.decision, decision.product_id) == ("match", product_id), decision.candidates[0]
    assert decision.candidates[0].reasons


@pytest.mark.parametrize("number", range(len(GOODS.strip().splitlines())))
def test_the_goods_of_the_shelf_are_themselves_and_nothing_else(number: int) -> None:
    product_id, brand, name, size, _ = (c.strip() for c in GOODS.strip().splitlines()[number].split("|"))
    decision = ask(f"{brand} {name} {size}")
    assert ids(decision)[0] == product_id
    assert decision.product_id in (product_id, None)
    assert decision.decision != "new"


def test_a_match_tells_the_gtin_of_its_product() -> None:
    index = Index.of([*entries(), entry("milk | Amul | Taaza Toned Milk | 1 l | 70", gtin=OTHER_CODE)])
    decision = ask("amul taaza toned milk 1 ltr", index)
    assert (decision.product_id, decision.product_gtin) == ("milk", OTHER_CODE)
    assert ask("tata salt 1kg").product_gtin is None


# --------------------------------------------------------------------------------- guards


@pytest.mark.parametrize(
    ("row", "product_id", "because"),
    [
        ("Parle-G Gluco Biscuits 700 g", "parle-800", "The size is another."),
        ("Parle-G Gluco Biscuits 800 ml", "parle-800", "The size is another."),
        ("Surf Excel Matic Front Load Liquid Detergent 1 kg", "surf-liquid", "The size is another."),
        ("Parle-G Gluco Biscuits 800 g", "parle-4x200", "The number of packs is another."),
        ("Parle-G Gluco Biscuits 2 x 400 g", "parle-400", "The number of packs is another."),
        ("Lux Soap Rose & Vitamin E 3 x 100 g", "lux-rose", "The number of packs is another."),
        ("Parle-G Gluco Biscuits", "parle-800", "The row says no size."),
        ("Lux Soap Jasmine & Vitamin E 100 g", "lux-rose", "The product's name lacks: jasmine."),
        ("Lux Soap Sandal & Vitamin E 100 g", "lux-rose", "The product's name lacks: sandal."),
        ("Good Day Cookies 200 g", "day-butter", "The row lacks: butter."),
        ("Colgate Maxfresh Gel Toothpaste 150 g", "maxfresh-red", "The row lacks: red."),
        ("Colgate Maxfresh Spicy Fresh Green Gel 150 g", "maxfresh-red", "The product's name lacks: green."),
        ("Surf Excel Matic Front Load 1 kg", "surf-matic", "The row lacks: powder."),
        ("Dettol Original Bar 125 g refill", "dettol-soap", "The product's name lacks: refill."),
        ("Amul Butter 500 g", "butter-plain", "The row lacks: unsalted."),
        ("Tata Salt 1 kg", "salt-lite", "The row lacks: lite, low."),
        ("Whisper Pads Extra Thin 8 pcs", "extra-time", "The product's name lacks: thin."),
        ("Nirma Easy Wash Detergent Powder 1 kg", "surf-easy", "The brand is not the same."),
        ("Milton Lunch Box BB1399 300 ml", "box-1380", "The row lacks: bb1380."),
        ("Milton Lunch Box 300 ml", "box-1380", "The row lacks: bb1380."),
        ("Maggi Masala Noodles 70 g", "maggi", "The row lacks: 2."),
    ],
)
def test_whatever_tells_goods_apart_forbids_a_match_and_is_told(row: str, product_id: str, because: str) -> None:
    assert because in guards(row, product_id)
    assert ask(row).product_id != product_id


def test_another_size_is_told_with_that_of_the_product() -> None:
    (reasons,) = (c.reasons for c in ask("Parle-G Gluco Biscuits 750 g").candidates if c.product_id == "parle-4x200")
    assert "It is 4 x 200 g, another size." in reasons
    (reasons,) = (c.reasons for c in ask("Lux Soap Rose & Vitamin E 300 g").candidates if c.product_id == "lux-rose-4")
    assert "It is 4 x 100 g, another size." in reasons


def test_grams_are_not_millilitres_nor_packs_of_each_other() -> None:
    (shampoo,) = (s for s in weighed(Question(name="Dove 100 g")) if s.record.product_id == "dove-shampoo")
    assert shampoo.likeness.sizes == "size"
    assert "packs" not in " ".join(shampoo.guards)


@pytest.mark.parametrize(
    "row",
    [
        "Parle-G Gluco Biscuits 80 g",
        "Parle-G Gluco Biscuits 8 kg",
        "Parle-G Gluco Biscuits 8 x 100 g",
        "Parle-G Gluco Biscuits 800 g x 2",
        "Lux Soap Rose 150 g",
        "Lux Soap Sandal 100 g",
        "Colgate Maxfresh Green Gel 150 g",
        "Dettol Original Soap 200 ml",
        "Surf Excel Easy Wash Liquid 1 l",
        "Amul Butter Garlic 500 g",
        "Pepsodent Strong Teeth Toothpaste 150 g",
        "Whisper Pads Extra Long 8 pcs",
        "Tata Salt Rock 1 kg",
        "Tata Sampann Unpolished Moong Dal 1 kg",
        "Maggi 2-Minute Chicken Noodles 70 g",
        "Milton Lunch Box BB1399 300 ml",
    ],
)
def test_a_variant_that_the_shelf_lacks_is_never_one_that_it_has(row: str) -> None:
    assert ask(row).decision != "match"


@pytest.mark.parametrize(
    ("row", "likely"),
    [
        ("Good Day 200g", {"day-cashew", "day-butter"}),
        ("Lux Soap 100g", {"lux-rose", "lux-jasmine"}),
        ("Parle-G Gluco Biscuits", {"parle-800", "parle-400", "parle-4x200"}),
        ("Colgate Maxfresh Gel 150 g", {"maxfresh-red", "maxfresh-blue"}),
        ("Milton Lunch Box 300 ml", {"box-1380", "box-1381"}),
    ],
)
def test_where_several_would_do_a_person_chooses(row: str, likely: set[str]) -> None:
    decision = ask(row)
    assert (decision.decision, decision.product_id) == ("review", None)
    assert set(ids(decision)[: len(likely)]) == likely


def test_of_two_models_the_one_that_is_said_comes_first() -> None:
    for code in ("1380", "1381"):
        assert ids(ask(f"Milton Lunch Box BB{code} 300 ml"))[0] == f"box-{code}"


def test_a_word_that_only_the_row_has_may_be_a_slip_but_no_word_of_other_goods() -> None:
    assert ask("Dettol orignal liquid handwash 200 ml").product_id == "dettol-wash"
    assert ask("Dettol masala liquid handwash 200 ml").product_id is None


# --------------------------------------------------------------------------------- what is new


@pytest.mark.parametrize(
    "row",
    [
        "Head & Shoulders Anti Dandruff Shampoo 180 ml",
        "Everest Turmeric Powder 250 g",
        "Sensodyne Repair Toothpaste 70 g",
        "Himalaya Neem Facewash 100 ml",
        "Whisper Choice Wings 20 pcs",
        "Parle-G Gluco Biscuits 60 g",
        "Odonil Air Freshener 50 g",
    ],
)
def test_what_the_shelf_has_nothing_like_is_new(row: str) -> None:
    decision = ask(row)
    assert (decision.decision, decision.product_id) == ("new", None), decision.candidates[0]


def test_of_a_row_that_shares_no_word_with_any_goods_the_same_size_makes_no_review() -> None:
    row = "Himalaya Neem Facewash 100 ml"
    like = weighed(Question(name=row))
    assert not [s for s in like if s.record.product_id.startswith("dove")]
    assert all(s.probability < fitted().new_below for s in like)


def test_on_an_empty_shelf_all_is_new() -> None:
    assert ask("Tata Salt 1 kg", Index.of(())) == Decision(decision="new")


def test_words_of_no_sense_are_new() -> None:
    for row in ("1042", "zzqx", "☕", "...", "B1G1 FREE"):
        assert ask(row).decision == "new"


# --------------------------------------------------------------------------------- evidence


def test_the_mrp_moves_the_score_and_grounds_nothing() -> None:
    def score(mrp: int | None) -> float:
        question = Question(name="Parle G Biscuits 800 g", mrp=Decimal(mrp) if mrp else None)
        (found,) = (s for s in weighed(question) if s.record.product_id == "parle-800")
        return found.pair

    assert score(90) > score(None) > score(300)
    assert ask(Question(name="Lux Soap 100 g", mrp=Decimal(38))).decision == "review"
    assert ask(Question(name="Odonil 50 g", mrp=Decimal(14))).decision == "new"
    assert ask(Question(name="Parle-G Gluco Biscuits 400 g", mrp=Decimal(90))).product_id != "parle-800"
    assert ask(Question(name="Parle-G Gluco Biscuits 800 g", mrp=Decimal(95))).product_id == "parle-800"


def test_a_brand_in_a_column_of_its_own_counts_as_one_in_the_name() -> None:
    assert ask(Question(name="Salt 1 kg", brand="Tata")).product_id == "salt"
    assert ask(Question(name="Salt 1 kg", brand="Aashirvaad")).product_id is None


def test_another_gtin_is_never_matched_nor_sent_to_a_person() -> None:
    coded = Index.of([*entries()[1:], entry(GOODS.strip().splitlines()[0], gtin=PARLE_CODE)])
    same = Question(name="Parle-G Gluco Biscuits 800 g", brand="Parle", gtin=OTHER_CODE)
    decision = ask(same, coded)
    assert (decision.decision, decision.product_id) == ("new", None)
    assert "Its barcode is another." in decision.candidates[0].reasons
    free = ask(same)  # nobody has given this product a GTIN
    assert (free.decision, free.product_id) == ("review", None)
    assert "Nobody has yet seen this barcode on it." in free.candidates[0].reasons
    assert ask(same.model_copy(update={"gtin": None}), coded).product_gtin == PARLE_CODE


def test_the_same_goods_twice_are_no_rivals_until_somebody_tells_them_apart() -> None:
    twice = with_more("salt-again | Tata | Salt | 1 kg | 28")

    def told(one: str, other: str) -> bool:
        return {one, other} == {"salt", "salt-again"}

    question = Question(name="TATA SALT 1KG")
    assert ask(question, twice).product_id in ("salt", "salt-again")
    before, after = (max(s.probability for s in weighed(question, twice, apart)) for apart in (nobody, told))
    assert after < before
    assert ask(question, twice, told).decision == "review"


def test_a_product_that_asks_is_not_among_its_answers() -> None:
    decision = ask(Question(name="Salt 1 kg", brand="Tata", product_id="salt"))
    assert "salt" not in ids(decision)
    assert decision.product_id is None


# --------------------------------------------------------------------------------- candidates


def test_those_for_whose_sake_a_person_should_look_are_told_of_all_candidates() -> None:
    sizes = with_more("salt-small | Tata | Salt | 100 g | 5")
    sure, unsure, new = ask("TATA SALT 1KG", sizes), ask("Parle-G Gluco"), ask("Tata Salt 2 kg", sizes)
    assert (sure.decision, sure.likely) == ("match", ["salt"])
    assert (unsure.decision, set(unsure.likely) <= set(ids(unsure)), "parle-800" in unsure.likely) == (
        "review",
        True,
        True,
    )
    assert (new.decision, new.likely, bool(new.candidates)) == ("new", [], True)


def test_candidates_come_best_first_ten_at_most_each_once_with_reasons() -> None:
    many = with_more(*(f"flavour-{n} | Parle | Gluco Biscuits Flavour {n} | 800 g | 90" for n in range(20, 40)))
    for row in ("Parle Biscuits 800 g", "Parle Gluco", "Tata Salt 1 kg", "Soap", "Parle-G 60 g"):
        decision = ask(row, many)
        scores = [c.score for c in decision.candidates]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) == len(set(ids(decision))) <= AT_MOST == 10
        assert all(0 <= score <= 1 for score in scores)
        assert all(c.reasons and all(reason.endswith(".") for reason in c.reasons) for c in decision.candidates)
    assert len(ask("Parle Biscuits 800 g", many).candidates) == AT_MOST


def test_reasons_say_what_agrees_and_what_does_not() -> None:
    reasons = ask("Parle-G Biscuits 800 g").candidates[0].reasons
    assert "The size is the same: 800 g." in reasons
    assert "It also says: gluco." in reasons
    assert "All words are the same." in ask("Tata Salt 1 kg").candidates[0].reasons
    assert "No size was given; it is 5 kg." in ask("Aashirvaad Chakki Atta").candidates[0].reasons
    lacking = next(c for c in ask("Lux Soap Jasmine 100 g").candidates if c.product_id == "lux-rose")
    assert "It lacks: jasmine." in lacking.reasons


def test_a_regional_name_answers_and_is_named() -> None:
    plain = entry("ghee | Gowardhan | Pure Cow Ghee | 1 l | 600").record
    named = plain._replace(names=(*plain.names, Name("regional_names.IN-MH", hear("गोवर्धन साजूक तूप").words)))
    index = Index.of([*entries(), Entry(named, "", "gowardhan", ("IN-MH",), "", "")])
    best = ask("गोवर्धन साजूक तूप 1 लीटर", index).candidates[0]
    assert best.product_id == "ghee"
    assert "It fits the name given for IN-MH." in best.reasons


def test_a_decision_is_the_same_each_time_and_in_any_order_of_the_shelf() -> None:
    backwards = Index.of(reversed(entries()))
    for row in ("Good Day 200g", "Parle G Biscuits 800 g", "Lux Soap 100 g", "Sugar 1 kg"):
        decisions = [ask(row), ask(row), ask(row, backwards)]
        assert len({(d.decision, d.product_id) for d in decisions}) == 1
        assert len({_best(d) for d in decisions}) == 1


def _best(decision: Decision) -> Iterable[tuple[str, float]]:
    return tuple((c.product_id, c.score) for c in decision.candidates[:2])
