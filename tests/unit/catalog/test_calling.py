"""Whose word counts for what a product is called in a region."""

from __future__ import annotations

from typing import Any

import pytest

from services.catalog.domain.calling import origin_in
from services.catalog.domain.deciding import amend, call
from services.catalog.domain.product import Origin, Product, ProductPatch
from shared.kernel.errors import Conflict
from tests.builders import CAUSE

ORDER: list[Origin] = ["translation", "off", "store"]


def product(status: str = "pending", **fields: Any) -> Product:
    known = {"product_id": "prd_1", "name": "Salt", "verification_status": status, "source": "store"}
    return Product.model_validate({**known, "created_at": CAUSE.at, "updated_at": CAUSE.at, **fields})


@pytest.mark.parametrize("first", ORDER)
@pytest.mark.parametrize("second", ORDER)
def test_a_word_stands_against_lesser_ones(first: Origin, second: Origin) -> None:
    said = call(product(), {"IN-MH": ["a"]}, CAUSE, origin=first)
    assert said
    again = call(said[0], {"IN-MH": ["b"], "IN-TN": ["c"]}, CAUSE, origin=second)
    assert again
    heeds = ORDER.index(second) >= ORDER.index(first)
    assert again[0].regional_names == {"IN-MH": ["b" if heeds else "a"], "IN-TN": ["c"]}
    assert (origin_in(again[0], "IN-MH"), origin_in(again[0], "IN-TN")) == (second if heeds else first, second)
    strongest = max(first, second, key=ORDER.index)
    assert again[0].provenance["regional_names"] == strongest


def test_a_patch_of_a_person_replaces_all_and_one_of_a_machine_adds() -> None:
    named = product(regional_names={"IN-MH": ["a"]}, provenance={"regional_names": "store"})
    off = amend(named, ProductPatch(regional_names={"IN-MH": ["x"], "IN-TN": ["y"]}), CAUSE, origin="off")
    assert off
    assert off[0].regional_names == {"IN-MH": ["a"], "IN-TN": ["y"]}
    assert amend(named, ProductPatch(regional_names={"IN-MH": ["x"]}), CAUSE, origin="off") is None
    person = amend(off[0], ProductPatch(regional_names={"IN-KA": ["z"]}), CAUSE)
    assert person
    assert person[0].regional_names == {"IN-KA": ["z"]}
    assert {f for f in person[0].provenance if "." in f} == {"regional_names.IN-KA"}


def test_nothing_to_say_is_no_change_and_an_empty_list_takes_a_name_away() -> None:
    named = product(regional_names={"IN-MH": ["a"]})
    assert call(named, {"IN-MH": ["a"]}, CAUSE, origin="admin") is None
    gone = call(named, {"IN-MH": []}, CAUSE, origin="admin")
    assert gone
    assert gone[0].regional_names == {}


def test_a_shop_says_nothing_of_what_is_decided_and_answers_what_was_returned() -> None:
    with pytest.raises(Conflict):
        call(product("verified"), {"IN-MH": ["a"]}, CAUSE, origin="store")
    returned = call(product("needs_changes", status_reason="name"), {"IN-MH": ["a"]}, CAUSE, origin="store")
    assert returned
    assert (returned[0].verification_status, returned[0].status_reason) == ("pending", None)
    assert returned[1].action == "resubmitted"
    for gone in (product("merged", merged_into="prd_2"), product("rejected", withdrawn=True)):
        with pytest.raises(Conflict):
            call(gone, {"IN-MH": ["a"]}, CAUSE, origin="admin")
