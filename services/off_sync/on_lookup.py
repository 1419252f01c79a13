"""One barcode that somebody has scanned and our catalog doesn't know: asked once, kept, and filed for review.

A person waits at a counter: it answers within a few seconds, with nothing where Open Food Facts is slow, or down, or
was asked enough this minute. What they don't know isn't asked again for a day.
"""

from __future__ import annotations

import time
from typing import Any, Final

from services.off_sync import off_client
from services.off_sync.domain.document import Base, Document, Unreadable, product_of, read
from services.off_sync.off_client import Held, NotThere, OffFailed
from services.off_sync.store import filing, limits, rows, source
from shared.aws.observability import count, follow, logger, metered
from shared.kernel.cause import Cause
from shared.kernel.clock import utc_now
from shared.kernel.gtin import Gtin

_PLACE: Final = "lookup"
_SECONDS: Final = 3.0
"""For all sisters together; the function has five."""
_TOO_FEW: Final = 0.3


@metered
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{gtin, correlation_id}``; answers ``{product_id}``, which may be null, and ``outcome``."""
    follow(event["correlation_id"])
    product_id, outcome = look_up(Gtin.parse(event["gtin"]), event["correlation_id"])
    count(f"OffLookups{outcome.title()}")
    return {"product_id": product_id, "outcome": outcome}


def look_up(gtin: Gtin, correlation_id: str) -> tuple[str | None, str]:
    """The product that it is now, and how it went: found, known, unknown, held, down or off."""
    if not source.is_on():
        return None, "off"
    row = rows.find(gtin.key)
    if row is not None:
        return _filed(row, correlation_id), "known"
    if limits.is_missing(gtin.key):
        return None, "unknown"
    try:
        document = _asked(gtin)
    except Held:
        return None, "held"
    except OffFailed as failed:
        logger.warning("no answer", extra={"code": failed.code})
        return None, "down"
    if document is None:
        limits.note_missing(gtin.key)
        return None, "unknown"
    now = utc_now()
    try:
        if rows.upsert(document, now, run=_PLACE, place=correlation_id) == "new":
            limits.add_to_totals(rows=1)
    except rows.TooBig:
        limits.note_missing(gtin.key)
        return None, "unknown"
    found = rows.find(document.key)
    return (_filed(found, correlation_id) if found else None), "found"


def _asked(gtin: Gtin) -> Document | None:
    """What the first of the sisters that knows it says. Raises OffFailed, Held."""
    until = time.monotonic() + _SECONDS
    code = gtin.key.removeprefix("0") if len(gtin.printed) != 8 else gtin.printed
    for base in source.bases():
        within = until - time.monotonic()
        if within < _TOO_FEW:
            raise OffFailed("TOO_SLOW", "there is no time left for the other sisters")
        if document := _of_base(base, code, gtin.key, within):
            return document
    return None


def _of_base(base: Base, code: str, key: str, within: float) -> Document | None:
    try:
        product = product_of(off_client.product(base, code, within=within))
        document = read(product, base) if product else None
    except NotThere:
        return None
    except Unreadable as bad:
        logger.warning("an answer that can't be read", extra={"code": bad.reason})
        return None
    return document if document and document.key == key and not document.is_of_the_future(utc_now()) else None


def _filed(row: rows.Row, correlation_id: str) -> str | None:
    """Its product. One that was filed before may be gone from the catalog since: it is filed anew."""
    rows.file_again(row.key)
    found = rows.find(row.key)
    (filed,) = filing.file([found or row], Cause(filing.ACTOR, utc_now(), correlation_id), for_review=True)
    limits.add_to_totals(products=int(filed.is_news))
    return filed.product_id if filed.outcome != "skipped" else None
