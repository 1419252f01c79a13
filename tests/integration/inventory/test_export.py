"""A shop's stock as a CSV: dropped again it changes nothing, and in an empty shop it makes the same shelf."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.inventory import client as inventory
from services.inventory.routes import export
from shared.aws.dynamo import Table
from shared.kernel.clock import utc_now
from tests.builders import CAUSE, figures, gtin, product
from tests.integration.csv_import.test_import_flow import Shop as Importing
from tests.world import World

pytestmark = pytest.mark.integration


class Shop(Importing):
    """A shop that imports and exports."""

    @property
    def shelf(self) -> str:
        return f"/v1/stores/{self.store_id}/inventory"

    def export(self) -> bytes:
        answer = self.owner.get(f"{self.shelf}/export")
        assert answer.status == 200, answer.text
        return answer.text.encode()

    def table(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.export().decode("utf-8-sig"), newline="")))

    def puts(self, fields: dict[str, Any], **item: Any) -> str:
        """A product of these fields on the shelf; answers the item's path."""
        made = self.world.as_admin().post("/v1/products", fields).ok(201)
        path = f"{self.shelf}/{made['product_id']}"
        self.owner.put(path, {"quantity": 5, "mrp": "90.00", **item}).ok()
        self.world.run()
        return path

    def receives(self, path: str, movement_id: str, quantity: float, **fields: Any) -> None:
        self.moves(path, movement_id, "receipt", quantity, **fields)

    def moves(self, path: str, movement_id: str, kind: str, quantity: float, **fields: Any) -> None:
        body = {"movement_id": movement_id, "type": kind, "quantity": quantity, **fields}
        self.owner.post(f"{path}/movements", body).ok(201)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def furnish(shop: Shop) -> dict[str, str]:
    """A shelf with all that is odd; paths by what is odd about them."""
    odd = {
        "plain": shop.puts(product(1), selling_price="86", cost_price="78.5", reorder_level=6, supplier="Vile, Parle"),
        "formula": shop.puts(product(2, name='=HYPERLINK("http://x","Atta")'), notes='say "hi",\nand\r\nbye', mrp=None),
        "devanagari": shop.puts({"name": "पारले जी", "net_quantity": "८०० ग्राम"}, location="शेल्फ २", quantity=0.125),
        "loose": shop.puts({"name": "Toor Dal"}, unit="kg", quantity=12.5, reorder_level=None, mrp=None),
        "total": shop.puts({"name": "Total", "brand": "CLEAR"}, supplier="CLEAR", location="NA", notes="#N/A"),
        "corrected": shop.puts({"name": "Jeera", "net_quantity": "450 g", "attributes": {"weight": "500 g"}}),
        "combo": shop.puts({"name": "Gift box", "attributes": {"weight": "Combo"}}, unit="box", box_of=12),
        "packs": shop.puts({"name": "Pack of 2 Soap", "net_quantity": "100 g", "pack_count": 3}, supplier="-3"),
        "dummy": shop.puts(product(9, name="Dummy code", barcode="12345670")),
        "lots": shop.puts(product(3)),
        "below": shop.puts(product(4)),
        "empty": shop.puts(product(5), quantity=0),
        "rejected": shop.puts({"name": "Gone goods", "net_quantity": "1 kg"}),
        "dearer": shop.puts(product(6, mrp="120.00"), mrp=None, selling_price="110.00"),
    }  # fmt: skip
    shop.receives(odd["lots"], "r-1", 3.5, lot={"mrp": "95.00", "batch": "001", "expiry_date": "2027-01-31"})
    shop.receives(
        odd["lots"], "r-2", 4, lot={"mrp": "95.00", "batch": "NA", "expiry_date": "2099-12-31"}, cost_price=80
    )
    shop.receives(odd["lots"], "r-3", 1, lot={"mrp": "90.00", "batch": "5-10"}, selling_price="88")
    shop.moves(odd["lots"], "s-1", "sale", 2)
    shop.receives(odd["below"], "r-4", 6, lot={"mrp": "99.00"})
    shop.moves(odd["below"], "s-2", "sale", 9, lot={"mrp": "90.00"})
    admin = shop.world.as_admin()
    for name, patch in (("rejected", {"verification_status": "rejected"}), ("dearer", {"mrp": "100.00"})):
        admin.patch(f"/v1/products/{odd[name].rsplit('/', 1)[1]}", patch).ok()
    shop.world.run()
    return odd


def shown(shop: Shop, path: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.owner.get(path).ok()
    return found


def test_a_stock_dropped_again_changes_nothing_at_all(world: World, shop: Shop) -> None:
    odd = furnish(shop)
    assert [lot["quantity"] for lot in shown(shop, odd["below"])["lots"]] == [-4, 6]
    before = {table: world.rows(table) for table in ("StoreInventory", "StockMovements", "Products", "ProductClaims")}
    data = shop.export()
    job = shop.drops(data, "export.csv")
    rows = shop.report(job)
    assert {r["outcome"] for r in rows} == {"unchanged"}, rows
    assert figures(job)["matched"] == len(rows) == 18
    assert {table: world.rows(table) for table in before} == before
    assert shop.export() == data


def test_in_an_empty_shop_it_makes_the_same_shelf_but_for_what_is_below_zero(world: World, shop: Shop) -> None:
    odd = furnish(shop)
    other = Shop(world, "meera")
    job = other.drops(shop.export(), "export.csv")
    assert figures(job).get("created_products", 0) == 0
    failed = [(r["Name"], r["error_code"]) for r in other.report(job) if r["outcome"] == "failed"]
    assert failed == [
        (product(4)["name"], "NEGATIVE_QUANTITY"),
        (product(4)["name"], "NEGATIVE_QUANTITY"),
        (product(6)["name"], "PRICE_ABOVE_MRP"),
    ]
    for name, path in odd.items():
        if name not in {"below", "dearer"}:
            mine, theirs = shown(shop, path), shown(other, path.replace(shop.store_id, other.store_id))
            assert same(theirs) == same(mine), name
    without = [line for line in shop.table() if line["Name"] not in {product(4)["name"], product(6)["name"]}]
    assert other.table() == without


def same(item: dict[str, Any]) -> dict[str, Any]:
    """What doesn't hang on the shop and the day."""
    fields = (
        "product_id", "quantity", "unit", "box_of", "reorder_level", "supplier", "location", "notes", "mrp",
        "selling_price", "cost_price",
    )  # fmt: skip
    lots = [{k: v for k, v in lot.items() if k != "lot_id"} for lot in item["lots"]]
    return {**{n: item[n] for n in fields}, "lots": sorted(lots, key=str)}


def test_a_lot_that_was_sold_out_long_ago_is_no_change(world: World, shop: Shop) -> None:
    path = shop.puts(product(1))
    product_id = path.rsplit("/", 1)[1]
    long_ago = (utc_now() - timedelta(days=200)).date()
    row = next(r for r in world.rows("StoreInventory") if r["product_id"] == product_id)
    # As if the item had had another lot then.
    old = {"lot_id": "lot_old", "mrp": Decimal(80), "quantity": 0, "emptied_on": str(long_ago)}
    Table("StoreInventory", "store_id", "product_id").put({**row, "lots": [{**row["lots"][0], **old}, *row["lots"]]})
    world.run()
    job = shop.drops(shop.export(), "export.csv")
    assert [r["outcome"] for r in shop.report(job)] == ["unchanged", "unchanged"]


def test_the_export_is_a_csv_for_a_spreadsheet(shop: Shop) -> None:
    shop.puts(product(1, name="@SUM(1+1)"), supplier="=cmd|' /C calc'!A0", notes="-1+1")
    answer = shop.owner.get(f"{shop.shelf}/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="stock.csv"'
    assert "link" not in answer.headers
    assert answer.text.startswith("\ufeffName,Brand,Category,Barcode,")
    (row,) = shop.table()
    assert (row["Name"], row["Supplier"], row["Notes"]) == ("'@SUM(1+1)", "'=cmd|' /C calc'!A0", "'-1+1")
    assert row["Barcode"] == f"'{gtin(1)}"


def test_a_shop_without_stock_has_headings_alone(shop: Shop) -> None:
    assert shop.table() == []
    assert shop.owner.put(f"{shop.shelf}/export", {"quantity": 1}).code == "PRODUCT_UNKNOWN"


def test_a_large_stock_comes_in_parts_that_are_whole_files(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 8):
        path = shop.puts(product(number))
        shop.receives(path, f"r-{number}", 1, lot={"mrp": "95.00"})
    whole = shop.table()
    monkeypatch.setattr(export, "_LARGEST", 700)
    monkeypatch.setattr(export, "_READ_AT_ONCE", 3)
    path, parts = f"{shop.shelf}/export", []
    while path:
        answer = shop.owner.get(path)
        assert answer.status == 200
        parts.append(list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"), newline=""))))
        link = answer.headers.get("link", "")
        path = link.partition(">")[0].lstrip("<")
    assert len(parts) > 2
    assert all(len(part) % 2 == 0 for part in parts), "an item is not torn"
    assert [row for part in parts for row in part] == whole
    assert shop.owner.get(f"{shop.shelf}/export?cursor=x").code == "BAD_CURSOR"


def test_two_lots_of_the_same_facts_there_cannot_be(shop: Shop) -> None:
    path = shop.puts(product(1))
    shop.receives(path, "r-1", 1, lot={"mrp": "95.00"})
    first, second = (lot["lot_id"] for lot in shown(shop, path)["lots"])
    answer = shop.owner.patch(path, {"mrp": "90.00", "lot_id": second})
    assert (answer.status, answer.code) == (409, "LOT_EXISTS")
    shop.owner.patch(path, {"mrp": "91.00", "lot_id": second}).ok()
    shop.owner.patch(path, {"mrp": "0", "lot_id": first}).ok()
    shop.receives(path, "r-2", 1, lot={"lot_id": first})
    job = shop.drops(shop.export(), "export.csv")
    assert [r["outcome"] for r in shop.report(job)] == ["unchanged", "unchanged"]


def test_stock_that_was_sold_below_zero_is_put_right_by_no_import(shop: Shop) -> None:
    path = shop.puts(product(1))
    shop.moves(path, "s-1", "sale", 8)
    (row,) = shop.table()
    assert row["Stock"] == "'=-3"
    shop.receives(path, "r-1", 1)
    data = shop.export()
    shop.receives(path, "r-2", 5)
    job = shop.drops(data, "export.csv")
    assert [r["error_code"] for r in shop.report(job)] == ["NEGATIVE_QUANTITY"]
    assert shown(shop, path)["quantity"] == 3


def test_an_applied_change_of_the_box_is_told(shop: Shop) -> None:
    path = shop.puts(product(1), unit="box", box_of=10)
    data = shop.export().replace(b",box,10,", b",box,12,")
    job = shop.uploads(data, dry_run=True)
    assert [r["changes"] for r in shop.report(job)] == ["Pieces per box: 10 → 12"]
    shop.drops(data, "twelve.csv")
    assert shown(shop, path)["box_of"] == 12


def test_the_door_still_says_what_it_applied(shop: Shop) -> None:
    path = shop.puts(product(1))
    change = inventory.StockChange(
        product_id=path.rsplit("/", 1)[1], row=2, lots=[inventory.LotChange(mrp=Decimal(90))]
    )
    (done,) = inventory.apply(shop.store_id, [change], job_id="job_1", cause=CAUSE)
    assert done.status == "unchanged"


def test_no_lot_expires_in_another_century(shop: Shop) -> None:
    path = shop.puts(product(1))
    body = {"movement_id": "r", "type": "receipt", "quantity": 1, "lot": {"expiry_date": "9999-12-31"}}
    answer = shop.owner.post(f"{path}/movements", body)
    assert (answer.status, answer.body["errors"][0]["code"]) == (422, "IMPOSSIBLE_DATE")
