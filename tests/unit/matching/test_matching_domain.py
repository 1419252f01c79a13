"""Which product words mean, by exact keys."""

from __future__ import annotations

from decimal import Decimal

from services.matching.domain import Holder, Question, decide, keys
from shared.kernel.quantity import NetQuantity

SALT = Question(name="Tata Salt", brand="Tata", net_quantity=NetQuantity(value=Decimal(1), unit="kg"))
SALT_CODE = SALT.model_copy(update={"gtin": "08904999000022"})


def identity(question: Question) -> str:
    assert question.identity
    return question.identity


def test_the_barcode_decides_whatever_the_name_says() -> None:
    decision = decide(SALT_CODE, {"08904999000022": "prd_1"}, {identity(SALT): Holder("prd_2", has_gtin=False)})
    assert (decision.decision, decision.product_id) == ("match", "prd_1")
    assert decision.candidates[0].score == 1.0
    assert decision.candidates[0].reasons


def test_without_a_barcode_the_identity_decides() -> None:
    for gtin in (None, "08904999000022"):
        decision = decide(SALT, {}, {identity(SALT): Holder("prd_2", gtin is not None, gtin)})
        assert decision.product_gtin == gtin
        assert (decision.decision, decision.product_id) == ("match", "prd_2")


def test_an_unknown_barcode_goes_to_the_product_of_its_name_that_has_none() -> None:
    decision = decide(SALT_CODE, {}, {identity(SALT): Holder("prd_2", has_gtin=False)})
    assert (decision.decision, decision.product_id) == ("match", "prd_2")


def test_another_barcode_is_another_product_and_the_first_a_candidate() -> None:
    decision = decide(SALT_CODE, {}, {identity(SALT): Holder("prd_2", has_gtin=True)})
    assert (decision.decision, decision.product_id) == ("new", None)
    assert [c.product_id for c in decision.candidates] == ["prd_2"]
    assert decision.candidates[0].score < 1


def test_what_nobody_knows_is_new() -> None:
    assert decide(SALT, {}, {}).decision == "new"
    alone = Question(gtin="08904999000022")
    assert decide(alone, {}, {}).decision == "new"


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
