"""Which product words mean, by exact keys; and what the words are asked when no key decides."""

from __future__ import annotations

from decimal import Decimal

from services.matching.domain.question import Candidate, Decision, Holder, Question, by_keys, keys
from shared.kernel.quantity import NetQuantity

SALT = Question(name="Tata Salt", brand="Tata", net_quantity=NetQuantity(value=Decimal(1), unit="kg"))
SALT_CODE = SALT.model_copy(update={"gtin": "08904999000022"})


def identity(question: Question) -> str:
    assert question.identity
    return question.identity


def decided(question: Question, by_gtin: dict[str, str], by_identity: dict[str, Holder]) -> Decision:
    decision = by_keys(question, by_gtin, by_identity)
    assert decision
    return decision


def test_the_barcode_decides_whatever_the_name_says() -> None:
    decision = decided(SALT_CODE, {"08904999000022": "prd_1"}, {identity(SALT): Holder("prd_2", has_gtin=False)})
    assert (decision.decision, decision.product_id) == ("match", "prd_1")
    assert decision.product_gtin == "08904999000022"
    assert decision.candidates[0].score == 1.0
    assert decision.candidates[0].reasons


def test_without_a_barcode_the_identity_decides() -> None:
    for gtin in (None, "08904999000022"):
        decision = decided(SALT, {}, {identity(SALT): Holder("prd_2", gtin is not None, gtin)})
        assert decision.product_gtin == gtin
        assert (decision.decision, decision.product_id) == ("match", "prd_2")


def test_an_unknown_barcode_goes_to_the_product_of_its_name_that_has_none() -> None:
    decision = decided(SALT_CODE, {}, {identity(SALT): Holder("prd_2", has_gtin=False)})
    assert (decision.decision, decision.product_id) == ("match", "prd_2")


def test_another_barcode_is_another_product_and_the_first_a_candidate() -> None:
    decision = decided(SALT_CODE, {}, {identity(SALT): Holder("prd_2", has_gtin=True)})
    assert (decision.decision, decision.product_id) == ("new", None)
    assert [c.product_id for c in decision.candidates] == ["prd_2"]
    assert decision.candidates[0].score < 1


def test_of_what_no_key_knows_the_words_decide() -> None:
    assert by_keys(SALT, {}, {}) is None
    assert by_keys(SALT_CODE, {}, {}) is None
    alone = Question(gtin="08904999000022")
    assert by_keys(alone, {}, {}) is None


def test_a_product_that_asks_whom_it_may_be_is_not_told_itself() -> None:
    asking = SALT.model_copy(update={"product_id": "prd_2"})
    assert by_keys(asking, {}, {identity(SALT): Holder("prd_2", has_gtin=False)}) is None
    other = decided(asking, {}, {identity(SALT): Holder("prd_3", has_gtin=False)})
    assert other.product_id == "prd_3"


def test_the_size_and_the_pack_are_part_of_the_identity() -> None:
    half = SALT.model_copy(update={"net_quantity": NetQuantity(value=Decimal(500), unit="g")})
    kilo = SALT.model_copy(update={"net_quantity": NetQuantity(value=Decimal(1000), unit="g")})
    assert identity(kilo) == identity(SALT) != identity(half)
    assert identity(SALT.model_copy(update={"pack_count": 2})) != identity(SALT)


def test_each_key_is_asked_once() -> None:
    gtins, identities = keys([SALT, SALT, SALT_CODE, Question(gtin="08904999000022")])
    assert gtins == {"08904999000022"}
    assert identities == {identity(SALT)}


def test_a_question_survives_the_way_to_its_function() -> None:
    assert Question.model_validate(SALT_CODE.model_dump(mode="json", exclude_defaults=True)) == SALT_CODE
    priced = SALT.model_copy(update={"mrp": Decimal("28.50"), "pack_count": 4, "size": "Combo", "product_id": "prd_1"})
    assert Question.model_validate(priced.model_dump(mode="json", exclude_defaults=True)) == priced


def test_a_question_is_heard_with_its_size_wherever_that_stood() -> None:
    named = Question(name="Tata Salt 1000 gm")
    assert SALT.heard
    assert named.heard
    assert named.heard.amounts == SALT.heard.amounts
    assert Question(gtin="08904999000022").heard is None
    assert Question(gtin="08904999000022").identity is None


def test_an_mrp_is_counted_in_paise() -> None:
    assert SALT.paise is None
    assert SALT.model_copy(update={"mrp": Decimal("28.50")}).paise == 2850
    assert SALT.model_copy(update={"mrp": Decimal("0.29")}).paise == 29


def test_candidates_beside_a_decision_come_after_its_own_and_once_and_ten_at_most() -> None:
    def candidate(number: int) -> Candidate:
        return Candidate(product_id=f"prd_{number}", score=0.5, reasons=["The names agree."])

    decision = decided(SALT_CODE, {"08904999000022": "prd_1"}, {}).beside([candidate(n) for n in range(20)])
    assert [c.product_id for c in decision.candidates] == ["prd_1", "prd_0", *(f"prd_{n}" for n in range(2, 10))]
    assert decision.candidates[0].score == 1.0
    assert decision.product_id == "prd_1"
