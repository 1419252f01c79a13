"""Movements of one product, booked in few writes: those of the API, and those that a stock take makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.catalog import client as catalog
from services.inventory.domain import counting, moving
from services.inventory.domain.counting import Count, CountEntry, Found
from services.inventory.domain.entry import Entry
from services.inventory.domain.item import Item
from services.inventory.domain.label import label_of
from services.inventory.domain.moving import About, NewMovement
from services.inventory.store import items, ledger
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import Conflict, NotFound, Problem, Unavailable

_IN_ONE_WRITE = 20
"""An item with 200 lots and so many rows with the longest notes is still below DynamoDB's 400 KB."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a movement: its row of the ledger, which may be there ``again``, or why there is none."""

    entry: Entry | None = None
    again: bool = False
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """The item after its movements, and what became of each; None: the shop doesn't list it still."""

    item: Item | None
    done: list[Done]


def book(store_id: str, product_id: str, wanted: Sequence[NewMovement], why: Cause) -> Booked:
    """Books movements of one product in few writes. What was booked before isn't booked again.

    Raises NotFound (PRODUCT_UNKNOWN), Unavailable (ITEM_BUSY).
    """
    facts = _Facts(product_id)

    def attempt(some: Sequence[NewMovement]) -> Booked:
        old, booked = _tried(store_id, product_id, some, why, facts)
        if booked.item is not None and booked.item is not old:
            items.save(booked.item, old, why)
        return booked

    parts = [wanted[at : at + _IN_ONE_WRITE] for at in range(0, len(wanted), _IN_ONE_WRITE)]
    booked = [items.racing(partial(attempt, part)) for part in parts]
    return Booked(booked[-1].item, [one for part in booked for one in part.done])


def foresee(store_id: str, product_id: str, wanted: Sequence[NewMovement], why: Cause) -> Booked:
    """What ``book`` would do now; nothing is written. Raises NotFound (PRODUCT_UNKNOWN)."""
    return _tried(store_id, product_id, wanted, why, _Facts(product_id))[1]


def book_counted(count: Count, product_id: str, entries: Sequence[CountEntry], why: Cause) -> Found:
    """Books what a stock take has found of a product, once. Raises Unavailable (ITEM_BUSY)."""
    return _counted(book, count, product_id, entries, why)


def foresee_counted(count: Count, product_id: str, entries: Sequence[CountEntry], why: Cause) -> Found:
    """What ``book_counted`` would come to now, or has come to."""
    return _counted(foresee, count, product_id, entries, why)


_Book = Callable[[str, str, Sequence[NewMovement], Cause], Booked]


def _counted(how: _Book, count: Count, product_id: str, entries: Sequence[CountEntry], why: Cause) -> Found:
    try:
        wanted = counting.movements(count, product_id, entries)
    except Problem as problem:
        return counting.not_found(product_id, entries, problem)
    try:
        booked = how(count.store_id, product_id, wanted, why)
    except Unavailable:
        raise
    except Problem as problem:
        return counting.found(product_id, None, wanted, [problem] * len(wanted))
    done = [one.entry or one.problem or items.busy() for one in booked.done]
    return counting.found(product_id, booked.item, wanted, done)


class _Facts:
    """Of the product, asked for once and only where a movement needs them."""

    def __init__(self, product_id: str) -> None:
        self._product_id = product_id
        self._known: catalog.Product | None = None

    def get(self) -> catalog.Product:
        if self._known is None:
            self._known = catalog.facts([self._product_id]).get(self._product_id)
        if self._known is None:
            raise NotFound("PRODUCT_UNKNOWN", "There is no such product; add it to the catalog first.")
        return self._known


def _tried(
    store_id: str, product_id: str, wanted: Sequence[NewMovement], why: Cause, facts: _Facts
) -> tuple[Item | None, Booked]:
    """The item as it was read, and as it is to be."""
    old = items.find(store_id, product_id)
    recent = old.recent if old else ()
    missing, places = ledger.look(store_id, product_id, recent, [m.movement_id for m in wanted])
    known = {e.movement_id: e for e in recent if e.by_client}
    known |= ledger.rows(store_id, product_id, (at for i, at in places.items() if i not in known))
    old = items.relieve(old, missing) if old else None
    reason = why if old else items.listing(why, store_id, [product_id])[product_id]

    def since(moment: datetime) -> Iterator[Entry]:
        # Rows of versions after the one that was read are none of its: they would be taken off it all the same.
        last = f"{rfc3339(old.last_updated)}#{old.version:08d}~" if old else "~"
        return (row for row in ledger.since(store_id, product_id, moment) if row.key <= last)

    def about(movement: NewMovement, now: Item | None) -> About:
        if now is not None and movement.selling_price is None and not movement.named:
            return About(None, None, since)
        product = facts.get()
        return About(product.mrp, label_of(product.names, product.barcode, product.category), since)

    now, done = old, list[Done]()
    for movement in wanted:
        if entry := known.get(movement.movement_id):
            done.append(_again(movement, entry))
            continue
        needs = about(movement, now)
        try:
            now = moving.move(now, store_id, product_id, movement, needs, reason)
        except Problem as problem:
            done.append(Done(problem=problem))
            continue
        known[movement.movement_id] = now.recent[-1]
        done.append(Done(now.recent[-1]))
    return old, Booked(now, done)


def _again(movement: NewMovement, entry: Entry) -> Done:
    if movement.is_what(entry):
        return Done(entry, again=True)
    cure = "Another movement was booked under this movement_id; make a new one for each."
    return Done(problem=Conflict("MOVEMENT_ID_REUSED", cure))
