"""A shop's report is in the shop's language."""

from __future__ import annotations

import re

import pytest

from tests.builders import gtin, report_rows, sheet
from tests.world import World

pytestmark = pytest.mark.integration

HINDI = sheet(
    [
        ["आशीर्वाद आटा", gtin(1), "5 किलो", "१२", "₹285", "270"],
        ["टाटा नमक", gtin(2), "1 kg", "40", "28", "27.50"],
        ["अमूल मक्खन", gtin(4), "500 g", "6", "285", "300"],
        ["पार्ले-जी", "8901000001017", "800 g", "24", "90", "86"],
        ["कुल योग", "", "", "82", "", ""],
        ["सर्फ एक्सेल", "8.90E+12", "1 kg", "3", "140", "135"],
        ["टाटा नमक", gtin(2), "1 kg", "41", "28", "27.50"],
    ],
    ("सामान का नाम", "बारकोड", "वज़न", "मात्रा", "एमआरपी", "बिक्री मूल्य"),
)


def test_a_file_with_hindi_headings_needs_no_question_and_its_report_is_in_hindi(world: World) -> None:
    store_id = world.a_store("ravi", region="IN-UP", languages=["hi"])
    world.drop(store_id, "माल.csv", HINDI)
    world.run()
    owner = world.as_user("ravi")
    (job,) = owner.get(f"/v1/stores/{store_id}/imports").ok()["items"]
    assert (job["status"], job["total_rows"], job["failed"], job["skipped"]) == ("completed_with_errors", 6, 3, 1)
    url = owner.get(f"/v1/stores/{store_id}/imports/{job['job_id']}/report").ok()["url"]
    rows = report_rows(world.report(url))
    codes = [r["error_code"] for r in rows]
    assert codes == [
        "",
        "REPEATED_ROW",
        "PRICE_ABOVE_MRP",
        "GTIN_CHECK_DIGIT",
        "TOTAL_ROW",
        "BARCODE_SCIENTIFIC_NOTATION",
        "",
    ]
    for row in rows:
        assert bool(row["error_message"]) == bool(row["error_code"])
        english = set(re.findall(r"[A-Za-z]{3,}", row["error_message"])) - {"MRP", "Excel", "Text"}
        assert not english, row["error_message"]
    assert "₹300" in rows[2]["error_message"]


def test_a_file_that_fails_as_a_whole_is_told_of_in_the_shops_language(world: World) -> None:
    store_id = world.a_store("ravi", region="IN-TN", languages=["ta", "en"])
    world.drop(store_id, "stock.csv", b"")
    world.run()
    owner = world.as_user("ravi")
    (job,) = owner.get(f"/v1/stores/{store_id}/imports").ok()["items"]
    assert job["error_code"] == "EMPTY_FILE"
    assert re.search("[\u0b80-\u0bff]{3,}", job["error_message"])


def test_a_shop_that_changes_its_language_reads_the_next_report_in_it(world: World) -> None:
    store_id = world.a_store("ravi", region="IN-MH", languages=["mr"])
    owner = world.as_user("ravi")
    owner.patch(f"/v1/stores/{store_id}", {"languages": ["gu"]}).ok()
    world.drop(store_id, "stock.csv", b"")
    world.run()
    (job,) = owner.get(f"/v1/stores/{store_id}/imports").ok()["items"]
    assert re.search("[\u0a80-\u0aff]{3,}", job["error_message"])
