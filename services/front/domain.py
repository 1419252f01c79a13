"""What the admin dashboard counts, folded from events: each event moves counters by a little."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from events.base import Event
from events.catalog import (
    ChangedProduct,
    ProductCreated,
    ProductFacts,
    ProductMerged,
    ProductMergeReverted,
    ProductRejected,
    ProductReturned,
    ProductUpdated,
    ProductVerified,
)
from events.csv_import import (
    CancelledImport,
    ImportCancelled,
    ImportCompleted,
    ImportFailed,
    ImportMapped,
    ImportMappingRequested,
    ImportReverted,
)
from events.image_ingest import ImageIngested, ImageRejected
from events.off_sync import OffSyncCompleted, OffSyncFailed
from events.quality_review import ReviewRequested, ReviewSettled
from events.stores import StoreRegistered
from shared.kernel.clock import indian_day

FOLDED: tuple[type[Event], ...] = (
    StoreRegistered,
    ProductCreated,
    ProductUpdated,
    ProductVerified,
    ProductRejected,
    ProductReturned,
    ProductMerged,
    ProductMergeReverted,
    ReviewRequested,
    ReviewSettled,
    ImageIngested,
    ImageRejected,
    OffSyncCompleted,
    OffSyncFailed,
    ImportMappingRequested,
    ImportMapped,
    ImportCompleted,
    ImportCancelled,
    ImportReverted,
    ImportFailed,
)


_WAITING = "reviews_since_"


class Waiting(BaseModel):
    """The review queue: how many products wait, since which day (Indian time) the first of them, and for how long."""

    open: int
    oldest_since: date | None
    oldest_days: int | None


class Sync(BaseModel):
    """How the last run of the sync with Open Food Facts ended, and when."""

    run_id: str
    base: str
    status: Literal["completed", "failed"]
    at: datetime


class Stats(BaseModel):
    """Counts over everything. ``match_rate``: of the imported rows that named a product, the share already known."""

    stores: int
    products: dict[str, int]
    products_by_source: dict[str, int]
    imports: dict[str, int]
    imported_rows: int
    match_rate: float | None
    reviews: Waiting
    images: dict[str, int]
    last_sync: Sync | None


def sync_of(event: Event) -> Sync | None:
    """The sync that an event tells the end of."""
    match event:
        case OffSyncCompleted() | OffSyncFailed():
            status: Literal["completed", "failed"] = "failed" if isinstance(event, OffSyncFailed) else "completed"
            at = event.metadata.occurred_at
            return Sync(run_id=event.data.run_id, base=event.data.base, status=status, at=at)
    return None


def moves(event: Event) -> Counter[str]:
    """Counter -> by how much this event moves it."""
    match event:
        case StoreRegistered():
            return Counter(stores=1)
        case ProductCreated():
            data: ProductFacts = event.data
            return Counter({f"products_{data.verification_status}": 1, f"source_{data.source}": 1})
        case (
            ProductUpdated()
            | ProductVerified()
            | ProductRejected()
            | ProductReturned()
            | ProductMerged()
            | ProductMergeReverted()
        ):
            changed: ChangedProduct = event.data
            if changed.previous_status in {None, changed.verification_status}:
                return Counter()
            return Counter({f"products_{changed.verification_status}": 1, f"products_{changed.previous_status}": -1})
        case ReviewRequested() | ReviewSettled():
            # A counter a day: of the days that have some left the first one says how old the queue is.
            day = f"{_WAITING}{indian_day(event.data.requested_at):%Y%m%d}"
            return Counter({day: 1 if isinstance(event, ReviewRequested) else -1})
        case ImageIngested():
            return Counter(images_ingested=1)
        case ImageRejected():
            return Counter(images_rejected=1)
        case ImportMappingRequested():
            return Counter(imports_needs_mapping=1)
        case ImportMapped():
            return Counter(imports_needs_mapping=-1)
        case ImportCompleted() | ImportCancelled():
            job = event.data
            # Of those that wait only these are counted, for they wait for a person.
            waited = isinstance(job, CancelledImport) and job.previous_status == "needs_mapping"
            return Counter(
                {
                    **({"imports_needs_mapping": -1} if waited else {}),
                    f"imports_{job.status}": 1,
                    "rows": 0 if job.dry_run else job.successful,
                    "rows_matched": 0 if job.dry_run else job.matched,
                    "rows_created": 0 if job.dry_run else job.created_products + job.sent_to_review,
                }
            )
        case ImportReverted():
            # Counted where it stands, once: no longer with what it was when it ended.
            was = event.data.previous_status
            return Counter({"imports_undone": 1, **({f"imports_{was}": -1} if was else {})})
        case ImportFailed():
            return Counter(imports_failed=1)
    return Counter()


def shown(counters: dict[str, int], today: date, last_sync: Sync | None = None) -> Stats:
    """The counters as the dashboard reads them."""

    def group(prefix: str) -> dict[str, int]:
        return {k.removeprefix(prefix): v for k, v in sorted(counters.items()) if k.startswith(prefix)}

    waiting = {date.fromisoformat(day): many for day, many in group(_WAITING).items() if many > 0}
    oldest = min(waiting, default=None)
    asked = counters.get("rows_matched", 0) + counters.get("rows_created", 0)
    return Stats(
        stores=counters.get("stores", 0),
        products=group("products_"),
        products_by_source=group("source_"),
        imports=group("imports_"),
        imported_rows=counters.get("rows", 0),
        reviews=Waiting(
            open=sum(waiting.values()),
            oldest_since=oldest,
            oldest_days=(today - oldest).days if oldest else None,
        ),
        images=group("images_"),
        last_sync=last_sync,
        match_rate=round(counters.get("rows_matched", 0) / asked, 4) if asked else None,
    )
