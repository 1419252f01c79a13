"""What stores suggest, when it stands, and when they agree."""

from __future__ import annotations

from typing import Any

import pytest

from services.quality_review.domain import agreement, suggestion
from services.quality_review.domain.suggestion import Suggestion
from tests.builders import NOON

PRODUCT: dict[str, Any] = {
    "name": "Parle-G",
    "brand": None,
    "category": "Snacks",
    "mrp": "90.00",
    "net_quantity": None,
    "pack_count": 1,
    "regional_names": {"IN-MH": ["पार्ले-जी"]},
    "attributes": {"weight": "800 g"},
}
SIZE = {"value": 800, "unit": "g"}


def said(store: str, person: str = "", **fields: Any) -> Suggestion:
    return Suggestion(
        product_id="prd_1",
        suggestion_id=f"sug_{store}_{person}",
        store_id=store,
        suggested_by=person or f"owner of {store}",
        name="Parle-G",
        changes=suggestion.changes_of(fields),
        created_at=NOON,
    )


def agreed(*suggestions: Suggestion, stores: int = 3, product: dict[str, Any] = PRODUCT) -> dict[str, Any]:
    found = agreement.agreed(suggestions, product, stores)
    return {fact: suggestion.value(written) for fact, written in found.changes.items()}


def test_what_is_said_of_one_region_leaves_the_others_names() -> None:
    changes = suggestion.changes_of({"regional_names": {"IN-TN": ["பார்லே"]}, "attributes": {"description": "Sweet"}})
    assert suggestion.fields_of(changes, PRODUCT) == {
        "regional_names": {"IN-MH": ["पार्ले-जी"], "IN-TN": ["பார்லே"]},
        "attributes": {"weight": "800 g", "description": "Sweet"},
    }


def test_a_suggestion_stands_once_the_product_says_all_of_it() -> None:
    changes = suggestion.changes_of({"category": "Biscuits", "regional_names": {"IN-MH": ["पार्ले-जी"]}})
    assert not suggestion.stands(changes, PRODUCT)
    assert suggestion.stands(changes, {**PRODUCT, "category": "Biscuits"})
    assert suggestion.fate(said("a", category="Snacks"), "verified", PRODUCT) == (True, None)
    assert suggestion.fate(said("a", category="Biscuits"), "verified", PRODUCT) is None


@pytest.mark.parametrize("status", ["rejected", "merged"])
def test_of_a_product_that_is_gone_nothing_is_taken_over(status: str) -> None:
    assert suggestion.fate(said("a", category="Biscuits"), status, PRODUCT) == (False, f"The product was {status}.")


def test_three_stores_that_say_the_same_are_believed() -> None:
    three = [said(s, category="Biscuits") for s in "abc"]
    assert agreed(*three) == {"category": "Biscuits"}
    assert agreed(*three[:2]) == {}
    assert agreement.agreed(three, PRODUCT, 3).stores == ("a", "b", "c")


def test_a_store_that_says_it_twice_says_it_once() -> None:
    assert agreed(said("a", category="X"), said("a", "another", category="X"), said("b", category="X")) == {}


def test_a_person_with_three_stores_is_one_person() -> None:
    assert agreed(*(said(s, "ravi", category="X") for s in "abc")) == {}


def test_two_against_three_is_for_three_and_three_against_three_for_nobody() -> None:
    three = [said(s, category="X") for s in "abc"]
    assert agreed(*three, *(said(s, category="Y") for s in "de")) == {"category": "X"}
    assert agreed(*three, *(said(s, category="Y") for s in "def")) == {}


@pytest.mark.parametrize(
    ("fields", "believed"),
    [
        ({"category": "Biscuits"}, True),
        ({"hsn_code": "1905"}, True),
        ({"gst_rate": 5}, True),
        ({"mrp": "92.00"}, True),
        ({"country_of_origin": "India"}, True),
        ({"regional_names": {"IN-TN": ["பார்லே"]}}, True),
        ({"brand": "Parle"}, True),
        ({"net_quantity": SIZE, "pack_count": 1}, True),
        ({"name": "Parle-G Gold"}, False),
        ({"barcode": "8901719110016"}, False),
        ({"pack_count": 2}, False),
        ({"attributes": {"description": "Sweet"}}, False),
        ({"category": None}, False),
        ({"category": "Snacks"}, False),
    ],
    ids=str,
)
def test_stores_describe_and_people_tell_apart(fields: dict[str, Any], believed: bool) -> None:
    """Brand and size are blank here; to empty a fact, or to say what stands, is nothing to agree on."""
    assert bool(agreed(*(said(s, **fields) for s in "abc"))) is believed


def test_brand_and_size_that_stand_are_not_outvoted() -> None:
    branded = {**PRODUCT, "brand": "Britannia", "net_quantity": SIZE}
    assert agreed(*(said(s, brand="Parle") for s in "abc"), product=branded) == {}
    other: dict[str, Any] = {"net_quantity": {"value": 400, "unit": "g"}, "pack_count": 1}
    assert agreed(*(said(s, **other) for s in "abc"), product=branded) == {}


def test_another_number_of_packs_is_another_size() -> None:
    sizes = [said("a", net_quantity=SIZE, pack_count=1), *(said(s, net_quantity=SIZE, pack_count=2) for s in "bc")]
    assert agreed(*sizes) == {}
    assert agreed(*sizes, stores=2) == {"net_quantity": SIZE, "pack_count": 2}


def test_what_is_agreed_on_is_taken_from_suggestions_that_say_more() -> None:
    three = [said("a", category="X"), said("b", category="X", name="Other"), said("c", category="X", mrp="95.00")]
    assert agreed(*three) == {"category": "X"}
