"""What the admin dashboard counts, folded from events: each event moves counters by a little."""

from __future__ import annotations

from collections import Counter

from pydantic import BaseModel

from events.base import Event
from events.catalog import (
    ChangedProduct,
    ProductCreated,
    ProductFacts,
    ProductRejected,
    ProductUpdated,
    ProductVerified,
)
from events.csv_import import ImportCancelled, ImportCompleted, ImportFailed, ImportReverted
from events.stores import StoreRegistered

FOLDED: tuple[type[Event], ...] = (
    StoreRegistered,
    ProductCreated,
    ProductUpdated,
    ProductVerified,
    ProductRejected,
    ImportCompleted,
    ImportCancelled,
    ImportReverted,
    ImportFailed,
)


class Stats(BaseModel):
    """Counts over everything. ``match_rate``: of the imported rows that named a product, the share already known."""

    stores: int
    products: dict[str, int]
    products_by_source: dict[str, int]
    imports: dict[str, int]
    imported_rows: int
    match_rate: float | None


def moves(event: Event) -> Counter[str]:
    """Counter -> by how much this event moves it."""
    match event:
        case StoreRegistered():
            return Counter(stores=1)
        case ProductCreated():
            data: ProductFacts = event.data
            return Counter({f"products_{data.verification_status}": 1, f"source_{data.source}": 1})
        case ProductUpdated() | ProductVerified() | ProductRejected():
            changed: ChangedProduct = event.data
            if changed.previous_status in {None, changed.verification_status}:
                return Counter()
            return Counter({f"products_{changed.verification_status}": 1, f"products_{changed.previous_status}": -1})
        case ImportCompleted() | ImportCancelled():
            job = event.data
            return Counter(
                {
                    f"imports_{job.status}": 1,
                    "rows": 0 if job.dry_run else job.successful,
                    "rows_matched": 0 if job.dry_run else job.matched,
                    "rows_created": 0 if job.dry_run else job.created_products + job.sent_to_review,
                }
            )
        case ImportReverted():
            return Counter(imports_undone=1)
        case ImportFailed():
            return Counter(imports_failed=1)
    return Counter()


def shown(counters: dict[str, int]) -> Stats:
    """The counters as the dashboard reads them."""

    def group(prefix: str) -> dict[str, int]:
        return {k.removeprefix(prefix): v for k, v in sorted(counters.items()) if k.startswith(prefix)}

    asked = counters.get("rows_matched", 0) + counters.get("rows_created", 0)
    return Stats(
        stores=counters.get("stores", 0),
        products=group("products_"),
        products_by_source=group("source_"),
        imports=group("imports_"),
        imported_rows=counters.get("rows", 0),
        match_rate=round(counters.get("rows_matched", 0) / asked, 4) if asked else None,
    )
