"""What an item's lots have cost and been sold at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, NamedTuple

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from services.inventory.domain.entry import Entry, Origin
from services.inventory.routes import api
from services.inventory.store import items, ledger
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Listing, View, answer
from shared.kernel.errors import NotFound
from shared.kernel.money import Rupees


class PriceChange(View):
    """A lot's prices from ``changed_at`` on, INR a unit of the item; null: none."""

    lot_id: str
    mrp: Rupees | None
    cost_price: Rupees | None
    selling_price: Rupees | None
    changed_at: datetime
    actor: str
    origin: Origin
    job_id: str | None = None


class _Place(NamedTuple):
    """Of a change among an item's: by its row of the ledger, and by lot in that."""

    row: str
    lot_id: str


@api.get(
    "/v1/stores/<store_id>/inventory/<product_id>/price-history",
    tags=["Inventory"],
    summary="Prices of an item's lots, newest first",
    description=(
        "One entry for each lot and change; the first tells what it began with. "
        "A long ledger is read part by part: a page may have fewer entries than `limit` and still a `next_cursor`."
    ),
)
def list_prices(
    store_id: str,
    product_id: str,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[PriceChange]]:
    key = decode_cursor(api, cursor, "row", "lot_id")
    after = _Place(key["row"], key["lot_id"]) if key else None
    found, more = _changes(store_id, product_id, after, limit)
    return answer(Listing(items=found, next_cursor=encode_cursor(api, more._asdict() if more else None)))


def _changes(
    store_id: str, product_id: str, after: _Place | None, limit: int
) -> tuple[list[PriceChange], _Place | None]:
    """Up to ``limit`` changes and the place to go on after. Raises NotFound where there never was such an item."""
    # The item first: a row that has left it by then is in the table.
    item = items.find(store_id, product_id)
    waiting = {e.key: e for e in (item.recent if item else ()) if e.prices}
    found: list[tuple[_Place, PriceChange]] = []
    place: _Place | None = None
    for rows, more in ledger.priced(store_id, product_id, after.row if after else None):
        here = {e.key: e for e in rows} | {k: e for k, e in waiting.items() if more is None or k >= more}
        waiting = {k: e for k, e in waiting.items() if k not in here}
        changes = (c for k in sorted(here, reverse=True) for c in _of(here[k]) if after is None or c[0] < after)
        found += changes
        if len(found) > limit:
            return [c for _, c in found[:limit]], found[limit - 1][0]
        place = _Place(more, "") if more else None
    if item is None and after is None and not found and place is None:
        raise NotFound("ITEM_UNKNOWN", "This store doesn't list that product.")
    return [c for _, c in found], place


def _of(entry: Entry) -> Iterator[tuple[_Place, PriceChange]]:
    for lot_id, prices in sorted(entry.prices.items(), reverse=True):
        yield (
            _Place(entry.key, lot_id),
            PriceChange(
                lot_id=lot_id,
                **prices.model_dump(),
                changed_at=entry.recorded_at,
                actor=entry.actor,
                origin=entry.origin,
                job_id=entry.job_id,
            ),
        )
