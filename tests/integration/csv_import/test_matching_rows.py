"""Rows that speak of goods the catalog has, perhaps has, or has not, in whatever spelling."""

from __future__ import annotations

from typing import Any

import pytest

from services.catalog import client as catalog_client
from services.matching.store import files, indexer, recent
from tests.builders import figures, gtin, product, report_rows, sheet
from tests.integration.csv_import.test_import_flow import Shop, outcomes
from tests.world import World

pytestmark = pytest.mark.integration

KNOWN: dict[str, dict[str, Any]] = {
    "parle": {"name": "Parle-G Gluco Biscuits", "brand": "Parle", "net_quantity": "800 g", "mrp": "90.00"},
    "small": {"name": "Parle-G Gluco Biscuits", "brand": "Parle", "net_quantity": "400 g", "mrp": "45.00"},
    "salt": {"name": "Salt", "brand": "Tata", "net_quantity": "1 kg", "mrp": "28.00"},
    "cashew": {"name": "Good Day Cashew Cookies", "brand": "Britannia", "net_quantity": "200 g", "mrp": "40.00"},
    "butter": {"name": "Good Day Butter Cookies", "brand": "Britannia", "net_quantity": "200 g", "mrp": "40.00"},
    "dettol": {"name": "Original Liquid Handwash", "brand": "Dettol", "net_quantity": "200 ml", "mrp": "99.00"},
    "toothpaste": {"name": "Strong Teeth Toothpaste", "brand": "Colgate", "net_quantity": "150 g", "mrp": "95.00"},
}
HEADINGS = ("Item Name", "Qty", "MRP")


class Catalog:
    """What the shared catalog has before a shop comes."""

    def __init__(self, world: World) -> None:
        self.admin = world.as_admin()
        bodies = {key: product(n, **{"barcode": gtin(n), **body}) for n, (key, body) in enumerate(KNOWN.items(), 1)}
        self.ids = {key: self.admin.post("/v1/products", body).ok(201)["product_id"] for key, body in bodies.items()}
        world.run()

    def get(self, product_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.admin.get(f"/v1/products/{product_id}").ok()
        return found


@pytest.fixture
def catalog(world: World) -> Catalog:
    return Catalog(world)


@pytest.fixture
def shop(world: World, catalog: Catalog) -> Shop:
    return Shop(world)


NOISY = {
    "1042 PARLE-G GLUCO BISC 800GM": "parle",
    "Parle G Gluco Biscuits, 0.4 kg": "small",
    "TATA NAMAK 1 KG": "salt",
    "brittania good day kaju cookies 200 g B1G1": "cashew",
    "Dettol Orignal Liquid Hand Wash 2OO ml": "dettol",
    "Colgate Strong Teeth Tothpaste 150gm Rs 10 off": "toothpaste",
}


def test_noisy_rows_of_known_goods_are_matched_and_told_why(world: World, catalog: Catalog, shop: Shop) -> None:
    before = len(world.rows("Products"))
    job = shop.drops(sheet([[name, n, ""] for n, name in enumerate(NOISY, 3)], HEADINGS))
    assert figures(job) == {"total_rows": 6, "processed": 6, "successful": 6, "matched": 6}
    rows = shop.report(job)
    assert [r["product_id"] for r in rows] == [catalog.ids[key] for key in NOISY.values()]
    by_name = [r for r in rows if r["error_code"] == "MATCHED_BY_NAME"]
    assert {r["outcome"] for r in rows} == {"matched"}
    assert len(by_name) >= 4, outcomes(rows)
    for row in by_name:
        key = NOISY[row["Item Name"]]
        assert f"Taken as “{KNOWN[key]['name']}”." in row["error_message"]
        assert "The size is the same" in row["error_message"]
    assert job["warnings"] == 0, "what was recognised for sure is a note, nothing to worry about"
    assert len(world.rows("Products")) == before
    quantities = {i["product"]["product_id"]: i["quantity"] for i in shop.stock().values()}
    assert [quantities[catalog.ids[key]] for key in NOISY.values() if key not in ("parle", "small")] == [5, 6, 7, 8]


def test_rows_of_the_same_known_goods_come_together_and_the_last_one_wins(catalog: Catalog, shop: Shop) -> None:
    job = shop.drops(
        sheet([["PARLE-G GLUCO BISC 800GM", 3, "90"], ["Parle G Gluco Biscuits, 0.8 kg", 5, "90"]], HEADINGS)
    )
    assert figures(job) == {"total_rows": 2, "processed": 2, "successful": 2, "matched": 1, "duplicates_found": 1}
    rows = shop.report(job)
    assert {r["product_id"] for r in rows} == {catalog.ids["parle"]}
    assert shop.quantities() == {"Parle-G Gluco Biscuits": 5}
    again = shop.drops(sheet([["PARLE-G GLUCO BISC 800GM", 5, "90"]], HEADINGS))
    assert figures(again)["matched"] == 1


def test_another_size_of_known_goods_is_a_product_of_its_own(world: World, catalog: Catalog, shop: Shop) -> None:
    job = shop.drops(
        sheet([["PARLE-G GLUCO BISC 250GM", 3, ""], ["Dettol Original Liquid Handwash 1 l", 2, ""]], HEADINGS)
    )
    assert figures(job) == {"total_rows": 2, "processed": 2, "successful": 2, "created_products": 2}
    assert outcomes(shop.report(job)) == [("created", "")] * 2
    assert all(p["candidates"] == [] for p in (catalog.get(r["product_id"]) for r in shop.report(job)))


def test_what_is_like_nothing_is_created_and_nobody_is_asked(catalog: Catalog, shop: Shop) -> None:
    names = ("Everest Turmeric Powder 500 g", "Odonil Lavender Block 50 g", "Himalaya Neem Facewash 150 ml")
    job = shop.drops(sheet([[name, 1, ""] for name in names], HEADINGS))
    assert figures(job)["created_products"] == 3
    assert outcomes(shop.report(job)) == [("created", "")] * 3


def test_an_unsure_row_goes_to_review_and_its_stock_is_there_at_once(
    world: World, catalog: Catalog, shop: Shop
) -> None:
    job = shop.drops(sheet([["GOOD DAY COOKIES 200G", 7, "40"]], HEADINGS))
    assert figures(job) == {"total_rows": 1, "processed": 1, "successful": 1, "sent_to_review": 1}
    assert job["status"] == "completed"
    (row,) = shop.report(job)
    assert (row["outcome"], row["error_code"]) == ("sent_to_review", "SENT_TO_REVIEW")
    assert "“Good Day Cashew Cookies”" in row["error_message"]
    assert "“Good Day Butter Cookies”" in row["error_message"]
    assert "a person will decide" in row["error_message"]
    made = catalog.get(row["product_id"])
    assert (made["verification_status"], made["source"]) == ("pending", "import")
    assert {c["product_id"] for c in made["candidates"][:2]} == {catalog.ids["cashew"], catalog.ids["butter"]}
    assert len(made["candidates"]) <= 3
    for candidate in made["candidates"]:
        assert 0 < candidate["score"] < 1
        assert candidate["reasons"]
    assert shop.quantities() == {made["name"]: 7}
    seen = shop.owner.get(f"/v1/products/{row['product_id']}").ok()
    assert seen["candidates"] == []
    mine = [p for p in shop.owner.get("/v1/products").ok()["items"] if p["product_id"] == row["product_id"]]
    assert [p["candidates"] for p in mine] == [[]]


def test_the_same_unsure_row_again_is_its_pending_product(world: World, catalog: Catalog, shop: Shop) -> None:
    first = shop.drops(sheet([["GOOD DAY COOKIES 200G", 7, "40"]], HEADINGS))
    second = shop.drops(sheet([["GOOD DAY COOKIES 200G", 9, "40"]], HEADINGS))
    assert figures(second) == {"total_rows": 1, "processed": 1, "successful": 1, "matched": 1}
    assert shop.report(first)[0]["product_id"] == shop.report(second)[0]["product_id"]
    assert list(shop.quantities().values()) == [9]


def test_spellings_of_one_unknown_product_make_one_product(world: World, catalog: Catalog, shop: Shop) -> None:
    before = len(world.rows("Products"))
    rows = [
        ["Zoff Turmeric Powder 200 g", 3, "45"],
        ["A-17 ZOFF TURMERIC POWDER 200GM B1G1", 4, "45"],
        ["Zoff Turmric Powder 0.2 kg", 5, "45"],
        ["Zoff Turmeric Powder 100 g", 6, "25"],
        ["Zoff Coriander Powder 200 g", 7, "45"],
    ]
    job = shop.drops(sheet(rows, HEADINGS))
    assert figures(job) == {
        "total_rows": 5,
        "processed": 5,
        "successful": 5,
        "created_products": 3,
        "duplicates_found": 2,
    }
    ids = [r["product_id"] for r in shop.report(job)]
    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids)) == 3
    assert len(world.rows("Products")) == before + 3
    assert sorted(shop.quantities().values()) == [5, 6, 7]


def test_two_spellings_with_two_mrps_are_two_lots_of_one_product(catalog: Catalog, shop: Shop) -> None:
    job = shop.drops(
        sheet([["Zoff Turmeric Powder 200 g", 3, "45"], ["A-17 ZOFF TURMERIC POWDER 200GM B1G1", 4, "48"]], HEADINGS)
    )
    assert figures(job) == {"total_rows": 2, "processed": 2, "successful": 2, "created_products": 1, "matched": 1}
    (item,) = shop.stock().values()
    assert sorted((lot["mrp"], lot["quantity"]) for lot in item["lots"]) == [("45.00", 3), ("48.00", 4)]


def test_a_spelling_without_a_barcode_goes_by_the_one_that_has_it(catalog: Catalog, shop: Shop) -> None:
    headings = ("Item Name", "Barcode", "Qty", "MRP")
    rows = [
        ["A-17 ZOFF TURMERIC POWDER 200GM B1G1", "", "4", "45"],
        ["Zoff Turmeric Powder 200 g", gtin(51), "3", "45"],
        ["Zoff Coriander Powder 200 g", gtin(53), "1", "45"],
    ]
    job = shop.drops(sheet(rows, headings))
    ids = [r["product_id"] for r in shop.report(job)]
    assert ids[0] == ids[1] != ids[2]
    assert catalog.get(ids[0])["barcode"] == gtin(51)
    assert (job["created_products"], job["duplicates_found"]) == (2, 1)


def test_two_barcodes_of_one_name_are_two_products_in_one_file(catalog: Catalog, shop: Shop) -> None:
    headings = ("Item Name", "Barcode", "Qty", "MRP")
    rows = [["Zoff Turmeric Powder 200 g", gtin(51), "3", "45"], ["ZOFF TURMERIC POWDER 200GM", gtin(52), "2", "45"]]
    job = shop.drops(sheet(rows, headings))
    assert len({r["product_id"] for r in shop.report(job)}) == job["created_products"] == 2


def test_a_row_with_a_barcode_that_nobody_knows_is_never_taken_by_its_name(catalog: Catalog, shop: Shop) -> None:
    headings = ("Item Name", "Barcode", "Qty", "MRP")
    job = shop.drops(sheet([["PARLE-G GLUCO BISC 800GM", gtin(60), 4, "90"]], headings))
    assert job["matched"] == 0
    (row,) = shop.report(job)
    assert row["product_id"] not in catalog.ids.values()
    assert catalog.get(row["product_id"])["barcode"] == gtin(60)


def test_all_figures_add_up_in_a_file_of_everything(world: World, catalog: Catalog, shop: Shop) -> None:
    rows: list[list[object]] = [
        ["PARLE-G GLUCO BISC 800GM", 1, "90"],  # matched
        ["tata namak 1kg", 2, "28"],  # matched
        ["GOOD DAY COOKIES 200G", 3, "40"],  # review
        ["Zoff Turmeric Powder 200 g", 4, "45"],  # created
        ["ZOFF TURMERIC POWDER 200GM", 5, "45"],  # duplicate
        ["Zoff Coriander Powder 200 g", 6, "45"],  # created
        ["", 7, "45"],  # failed: no name
        ["", "", ""],  # skipped
    ]
    job = shop.drops(sheet(rows, HEADINGS))
    assert figures(job) == {
        "total_rows": 7,
        "processed": 7,
        "successful": 6,
        "failed": 1,
        "matched": 2,
        "created_products": 2,
        "sent_to_review": 1,
        "duplicates_found": 1,
        "skipped": 1,
    }
    report = shop.report(job)
    assert [r["outcome"] for r in report].count("sent_to_review") == 1
    assert all(bool(r["product_id"]) == (r["outcome"] not in {"failed", "skipped"}) for r in report)
    again = shop.drops(sheet(rows, HEADINGS))
    assert figures(again) == {
        "total_rows": 7,
        "processed": 7,
        "successful": 6,
        "failed": 1,
        "matched": 5,
        "duplicates_found": 1,
        "skipped": 1,
    }


def test_everything_delivered_twice_changes_nothing(world: World, catalog: Catalog, shop: Shop) -> None:
    world.drop(
        shop.store_id,
        "stock.csv",
        sheet(
            [["GOOD DAY COOKIES 200G", 3, "40"], ["Zoff Turmeric 200 g", 4, ""], ["A-17 ZOFF TURMERIC 200GM", 5, ""]],
            HEADINGS,
        ),
    )
    world.run(twice=True)
    job = shop.job()
    assert (job["sent_to_review"], job["created_products"], job["duplicates_found"]) == (1, 1, 1)
    assert len(world.rows("Products")) == len(KNOWN) + 2


def test_a_dry_run_shows_the_same_outcomes_and_writes_nothing(world: World, catalog: Catalog, shop: Shop) -> None:
    data = sheet(
        [
            ["PARLE-G GLUCO BISC 800GM", 1, "90"],
            ["GOOD DAY COOKIES 200G", 3, "40"],
            ["Zoff Turmeric Powder 200 g", 4, "45"],
            ["A-17 ZOFF TURMERIC POWDER 200GM B1G1", 5, "45"],
        ],
        HEADINGS,
    )
    tables = ("Products", "ProductClaims", "ProductHistory", "StoreInventory", "NotTheSame")
    before = {t: world.rows(t) for t in tables}
    tried = shop.drops(data, dry_run="true")
    assert {t: world.rows(t) for t in tables} == before
    done = shop.drops(data)
    assert figures(tried) == figures(done)

    def told(job: dict[str, Any]) -> list[tuple[str, str, str]]:
        return [(r["outcome"], r["error_code"], r["error_message"]) for r in shop.report(job)]

    assert told(tried) == told(done)
    assert [outcome for outcome, *_ in told(done)] == ["matched", "sent_to_review", "duplicate", "created"]


# --- Spellings are remembered ---

SPELLED = [
    ["PARLE-G GLUCO BISC 800GM", 1, "90"],
    ["Zoff Turmeric Powder 200 g", 4, "45"],
    ["A-17 ZOFF TURMERIC POWDER 200GM B1G1", 5, "48"],
]


def test_the_same_file_again_finds_what_it_was_taken_for(world: World, catalog: Catalog, shop: Shop) -> None:
    first = shop.report(shop.drops(sheet(SPELLED, HEADINGS)))
    assert [r["error_code"] for r in first] == ["MATCHED_BY_NAME", "", "MATCHED_BY_NAME"]
    before, claims = len(world.rows("Products")), world.rows("ProductClaims")
    again = shop.drops(sheet(SPELLED, HEADINGS))
    assert figures(again) == {"total_rows": 3, "processed": 3, "successful": 3, "matched": 3}
    rows = shop.report(again)
    assert [r["product_id"] for r in rows] == [r["product_id"] for r in first]
    assert outcomes(rows) == [("unchanged", "")] * 3
    assert len(world.rows("Products")) == before
    assert world.rows("ProductClaims") == claims


def test_another_shop_is_understood_at_once(world: World, catalog: Catalog, shop: Shop) -> None:
    shop.drops(sheet(SPELLED, HEADINGS))
    answer = catalog.admin.post("/v1/products/match", {"name": "PARLE-G GLUCO BISC 800GM"}).ok()
    assert (answer["decision"], answer["product_id"]) == ("match", catalog.ids["parle"])
    assert answer["candidates"][0]["reasons"] == ["It has been called by this name before."]
    coded = catalog.admin.post("/v1/products/match", {"name": "PARLE-G GLUCO BISC 800GM", "barcode": gtin(77)}).ok()
    assert coded["decision"] != "match", "another barcode is another packet, whatever it is called"


def test_a_name_that_somebody_has_taken_meanwhile_is_theirs(
    world: World, catalog: Catalog, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the index and the writing another shop makes a product of that very name."""
    made: list[str] = []
    remember = catalog_client.remember

    def late(*args: Any) -> Any:
        if not made:
            body = {"name": "PARLE-G GLUCO BISC", "net_quantity": "800 g"}
            made.append(catalog.admin.post("/v1/products", body).ok(201)["product_id"])
        return remember(*args)

    monkeypatch.setattr(catalog_client, "remember", late)
    (row,) = shop.report(shop.drops(sheet(SPELLED[:1], HEADINGS)))
    assert row["product_id"] == made[0]
    assert [i["product"]["product_id"] for i in shop.stock().values()] == made


# --- The shared catalog ---


def test_a_catalog_load_joins_by_barcode_and_identity_alone(world: World, catalog: Catalog) -> None:
    rows = [
        ["PARLE-G GLUCO BISC 800GM", "", "", "90"],  # its words alone are no ground here
        ["Parle Parle-G Gluco Biscuits", "", "800 g", "90"],  # the identity
        ["whatever", gtin(3), "1 kg", "28"],  # the barcode
        ["GOOD DAY COOKIES 200G", "", "", "40"],
        ["Zoff Turmeric Powder 200 g", "", "", "45"],
        ["A-17 ZOFF TURMERIC POWDER 200GM B1G1", "", "", "45"],
    ]
    world.drop("_catalog", "catalog.csv", sheet(rows, ("Item Name", "Barcode", "Pack Size", "MRP")))
    world.run()
    (job,) = catalog.admin.get("/v1/admin/catalog-imports").ok()["items"]
    assert figures(job) == {
        "total_rows": 6,
        "processed": 6,
        "successful": 6,
        "matched": 2,
        "created_products": 4,
    }
    url = catalog.admin.get(f"/v1/admin/catalog-imports/{job['job_id']}/report").ok()["url"]
    report = report_rows(world.report(url))
    assert report[1]["product_id"] == catalog.ids["parle"]
    assert report[2]["product_id"] == catalog.ids["salt"]
    assert {r["error_code"] for r in report} <= {"", "NAME_DIFFERS"}
    made = [catalog.get(r["product_id"]) for r in report if r["outcome"] == "created"]
    assert {(p["verification_status"], tuple(p["candidates"])) for p in made} == {("verified", ())}


def test_a_catalog_load_ends_only_when_search_sees_its_products(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    covers = recent.covers

    def late(at: Any) -> bool:
        """The index is behind: whoever is woken to take the products in comes after the last room has looked thrice."""
        nonlocal looked
        looked += 1
        if looked < 3:
            job_now = world.rows("CsvJobs")[0]
            assert job_now["status"] == "processing", "not done while search doesn't see it"
            return False
        indexer.pull(60)
        return covers(at)

    monkeypatch.setattr(recent, "covers", late)
    world.drop("_catalog", "catalog.csv", sheet([["Zandu Balm 25 g", 1, "50"]], HEADINGS))
    world.run()
    assert looked >= 3
    admin = world.as_admin()
    (job,) = admin.get("/v1/admin/catalog-imports").ok()["items"]
    assert (job["status"], job["created_products"]) == ("completed", 1)
    shelf = files.Shelf()
    shelf.refresh()
    assert shelf.index.documents == 1
    shelf.close()
    found = admin.get("/v1/products?q=zandu").ok()["items"]
    assert [p["name"] for p in found] == ["Zandu Balm 25 g"]
    assert [e["job_id"] for e in world.events("ImportCompleted")] == [job["job_id"]]


def test_a_shops_file_waits_for_no_index(world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(at: Any) -> bool:
        raise AssertionError("a shop's file needn't ask")

    monkeypatch.setattr(recent, "covers", never)
    assert shop.drops(sheet([["Zandu Balm 25 g", 1, "50"]], HEADINGS))["status"] == "completed"


def test_what_another_import_made_a_moment_ago_is_recognised(world: World, catalog: Catalog, shop: Shop) -> None:
    made = catalog.admin.post(
        "/v1/products", product(70, name="Zoff Turmeric Powder", brand="Zoff", net_quantity="200 g", mrp="45.00")
    ).ok(201)["product_id"]
    world.streams["Products"].clear()  # nobody has told the indexer, and nobody will
    job = shop.drops(sheet([["1042 ZOFF HALDI POWDER 200GM", 3, "45"]], HEADINGS))
    assert [r["product_id"] for r in shop.report(job)] == [made]
    assert figures(job)["matched"] == 1
