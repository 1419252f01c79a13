"""What to order: of one item, and of all that run low, by supplier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponseContentSchema

from services.catalog import client as catalog
from services.inventory.domain import order_list, reordering
from services.inventory.domain.item import Item
from services.inventory.domain.moving import AHEAD
from services.inventory.domain.order_list import Wanted
from services.inventory.domain.reordering import LOOKS_BACK, Advice, Policy
from services.inventory.routes import api
from services.inventory.store import items, ledger
from shared.aws import access
from shared.aws.cursors import decode_cursor, encode_cursor, link_to_next
from shared.aws.http import View, answer
from shared.kernel.clock import utc_now
from shared.kernel.money import Rupees
from shared.kernel.quantity import StockQuantity, StockUnit

_AT_ONCE = 8
_LINES = 1000
"""In one answer: so many items' ledgers are read in some seconds."""

LeadDays = Annotated[int, Query(ge=0, le=60, description="Days until ordered goods come.")]
SafetyDays = Annotated[int, Query(ge=0, le=60, description="Days of sales to have in reserve.")]
OrderDays = Annotated[int, Query(ge=1, le=180, description="Days that an order is to last for.")]
_USUAL = Policy()


class Reordering(View):
    """When to order an item again, and how much now. Averages are of sales less returns from ``since`` to ``until``: 30
    days, or since the item's first movement. ``days_of_cover`` is null where nothing sells."""

    average_daily_sales: StockQuantity
    days_of_cover: StockQuantity | None
    suggested_reorder_level: StockQuantity
    suggested_quantity: StockQuantity
    since: datetime
    until: datetime


class ReorderLine(View):
    """An item at or below its reorder level. ``cost_price`` is the last one, of the default lot."""

    product_id: str
    name: str
    barcode: str | None
    quantity: StockQuantity
    unit: StockUnit
    reorder_level: StockQuantity | None
    suggested_reorder_level: StockQuantity
    average_daily_sales: StockQuantity
    days_of_cover: StockQuantity | None
    suggested_quantity: StockQuantity
    cost_price: Rupees | None


class SuppliersList(View):
    """What to order of one supplier; null: of those items that have none."""

    supplier: str | None
    lines: list[ReorderLine]


class ReorderList(View):
    """A list a supplier. On the next page the last one may go on."""

    suppliers: list[SuppliersList]
    next_cursor: str | None = None


_TEXT: OpenAPIResponseContentSchema = {"schema": {"type": "string"}}


@api.get(
    "/v1/stores/<store_id>/inventory/<product_id>/reorder",
    tags=["Inventory"],
    summary="When to order an item again, and how much",
)
def advise_reorder(
    store_id: str,
    product_id: str,
    lead_days: LeadDays = _USUAL.lead_days,
    safety_days: SafetyDays = _USUAL.safety_days,
    order_days: OrderDays = _USUAL.order_days,
) -> Response[Reordering]:
    advice = _advice(items.get(store_id, product_id), Policy(lead_days, safety_days, order_days), utc_now())
    return answer(Reordering(**_said(advice), since=advice.sales.since, until=advice.sales.until))


@api.get(
    "/v1/stores/<store_id>/reorder-list",
    tags=["Inventory"],
    summary="What runs low, by supplier, and how much to order",
    description="Items at or below their reorder level. `supplier` in any case; an empty one asks for items without."
    " As `text` it is a message in the store's language. More than 1,000 items come in parts: `next_cursor`, or `Link`"
    " with `rel=next` of what is no JSON.",
    responses={
        200: {
            "description": "The list",
            "content": {"application/json": {"model": ReorderList}, "text/csv": _TEXT, "text/plain": _TEXT},
        }
    },
)
def list_what_to_reorder(
    store_id: str,
    supplier: Annotated[str | None, Query(max_length=200)] = None,
    format: Annotated[Literal["json", "csv", "text"], Query()] = "json",
    lead_days: LeadDays = _USUAL.lead_days,
    safety_days: SafetyDays = _USUAL.safety_days,
    order_days: OrderDays = _USUAL.order_days,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Any]:
    key = decode_cursor(api, cursor, "supplier", "product_id")
    found = _low(store_id, supplier, (not key["supplier"], key["supplier"], key["product_id"]) if key else None)
    some = list(islice(found, _LINES))
    last = some[-1] if any(True for _ in found) else None
    place = {"supplier": order_list.supplier_key(last.supplier), "product_id": last.product_id} if last else None
    wanted = _wanted(some, Policy(lead_days, safety_days, order_days))
    more = encode_cursor(api, place)
    if format == "json":
        return answer(_listed(wanted, more))
    headers: dict[str, Any] = {"Link": link_to_next(api, more)} if more else {}
    if format == "text":
        text = order_list.as_message(wanted, access.language_of(store_id))
        return Response(status_code=200, content_type="text/plain; charset=utf-8", body=text, headers=headers)
    headers["Content-Disposition"] = 'attachment; filename="to-order.csv"'
    return Response(
        status_code=200, content_type="text/csv; charset=utf-8", body=order_list.as_csv(wanted), headers=headers
    )


def _low(store_id: str, supplier: str | None, after: tuple[bool, str, str] | None) -> Iterator[Item]:
    """What is low, in the order of the list, from behind a place on."""
    key = None if supplier is None else order_list.supplier_key(supplier)
    found = (i for i in items.low(store_id) if key is None or order_list.supplier_key(i.supplier) == key)
    return iter(sorted((i for i in found if after is None or order_list.place(i) > after), key=order_list.place))


def _wanted(some: Sequence[Item], policy: Policy) -> list[Wanted]:
    now = utc_now()
    products = catalog.facts(i.product_id for i in some)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        advised = list(pool.map(lambda item: _advice(item, policy, now), some))
    return [Wanted(i, products.get(i.product_id), advice) for i, advice in zip(some, advised, strict=True)]


def _advice(item: Item, policy: Policy, now: datetime) -> Advice:
    # The item was read before: a row that has left it by then is in the table.
    rows = [*ledger.since(item.store_id, item.product_id, now - LOOKS_BACK - AHEAD), *item.recent]
    sells = any(row.type in reordering.SOLD for row in rows)
    first = ledger.first(item.store_id, item.product_id) if sells else None
    return reordering.advise(item, reordering.sales(rows, first, now), policy)


def _listed(wanted: Sequence[Wanted], more: str | None) -> ReorderList:
    suppliers = [
        SuppliersList(supplier=supplier, lines=[_line(w) for w in lines])
        for supplier, lines in order_list.by_supplier(wanted)
    ]
    return ReorderList(suppliers=suppliers, next_cursor=more)


def _line(wanted: Wanted) -> ReorderLine:
    item = wanted.item
    return ReorderLine(
        product_id=item.product_id,
        name=wanted.name,
        barcode=wanted.goods.barcode if wanted.goods else None,
        quantity=item.quantity,
        unit=item.unit,
        reorder_level=item.reorder_level,
        cost_price=item.cost_price,
        **_said(wanted.advice),
    )


def _said(advice: Advice) -> dict[str, Any]:
    return {
        "average_daily_sales": advice.sales.a_day,
        "days_of_cover": advice.days_of_cover,
        "suggested_reorder_level": advice.reorder_level,
        "suggested_quantity": advice.quantity,
    }
