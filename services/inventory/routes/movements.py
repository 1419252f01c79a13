"""Stock movements: one, a hundred of a phone that was offline, and an item's ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from services.catalog import client as catalog
from services.inventory.domain import moving
from services.inventory.domain.entry import Entry, Flag, MovementType, Origin
from services.inventory.domain.item import Item
from services.inventory.domain.label import label_of
from services.inventory.domain.moving import About, NewMovement
from services.inventory.routes import api
from services.inventory.store import items, ledger
from shared.aws import problems
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Listing, View, answer, cause
from shared.aws.idempotency import once
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict, NotFound, Problem
from shared.kernel.quantity import StockQuantity

_MOST = 100
_AT_ONCE = 8
_READ_AT_ONCE = 200
_NOTES_AT_MOST = 100_000
"""Bytes."""


class LotMovement(View):
    """What moved of one lot."""

    lot_id: str
    change: StockQuantity


class Movement(View):
    """A row of the ledger. ``quantity`` and ``unit`` as told; ``change`` and ``balance`` in the item's unit."""

    movement_id: str
    product_id: str
    type: MovementType
    quantity: StockQuantity
    unit: str
    change: StockQuantity
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

    product_id: str


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """One of many that is no movement."""

    movement_id: str | None
    problem: Problem


def _or_unreadable(raw: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Each is judged by itself, so that one that is wrong doesn't keep the others in the phone."""
    if not isinstance(raw, dict):
        return read(raw)
    try:
        return read(raw)
    except ValidationError as error:
        movement_id = raw.get("movement_id")
        known = movement_id[:64] if isinstance(movement_id, str) else None
        return _Unreadable(known, problems.of_validation(error.errors(), raw))


class ManyMovements(BaseModel):
    """In any order; those of one product are booked in the order in which they come."""

    model_config = ConfigDict(extra="forbid")

    movements: Annotated[
        list[Annotated[ProductMovement, WrapValidator(_or_unreadable)]], Field(min_length=1, max_length=_MOST)
    ]


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


@dataclass(slots=True)
class _Done:
    """A movement's row, and whether it was there before; or why there is none."""

    entry: Entry | None = None
    again: bool = False
    problem: Problem | None = None


@api.post(
    "/v1/stores/<store_id>/inventory/<product_id>/movements",
    tags=["Inventory"],
    summary="Book what moved",
    status_code=201,
    middlewares=[once],
)
def book_movement(store_id: str, product_id: str, movement: NewMovement) -> Response[Movement]:
    (done,) = _book(store_id, product_id, [movement], cause(api))
    if done.entry is None:
        raise done.problem or items.busy()
    return answer(_shown(product_id, done.entry), status=201)


@api.post(
    "/v1/stores/<store_id>/movements",
    tags=["Inventory"],
    summary="Book up to 100 movements, as of a phone that was offline",
    middlewares=[once],
)
def book_movements(store_id: str, many: ManyMovements) -> Response[MovementResults]:
    why = cause(api)
    results: list[MovementResult | None] = [None] * len(many.movements)
    by_product: dict[str, list[tuple[int, ProductMovement]]] = defaultdict(list)
    sent: Sequence[ProductMovement | _Unreadable] = many.movements
    for at, movement in enumerate(sent):
        if isinstance(movement, _Unreadable):
            results[at] = _refused(movement.movement_id, movement.problem)
        else:
            by_product[movement.product_id].append((at, movement))

    def book(product_id: str) -> list[_Done]:
        done: list[_Done] = []
        for part in _parts([m for _, m in by_product[product_id]]):
            try:
                done += _book(store_id, product_id, part, why)
            except Problem as problem:
                done += [_Done(problem=problem) for _ in part]
        return done

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for product_id, done in zip(by_product, pool.map(book, by_product), strict=True):
            for (at, movement), one in zip(by_product[product_id], done, strict=True):
                results[at] = _result(movement.movement_id, one)
    return answer(MovementResults(results=[r for r in results if r]))


def _parts(movements: Sequence[ProductMovement]) -> Iterator[Sequence[ProductMovement]]:
    """As many as fit into one write: their rows are part of the item, which holds 400 KB, until they are copied."""
    first, length = 0, 0
    for at, movement in enumerate(movements):
        length += len((movement.note or "").encode())
        if length > _NOTES_AT_MOST and at > first:
            yield movements[first:at]
            first, length = at, len((movement.note or "").encode())
    yield movements[first:]


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


def _book(store_id: str, product_id: str, wanted: Sequence[NewMovement], why: Cause) -> list[_Done]:
    """Books movements of one product in one write. What was booked before isn't booked again. Raises NotFound, Busy."""
    product: dict[str, catalog.Product] = {}

    def about() -> About:
        if not product:
            product.update(catalog.facts([product_id]))
        known = product.get(product_id)
        if known is None:
            raise NotFound("PRODUCT_UNKNOWN", "There is no such product; add it to the catalog first.")
        return About(known.mrp, label_of(known.names, known.barcode, known.category), since)

    def since(moment: datetime) -> list[Entry]:
        return list(ledger.since(store_id, product_id, moment))

    def attempt() -> list[_Done]:
        old = items.find(store_id, product_id)
        recent = old.recent if old else ()
        missing, places = ledger.look(store_id, product_id, recent, [m.movement_id for m in wanted])
        known = {e.movement_id: e for e in recent if e.by_client}
        known |= ledger.rows(store_id, product_id, (at for i, at in places.items() if i not in known))
        if old:
            old = items.relieve(old, missing)
        now, done = old, list[_Done]()
        for movement in wanted:
            if entry := known.get(movement.movement_id):
                done.append(_again(movement, entry))
                continue
            facts = (
                about()
                if now is None or movement.selling_price is not None or movement.lot
                else About(None, None, since)
            )
            try:
                now = moving.move(now, store_id, product_id, movement, facts, why)
            except Problem as problem:
                done.append(_Done(problem=problem))
                continue
            known[movement.movement_id] = now.recent[-1]
            done.append(_Done(now.recent[-1]))
        if now is not None and now is not old:
            items.save(now, old, why)
        return done

    return items.racing(attempt)


def _again(movement: NewMovement, entry: Entry) -> _Done:
    if movement.is_what(entry):
        return _Done(entry, again=True)
    cure = "Another movement was booked under this movement_id; make a new one for each."
    return _Done(problem=Conflict("MOVEMENT_ID_REUSED", cure))


def _result(movement_id: str, done: _Done) -> MovementResult:
    if done.entry is None:
        return _refused(movement_id, done.problem or items.busy())
    return MovementResult(
        movement_id=movement_id,
        status="already_applied" if done.again else "applied",
        code=next(iter(done.entry.flags), None),
        balance=done.entry.balance,
    )


def _refused(movement_id: str | None, problem: Problem) -> MovementResult:
    first = next(iter(problem.errors), None)
    code, message = (first.code, f"{first.pointer}: {first.message}") if first else (problem.code, problem.detail)
    return MovementResult(movement_id=movement_id, status="refused", code=code, message=message)


def _shown(product_id: str, entry: Entry) -> Movement:
    lots = [LotMovement(lot_id=i, change=change) for i, change in entry.lots.items()]
    return Movement(
        **entry.model_dump(exclude={"lots", "flags", "prices"}),
        product_id=product_id,
        lots=lots,
        flags=list(entry.flags),
    )
