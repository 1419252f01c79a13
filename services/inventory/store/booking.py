"""Movements of one product, booked in few writes: those of the API, and those that a stock take makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from services.catalog import client as catalog
from services.inventory.domain import counting, merging, moving
from services.inventory.domain.counting import Count, CountEntry, Found
from services.inventory.domain.entry import Entry
from services.inventory.domain.item import Item
from services.inventory.domain.label import label_of
from services.inventory.domain.moving import AHEAD, About, NewMovement
from services.inventory.store import following, items, ledger, merges
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import Conflict, NotFound, Problem, Unavailable

_IN_ONE_WRITE = 20
"""An item with 200 lots and so many rows with the longest notes is still below DynamoDB's 400 KB."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a movement: its row of the ledger, which may be there ``again``, or why there is none.

    ``product_id``: in whose ledger it is. Of a product that was merged away it is the survivor.
    """

    product_id: str
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

    Of a product that was merged into another, and that the shop doesn't list any more, they are the survivor's.

    Raises NotFound (PRODUCT_UNKNOWN), Unavailable (ITEM_BUSY).
    """

    def attempt(some: Sequence[NewMovement]) -> Booked:
        old, booked = _tried(store_id, product_id, some, why)
        if booked.item is not None and booked.item is not old:
            items.save(booked.item, old, why)
        return booked

    parts = [wanted[at : at + _IN_ONE_WRITE] for at in range(0, len(wanted), _IN_ONE_WRITE)]
    booked = [items.racing(partial(attempt, part)) for part in parts]
    return Booked(booked[-1].item, [one for part in booked for one in part.done])


def foresee(store_id: str, product_id: str, wanted: Sequence[NewMovement], why: Cause) -> Booked:
    """What ``book`` would do now; nothing is written. Raises NotFound (PRODUCT_UNKNOWN)."""
    return _tried(store_id, product_id, wanted, why)[1]


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

    def __init__(self, product_id: str, known: catalog.Product | None) -> None:
        self._product_id = product_id
        self._known = known

    def get(self) -> catalog.Product:
        if self._known is None:
            self._known = catalog.facts([self._product_id]).get(self._product_id)
        if self._known is None:
            raise NotFound("PRODUCT_UNKNOWN", "There is no such product; add it to the catalog first.")
        return self._known


def _tried(store_id: str, named: str, wanted: Sequence[NewMovement], why: Cause) -> tuple[Item | None, Booked]:
    """The item as it was read, and as it is to be."""
    meant = following.meant(store_id, named)
    product_id, old = meant.product_id, meant.item
    facts = _Facts(product_id, meant.product)
    moved = merges.last(store_id, named) if product_id != named else None
    recent = old.recent if old else ()
    # Who comes again may have come before a merge, when it was booked in another ledger.
    ledgers = list(dict.fromkeys((product_id, named, *(old.kin if old else ()))))
    missing, places = ledger.look(store_id, ledgers, recent, [m.movement_id for m in wanted])
    known = {e.movement_id: Done(product_id, e) for e in recent if e.by_client}
    there = {i: place for i, place in places.items() if i not in known}
    known |= {i: Done(there[i].product_id, e) for i, e in ledger.rows(store_id, there.values()).items()}
    old = items.relieve(old, missing) if old else None
    reason = why if old else items.listing(why, store_id, [product_id])[product_id]

    def since(moment: datetime) -> Iterator[Entry]:
        # Rows of versions after the one that was read are none of its: they would be taken off it all the same.
        last = f"{rfc3339(old.last_updated)}#{old.version:08d}~" if old else "~"
        return (row for row in ledger.since(store_id, product_id, moment) if row.key <= last)

    def stood(moment: datetime) -> Mapping[str, Decimal] | None:
        if moved is None or moment >= moved.at:
            return None
        theirs = {e.key: e for e in (*ledger.since(store_id, product_id, moved.at), *(now.recent if now else ()))}
        return merging.stood(moved, now, moment, ledger.since(store_id, named, moment - AHEAD), theirs.values())

    sent_as = named if product_id != named else None
    box_of = moved.old.box_of if moved else None

    def about(movement: NewMovement, now: Item | None) -> About:
        if now is not None and movement.selling_price is None and not movement.named:
            return About(None, None, since, stood, sent_as, box_of)
        product = facts.get()
        label = label_of(product.names, product.barcode, product.category)
        return About(product.mrp, label, since, stood, sent_as, box_of)

    now, done = old, list[Done]()
    for movement in wanted:
        if first := known.get(movement.movement_id):
            done.append(_again(movement, first))
            continue
        needs = about(movement, now)
        given = merging.renamed(movement, moved, old) if moved else movement
        try:
            now = moving.move(now, store_id, product_id, given, needs, reason)
        except Problem as problem:
            done.append(Done(product_id, problem=problem))
            continue
        known[movement.movement_id] = Done(product_id, now.recent[-1])
        done.append(known[movement.movement_id])
    return old, Booked(now, done)


def _again(movement: NewMovement, first: Done) -> Done:
    if first.entry and movement.is_what(first.entry):
        return replace(first, again=True)
    cure = "Another movement was booked under this movement_id; make a new one for each."
    return Done(first.product_id, problem=Conflict("MOVEMENT_ID_REUSED", cure))
