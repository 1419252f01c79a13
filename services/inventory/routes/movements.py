"""Stock movements: one, a hundred of a phone that was offline, and an item's ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict, Field

from services.inventory.domain.entry import Entry, Flag, MovementType, Origin
from services.inventory.domain.item import Item
from services.inventory.domain.moving import NewMovement, ProductId
from services.inventory.routes import api
from services.inventory.store import booking, items, ledger
from services.inventory.store.booking import Done
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Listing, View, answer, cause, language
from shared.aws.idempotency import once
from shared.aws.many import MOST, each, in_groups, told
from shared.kernel.errors import NotFound, Problem, Unavailable
from shared.kernel.quantity import StockMove, StockQuantity

_READ_AT_ONCE = 200


class LotMovement(View):
    """What moved of one lot."""

    lot_id: str
    change: StockMove


class Movement(View):
    """A row of the ledger. ``quantity`` and ``unit`` as told; ``change`` and ``balance`` in the item's unit."""

    movement_id: str
    product_id: str
    type: MovementType
    quantity: StockMove
    unit: str
    change: StockMove
    balance: StockQuantity
    lots: list[LotMovement]
    occurred_at: datetime
    recorded_at: datetime
    origin: Origin
    actor: str
    job_id: str | None = None
    note: str | None = None
    flags: list[Flag] = Field(description="`NEGATIVE_STOCK`: it was sold before its receipt was booked.")


class ProductMovement(NewMovement):
    """A movement and the product that moved."""

    product_id: ProductId


class ManyMovements(BaseModel):
    """In any order; those of one product are booked in the order in which they come."""

    model_config = ConfigDict(extra="forbid")

    movements: Annotated[list[Annotated[ProductMovement, each("movement_id")]], Field(min_length=1, max_length=MOST)]


class MovementResult(View):
    """What became of one of many. ``code`` says why it was refused, or flags one that was applied."""

    movement_id: str | None
    status: Literal["applied", "already_applied", "refused"]
    code: str | None = None
    message: str | None = None
    balance: StockQuantity | None = None


class MovementResults(View):
    """In the order of the request."""

    results: list[MovementResult]


@api.post(
    "/v1/stores/<store_id>/inventory/<product_id>/movements",
    tags=["Inventory"],
    summary="Book what moved",
    status_code=201,
    middlewares=[once],
)
def book_movement(store_id: str, product_id: str, movement: NewMovement) -> Response[Movement]:
    (done,) = booking.book(store_id, product_id, [movement], cause(api)).done
    if done.entry is None:
        raise done.problem or items.busy()
    return answer(_shown(done.product_id, done.entry), status=201)


@api.post(
    "/v1/stores/<store_id>/movements",
    tags=["Inventory"],
    summary="Book up to 100 movements, as of a phone that was offline",
    middlewares=[once],
)
def book_movements(store_id: str, many: ManyMovements) -> Response[MovementResults]:
    why = cause(api)

    def book(some: list[ProductMovement]) -> list[MovementResult]:
        product_id = some[0].product_id
        try:
            done = booking.book(store_id, product_id, some, why).done
        except Unavailable:
            raise  # nothing is wrong with them: all are to be sent again, and those that were booked are known by then
        except Problem as problem:
            done = [Done(product_id, problem=problem) for _ in some]
        return [_result(movement.movement_id, one) for movement, one in zip(some, done, strict=True)]

    return answer(MovementResults(results=in_groups(many.movements, lambda one: one.product_id, _refused, book)))


@api.get(
    "/v1/stores/<store_id>/inventory/<product_id>/movements",
    tags=["Inventory"],
    summary="An item's ledger, newest first",
)
def list_movements(
    store_id: str,
    product_id: str,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Listing[Movement]]:
    key = decode_cursor(api, cursor, "after")
    # The item first: a row that has left it by then is in the table.
    item = items.find(store_id, product_id)
    found = _ledger(item, store_id, product_id, key["after"] if key else None, limit + 1)
    if item is None and key is None and not found:
        raise NotFound("ITEM_UNKNOWN", "This store doesn't list that product.")
    shown = found[:limit]
    more = encode_cursor(api, {"after": shown[-1].key}) if len(found) > limit else None
    return answer(Listing(items=[_shown(product_id, e) for e in shown], next_cursor=more))


def _ledger(item: Item | None, store_id: str, product_id: str, after: str | None, limit: int) -> list[Entry]:
    rows: dict[str, Entry] = {}
    for entry in ledger.before(store_id, product_id, after, _READ_AT_ONCE):
        if entry.moves:
            rows[entry.key] = entry
        if len(rows) == limit:
            break
    recent = {e.key: e for e in (item.recent if item else ()) if e.moves and (after is None or e.key < after)}
    return sorted((rows | recent).values(), key=lambda e: e.key, reverse=True)[:limit]


def _result(movement_id: str, done: Done) -> MovementResult:
    if done.entry is None:
        return _refused(movement_id, done.problem or items.busy())
    return MovementResult(
        movement_id=movement_id,
        status="already_applied" if done.again else "applied",
        code=next(iter(done.entry.flags), None),
        balance=done.entry.balance,
    )


def _refused(movement_id: str | None, problem: Problem) -> MovementResult:
    code, message = told(problem, language(api))
    return MovementResult(movement_id=movement_id, status="refused", code=code, message=message)


def _shown(product_id: str, entry: Entry) -> Movement:
    lots = [LotMovement(lot_id=i, change=change) for i, change in sorted(entry.lots.items())]
    return Movement(
        **entry.model_dump(exclude={"lots", "flags", "prices"}),
        product_id=product_id,
        lots=lots,
        flags=list(entry.flags),
    )
