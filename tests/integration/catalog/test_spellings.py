"""Names that were taken for products of other names are found again, until somebody knows better."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.catalog import client as catalog
from services.catalog.client import ProductFields, Proposal
from shared.kernel.cause import Cause
from shared.kernel.naming import identity_key
from shared.kernel.quantity import parse_net_quantity
from tests.builders import gtin, product
from tests.world import World

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SIZE = parse_net_quantity("800 g")
SPELLING = identity_key("PARLE G BISC", brand=None, net_quantity=SIZE)
OTHER = identity_key("PARLEE G BISKUT", brand=None, net_quantity=SIZE)


def made(world: World, **body: object) -> str:
    answer = world.as_admin().post("/v1/products", product(1, **{"name": "Parle-G", "net_quantity": "800 g"} | body))
    product_id: str = answer.ok(201)["product_id"]
    return product_id


def proposed(name: str = "PARLE G BISC", *, barcode: str | None = None, source: str = "import") -> catalog.Proposed:
    fields = ProductFields.model_validate({"name": name, "net_quantity": "800 g", "barcode": barcode})
    proposal = Proposal.model_validate({"fields": fields, "source": source, "seed": (name, source, str(barcode))})
    (found,) = catalog.propose([proposal], Cause(actor="job", correlation_id="c", at=NOW))
    return found


def owner(identity: str) -> str | None:
    found = catalog.find([], [identity]).by_identity.get(identity)
    return found.product_id if found else None


def test_a_spelling_is_found_and_remembering_again_changes_nothing(world: World) -> None:
    parle = made(world)
    assert owner(SPELLING) is None
    for _ in range(2):
        assert catalog.remember({SPELLING: parle, OTHER: parle}, {}) == {SPELLING: parle, OTHER: parle}
    assert (owner(SPELLING), owner(OTHER)) == (parle, parle)
    assert catalog.find([], [SPELLING]).by_identity[SPELLING].has_gtin, "as its product is now"


def test_a_products_own_name_is_no_spelling(world: World) -> None:
    parle = made(world)
    own = catalog.facts([parle])[parle].identity
    before = world.rows("ProductClaims")
    assert catalog.remember({own: parle}, {}) == {own: parle}
    assert world.rows("ProductClaims") == before


def test_who_comes_first_decides_for_all(world: World) -> None:
    parle, other = made(world), made(world, name="Monaco", barcode=gtin(2))
    assert catalog.remember({SPELLING: parle}, {}) == {SPELLING: parle}
    assert catalog.remember({SPELLING: other, OTHER: other}, {}) == {SPELLING: parle, OTHER: other}
    assert (owner(SPELLING), owner(OTHER)) == (parle, other)


def test_an_import_that_calls_it_new_gets_the_product_that_is_meant(world: World) -> None:
    parle = made(world)
    catalog.remember({SPELLING: parle}, {})
    assert proposed() == catalog.Proposed(parle, created=False)
    assert len(world.rows("Products")) == 1


def test_a_name_that_a_product_has_is_never_a_spelling_of_another(world: World) -> None:
    parle, own = made(world), proposed()
    assert own.created
    assert catalog.remember({SPELLING: parle}, {}) == {SPELLING: own.product_id}
    assert owner(SPELLING) == own.product_id
    assert proposed() == own, "asked again it answers the same"


@pytest.mark.parametrize(("barcode", "source"), [(gtin(7), "import"), (None, "admin")])
def test_a_barcode_and_an_admin_know_better(world: World, barcode: str | None, source: str) -> None:
    parle = made(world)
    catalog.remember({SPELLING: parle}, {})
    own = proposed(barcode=barcode, source=source)
    assert own.created
    assert owner(SPELLING) == own.product_id
    assert catalog.remember({SPELLING: parle}, {}) == {SPELLING: own.product_id}


def test_a_shop_that_says_it_is_new_by_the_api_knows_better(world: World) -> None:
    parle = made(world)
    catalog.remember({SPELLING: parle}, {})
    ravi = world.as_user("ravi")
    world.a_store("ravi")
    mine = ravi.post("/v1/products", {"name": "PARLE G BISC", "net_quantity": "800 g"}).ok(201)
    assert owner(SPELLING) == mine["product_id"]


def test_a_spelling_ends_when_its_product_is_another(world: World) -> None:
    parle = made(world)
    catalog.remember({SPELLING: parle, OTHER: parle}, {})
    admin = world.as_admin()
    admin.patch(f"/v1/products/{parle}", {"net_quantity": "400 g"}).ok()
    assert owner(SPELLING) is None
    own = proposed()
    assert own.created, "what the name stands for is open again"
    monaco = made(world, name="Monaco", barcode=gtin(2))
    assert catalog.remember({OTHER: monaco}, {}) == {OTHER: monaco}
    admin.patch(f"/v1/products/{parle}", {"net_quantity": "800 g"}).ok()
    assert (owner(SPELLING), owner(OTHER)) == (own.product_id, monaco)


def test_many_spellings_at_once(world: World) -> None:
    parle, own = made(world), proposed("Name 30")
    many = {identity_key(f"Name {n}", brand=None, net_quantity=SIZE): parle for n in range(60)}
    taken = identity_key("Name 30", brand=None, net_quantity=SIZE)
    assert catalog.remember(many, {}) == many | {taken: own.product_id}
    assert {owner(i) for i in many} == {parle, own.product_id}
