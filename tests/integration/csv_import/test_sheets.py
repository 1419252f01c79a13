"""Workbooks and web pages on the whole way: from the bucket to stock and report."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from openpyxl import Workbook

from services.csv_import import on_upload
from tests.builders import HEADINGS, figures, gtin, report_rows
from tests.world import World

pytestmark = pytest.mark.integration

ROWS: list[list[Any]] = [
    ["Parle-G Gluco Biscuits", int(gtin(1)), "800 g", 24, 90, 86],
    ["Tata Salt", float(gtin(2)), "1 kg", 40.0, 28.0, 27.5],
    [None, None, None, None, None, None],
    ["Toor Dal, loose", None, "1 kg", 12.5, 180, 0.1 + 164.9],
    ["Amul Butter", gtin(4), "500 g", "=6", 285, 300],
]


def workbook() -> bytes:
    book = Workbook()
    about, stock = book.worksheets[0], book.create_sheet("Stock")
    about.append(["Made on", datetime.date(2026, 3, 31)])
    stock.append(["Shree Ganesh Stores"])
    stock.append(list(HEADINGS))
    for row in ROWS:
        stock.append(row)
        for cell in stock[stock.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    stock["B2000"].number_format = "0"  # a format alone is no row
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def page() -> bytes:
    rows = [["Shree Ganesh Stores"], HEADINGS, *([c if c is not None else "" for c in row] for row in ROWS)]
    cells = ("".join(f"<td>{f'{c:.15g}' if isinstance(c, float) else c}" for c in row) for row in rows)
    made = "".join(f"<tr>{row}" for row in cells)
    return f"<html><table><tr><td>menu</table><table>{made}</table>".encode("utf-16")


class Shop:
    """A shop and what became of a file of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store_id = world.a_store("ravi", languages=["en"])
        self.owner = world.as_user("ravi")
        world.run()

    def job(self) -> dict[str, Any]:
        (job,) = self.owner.get(f"/v1/stores/{self.store_id}/imports").ok()["items"]
        found: dict[str, Any] = job
        return found

    def report(self) -> list[dict[str, str]]:
        link = self.owner.get(f"/v1/stores/{self.store_id}/imports/{self.job()['job_id']}/report").ok()
        return report_rows(self.world.report(link["url"]))

    def stock(self) -> dict[str, tuple[Any, ...]]:
        items = self.owner.get(f"/v1/stores/{self.store_id}/inventory").ok()["items"]
        return {i["product"]["name"]: (i["product"]["barcode"], i["quantity"], i["selling_price"]) for i in items}

    def tables(self) -> dict[str, bytes]:
        return {key: data for key, data in self.world.objects().items() if key.endswith("/table.csv")}


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(on_upload, "ROWS_PER_CHUNK", 2)
    return Shop(world)


@pytest.mark.parametrize(("name", "make"), [("stock.xlsx", workbook), ("stock.xls", page)])
def test_a_sheet_becomes_stock_and_a_report_with_its_row_numbers(
    world: World, shop: Shop, name: str, make: Any
) -> None:
    world.drop(shop.store_id, name, make())
    world.run()
    job = shop.job()
    assert (job["status"], job["filename"]) == ("completed_with_errors", name)
    assert figures(job) == {
        "total_rows": 4,
        "processed": 4,
        "successful": 3,
        "failed": 1,
        "created_products": 3,
        "skipped": 1,
    }
    assert shop.stock() == {
        "Parle-G Gluco Biscuits": (gtin(1), 24, "86.00"),
        "Tata Salt": (gtin(2), 40, "27.50"),
        "Toor Dal, loose": (None, 12.5, "165.00"),
    }
    rows = shop.report()
    assert [r["row_number"] for r in rows] == ["3", "4", "5", "6", "7"]
    assert [r["error_code"] for r in rows] == ["", "", "BLANK_ROW", "", "PRICE_ABOVE_MRP"]
    assert [r[HEADINGS[1]] for r in rows] == [gtin(1), gtin(2), "", "", gtin(4)]


def test_a_file_that_is_worked_twice_makes_the_same_table(world: World, shop: Shop) -> None:
    event = world.drop(shop.store_id, "stock.xlsx", workbook())
    world.tell("Uploads", event)
    world.run(twice=True)
    ((_, first),) = shop.tables().items()
    stock, report = shop.stock(), shop.report()
    world.tell("Uploads", event)
    world.run()
    assert shop.tables() == {f"jobs/{shop.job()['job_id']}/table.csv": first}
    assert (shop.stock(), shop.report()) == (stock, report)


def test_a_crash_anywhere_in_the_first_room_changes_nothing_in_the_end(world: World, shop: Shop) -> None:
    event = world.drop(shop.store_id, "stock.xlsx", workbook(), tell=False)
    start = world.saved()
    number = 0
    wanted: Any = None
    while True:
        world.restore(start)
        world.tell("Uploads", event)
        if number:
            world.crash_at(number, after=True, where=lambda name: name == "Uploads")
        world.run()
        world.live()
        if number and not world.was_crashed:
            break
        ended = (shop.stock(), shop.report(), list(shop.tables().values()), figures(shop.job()))
        wanted = wanted or ended
        assert ended == wanted, f"call {number}"
        number += 1
    assert number > 8, "every call had its crash"


def test_columns_that_a_person_tells_are_those_of_the_sheet(world: World, shop: Shop) -> None:
    book = Workbook()
    for row in (["Rate", "name", "Rate"], [80, "Atta", 90], [70, "Besan", 75]):
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    world.drop(shop.store_id, "stock.xlsx", out.getvalue())
    world.run()
    job = shop.job()
    assert job["status"] == "needs_mapping"
    columns = {"columns": {"name": "name", "mrp": 2, "selling_price": 0}}
    shop.owner.put(f"/v1/stores/{shop.store_id}/imports/{job['job_id']}/mapping", columns).ok()
    world.run()
    assert shop.job()["status"] == "completed"
    assert {name: price for name, (_, _, price) in shop.stock().items()} == {"Atta": "80.00", "Besan": "70.00"}


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("stock.csv", b"PK\x03\x04\x14\x00\x06\x00fake-xlsx", "damaged"),
        ("stock.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "XLS"),
        ("stock.xls", b"<html><body>Please log in</body></html>", "HTML"),
    ],
)
def test_what_is_no_sheet_fails_with_the_cure(world: World, shop: Shop, name: str, data: bytes, word: str) -> None:
    world.drop(shop.store_id, name, data)
    world.run()
    job = shop.job()
    assert (job["status"], job["error_code"]) == ("failed", "NOT_A_TABLE")
    assert word in job["error_message"]
    assert not shop.tables()
