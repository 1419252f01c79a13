"""Who is told what: rules from events to feeds.

Nobody hears who proposed a product, and a store only of what it or its people brought.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from events.base import Event
from events.catalog import ChangedProduct, ProductMerged, ProductRejected, ProductReturned, ProductVerified
from events.csv_import import (
    CompletedImport,
    ImportCancelled,
    ImportCompleted,
    ImportFailed,
    ImportMappingRequested,
    ImportRef,
    ImportReverted,
)
from events.image_ingest import ImageRejected
from events.inventory import LotAtRisk, LotExpired, LotExpiring, LowStockReached
from events.localization import RegionalNameSettled, RegionalNameSuggested, SettledName
from events.off_sync import OffSyncFailed, OffSyncMissed
from events.quality_review import ReviewRequested, SettledSuggestion, SuggestionSettled
from services.notifications.domain.notices import (
    ADMINS,
    Mention,
    Notice,
    Pace,
    Severity,
    of_a_day,
    of_event,
    store_feed,
)

Told = Sequence[Notice | Mention]
StoresOf = Callable[[str], Sequence[str]]
"""The stores of a person."""

MOSTLY_FAILED_FROM: Final = 100
"""An import with so many failed rows, and more failed than good ones, is one that admins look into."""
MANY_NEW_FROM: Final = 1000
"""So many new products by one import may be a list that isn't a shop's."""


# --- Imports ---


def of_import_completed(event: ImportCompleted, stores_of: StoresOf) -> Told:
    """The store hears that its file is done, or that nothing of it is in; for the shared catalog the admins do.

    Of a store's file admins hear if most of it failed, or if it brought a suspicious lot of new products.
    """
    job = event.data
    audience = _whose(job)
    case = "none" if job.failed and not job.successful and not job.dry_run else None
    told = [of_event(event, audience, "warning" if job.failed else "info", _job_link(audience, job), case=case)]
    if audience != ADMINS and (case := _suspicion(job)):
        facts = {**job.model_dump(), "new": job.created_products + job.sent_to_review}
        told.append(of_event(event, ADMINS, "warning", _job_link(ADMINS, job), case=case, facts=facts))
    return told


def of_mapping_requested(event: ImportMappingRequested, stores_of: StoresOf) -> Told:
    """Whoever has the file hears at once that it waits for them: nothing of it is done until they have told."""
    audience = _whose(event.data)
    return [of_event(event, audience, "warning", _job_link(audience, event.data), pace="at_once")]


def of_import_cancelled(event: ImportCancelled, stores_of: StoresOf) -> Told:
    """Whoever has the file hears that it was stopped."""
    audience = _whose(event.data)
    return [of_event(event, audience, "info", _job_link(audience, event.data))]


def of_import_undone(event: ImportReverted, stores_of: StoresOf) -> Told:
    """Whoever has the file hears what was put back and what was not."""
    audience = _whose(event.data)
    return [of_event(event, audience, "warning" if event.data.left else "info", _job_link(audience, event.data))]


def of_import_failed(event: ImportFailed, stores_of: StoresOf) -> Told:
    """Admins hear of every failed file, and the store it came for."""
    job = event.data
    told = [ADMINS]
    if job.store_id and job.error_code != "STORE_UNKNOWN":
        told.append(store_feed(job.store_id))
    return [of_event(event, audience, "error", _job_link(audience, job), pace="at_once") for audience in told]


# --- Stock ---


def of_low_stock(event: LowStockReached, stores_of: StoresOf) -> Told:
    """The store hears what to buy."""
    item = event.data
    link = f"/v1/stores/{item.store_id}/inventory?low_stock=true"
    notice = of_event(event, store_feed(item.store_id), "warning", link)
    return [of_a_day(notice, item.product_id, product_id=item.product_id)]


def of_expiring_lot(event: LotExpiring, stores_of: StoresOf) -> Told:
    """The store hears what to sell first; in the last week it is a warning."""
    days = event.data.threshold
    return [_of_lot(event, event.data, "warning" if days <= 7 else "info", days, f"#{days}")]


def of_expired_lot(event: LotExpired, stores_of: StoresOf) -> Told:
    """The store hears what to take off its shelves: to sell it would be unlawful."""
    return [_of_lot(event, event.data, "warning", 30)]


# --- The shared catalog ---


def of_review_requested(event: ReviewRequested, stores_of: StoresOf) -> Told:
    """Admins hear at once of a product that a person proposes, or brings back changed.

    What imports and syncs bring comes in heaps: it is one notice of the day for each store or source. Suggestions are
    one of the day for all stores: it doesn't say whose they are.
    """
    review = event.data
    facts = {"name": review.name}
    by_person = review.source == "store" and not {"new_product", "resubmitted"}.isdisjoint(review.reasons)
    if by_person:
        case = "resubmitted" if "resubmitted" in review.reasons else None
        link = f"/v1/admin/reviews/{review.product_id}"
        return [of_event(event, ADMINS, "info", link, case=case, pace="at_once", facts=facts)]
    case = "suggestion" if review.reasons == ("suggestion",) else None
    kind = f"#{case}" if case else f"##{review.store_id or review.source or ''}"
    notice = of_event(event, ADMINS, "info", "/v1/admin/reviews", case=case, pace="soon", facts=facts)
    return [of_a_day(notice, review.product_id, kind=kind, name=review.name)]


def of_outcome(severity: Severity, *, by_itself: bool, pace: Pace = "daily") -> Callable[..., Told]:
    """What has become of a product: the store whose import brought it hears, or those of the person who proposed it.

    Of an import all that went the same way is one notice of the day; of what people proposed one by one, too, unless it
    stands ``by_itself``, for its reason is to be read.
    """

    def rule(event: Any, stores_of: StoresOf) -> Told:
        product: ChangedProduct = event.data
        if "withdrawn" in product.changed:  # by who had proposed it: an import was undone
            return []
        brought = product.store_id is not None
        told: list[Notice | Mention] = []
        for store_id in [product.store_id] if product.store_id else _proposers(product.proposed_by, stores_of):
            one = by_itself and not brought
            facts = {"name": product.name, "reason": product.reason}
            notice = of_event(
                event,
                store_feed(store_id),
                severity,
                f"/v1/products/{getattr(product, 'survivor_id', product.product_id)}",
                pace=pace if one else "daily",
                facts=facts,
            )
            told.append(notice if one else of_a_day(notice, product.product_id, name=product.name))
        return told

    return rule


def of_suggestion_settled(event: SuggestionSettled, stores_of: StoresOf) -> Told:
    """The store hears whether what it suggested is taken over."""
    return [_of_settled(event, event.data.store_id, event.data)]


def _of_settled(event: Event, store_id: str, settled: SettledSuggestion | SettledName) -> Notice | Mention:
    case = "accepted" if settled.accepted else "declined"
    notice = of_event(
        event,
        store_feed(store_id),
        "info",
        f"/v1/products/{settled.product_id}",
        case=case,
        facts={"name": settled.name, "reason": settled.reason},
    )
    return of_a_day(notice, settled.product_id, kind=f"#{case}", name=settled.name)


def of_suggested_names(event: RegionalNameSuggested, stores_of: StoresOf) -> Told:
    """Admins hear that shops have names for products; those of a day are one notice, whichever shops say them."""
    names = event.data
    notice = of_event(
        event, ADMINS, "info", "/v1/admin/regional-names", case="suggestion", pace="soon", facts={"name": names.name}
    )
    return [of_a_day(notice, names.product_id, name=names.name)]


def of_settled_name(event: RegionalNameSettled, stores_of: StoresOf) -> Told:
    """Every store that said it hears whether its name is taken over."""
    settled = event.data
    return [_of_settled(event, store_id, settled) for store_id in settled.store_ids]


def of_rejected_image(event: ImageRejected, stores_of: StoresOf) -> Told:
    """The store whose photo can't be used hears why; an admin has seen it where he uploaded.

    Photos of one product are one thing, of which the newest reason is told.
    """
    image = event.data
    stores = [image.store_id] if image.store_id else () if image.by_admin else _proposers(image.uploaded_by, stores_of)
    told = []
    for store_id in stores:
        link = f"/v1/image-uploads/{image.upload_id}"
        notice = of_event(event, store_feed(store_id), "warning", link, facts={"name": "", "reason": image.reason})
        told.append(of_a_day(notice, image.product_id or image.upload_id, product_id=image.product_id))
    return told


def to_admins(severity: Severity, link: Callable[[Any], str], pace: Pace = "at_once") -> Callable[..., Told]:
    """The rule of what only admins hear of, with all that the event tells."""
    return lambda event, stores_of: [of_event(event, ADMINS, severity, link(event.data), pace=pace)]


# Who is told of what; ``messages`` has the words.
RULES: Final[dict[type[Event], Callable[[Any, StoresOf], Told]]] = {
    ImportMappingRequested: of_mapping_requested,
    ImportCompleted: of_import_completed,
    ImportFailed: of_import_failed,
    ImportCancelled: of_import_cancelled,
    ImportReverted: of_import_undone,
    LowStockReached: of_low_stock,
    LotExpiring: of_expiring_lot,
    LotExpired: of_expired_lot,
    ReviewRequested: of_review_requested,
    ProductVerified: of_outcome("info", by_itself=False),
    ProductRejected: of_outcome("warning", by_itself=True),
    ProductReturned: of_outcome("warning", by_itself=True, pace="at_once"),
    ProductMerged: of_outcome("info", by_itself=False),
    SuggestionSettled: of_suggestion_settled,
    RegionalNameSuggested: of_suggested_names,
    RegionalNameSettled: of_settled_name,
    ImageRejected: of_rejected_image,
    OffSyncFailed: to_admins("error", lambda run: f"/v1/admin/off-syncs/{run.run_id}"),
    OffSyncMissed: to_admins("warning", lambda _: "/v1/admin/off-syncs"),
}


def told(event: Event, stores_of: StoresOf) -> Told:
    """What people hear of an event; told twice, these are the same notices."""
    return RULES[type(event)](event, stores_of)


def _proposers(actor: str | None, stores_of: StoresOf) -> Sequence[str]:
    """The stores of who proposed something; none for a machine."""
    return () if actor is None or ":" in actor else stores_of(actor)


def _suspicion(job: CompletedImport) -> str | None:
    """What admins should look into, in an import that changed something."""
    if job.dry_run:
        return None
    if job.failed >= MOSTLY_FAILED_FROM and job.failed > job.successful:
        return "mostly_failed"
    return "many_new" if job.created_products + job.sent_to_review >= MANY_NEW_FROM else None


def _of_lot(event: Event, lot: LotAtRisk, severity: Severity, days: int, kind: str = "") -> Mention:
    link = f"/v1/stores/{lot.store_id}/inventory?expiring_within={days}"
    notice = of_event(event, store_feed(lot.store_id), severity, link)
    return of_a_day(notice, f"{lot.product_id}#{lot.lot_id}", kind=kind, product_id=lot.product_id)


def _whose(job: ImportRef) -> str:
    return store_feed(job.store_id) if job.store_id else ADMINS


def _job_link(audience: str, job: ImportRef) -> str:
    """Where the audience can look at the job."""
    if job.kind == "catalog":
        return f"/v1/admin/catalog-imports/{job.job_id}"
    if audience == ADMINS:
        return f"/v1/admin/imports/{job.job_id}"
    return f"/v1/stores/{job.store_id}/imports/{job.job_id}"
