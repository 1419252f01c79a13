"""From a file to stock: the four rooms together, as a shopkeeper sees them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from services.csv_import.domain.columns import ColumnMapping
from tests.builders import HEADINGS, figures, gtin, product, report_rows, sheet
from tests.world import Person, World

pytestmark = pytest.mark.integration

SHOP_FILE = sheet(
    [
        ["Parle-G Gluco Biscuits", gtin(1), "800 g", 24, "₹90.00", "86"],
        ["Tata Salt", gtin(2), "1 kg", "40", "28.00", "27.50"],
        ["Toor Dal (loose)", "", "1 kg", "12.5", "180", "Rs. 165/-"],
        ["", "", "", "", "", ""],
        ["Amul Butter", gtin(4), "500 g", "=6", "285.00", "300"],
    ]
)


class Shop:
    """One shop and how it sends files."""

    def __init__(self, world: World, owner: str = "ravi") -> None:
        self.world = world
        self.store_id = world.a_store(owner, languages=["en"])
        self.owner: Person = world.as_user(owner)
        self.imports = f"/v1/stores/{self.store_id}/imports"
        world.run()

    def drops(self, data: bytes, name: str = "stock.csv", **metadata: str) -> dict[str, Any]:
        """A file in the bucket, worked to its end; its job."""
        before = {j["job_id"] for j in self.world.rows("CsvJobs")}
        self.world.drop(self.store_id, name, data, {k.replace("_", "-"): v for k, v in metadata.items()})
        self.world.run()
        (job_id,) = {j["job_id"] for j in self.world.rows("CsvJobs")} - before
        return self.job(job_id)

    def uploads(self, data: bytes, **new: Any) -> dict[str, Any]:
        """A file by the API, worked to its end; its job."""
        announced = self.owner.post(self.imports, {"filename": "stock.csv", **new}).ok(201)
        self.world.upload(announced["upload"], data)
        self.world.run()
        return self.job(announced["job_id"])

    def job(self, job_id: str | None = None) -> dict[str, Any]:
        """The job, or the only one."""
        if job_id is None:
            ((job_id),) = (j["job_id"] for j in self.owner.get(self.imports).ok()["items"])
        job: dict[str, Any] = self.owner.get(f"{self.imports}/{job_id}").ok()
        if job["status"].startswith("completed"):
            assert job["processed"] == job["total_rows"] == job["successful"] + job["failed"]
            assert job["successful"] == (
                job["matched"] + job["created_products"] + job["sent_to_review"] + job["duplicates_found"]
            )
            assert job["status"] == ("completed_with_errors" if job["failed"] else "completed")
            assert job["completed_at"]
        return job

    def report(self, job: dict[str, Any]) -> list[dict[str, str]]:
        """The report's rows."""
        return report_rows(self.report_bytes(job))

    def report_bytes(self, job: dict[str, Any]) -> bytes:
        return self.world.report(self.owner.get(f"{self.imports}/{job['job_id']}/report").ok()["url"])

    def stock(self) -> dict[str, dict[str, Any]]:
        """The shelf, by name of the product."""
        items = [i for p in self.owner.pages(f"/v1/stores/{self.store_id}/inventory?limit=100") for i in p]
        return {i["product"]["name"]: i for i in items}

    def quantities(self) -> dict[str, float]:
        return {name: item["quantity"] for name, item in self.stock().items()}


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def outcomes(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(r["outcome"], r["error_code"]) for r in rows]


# --- The whole way ---


def test_a_dropped_file_becomes_products_and_stock(world: World, shop: Shop) -> None:
    job = shop.drops(SHOP_FILE)
    assert job["status"] == "completed_with_errors"
    assert figures(job) == {
        "total_rows": 4,
        "processed": 4,
        "successful": 3,
        "failed": 1,
        "created_products": 3,
        "skipped": 1,
    }
    stock = shop.stock()
    assert {n: (i["quantity"], i["mrp"], i["selling_price"]) for n, i in stock.items()} == {
        "Parle-G Gluco Biscuits": (24, "90.00", "86.00"),
        "Tata Salt": (40, "28.00", "27.50"),
        "Toor Dal (loose)": (12.5, "180.00", "165.00"),
    }
    parle = stock["Parle-G Gluco Biscuits"]
    made = shop.owner.get(f"/v1/products/{parle['product_id']}").ok()
    assert made["verification_status"] == "pending"
    assert made["source"] == "import"
    assert (made["barcode"], made["net_quantity"]) == (gtin(1), {"value": 800, "unit": "g"})
    assert world.as_admin().get(f"/v1/products/{parle['product_id']}").ok()["store_id"] == shop.store_id


def test_the_api_upload_does_the_same_and_makes_one_job(world: World, shop: Shop) -> None:
    job = shop.uploads(SHOP_FILE)
    assert (job["status"], job["filename"], job["mode"]) == ("completed_with_errors", "stock.csv", "set")
    assert shop.quantities() == {"Parle-G Gluco Biscuits": 24, "Tata Salt": 40, "Toor Dal (loose)": 12.5}
    assert len(world.rows("CsvJobs")) == 1


def test_an_announced_job_waits_for_its_file(shop: Shop) -> None:
    announced = shop.owner.post(shop.imports, {"filename": "later.csv", "mode": "add", "dry_run": True}).ok(201)
    assert announced["upload"]["fields"]["key"] == f"uploads/{shop.store_id}/{announced['job_id']}"
    job = shop.job(announced["job_id"])
    assert (job["status"], job["mode"], job["dry_run"]) == ("awaiting_upload", "add", True)
    report = shop.owner.get(f"{shop.imports}/{announced['job_id']}/report")
    assert (report.status, report.code) == (404, "REPORT_NOT_READY")


def test_the_report_is_the_shopkeepers_own_file_and_what_became_of_it(shop: Shop) -> None:
    job = shop.drops(SHOP_FILE)
    data = shop.report_bytes(job)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = report_rows(data)
    assert list(rows[0]) == [*HEADINGS, "row_number", "outcome", "product_id", "error_code", "error_message"]
    assert [r["row_number"] for r in rows] == ["2", "3", "4", "5", "6"]
    assert outcomes(rows) == [
        ("created", ""),
        ("created", ""),
        ("created", ""),
        ("skipped", "BLANK_ROW"),
        ("failed", "PRICE_ABOVE_MRP"),
    ]
    assert [r["Rate"] for r in rows] == ["86", "27.50", "Rs. 165/-", "", "300"]
    assert rows[0]["MRP"] == "₹90.00"
    assert all(bool(r["product_id"]) == (r["outcome"] == "created") for r in rows)
    assert "285" in rows[4]["error_message"]
    assert "unlawful" in rows[4]["error_message"]


def test_the_report_defuses_formulas_and_gives_the_rest_back_unchanged(shop: Shop) -> None:
    job = shop.drops(sheet([["=HYPERLINK(1) soap", "", "100 g", "5", "10", "9"], ["Dal", "", "1 kg", "+2", "", ""]]))
    rows = shop.report(job)
    assert rows[0]["Item Name"] == "'=HYPERLINK(1) soap"
    assert rows[1]["Qty"] == "+2"


def test_stock_is_right_to_the_paisa(shop: Shop) -> None:
    rows = [[f"Ladoo {n}", gtin(n), "250 g", f"{n}.125", f"{n}.{n:02d}", f"{n}.{n - 1:02d}"] for n in range(1, 40)]
    job = shop.drops(sheet(rows))
    assert figures(job)["created_products"] == 39
    stock = shop.stock()
    for n in range(1, 40):
        item = stock[f"Ladoo {n}"]
        assert (item["quantity"], item["mrp"], item["selling_price"]) == (n + 0.125, f"{n}.{n:02d}", f"{n}.{n - 1:02d}")


def test_the_bus_hears_of_start_and_end(world: World, shop: Shop) -> None:
    job = shop.drops(SHOP_FILE)
    (started,), (ended,) = world.events("ImportStarted"), world.events("ImportCompleted")
    assert started["job_id"] == ended["job_id"] == job["job_id"]
    assert {n: ended[n] for n in figures(job) if n in ended} == {n: v for n, v in figures(job).items() if n in ended}
    assert len(world.events("ProductCreated")) == 3
    assert sum(len(e["items"]) for e in world.events("StockChanged")) == 3
    assert {e["detail"]["metadata"]["actor"] for e in world.bus if e["detail-type"] == "ImportCompleted"} == {
        f"bucket:{shop.store_id}"
    }


def test_many_chunks_in_many_partitions_end_the_same(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    from services.csv_import import on_upload
    from services.csv_import.domain import plan

    monkeypatch.setattr(on_upload, "ROWS_PER_CHUNK", 7)
    monkeypatch.setattr(plan, "_ROWS_PER_PARTITION", 5)
    rows = [[f"Namkeen {n}", gtin(n) if n % 3 else "", "200 g", n, "50", "45"] for n in range(60)]
    job = shop.drops(sheet(rows))
    assert figures(job)["created_products"] == 60
    assert [r["row_number"] for r in shop.report(job)] == [str(n + 2) for n in range(60)]
    assert shop.quantities() == {f"Namkeen {n}": n for n in range(60)}


# --- The same file, redelivery, order ---


def test_a_redelivered_event_makes_no_second_job(world: World, shop: Shop) -> None:
    event = world.drop(shop.store_id, "stock.csv", SHOP_FILE)
    world.run()
    before, bus = shop.job(), len(world.bus)
    for _ in range(2):
        world.tell("Uploads", event)
    world.run()
    assert len(world.rows("CsvJobs")) == 1
    assert shop.job() == before
    assert len(world.bus) == bus


def test_every_message_twice_in_any_order_changes_nothing(world: World, shop: Shop) -> None:
    world.drop(shop.store_id, "stock.csv", SHOP_FILE)
    world.run(shuffle=random.Random(7), twice=True)
    assert figures(shop.job())["created_products"] == 3
    assert shop.quantities() == {"Parle-G Gluco Biscuits": 24, "Tata Salt": 40, "Toor Dal (loose)": 12.5}


def test_the_same_file_again_doubles_nothing(shop: Shop) -> None:
    first = shop.drops(SHOP_FILE)
    before = shop.stock()
    second = shop.drops(SHOP_FILE)
    assert second["job_id"] != first["job_id"]
    assert figures(second) == {
        "total_rows": 4,
        "processed": 4,
        "successful": 3,
        "failed": 1,
        "matched": 3,
        "skipped": 1,
    }
    assert outcomes(shop.report(second))[0] == ("unchanged", "")
    assert shop.stock() == before


def test_a_file_by_another_shop_meets_the_same_products(world: World, shop: Shop) -> None:
    shop.drops(SHOP_FILE)
    other = Shop(world, "meena")
    job = other.drops(SHOP_FILE)
    assert (job["matched"], job["created_products"]) == (3, 0)
    assert {i["product_id"] for i in shop.stock().values()} == {i["product_id"] for i in other.stock().values()}


def test_a_new_version_under_the_same_name_is_a_new_job(shop: Shop) -> None:
    shop.drops(sheet([["Dal", "", "1 kg", 5, "", ""]]), "stock.csv")
    shop.drops(sheet([["Dal", "", "1 kg", 8, "", ""]]), "stock.csv")
    assert shop.quantities() == {"Dal": 8}
    assert len(shop.owner.get(shop.imports).ok()["items"]) == 2


def test_an_event_without_a_version_is_read_all_the_same(world: World, shop: Shop) -> None:
    """Not every engine tells the version of the object."""
    for quantity in (5, 9):
        data = sheet([["Dal", "", "1 kg", quantity, "", ""]])
        event = world.drop(shop.store_id, "stock.csv", data, version_in_event=False)
        world.run()
        world.tell("Uploads", event)
        world.run()
        assert shop.quantities() == {"Dal": quantity}
    assert len(world.rows("CsvJobs")) == 2


def test_metadata_is_honoured_in_any_spelling(world: World, shop: Shop) -> None:
    world.drop(shop.store_id, "a.csv", SHOP_FILE, {"Mode": "ADD", "dry_run": "Yes"})
    world.run()
    job = shop.job()
    assert (job["mode"], job["dry_run"]) == ("add", True)


@pytest.mark.parametrize("name", ["स्टॉक नवंबर.csv", "stock list + rates.TXT", "no-extension", "deep/er/stock.csv"])
def test_any_file_name_makes_a_job(shop: Shop, name: str) -> None:
    job = shop.drops(SHOP_FILE, name)
    assert job["status"] == "completed_with_errors"
    assert job["filename"] == name.rsplit("/", 1)[-1]


# --- Modes ---


def test_a_dry_run_writes_nothing_but_its_report(world: World, shop: Shop) -> None:
    shop.drops(sheet([["Tata Salt", gtin(2), "1 kg", 10, "28", "27"]]))
    before = {t: world.rows(t) for t in ("Products", "ProductClaims", "ProductHistory", "StoreInventory")}
    job = shop.drops(SHOP_FILE, dry_run="true")
    assert job["dry_run"] is True
    assert figures(job) == {
        "total_rows": 4,
        "processed": 4,
        "successful": 3,
        "failed": 1,
        "created_products": 2,
        "matched": 1,
        "skipped": 1,
    }
    assert {t: world.rows(t) for t in before} == before
    assert [o for o, _ in outcomes(shop.report(job))] == ["created", "matched", "created", "skipped", "failed"]


def test_set_replaces_add_adds_and_a_sign_in_the_cell_overrides(shop: Shop) -> None:
    def row(name: str, quantity: str) -> list[str]:
        return [name, "", "1 kg", quantity, "", ""]

    shop.drops(sheet([row("Atta", "10"), row("Besan", "10"), row("Suji", "10"), row("Poha", "10"), row("Rava", "10")]))
    shop.drops(sheet([row("Atta", "4"), row("Besan", "+4"), row("Suji", "-4"), row("Poha", "=4"), row("Rava", "")]))
    assert shop.quantities() == {"Atta": 4, "Besan": 14, "Suji": 6, "Poha": 4, "Rava": 10}
    shop.drops(sheet([row("Atta", "4"), row("Besan", "=1"), row("Suji", "-6")]), mode="add")
    assert shop.quantities() == {"Atta": 8, "Besan": 1, "Suji": 0, "Poha": 4, "Rava": 10}


def test_stock_never_goes_below_zero_by_a_file(shop: Shop) -> None:
    shop.drops(sheet([["Atta", "", "1 kg", "3", "", ""]]))
    job = shop.drops(sheet([["Atta", "", "1 kg", "-5", "", ""], ["Suji", "", "1 kg", "7", "", ""]]))
    assert figures(job)["failed"] == 1
    assert outcomes(shop.report(job)) == [("failed", "NEGATIVE_QUANTITY"), ("created", "")]
    assert shop.quantities() == {"Atta": 3, "Suji": 7}


def test_a_file_without_a_stock_column_leaves_quantities_alone(shop: Shop) -> None:
    shop.drops(sheet([["Atta", gtin(1), "1 kg", "3", "60", "55"]]))
    shop.drops(sheet([["Atta", gtin(1), "60", "58"]], ("Item Name", "Barcode", "MRP", "Rate")))
    item = shop.stock()["Atta"]
    assert (item["quantity"], item["selling_price"]) == (3, "58.00")


def test_a_blank_cell_keeps_and_clear_erases(shop: Shop) -> None:
    headings = (*HEADINGS, "Supplier", "Location")
    shop.drops(sheet([["Atta", gtin(1), "1 kg", "3", "60", "55", "Ramesh", "A1"]], headings))
    shop.drops(sheet([["Atta", gtin(1), "1 kg", "", "", "", "CLEAR", ""]], headings))
    item = shop.stock()["Atta"]
    assert (item["quantity"], item["selling_price"], item["supplier"], item["location"]) == (3, "55.00", None, "A1")


# --- The same goods in one file ---


def test_two_mrps_of_one_packet_are_two_lots(shop: Shop) -> None:
    job = shop.drops(
        sheet([["Parle-G", gtin(1), "800 g", 10, "84", "80"], ["Parle-G", gtin(1), "800 g", 5, "88", "85"]])
    )
    assert figures(job) == {"total_rows": 2, "processed": 2, "successful": 2, "matched": 1, "created_products": 1}
    item = shop.stock()["Parle-G"]
    assert [(lot["mrp"], lot["quantity"], lot["selling_price"]) for lot in item["lots"]] == [
        ("84.00", 10, "80.00"),
        ("88.00", 5, "85.00"),
    ]
    assert (item["quantity"], item["mrp"], item["selling_price"]) == (15, "88.00", "85.00")
    again = shop.drops(
        sheet([["Parle-G", gtin(1), "800 g", 10, "84", "80"], ["Parle-G", gtin(1), "800 g", 5, "88", "85"]])
    )
    assert figures(again)["matched"] == 2
    assert shop.stock()["Parle-G"]["lots"] == item["lots"]


def test_a_repeated_row_counts_and_the_last_one_wins(shop: Shop) -> None:
    job = shop.drops(
        sheet(
            [
                ["Parle-G", gtin(1), "800 g", 10, "84", "80"],
                ["Toor dal", "", "1 kg", 3, "", ""],
                ["Parle G", gtin(1), "800 g", 11, "84", "81"],
                ["TOOR DAL", "", "1000 g", 4, "", ""],
            ]
        )
    )
    assert figures(job) == {
        "total_rows": 4,
        "processed": 4,
        "successful": 4,
        "created_products": 2,
        "duplicates_found": 2,
    }
    rows = shop.report(job)
    assert outcomes(rows) == [
        ("duplicate", "REPEATED_ROW"),
        ("duplicate", "REPEATED_ROW"),
        ("created", ""),
        ("created", ""),
    ]
    assert rows[0]["product_id"] == rows[2]["product_id"]
    assert rows[1]["product_id"] == rows[3]["product_id"]
    assert sorted(shop.quantities().values()) == [4, 11]


def test_one_barcode_in_other_units_of_the_same_size_is_no_conflict(world: World, shop: Shop) -> None:
    job = shop.drops(
        sheet([["Parle-G", gtin(1), "800 g", 10, "84", "80"], ["Parle-G", gtin(1), "0.8 kg", 5, "88", "85"]])
    )
    assert (job["failed"], job["created_products"], job["matched"]) == (0, 1, 1)
    again = shop.drops(sheet([["Parle-G", gtin(1), "0.800 kg", 9, "88", "85"]]))
    assert outcomes(shop.report(again)) == [("matched", "")]


def test_a_repeated_row_without_a_name_is_named_by_the_one_before_it(shop: Shop) -> None:
    job = shop.drops(sheet([["Parle-G", gtin(1), "800 g", 10, "84", "80"], ["", gtin(1), "", 12, "84", "80"]]))
    assert figures(job) == {
        "total_rows": 2,
        "processed": 2,
        "successful": 2,
        "created_products": 1,
        "duplicates_found": 1,
    }
    assert shop.quantities() == {"Parle-G": 12}


def test_one_barcode_with_two_goods_fails_on_both_rows(shop: Shop) -> None:
    job = shop.drops(
        sheet(
            [
                ["Parle-G Biscuits", gtin(1), "800 g", 10, "84", "80"],
                ["Surf Excel Powder", gtin(1), "1 kg", 3, "140", "135"],
                ["Tata Salt", gtin(2), "1 kg", 5, "28", "27"],
            ]
        )
    )
    assert (job["failed"], job["created_products"]) == (2, 1)
    assert outcomes(shop.report(job))[:2] == [("failed", "BARCODE_CONFLICT_IN_FILE")] * 2
    assert list(shop.quantities()) == ["Tata Salt"]


def test_across_files_the_barcode_wins_and_the_row_is_told(world: World, shop: Shop) -> None:
    known = world.as_admin().post("/v1/products", product(1)).ok(201)
    job = shop.drops(sheet([["Surf Excel Powder", gtin(1), "1 kg", 3, "", ""]]))
    (row,) = shop.report(job)
    assert (row["outcome"], row["error_code"], row["product_id"]) == ("matched", "NAME_DIFFERS", known["product_id"])
    assert known["name"] in row["error_message"]
    assert job["warnings"] >= 1
    assert shop.quantities() == {known["name"]: 3}


def test_a_row_without_barcode_is_the_row_of_the_same_name_that_has_one(shop: Shop) -> None:
    job = shop.drops(sheet([["Parle-G", "", "800 g", 10, "84", "80"], ["Parle-G", gtin(1), "800 g", 7, "84", "80"]]))
    assert figures(job) == {
        "total_rows": 2,
        "processed": 2,
        "successful": 2,
        "created_products": 1,
        "duplicates_found": 1,
    }
    rows = shop.report(job)
    assert rows[0]["product_id"] == rows[1]["product_id"] != ""
    assert shop.quantities() == {"Parle-G": 7}


def test_a_barcode_alone_that_nobody_knows_needs_a_name(world: World, shop: Shop) -> None:
    known = world.as_admin().post("/v1/products", product(1)).ok(201)
    job = shop.drops(sheet([["", gtin(1), "", 3, "", ""], ["", gtin(2), "", 4, "", ""]]))
    rows = shop.report(job)
    assert outcomes(rows) == [("matched", ""), ("failed", "NAME_MISSING")]
    assert rows[0]["product_id"] == known["product_id"]


def test_every_successful_row_names_its_product(shop: Shop) -> None:
    rows = [[f"Soap {n % 7}", gtin(n % 7) if n % 2 else "", "100 g", n, 40 + n % 3, 30] for n in range(30)]
    job = shop.drops(sheet(rows))
    for row in shop.report(job):
        assert bool(row["product_id"]) == (row["outcome"] not in {"failed", "skipped"}), row


def test_a_price_above_the_products_mrp_fails_its_row_only(world: World, shop: Shop) -> None:
    world.as_admin().post("/v1/products", product(1, mrp="90.00")).ok(201)
    job = shop.drops(
        sheet(
            [["Parle-G Gluco Biscuits No 1", gtin(1), "800 g", 3, "95"], ["Dal", "", "1 kg", 1, "99"]],
            ("Item Name", "Barcode", "Pack Size", "Qty", "Selling Price"),
        )
    )
    assert outcomes(shop.report(job)) == [("failed", "PRICE_ABOVE_MRP"), ("created", "")]


# --- Files that can't be imported, and jobs that wait ---


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b"Item Name,Qty,MRP\n", "NO_ROWS"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 400, "NOT_A_TABLE"),
    ],
)
def test_a_file_that_is_no_table_fails_as_a_whole(world: World, shop: Shop, data: bytes, code: str) -> None:
    job = shop.drops(data)
    assert (job["status"], job["error_code"]) == ("failed", code)
    assert job["error_message"]
    assert [e["error_code"] for e in world.events("ImportFailed")] == [code]


def test_a_store_that_does_not_exist_fails_under_the_admins_eyes(world: World) -> None:
    world.drop("str_NOWHERE", "stock.csv", SHOP_FILE)
    world.run()
    admin = world.as_admin()
    (job,) = admin.get("/v1/admin/imports").ok()["items"]
    assert (job["store_id"], job["status"], job["error_code"]) == ("str_NOWHERE", "failed", "STORE_UNKNOWN")
    assert admin.get(f"/v1/admin/imports/{job['job_id']}").ok() == job
    (notice,) = admin.get("/v1/admin/notifications").ok()["items"]
    assert (notice["type"], notice["severity"]) == ("ImportFailed", "error")
    assert admin.get(notice["link"]).ok()["job_id"] == job["job_id"]
    assert world.rows("Products") == []


def test_a_job_whose_columns_cannot_be_told_waits_for_a_person(world: World, shop: Shop) -> None:
    data = sheet([["zx", "qq1", "1"], ["zy", "qq2", "2"], ["zz", "qq3", "3"]], ("Alpha", "Beta", "Gamma"))
    job = shop.drops(data)
    assert job["status"] == "needs_mapping"
    assert job["mapping_suggestion"] is not None
    path = f"{shop.imports}/{job['job_id']}/mapping"
    wrong = shop.owner.put(path, {"columns": {"name": "Delta"}})
    assert wrong.status == 422, "a heading that the file hasn't is refused while the person is there to mend it"
    told = shop.owner.put(path, {"columns": {"name": "Beta", "quantity": 2}}).ok()
    assert told["status"] in {"queued", "processing"}
    world.run()
    done = shop.job(job["job_id"])
    assert (done["status"], done["created_products"]) == ("completed", 3)
    assert shop.quantities() == {"qq1": 1, "qq2": 2, "qq3": 3}
    late = shop.owner.put(path, {"columns": {"name": "Beta"}})
    assert (late.status, late.code) == (409, "NOT_WAITING")


LETTER = b"Dear Sir,\nplease send me the rate list of this month\nthank you"


def test_a_letter_is_no_list_of_goods_until_a_person_says_so(world: World, shop: Shop) -> None:
    job = shop.drops(LETTER, "letter.txt")
    assert (job["status"], job["mapping_suggestion"]) == ("needs_mapping", {"name": "0"})
    assert world.rows("Products") == []
    assert shop.drops(b"name\nSoap\nBroom", "headed.txt")["created_products"] == 2
    names = shop.drops(b"Toothbrush\nBucket\nMug", "names.txt")
    told = {"columns": names["mapping_suggestion"]}
    shop.owner.put(f"{shop.imports}/{names['job_id']}/mapping", told).ok()
    world.run()
    assert (shop.job(names["job_id"])["status"], shop.job(names["job_id"])["created_products"]) == ("completed", 3)
    assert shop.job(job["job_id"])["status"] == "needs_mapping"


def test_a_job_that_waits_for_its_columns_says_so_once_and_again_when_it_goes_on(world: World, shop: Shop) -> None:
    world.drop(shop.store_id, "letter.txt", LETTER)
    world.run(twice=True)
    path = f"{shop.imports}/{shop.job()['job_id']}"
    ref = {"job_id": shop.job()["job_id"], "kind": "store", "store_id": shop.store_id, "filename": "letter.txt"}
    assert world.events("ImportMappingRequested") == [ref]
    for _ in range(2):  # told again after a failure of ours
        shop.owner.put(f"{path}/mapping", {"columns": {"name": 0}}).ok()
    assert shop.owner.put(f"{path}/mapping", {"columns": {"barcode": 0}}).code == "NOT_WAITING"
    world.run(twice=True)
    assert world.events("ImportMappingRequested") == world.events("ImportMapped") == [ref]
    assert shop.job()["status"] == "completed"


def test_a_mapping_that_doesnt_fit_the_file_makes_it_wait_and_tell_again(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.csv_import import on_upload

    job = shop.drops(LETTER, "letter.txt")
    with monkeypatch.context() as other:
        other.setattr(on_upload, "_mapping", lambda *_: ColumnMapping({}, undecided=("name",)))
        shop.owner.put(f"{shop.imports}/{job['job_id']}/mapping", {"columns": {"name": 0}}).ok()
        world.run()
    assert shop.job()["status"] == "needs_mapping"
    assert len(world.events("ImportMappingRequested")) == 2
    assert world.as_admin().get("/v1/admin/stats").ok()["imports"]["needs_mapping"] == 1


def test_a_mapping_given_beforehand_is_used(shop: Shop) -> None:
    data = sheet([["zx", "Dal", "4"]], ("Alpha", "Beta", "Gamma"))
    job = shop.uploads(data, column_mapping={"name": "Beta", "quantity": "Gamma"})
    assert job["status"] == "completed"
    assert shop.quantities() == {"Dal": 4}


# --- The shared catalog ---


def test_a_catalog_load_makes_verified_products_and_no_stock(world: World, shop: Shop) -> None:
    world.drop("_catalog", "catalog.csv", SHOP_FILE)
    world.run()
    admin = world.as_admin()
    (job,) = admin.get("/v1/admin/catalog-imports").ok()["items"]
    assert (job["status"], job["store_id"], job["created_products"]) == ("completed_with_errors", None, 3)
    products = admin.get("/v1/products").ok()["items"]
    assert {(p["verification_status"], p["source"]) for p in products} == {("verified", "admin")}
    assert world.rows("StoreInventory") == []
    report = admin.get(f"/v1/admin/catalog-imports/{job['job_id']}/report").ok()
    assert len(report_rows(world.report(report["url"]))) == 5
    assert shop.owner.get(shop.imports).ok()["items"] == []
    assert shop.owner.get(f"{shop.imports}/{job['job_id']}").code == "JOB_UNKNOWN"
    assert shop.owner.get("/v1/admin/catalog-imports").code == "ADMIN_ONLY"


def test_a_catalog_load_by_the_api(world: World) -> None:
    admin = world.as_admin()
    announced = admin.post("/v1/admin/catalog-imports", {"filename": "c.csv"}).ok(201)
    assert announced["upload"]["fields"]["key"].startswith("uploads/_catalog/")
    world.upload(announced["upload"], SHOP_FILE)
    world.run()
    job = admin.get(f"/v1/admin/catalog-imports/{announced['job_id']}").ok()
    assert (job["status"], job["created_products"]) == ("completed_with_errors", 3)


# --- Reading jobs ---


def test_jobs_are_listed_newest_first_and_paged(world: World, shop: Shop) -> None:
    ids = [shop.owner.post(shop.imports, {"filename": f"{n}.csv"}).ok(201)["job_id"] for n in range(5)]
    pages = list(shop.owner.pages(f"{shop.imports}?limit=2"))
    assert [j["job_id"] for p in pages for j in p] == ids[::-1]
    everything = [j["job_id"] for p in world.as_admin().pages("/v1/admin/imports?limit=2") for j in p]
    assert everything == ids[::-1]


def test_another_store_sees_neither_job_nor_report(world: World, shop: Shop) -> None:
    job = shop.drops(SHOP_FILE)
    other = Shop(world, "meena")
    assert other.owner.get(f"{shop.imports}/{job['job_id']}").code == "STORE_UNKNOWN"
    for path in (f"{other.imports}/{job['job_id']}", f"{other.imports}/{job['job_id']}/report"):
        assert other.owner.get(path).code == "JOB_UNKNOWN"
    assert other.owner.put(f"{other.imports}/{job['job_id']}/mapping", {"columns": {}}).status == 404
    assert other.owner.get(other.imports).ok()["items"] == []


@pytest.mark.parametrize("lang", ["en", "hi", "ta"])
def test_the_template_imports_as_it_is(world: World, shop: Shop, lang: str) -> None:
    answer = shop.owner.get(f"/v1/imports/template?lang={lang}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    job = shop.drops(answer.text.encode())
    assert (job["status"], job["created_products"]) == ("completed", 2)


def test_an_upload_that_nobody_announced_is_left_alone(world: World, shop: Shop) -> None:
    world.upload({"fields": {"key": f"uploads/{shop.store_id}/job_NOWHERE"}}, SHOP_FILE)
    announced = shop.owner.post(shop.imports, {"filename": "a.csv"}).ok(201)
    other = Shop(world, "meena")
    world.upload({"fields": {"key": f"uploads/{other.store_id}/{announced['job_id']}"}}, SHOP_FILE)
    world.run()
    assert shop.job(announced["job_id"])["status"] == "awaiting_upload"
    assert world.rows("StoreInventory") == []


def test_admins_see_all_imports_those_of_the_shared_catalog_too(world: World, shop: Shop) -> None:
    shop.drops(SHOP_FILE)
    world.drop("_catalog", "catalog.csv", SHOP_FILE)
    world.run()
    admin = world.as_admin()
    listed = admin.get("/v1/admin/imports").ok()["items"]
    assert {j["store_id"] for j in listed} == {shop.store_id, None}
    assert all(admin.get(f"/v1/admin/imports/{j['job_id']}").ok() == j for j in listed)
    (loaded,) = admin.get("/v1/admin/catalog-imports").ok()["items"]
    assert shop.owner.get(f"{shop.imports}/{loaded['job_id']}").status == 404
