"""/v1/products: proposing, reading, changing."""

from __future__ import annotations

import json

import pytest

from services.catalog import client as catalog
from shared.kernel.gtin import check_digit
from tests.builders import CAUSE, gtin, product, upc
from tests.world import Call, Person, World

pytestmark = pytest.mark.integration


@pytest.fixture
def ravi(world: World) -> Person:
    world.a_store("ravi")
    return world.as_user("ravi")


@pytest.fixture
def admin(world: World) -> Person:
    return world.as_admin()


def test_what_an_owner_proposes_is_pending(world: World, ravi: Person) -> None:
    answer = ravi.post("/v1/products", product(1, net_quantity="2 x 400 g", attributes={"weight": "2 x 400 g"}))
    made = answer.ok(201)
    assert made["verification_status"] == "pending"
    assert made["source"] == "store"
    assert made["net_quantity"] == {"value": 400, "unit": "g"}
    assert made["pack_count"] == 2
    assert made["mrp"] == "90.00"
    assert made["barcode"] == gtin(1)
    assert made["attributes"] == {"weight": "2 x 400 g"}
    assert made["version"] == 1
    assert answer.headers["location"] == f"/v1/products/{made['product_id']}"
    assert {made["provenance"][f] for f in ("name", "barcode", "mrp")} == {"store"}
    world.run()
    assert [(e["product_id"], e["verification_status"]) for e in world.events("ProductCreated")] == [
        (made["product_id"], "pending")
    ]


def test_what_an_admin_adds_is_verified(admin: Person) -> None:
    made = admin.post("/v1/products", product(1)).ok(201)
    assert (made["verification_status"], made["source"]) == ("verified", "admin")


def test_who_has_no_store_adds_no_product(world: World) -> None:
    answer = world.as_user("passer-by").post("/v1/products", product(1))
    assert (answer.status, answer.code) == (403, "OWNERS_ONLY")


def test_a_read_gives_what_was_written(ravi: Person, admin: Person) -> None:
    made = admin.post(
        "/v1/products",
        product(
            1,
            name="Zorbix Biscuits",  # a word that no machine is sure of
            regional_names={"IN-MH": ["पार्ले-जी"], "TN": ["பார்லே-ஜி"]},
            gst_rate=5,
            hsn_code="1905",
        ),
    ).ok(201)
    read = admin.get(f"/v1/products/{made['product_id']}")
    assert read.etag == '"1"'
    assert {k: v for k, v in read.ok().items() if not k.endswith("_at")} == {
        k: v for k, v in made.items() if not k.endswith("_at")
    }
    assert read.ok()["regional_names"] == {"IN-MH": ["पार्ले-जी"], "IN-TN": ["பார்லே-ஜி"]}
    assert read.ok()["gst_rate"] == 5


def test_a_known_barcode_is_refused_and_its_product_named(ravi: Person, admin: Person) -> None:
    made = admin.post("/v1/products", product(1)).ok(201)
    again = ravi.post("/v1/products", product(1, name="Something else altogether", brand="Other"))
    assert (again.status, again.code) == (409, "PRODUCT_EXISTS")
    assert again.body["product_id"] == made["product_id"]


def test_a_known_identity_without_barcode_is_refused_and_its_product_named(ravi: Person, admin: Person) -> None:
    made = admin.post("/v1/products", product(1, barcode=None)).ok(201)
    again = ravi.post(
        "/v1/products", product(1, barcode=None, name="PARLE-G gluco biscuits no. 1", net_quantity="0.8 kg")
    )
    assert (again.status, again.code) == (409, "PRODUCT_EXISTS")
    assert again.body["product_id"] == made["product_id"]


def test_a_row_without_barcode_is_the_product_of_its_name_though_that_has_one(ravi: Person, admin: Person) -> None:
    made = admin.post("/v1/products", product(1)).ok(201)
    again = ravi.post("/v1/products", product(1, barcode=None))
    assert (again.status, again.body["product_id"]) == (409, made["product_id"])


def test_one_name_under_two_barcodes_is_two_products(admin: Person) -> None:
    first = admin.post("/v1/products", product(1)).ok(201)
    second = admin.post("/v1/products", product(1, barcode=gtin(2))).ok(201)
    assert first["product_id"] != second["product_id"]


def test_another_size_is_another_product(admin: Person) -> None:
    sizes = ("800 g", "2 x 800 g", "400 g", None)
    made = {admin.post("/v1/products", product(1, barcode=None, net_quantity=s)).ok(201)["product_id"] for s in sizes}
    assert len(made) == len(sizes)


def test_twelve_and_thirteen_digits_are_one_barcode(admin: Person, ravi: Person) -> None:
    made = admin.post("/v1/products", product(1, barcode=upc(7))).ok(201)
    assert made["barcode"] == upc(7)
    for form in ("0" + upc(7), "00" + upc(7)):
        again = ravi.post("/v1/products", product(2, barcode=form))
        assert (again.status, again.body["product_id"]) == (409, made["product_id"])
        assert ravi.get(f"/v1/products/by-barcode/{form}").ok()["product_id"] == made["product_id"]


def test_by_barcode_finds_what_was_just_added(ravi: Person, admin: Person) -> None:
    made = ravi.post("/v1/products", product(1)).ok(201)
    found = ravi.get(f"/v1/products/by-barcode/{gtin(1)}")
    assert found.ok()["product_id"] == made["product_id"]
    assert found.etag == '"1"'
    unknown = ravi.get(f"/v1/products/by-barcode/{gtin(2)}")
    assert (unknown.status, unknown.code) == (404, "GTIN_UNKNOWN")


def test_a_mistyped_barcode_is_told_with_its_cure(ravi: Person) -> None:
    good = gtin(1)
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    posted = ravi.post("/v1/products", product(1, barcode=bad))
    asked = ravi.get(f"/v1/products/by-barcode/{bad}")
    for answer in (posted, asked):
        assert answer.status == 422
        (error,) = answer.body["errors"]
        assert error["code"] == "GTIN_CHECK_DIGIT"
        assert check_digit(good[:-1]) in error["message"]
    assert posted.body["errors"][0]["pointer"] == "/barcode"


def test_a_scale_label_is_no_barcode_of_the_catalog(ravi: Person) -> None:
    label = "210012300150"
    answer = ravi.post("/v1/products", product(1, barcode=label + check_digit(label)))
    assert answer.status == 422
    assert answer.body["errors"][0]["code"] == "GTIN_STORE_SCOPED"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("mrp", "12.345"),
        ("mrp", "-1"),
        ("net_quantity", "some"),
        ("net_quantity", {"value": 5, "unit": "stone"}),
        ("hsn_code", "19"),
        ("gst_rate", 12),
        ("pack_count", 0),
        ("regional_names", {"IN-ZZ": ["x"]}),
        ("verification_status", "verified"),
    ],
)
def test_a_wrong_field_is_named(admin: Person, field: str, value: object) -> None:
    answer = admin.post("/v1/products", product(1, **{field: value}))
    assert (answer.status, answer.code) == (422, "INVALID")
    assert {e["pointer"].split("/")[1] for e in answer.body["errors"]} == {field}


def test_money_is_taken_as_text_or_number_and_given_as_text(admin: Person) -> None:
    for number, mrp in enumerate((52, "52", "₹52.00", 52.0)):
        body = f'{{"name": "Salt {number}", "mrp": {json.dumps(mrp)}}}'
        assert admin.post("/v1/products", body).ok(201)["mrp"] == "52.00"


# --- Changing ---


def test_a_patch_changes_bumps_and_tells(world: World, admin: Person) -> None:
    made = admin.post("/v1/products", product(1)).ok(201)
    path = f"/v1/products/{made['product_id']}"
    answer = admin.patch(path, {"mrp": "95.00", "reason": "New MRP since Diwali"}, if_match='"1"')
    assert answer.ok()["mrp"] == "95.00"
    assert answer.etag == '"2"'
    assert answer.ok()["name"] == made["name"]
    world.run()
    (told,) = world.events("ProductUpdated")
    assert (told["changed"], told["version"]) == (["mrp"], 2)


def test_a_stale_if_match_is_refused(admin: Person) -> None:
    path = f"/v1/products/{admin.post('/v1/products', product(1)).ok(201)['product_id']}"
    assert admin.patch(path, {"mrp": "95.00"}, if_match='"1"').status == 200
    late = admin.patch(path, {"mrp": "96.00"}, if_match='"1"')
    assert (late.status, late.code) == (412, "STALE")
    assert admin.get(path).ok()["mrp"] == "95.00"


def test_who_loses_a_race_is_told(world: World, admin: Person) -> None:
    path = f"/v1/products/{admin.post('/v1/products', product(1)).ok(201)['product_id']}"

    def rival(call: Call) -> None:
        if call.operation == "TransactWriteItems":
            world.before = None
            assert admin.patch(path, {"category": "Snacks"}).status == 200

    for headers, expected in (({}, (409, "CHANGED_MEANWHILE")), ({"if_match": '"2"'}, (412, "STALE"))):
        world.before = rival if not headers else world.before
        if headers:

            def rival_again(call: Call) -> None:
                if call.operation == "TransactWriteItems":
                    world.before = None
                    assert admin.patch(path, {"category": "Cookies"}).status == 200

            world.before = rival_again
        lost = admin.patch(path, {"mrp": "97.00"}, **headers)
        assert (lost.status, lost.code) == expected
        assert admin.get(path).ok()["mrp"] == "90.00"


def test_claims_follow_the_barcode(world: World, admin: Person) -> None:
    made = admin.post("/v1/products", product(1)).ok(201)
    path = f"/v1/products/{made['product_id']}"
    assert admin.patch(path, {"barcode": gtin(2)}).ok()["barcode"] == gtin(2)
    assert admin.get(f"/v1/products/by-barcode/{gtin(2)}").ok()["product_id"] == made["product_id"]
    assert admin.get(f"/v1/products/by-barcode/{gtin(1)}").status == 404
    other = admin.post("/v1/products", product(3, barcode=gtin(1))).ok(201)
    assert other["product_id"] != made["product_id"]
    clash = admin.patch(path, {"barcode": gtin(1)})
    assert (clash.status, clash.code, clash.body["product_id"]) == (409, "PRODUCT_EXISTS", other["product_id"])


def test_claims_follow_the_name(admin: Person) -> None:
    made = admin.post("/v1/products", product(1, barcode=None)).ok(201)
    path = f"/v1/products/{made['product_id']}"
    admin.patch(path, {"name": "Parle Monaco"}).ok()
    fresh = admin.post("/v1/products", product(1, barcode=None)).ok(201)
    assert fresh["product_id"] != made["product_id"]
    taken = admin.post("/v1/products", product(1, barcode=None, name="parle monaco"))
    assert (taken.status, taken.body["product_id"]) == (409, made["product_id"])


def test_a_barcode_may_be_added_and_taken_away(admin: Person) -> None:
    made = admin.post("/v1/products", product(1, barcode=None)).ok(201)
    path = f"/v1/products/{made['product_id']}"
    assert admin.patch(path, {"barcode": gtin(1)}).ok()["barcode"] == gtin(1)
    again = admin.post("/v1/products", product(1))
    assert (again.status, again.body["product_id"]) == (409, made["product_id"])
    # Now the name may be shared: the product is known by its GTIN.
    second = admin.post("/v1/products", product(1, barcode=gtin(2)))
    assert second.status == 201
    assert admin.patch(path, {"barcode": None}).status in {200, 409}


def test_a_patch_that_frees_a_shared_name_leaves_the_other_product_its_name(admin: Person) -> None:
    first = admin.post("/v1/products", product(1)).ok(201)
    second = admin.post("/v1/products", product(1, barcode=gtin(2))).ok(201)
    admin.patch(f"/v1/products/{first['product_id']}", {"name": "Renamed biscuit"}).ok()
    # The name belongs to the second product alone now, so a proposal without barcode is that one.
    again = admin.post("/v1/products", product(1, barcode=None))
    assert (again.status, again.body.get("product_id")) == (409, second["product_id"])


def test_an_empty_patch_changes_nothing(world: World, admin: Person) -> None:
    path = f"/v1/products/{admin.post('/v1/products', product(1)).ok(201)['product_id']}"
    assert admin.patch(path, {}).etag == '"1"'
    assert admin.patch(path, {"mrp": 90}).etag == '"1"'
    assert world.rows("ProductHistory") == []


def test_an_optional_field_is_emptied_by_null_and_a_name_is_not(admin: Person) -> None:
    path = f"/v1/products/{admin.post('/v1/products', product(1)).ok(201)['product_id']}"
    assert admin.patch(path, {"category": None, "net_quantity": None}).ok()["category"] is None
    assert admin.get(path).ok()["net_quantity"] is None
    assert admin.patch(path, {"name": None}).status == 422
    assert admin.patch(path, {"regional_names": {}}).status == 200


def test_verifying_and_rejecting_are_told(world: World, ravi: Person, admin: Person) -> None:
    path = f"/v1/products/{ravi.post('/v1/products', product(1)).ok(201)['product_id']}"
    assert admin.patch(path, {"verification_status": "verified"}).ok()["verification_status"] == "verified"
    assert admin.patch(path, {"verification_status": "rejected"}).ok()["verification_status"] == "rejected"
    world.run()
    assert [e["previous_status"] for e in world.events("ProductVerified")] == ["pending"]
    assert [e["previous_status"] for e in world.events("ProductRejected")] == ["verified"]


def test_history_says_who_changed_what_newest_first(ravi: Person, admin: Person) -> None:
    path = f"/v1/products/{ravi.post('/v1/products', product(1)).ok(201)['product_id']}"
    admin.patch(path, {"mrp": "95.00", "reason": "printed"})
    admin.patch(path, {"mrp": "99.00", "net_quantity": "750 g"})
    entries = admin.get(f"{path}/history").ok()["items"]
    assert [(e["version"], e["action"], e["actor"]) for e in entries] == [
        (3, "updated", "admin-asha"),
        (2, "updated", "admin-asha"),
        (1, "created", "ravi"),
    ]
    assert entries[1]["reason"] == "printed"
    assert entries[1]["changes"] == [{"field": "mrp", "before": "90.00", "after": "95.00"}]
    assert {c["field"] for c in entries[0]["changes"]} == {"mrp", "net_quantity"}
    for limit in (1, 2, 3):
        pages = list(admin.pages(f"{path}/history?limit={limit}"))
        assert all(len(p) <= limit for p in pages)
        assert [e["version"] for p in pages for e in p] == [3, 2, 1]


# --- Lists and who sees what ---


def test_an_owner_sees_what_is_verified_and_his_own_pending(world: World, ravi: Person, admin: Person) -> None:
    world.a_store("meena")
    meena = world.as_user("meena")
    public = admin.post("/v1/products", product(1)).ok(201)["product_id"]
    mine = ravi.post("/v1/products", product(2)).ok(201)["product_id"]
    hers = meena.post("/v1/products", product(3)).ok(201)["product_id"]

    def seen(who: Person, query: str = "") -> list[str]:
        return [p["product_id"] for p in who.get(f"/v1/products{query}").ok()["items"]]

    assert seen(ravi) == [mine, public]
    assert seen(meena) == [hers, public]
    assert seen(admin) == [hers, mine, public]
    assert seen(ravi, "?status=pending") == [mine]
    # By id or GTIN any owner may read, match and stock a pending product.
    assert ravi.get(f"/v1/products/{hers}").status == 200
    assert ravi.get(f"/v1/products/by-barcode/{gtin(3)}").ok()["product_id"] == hers


def test_who_proposed_a_product_only_admins_see(ravi: Person, admin: Person) -> None:
    answer = ravi.post("/v1/products", product(1))
    path = f"/v1/products/{answer.ok(201)['product_id']}"
    shown = [answer.body, ravi.get(path).ok(), ravi.get(f"/v1/products/by-barcode/{gtin(1)}").ok()]
    shown += ravi.get("/v1/products").ok()["items"]
    assert all(p.get("proposed_by") is None and p.get("store_id") is None for p in shown)
    assert "ravi" not in str([{k: v for k, v in p.items() if k != "name"} for p in shown])
    assert admin.get(path).ok()["proposed_by"] == "ravi"


def test_lists_are_newest_first_and_paged(admin: Person) -> None:
    made = [admin.post("/v1/products", product(n)).ok(201)["product_id"] for n in range(1, 8)]
    pages = list(admin.pages("/v1/products?limit=3"))
    assert [p["product_id"] for page in pages for p in page] == made[::-1]
    assert [len(p) for p in pages][:2] == [3, 3]
    assert admin.get("/v1/products?cursor=bm9wZQ").code == "BAD_CURSOR"
    assert admin.get("/v1/products?limit=101").status == 422


def test_a_list_is_filtered_by_category_brand_region_and_words(admin: Person) -> None:
    admin.post("/v1/products", product(1, regional_names={"IN-GA": ["पार्ले बिस्किट"]})).ok(201)
    admin.post("/v1/products", product(2, name="Tata Salt", brand="Tata", category="Salt")).ok(201)

    def names(query: str) -> list[str]:
        return [p["brand"] for p in admin.get(f"/v1/products?{query}").ok()["items"]]

    assert names("category=salt") == ["Tata"]
    assert names("brand=PARLE") == ["Parle"]
    assert names("region=IN-GA") == ["Parle"]
    assert set(names("region=IN-TN")) == {"Tata", "Parle"}, "by machine"
    assert names("q=tata%20sal") == ["Tata"]
    assert names("q=%E0%A4%AC%E0%A4%BF%E0%A4%B8%E0%A5%8D%E0%A4%95%E0%A4%BF%E0%A4%9F") == ["Parle"]
    assert names("q=colgate") == []


def test_a_product_is_never_too_large_for_a_page(admin: Person) -> None:
    long = {f"word {n}": "क" * 2000 for n in range(5)}
    assert admin.post("/v1/products", product(1, attributes=long)).code == "PRODUCT_TOO_LARGE"
    made = admin.post("/v1/products", product(1)).ok(201)["product_id"]
    refused = admin.patch(f"/v1/products/{made}", {"attributes": long})
    assert (refused.status, refused.code) == (422, "PRODUCT_TOO_LARGE")
    assert admin.patch(f"/v1/products/{made}", {"attributes": {"word": "क" * 2000}}).status == 200


def test_a_filter_is_read_as_what_is_filtered_was(admin: Person) -> None:
    admin.post("/v1/products", product(1, brand="Cafe\u0301")).ok(201)
    assert [p["brand"] for p in admin.get("/v1/products?brand=cafe%CC%81").ok()["items"]] == ["Café"]
    unknown = admin.get("/v1/products?region=IN-QQ")
    assert (unknown.status, unknown.body["errors"][0]["code"]) == (422, "REGION_UNKNOWN")


# --- The door ---


def test_thirty_proposals_of_one_barcode_at_once_make_one_product(world: World) -> None:
    proposals = [
        catalog.Proposal(
            fields=catalog.ProductFields(**product(1, name=f"Parle G {n}")), source="store", seed=(str(n),)
        )
        for n in range(30)
    ]
    made = catalog.propose(proposals, CAUSE)
    assert len({m.product_id for m in made}) == 1
    assert sum(m.created for m in made) == 1
    assert len(world.rows("Products")) == 1
    world.run()
    assert len(world.events("ProductCreated")) == 1


def test_thirty_proposals_of_one_name_at_once_make_one_product(world: World) -> None:
    proposals = [
        catalog.Proposal(fields=catalog.ProductFields(**product(1, barcode=None)), source="store", seed=(str(n),))
        for n in range(30)
    ]
    made = catalog.propose(proposals, CAUSE)
    assert (len({m.product_id for m in made}), sum(m.created for m in made)) == (1, 1)


def test_proposing_again_with_the_same_seed_is_proposing_once(world: World) -> None:
    proposal = catalog.Proposal(
        fields=catalog.ProductFields(**product(1)), source="import", seed=("job_1", "gtin#1"), at=CAUSE.at
    )
    first, second = (catalog.propose([proposal], CAUSE)[0] for _ in range(2))
    assert first == second
    assert first.created


def test_find_and_facts_read_what_was_written_a_moment_ago(world: World, admin: Person) -> None:
    made = admin.post("/v1/products", product(1)).ok(201)
    found = catalog.find(["0" + gtin(1), "0" + gtin(2)], [])
    assert found.by_gtin == {"0" + gtin(1): made["product_id"]}
    known = catalog.facts([made["product_id"], "prd_NOWHERE"])
    assert {i: p.name for i, p in known.items()} == {made["product_id"]: made["name"]}


def test_a_name_shared_by_two_barcodes_is_free_when_both_have_let_go(admin: Person) -> None:
    paths = [
        f"/v1/products/{admin.post('/v1/products', product(1, barcode=gtin(n))).ok(201)['product_id']}" for n in (1, 2)
    ]
    for number, path in enumerate(paths):
        admin.patch(path, {"name": f"Renamed biscuit {number}"}).ok()
    assert admin.post("/v1/products", product(1, barcode=None)).status == 201


def test_taking_a_barcode_away_where_the_name_is_shared_is_refused(admin: Person) -> None:
    first = admin.post("/v1/products", product(1)).ok(201)["product_id"]
    second = admin.post("/v1/products", product(1, barcode=gtin(2))).ok(201)["product_id"]
    refused = admin.patch(f"/v1/products/{first}", {"barcode": None})
    assert (refused.status, refused.code, refused.body["product_id"]) == (409, "PRODUCT_EXISTS", second)


def test_a_barcode_that_moved_and_came_back_is_still_its_products(admin: Person) -> None:
    path = f"/v1/products/{admin.post('/v1/products', product(1)).ok(201)['product_id']}"
    for number in (2, 1, 2, 1):
        admin.patch(path, {"barcode": gtin(number)}).ok()
    assert admin.get(f"/v1/products/by-barcode/{gtin(1)}").ok()["version"] == 5
    assert admin.get(f"/v1/products/by-barcode/{gtin(2)}").status == 404
