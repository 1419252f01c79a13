"""Two products that are one: whoever asks for the one finds the other, and it can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from services.catalog import client
from services.catalog.store import products as store
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict, Invalid, Stale
from tests.builders import CAUSE, gtin, product
from tests.world import World

pytestmark = pytest.mark.integration


@pytest.fixture
def admin(world: World) -> Any:
    return world.as_admin()


def add(admin: Any, number: int, **fields: Any) -> str:
    made: str = admin.post("/v1/products", product(number, **fields)).ok(201)["product_id"]
    return made


def claims() -> dict[str, Any]:
    return {i["claim"]: {k: v for k, v in i.items() if k != "claim"} for i in store.claims().scan_all()}


def status(admin: Any, product_id: str) -> str:
    found: str = admin.get(f"/v1/products/{product_id}").ok()["verification_status"]
    return found


def refused(code: str) -> Any:
    return pytest.raises((Conflict, Invalid, Stale), match=code)


def test_who_asks_for_a_merged_product_finds_the_survivor(world: World, admin: Any) -> None:
    one, other = add(admin, 1), add(admin, 2, name="Parle G Glucose Biscuit")
    merged = client.merge(one, other, "the same packet", CAUSE)
    assert (merged.verification_status, merged.merged_into) == ("merged", other)
    assert client.merge(one, other, "the same packet", CAUSE) == merged, "said twice it is one merge"
    by_code = admin.get(f"/v1/products/by-barcode/{gtin(1)}").ok()
    assert (by_code["product_id"], by_code["also_barcodes"]) == (other, [gtin(1)])
    old = admin.get(f"/v1/products/{one}").ok()
    assert (old["verification_status"], old["merged_into"]) == ("merged", other)
    found = client.find([f"0{gtin(1)}"], [client.products([one])[one].identity])
    assert set(found.by_gtin.values()) == {other}
    assert {o.product_id for o in found.by_identity.values()} == {other}
    assert admin.post("/v1/products", product(1)).body["product_id"] == other
    history = admin.get(f"/v1/products/{one}/history").ok()["items"]
    assert [(h["action"], h["reason"]) for h in history] == [("merged", "the same packet"), ("created", None)]
    world.run()
    assert [(e["product_id"], e["survivor_id"]) for e in world.events("ProductMerged")] == [(one, other)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"name": "Parle G Glucose Biscuit"}),
        ({}, {}),  # the same name, and two barcodes
        ({"barcode": None}, {"name": "Parle G Glucose Biscuit"}),
        ({}, {"name": "Parle G Glucose Biscuit", "barcode": None}),
        ({"barcode": None}, {"name": "Parle G Glucose Biscuit", "barcode": None}),
    ],
)
def test_a_reverted_merge_leaves_everything_as_it_was(
    world: World, admin: Any, first: dict[str, Any], second: dict[str, Any]
) -> None:
    one, other = (
        add(admin, 1, **{"name": "Parle-G Gluco", **first}),
        add(admin, 2, **{"name": "Parle-G Gluco", **second}),
    )
    before = claims()
    names = ("barcode", "also_barcodes", "verification_status", "merged_into", "status_reason")
    facts = {p: {n: admin.get(f"/v1/products/{p}").ok()[n] for n in names} for p in (one, other)}
    client.merge(one, other, None, CAUSE)
    assert claims() != before
    client.revert_merge(one, "two sizes", CAUSE)
    assert claims() == before
    assert {p: {n: admin.get(f"/v1/products/{p}").ok()[n] for n in names} for p in (one, other)} == facts
    world.run()
    merge, revert = world.events("ProductMerged")[0], world.events("ProductMergeReverted")[0]
    assert merge["merge_id"] == revert["merge_id"]
    assert (revert["previous_status"], revert["verification_status"]) == ("merged", "verified")
    assert client.merge(one, other, None, Cause("asha", CAUSE.at, "corr")).merged_into == other, "and again"


def test_a_survivor_without_a_barcode_gets_that_of_the_merged(admin: Any) -> None:
    one, other = add(admin, 1), add(admin, 2, name="Parle G Glucose Biscuit", barcode=None)
    client.merge(one, other, None, CAUSE)
    survivor = admin.get(f"/v1/products/{other}").ok()
    assert (survivor["barcode"], survivor["also_barcodes"]) == (gtin(1), [])
    assert admin.get(f"/v1/products/by-barcode/{gtin(1)}").ok()["product_id"] == other


def test_merges_stand_on_each_other_and_are_taken_back_in_turn(admin: Any) -> None:
    a, b, c = (add(admin, n, name=f"Gluco Biscuits {word}") for n, word in enumerate(("red", "blue", "green"), 1))
    client.merge(a, b, None, CAUSE)
    client.merge(b, c, None, CAUSE)
    assert admin.get(f"/v1/products/by-barcode/{gtin(1)}").ok()["product_id"] == c
    assert client.facts([a])[a].product_id == c
    with refused("MERGED_ON"):
        client.revert_merge(a, None, CAUSE)
    client.revert_merge(b, None, CAUSE)
    assert admin.get(f"/v1/products/by-barcode/{gtin(1)}").ok()["product_id"] == b
    client.revert_merge(a, None, CAUSE)
    assert [admin.get(f"/v1/products/by-barcode/{gtin(n)}").ok()["product_id"] for n in (1, 2, 3)] == [a, b, c]


def test_what_makes_no_sense_is_refused(admin: Any) -> None:
    one, other = add(admin, 1), add(admin, 2)
    with refused("SAME_PRODUCT"):
        client.merge(one, one, None, CAUSE)
    with refused("SIZES_DIFFER"):
        client.merge(one, add(admin, 3, net_quantity="400 g"), None, CAUSE)
    with refused("NOT_MERGED"):
        client.revert_merge(one, None, CAUSE)
    with refused("STALE"):
        client.merge(one, other, None, CAUSE, version=7)
    client.merge(one, other, None, CAUSE)
    with refused("PRODUCT_MERGED"):
        client.merge(one, add(admin, 4), None, CAUSE)
    with refused("MERGE_TARGET"):
        client.merge(other, one, None, CAUSE)


def test_what_all_find_is_merged_into_what_all_find_alone(world: World, admin: Any) -> None:
    world.a_store("ravi")
    shared, other, mine, another, returned = (
        add(admin if n < 3 else world.as_user("ravi"), n, name=f"Gluco Biscuits {word}")
        for n, word in enumerate(("red", "blue", "green", "white", "black"), 1)
    )
    client.decide(returned, client.Verdict("request_changes", "which?"), CAUSE)
    before = claims()
    for into in (mine, returned):
        with refused("ILLEGAL_MOVE"):
            client.merge(shared, into, None, CAUSE)
    assert (status(admin, shared), claims()) == ("verified", before)
    client.merge(another, returned, None, CAUSE)
    client.merge(returned, mine, None, CAUSE)
    client.merge(mine, other, None, CAUSE)
    client.merge(other, shared, None, CAUSE)
    assert [status(admin, p) for p in (another, returned, mine, other)] == ["merged"] * 4


def test_a_name_that_was_taken_meanwhile_has_to_be_cleared_first(admin: Any) -> None:
    one = add(admin, 1, name="Parle-G Gluco", barcode=None)
    other = add(admin, 2, name="Parle G Glucose Biscuit")
    client.merge(one, other, None, CAUSE)
    taker = add(admin, 3, name="Parle-G Gluco", barcode=None)
    with refused("IDENTITY_TAKEN"):
        client.revert_merge(one, None, CAUSE)
    admin.patch(f"/v1/products/{taker}", {"name": "Parle-G Gluco Royale"}).ok()
    client.revert_merge(one, None, CAUSE)
    assert status(admin, one) == "verified"


def patched(admin: Any, product_id: str, **fields: Any) -> None:
    admin.patch(f"/v1/products/{product_id}", fields).ok()


def by_code(admin: Any, number: int) -> Any:
    return admin.get(f"/v1/products/by-barcode/{gtin(number)}").body.get("product_id")


@pytest.mark.parametrize("corrected", [None, gtin(3)])
def test_a_merge_is_reverted_though_the_barcode_that_it_gave_was_corrected_since(
    admin: Any, corrected: str | None
) -> None:
    one, other = add(admin, 1), add(admin, 2, name="Parle G Glucose Biscuit", barcode=None)
    client.merge(one, other, None, CAUSE)
    patched(admin, other, barcode=corrected)
    assert by_code(admin, 1) is None
    client.revert_merge(one, None, CAUSE)
    assert (status(admin, one), by_code(admin, 1)) == ("verified", one)
    assert admin.get(f"/v1/products/{other}").ok()["barcode"] == corrected


def test_a_barcode_that_became_another_products_has_to_be_cleared_before_a_revert(admin: Any) -> None:
    one, other = add(admin, 1), add(admin, 2, name="Parle G Glucose Biscuit", barcode=None)
    client.merge(one, other, None, CAUSE)
    patched(admin, other, barcode=None)
    taker = add(admin, 1, name="Monaco")
    with refused("PRODUCT_EXISTS"):
        client.revert_merge(one, None, CAUSE)
    patched(admin, taker, barcode=gtin(3))
    client.revert_merge(one, None, CAUSE)
    assert by_code(admin, 1) == one


def test_a_revert_takes_back_the_barcode_that_a_person_gave_the_survivor_since(admin: Any) -> None:
    one, other = add(admin, 1), add(admin, 2, name="Parle G Glucose Biscuit")
    client.merge(one, other, None, CAUSE)
    patched(admin, other, barcode=gtin(1))
    client.revert_merge(one, None, CAUSE)
    survivor = admin.get(f"/v1/products/{other}").ok()
    assert (survivor["barcode"], survivor["also_barcodes"], by_code(admin, 1)) == (None, [], one)
    patched(admin, other, barcode=gtin(2))
    assert by_code(admin, 2) == other


def test_a_survivor_of_the_same_name_needs_a_barcode_of_its_own_before_a_revert(admin: Any) -> None:
    one, other = add(admin, 1, name="Parle-G"), add(admin, 2, name="Parle-G")
    client.merge(one, other, None, CAUSE)
    patched(admin, other, barcode=gtin(1))
    with refused("IDENTITY_TAKEN"):
        client.revert_merge(one, None, CAUSE)
    patched(admin, other, barcode=gtin(2))
    client.revert_merge(one, None, CAUSE)
    assert (by_code(admin, 1), by_code(admin, 2)) == (one, other)


def test_a_survivor_with_the_barcode_of_the_merged_is_merged_on(admin: Any) -> None:
    one, other = add(admin, 1), add(admin, 2, name="Parle G Glucose Biscuit")
    client.merge(one, other, None, CAUSE)
    patched(admin, other, barcode=gtin(1))
    last = add(admin, 3, name="Parle Gluco")
    client.merge(other, last, None, CAUSE)
    assert (admin.get(f"/v1/products/{last}").ok()["also_barcodes"], by_code(admin, 1)) == ([gtin(1)], last)


def test_a_barcode_that_came_by_a_merge_means_the_survivor_after_it_has_another(admin: Any) -> None:
    one, other = add(admin, 1), add(admin, 2, name="Parle G Glucose Biscuit")
    client.merge(one, other, None, CAUSE)
    patched(admin, other, barcode=gtin(1))
    patched(admin, other, barcode=gtin(3))
    assert by_code(admin, 1) == other
    client.revert_merge(one, None, CAUSE)
    assert (by_code(admin, 1), by_code(admin, 3)) == (one, other)


def test_a_change_whose_claim_is_lost_is_never_answered_as_done(admin: Any) -> None:
    one = add(admin, 1)
    store.claims().delete(f"gtin#{client.products([one])[one].gtin}")
    answer = admin.patch(f"/v1/products/{one}", {"barcode": gtin(2)})
    assert (answer.status, answer.code) == (409, "CHANGED_MEANWHILE")
    assert admin.get(f"/v1/products/{one}").ok()["barcode"] == gtin(1)
