"""Things to test with, as short to write as to read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from events.image_ingest import ImageIngested, IngestedImage, PictureUrls
from shared.kernel.cause import Cause
from shared.kernel.gtin import check_digit

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CAUSE = Cause("owner-ravi", NOON, "corr-0001")
HEADINGS = ("Item Name", "Barcode", "Pack Size", "Qty", "MRP", "Rate")


def gtin(number: int) -> str:
    """The ``number``-th GTIN-13 of a made-up Indian company."""
    body = f"8904999{number:05d}"
    return body + check_digit(body)


def upc(number: int) -> str:
    """A GTIN-12; with a zero in front it is the same code in 13 digits."""
    body = f"0123450{number:04d}"
    return body + check_digit(body)


def product(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A body for ``POST /v1/products``."""
    return {
        "name": f"Parle-G Gluco Biscuits No {number}",
        "brand": "Parle",
        "category": "Biscuits",
        "barcode": gtin(number),
        "net_quantity": "800 g",
        "mrp": "90.00",
        **fields,
    }


def own_photo(store_id: str | None, product_id: str, image_hash: str, upload_id: str = "") -> ImageIngested:
    """What image ingest tells of a shop's own photo."""
    data = IngestedImage(
        upload_id=upload_id or f"upl-{image_hash}",
        product_id=product_id,
        store_id=store_id,
        uploaded_by="owner-ravi",
        image_hash=image_hash,
        role="front",
        source="store",
        width=800,
        height=600,
        urls=PictureUrls(**{n: f"/images/{image_hash}/{n}.webp" for n in ("original", "medium", "thumbnail")}),
    )
    return ImageIngested.stated(CAUSE, data, data.upload_id)


def sheet(rows: Iterable[Sequence[object]], headings: Sequence[str] = HEADINGS, *, delimiter: str = ",") -> bytes:
    """A file as a shop exports it."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([headings, *rows])
    return out.getvalue().encode()


def report_rows(data: bytes) -> list[dict[str, str]]:
    """A report, row by row."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def figures(job: Mapping[str, Any]) -> dict[str, int]:
    """The figures of a job that are not zero."""
    names = (
        "total_rows", "processed", "successful", "failed", "matched", "created_products", "sent_to_review",
        "duplicates_found", "skipped",
    )  # fmt: skip
    return {n: job[n] for n in names if job[n]}
