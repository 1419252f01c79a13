"""A shop's stock as a CSV that the importer takes back unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from services.catalog import client as catalog
from services.inventory.domain import sheet
from services.inventory.domain.item import Item
from services.inventory.routes import api
from services.inventory.store import items
from shared.aws.cursors import decode_cursor, encode_cursor, link_to_next

_READ_AT_ONCE = 500
_LARGEST = 5_000_000
"""Bytes of a part: a Lambda answers 6 MB of JSON, in which letters of Indian scripts may take twice their size."""
_TIME_KEPT = 6_000
"""Milliseconds to be left when the last items of a part are read."""


@api.get(
    "/v1/stores/<store_id>/inventory/export",
    tags=["Inventory"],
    summary="A store's stock as a CSV that imports back unchanged",
    description="A row a lot. A very large stock comes in parts, each a whole CSV: `Link` with `rel=next` names the"
    " next one.",
    responses={200: {"description": "A CSV", "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export_inventory(store_id: str, cursor: Annotated[str | None, Query()] = None) -> Response[Any]:
    key = decode_cursor(api, cursor, "after")
    text, after = _part(store_id, key["after"] if key else "")
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="stock{"-more" if key else ""}.csv"'}
    if after:
        headers["Link"] = link_to_next(api, encode_cursor(api, {"after": after}))
    return Response(status_code=200, content_type="text/csv; charset=utf-8", body=text, headers=headers)


def _part(store_id: str, after: str) -> tuple[str, str | None]:
    """As many items as go into one answer, none of them torn, and the product to go on after."""
    lines = [sheet.BOM, sheet.headings()]
    size = 0
    found = items.every(store_id, after)
    while some := list(islice(found, _READ_AT_ONCE)):
        if size and api.lambda_context.get_remaining_time_in_millis() < _TIME_KEPT:
            return "".join(lines), after
        for item, rows in _rows(some):
            size += len(json.dumps(rows))
            if size > _LARGEST and len(lines) > 2:
                return "".join(lines), after
            lines.append(rows)
            after = item.product_id
    return "".join(lines), None


def _rows(some: list[Item]) -> Iterator[tuple[Item, str]]:
    products = catalog.facts(i.product_id for i in some)
    for item in some:
        yield item, "".join(sheet.rows(item, products.get(item.product_id)))
