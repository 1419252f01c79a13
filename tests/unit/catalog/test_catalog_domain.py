"""What a product is, and what makes two of them the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from events.catalog import ProductCreated, ProductRejected, ProductReturned, ProductUpdated, ProductVerified
from services.catalog.domain import deciding
from services.catalog.domain import product as domain
from services.catalog.domain.product import Product, ProductFields, ProductPatch, Proposal, Source
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict
from tests.builders import CAUSE, gtin, product, upc

LATER = Cause("admin-asha", CAUSE.at + timedelta(hours=1), "corr-0002")


def proposed(number: int = 1, *, verified: bool = False, **fields: Any) -> Product:
    source: Source = "admin" if verified else "store"
    return domain.propose(
        Proposal(fields=ProductFields.model_validate(product(number, **fields)), source=source, verified=verified),
        CAUSE,
    )


def amended(before: Product, **patch: Any) -> Product:
    changed = deciding.amend(before, ProductPatch.model_validate(patch), LATER)
    assert changed is not None
    return changed[0]


def test_the_pack_count_comes_from_the_text_unless_it_is_given() -> None:
    assert proposed(net_quantity="6 x 65 g").pack_count == 6
    assert proposed(net_quantity="6 x 65 g", pack_count=3).pack_count == 3
    assert proposed(net_quantity={"value": 65, "unit": "g"}).pack_count == 1
    assert proposed(net_quantity=None).net_quantity is None


def test_a_seeded_proposal_has_one_id_for_ever() -> None:
    def ids(seed: tuple[str, ...], at: Any = CAUSE.at) -> str:
        made = Proposal(fields=ProductFields.model_validate(product()), source="import", seed=seed, at=at)
        return domain.propose(made, LATER).product_id

    assert ids(("job_1", "gtin#1")) == ids(("job_1", "gtin#1"))
    assert ids(("job_1", "gtin#1")) != ids(("job_1", "gtin#2"))
    assert ids(("job_1", "gtin#1")) != ids(("job_2", "gtin#1"))
    assert proposed().product_id != proposed().product_id


@pytest.mark.parametrize(
    "other",
    [
        {"name": "PARLE-G  gluco BISCUITS, no. 1"},
        {"net_quantity": "0.8 kg"},
        {"net_quantity": "800gm"},
        {"brand": "PARLE"},
    ],
)
def test_the_same_goods_however_written_have_one_identity(other: dict[str, Any]) -> None:
    assert proposed(**other).identity == proposed().identity


@pytest.mark.parametrize(
    "other",
    [{"net_quantity": "400 g"}, {"net_quantity": "2 x 800 g"}, {"name": "Parle Monaco"}, {"net_quantity": None}],
)
def test_other_goods_have_another_identity(other: dict[str, Any]) -> None:
    assert proposed(**other).identity != proposed().identity


def test_the_key_of_a_barcode_has_fourteen_digits() -> None:
    assert proposed().gtin == f"0{gtin(1)}"
    assert proposed(barcode=None).gtin is None
    assert proposed(barcode=upc(1)).gtin == proposed(barcode="0" + upc(1)).gtin


def test_the_barcode_is_kept_as_printed() -> None:
    assert proposed(barcode=upc(1)).barcode == upc(1)
    assert proposed(barcode=f" {gtin(1)[:7]} {gtin(1)[7:]} ").barcode == gtin(1)


@pytest.mark.parametrize("rate", ["12", "28", "-5", "18.5"])
def test_a_rate_that_is_no_gst_slab_is_refused(rate: str) -> None:
    with pytest.raises(ValidationError, match="GST is"):
        ProductFields.model_validate(product(gst_rate=rate))


def test_text_is_kept_in_nfc_wherever_it_stands() -> None:
    cafe = "Cafe\u0301"
    fields = ProductFields.model_validate({"name": cafe, "country_of_origin": cafe, "attributes": {cafe: cafe}})
    assert (fields.name, fields.country_of_origin, fields.attributes) == ("Café", "Café", {"Café": "Café"})
    assert ProductPatch.model_validate({"reason": cafe}).reason == "Café"


@pytest.mark.parametrize(
    "wrong",
    [
        {"hsn_code": "१९०५"},
        {"pack_count": True},
        {"pack_count": "2"},
        {"country_of_origin": "  \t"},
        {"attributes": {" ": "x"}},
    ],
)
def test_what_only_looks_right_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProductFields.model_validate({"name": "Jeera", **wrong})


def test_an_amendment_names_each_change_before_and_after() -> None:
    before = proposed()
    changed = deciding.amend(
        before, ProductPatch.model_validate({"mrp": "95", "category": None, "reason": "typo"}), LATER
    )
    assert changed is not None
    after, entry = changed
    assert (after.version, after.updated_at, after.created_at) == (2, LATER.at, CAUSE.at)
    assert (entry.version, entry.actor, entry.reason) == (2, "admin-asha", "typo")
    assert [(c.field, c.before, c.after) for c in entry.changes] == [
        ("category", "Biscuits", None),
        ("mrp", "90.00", "95.00"),
    ]
    assert after.provenance["mrp"] == "admin"
    assert after.provenance["name"] == "store"


def test_an_amendment_that_says_what_is_there_is_none() -> None:
    before = proposed()
    for same in ({}, {"mrp": 90}, {"reason": "just looking"}, {"net_quantity": "800 g"}, {"name": before.name}):
        assert deciding.amend(before, ProductPatch.model_validate(same), LATER) is None


def test_a_new_size_brings_its_pack_count() -> None:
    before = proposed(net_quantity="6 x 65 g")
    assert amended(before, net_quantity="100 g").pack_count == 1
    assert amended(before, net_quantity="100 g", pack_count=4).pack_count == 4
    assert amended(before, pack_count=None).pack_count == 1
    assert amended(before, net_quantity=None).net_quantity is None


def test_a_merged_product_is_not_changed() -> None:
    merged = proposed().model_copy(update={"verification_status": "merged", "merged_into": "prd_2"})
    with pytest.raises(Conflict) as refused:
        amended(merged, mrp="1")
    assert refused.value.code == "PRODUCT_MERGED"
    assert "prd_2" in refused.value.detail


def test_who_sees_what() -> None:
    pending, public = proposed(), proposed(verified=True)
    assert domain.visible_to_owner(public, "meena", [])
    assert domain.visible_to_owner(pending, CAUSE.actor, [])
    assert not domain.visible_to_owner(pending, "meena", ["str_2"])
    imported = pending.model_copy(update={"proposed_by": "bucket:str_2", "store_id": "str_2"})
    assert domain.visible_to_owner(imported, "meena", ["str_2"])
    assert not domain.visible_to_owner(pending.model_copy(update={"store_id": None}), "meena", [])
    hidden = domain.without_proposer(pending)
    assert (hidden.proposed_by, hidden.store_id) == (None, None)


def test_a_change_is_one_event() -> None:
    old = proposed()
    created = domain.fact_of(None, old, CAUSE)
    assert isinstance(created, ProductCreated)
    for status, kind in (
        ("verified", ProductVerified),
        ("rejected", ProductRejected),
        ("needs_changes", ProductReturned),
    ):
        new = old.model_copy(update={"verification_status": status, "version": 2})
        fact = domain.fact_of(old, new, LATER)
        assert isinstance(fact, kind)
        assert fact.data.changed == ("verification_status",)
        assert fact.data.previous_status == "pending"
    touched = amended(old, mrp="91")
    fact = domain.fact_of(old, touched, LATER)
    assert isinstance(fact, ProductUpdated)
    assert fact.data.changed == ("mrp",)
    assert fact == domain.fact_of(old, touched, LATER)
    assert domain.fact_of(old, old, LATER) is None


def test_a_change_of_what_is_verified_already_is_an_update() -> None:
    old = proposed(verified=True)
    assert isinstance(domain.fact_of(old, amended(old, mrp="91"), LATER), ProductUpdated)
