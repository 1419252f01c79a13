"""Everything that was ever recorded of Open Food Facts reads: answers of API v0 to v3, exports, facets, old dumps."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.off_sync.domain import policy
from services.off_sync.domain.document import Document, product_of, read
from services.off_sync.domain.facts import facts_of, size_of
from services.off_sync.domain.pictures import best_front, path_of
from shared.kernel.gtin import Gtin

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "openfoodfacts"
if not FOLDER.is_dir():
    pytest.skip("no ../shared/data/openfoodfacts beside this checkout", allow_module_level=True)


def loaded(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


def products(payload: Any) -> Iterator[Any]:
    """Whatever in a payload is a product."""
    if isinstance(payload, list):
        for item in payload:
            yield from products(item)
    elif isinstance(payload, dict):
        if isinstance(payload.get("products"), list):
            yield from payload["products"]
        elif "product" in payload:
            yield {"code": payload.get("code"), **payload["product"]}
        elif "code" in payload:
            yield payload
        elif all(key.isdigit() for key in payload):
            for code, inner in payload.items():
                if isinstance(inner, dict) and "product" in inner:
                    yield {"code": code, **inner["product"]}


def recorded() -> Iterator[tuple[str, Any]]:
    for path in sorted(FOLDER.glob("api_recorded/*.json*")):
        if ".meta." in path.name or "facet" in path.name or "images_field" in path.name:
            continue
        if path.suffix == ".jsonl":
            yield from ((path.name, json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip())
        else:
            yield from ((path.name, product) for product in products(loaded(path)))


def exported(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(FOLDER / "export_samples" / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def india() -> list[dict[str, Any]]:
    text = (FOLDER / "india" / "off_export_rows_india_or_890.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def as_documents(rows: Any) -> list[Document]:
    found = []
    for row in rows:
        document = read(row)
        facts = facts_of(document)
        policy.lacking(document, facts)
        assert read(json.loads(json.dumps(document.kept))) == document, "what is kept says the same"
        found.append(document)
    return found


def test_every_recorded_payload_reads() -> None:
    by_file = Counter(name for name, _ in recorded())
    found = as_documents(product for _, product in recorded())
    assert by_file["ruby_search_coca.0.body.json.gz"] == 42
    assert by_file["nodejs_brand_monoprix_page.json.gz"] == by_file["nodejs_code_prefix_page.json.gz"] == 20
    assert by_file["pantry_v0_products.json"] == 3
    assert len(by_file) >= 10
    assert sum(bool(d.names) for d in found) > 0.9 * len(found)
    jacquet = next(d for d in found if d.code == "3029330003533")
    assert facts_of(jacquet)["brand"] == "Jacquet"
    assert str(size_of(jacquet)) == "730 g"
    front = best_front(jacquet)
    assert front is not None
    assert path_of(jacquet.code, front) == "/images/products/302/933/000/3533/front_fr.116.400.jpg"
    assert (jacquet.rev, jacquet.last_modified_t, jacquet.schema_version) == (121, 1742669182, 998)
    assert sum("en:india" in d.countries for d in found) >= 4


def test_answers_that_there_is_nothing_read() -> None:
    for path in FOLDER.glob("server_fixtures/*unexisting*"):
        assert product_of(loaded(path)) is None
    assert product_of(loaded(FOLDER / "server_fixtures" / "api_v3_get-specific-fields.json")) is not None


def test_the_raw_images_field_reads() -> None:
    images = loaded(FOLDER / "api_recorded" / "robotoff_images_field.json")
    front = best_front(read({"code": "7613035974685", "images": images}))
    assert front is not None
    assert front.name == "front_fr.143"


@pytest.mark.parametrize("name", ["openfoodfacts_export_meda.tsv.gz", "openfoodfacts_export_food.tsv.gz"])
def test_exports_read(name: str) -> None:
    assert len(as_documents(exported(name))) > 900


def test_the_58_rows_of_india_have_the_right_gtins_and_sizes() -> None:
    rows = india()
    found = as_documents(rows)
    assert len(found) == 58
    assert [d.code for d in found if d.barcode is None] == ["00421001", "06522807", "00000703", "00000740"]
    for row, document in zip(rows, found, strict=True):
        if document.barcode:
            assert document.key == Gtin.parse(document.barcode).key
            assert document.key.endswith(row["code"].lstrip("0"))
    sizes = {d.quantity: str(size_of(d)) for d in found if d.quantity and not d.amount}
    expected = {
        "1kg": "1 kg",
        "500g": "500 g",
        "160g": "160 g",
        "450 g": "450 g",
        "300mle": "300 ml",
        "70gm": "70 g",
        "2.8 kg": "2.8 kg",
        "2.8 K.G": "2.8 kg",
        "1.3kg": "1.3 kg",
        "37.5 g": "37.5 g",
        "48 g e": "48 g",
        "500": "None",
        "45": "None",
        "5002": "None",
    }
    assert {label: sizes[label] for label in expected} == expected
    assert sum(not policy.lacking(d, facts_of(d)) for d in found) >= 20


def test_the_864_real_barcodes_have_the_right_gtins() -> None:
    with (FOLDER / "india" / "lifyzer_off2019_890.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [
        read(
            {
                "code": row["barcode_id"],
                "product_name": row["product_name"],
                "ingredients_text": row["ingredients"],
                "image_front_url": row["product_image"],
            }
        )
        for row in rows
    ]
    assert len(found) == 864
    assert all(d.is_indian for d in found)
    assert all(d.barcode == row["barcode_id"] and d.key == f"0{d.code}" for d, row in zip(found, rows, strict=True))
    assert sum(best_front(d) is not None for d in found) == 640
    for document, row in zip(found, rows, strict=True):
        front = best_front(document)
        if front:
            assert row["product_image"].endswith(path_of(document.code, front))
