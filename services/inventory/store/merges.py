"""What merges of products have moved, a shop at a time: both items, their rows and the note of it in one transaction.

So at no moment are goods on both items or on none, and a move that is tried again finds nothing left to move. The note
(``merge#<merge_id>#<movement_id>``, in the merged product's ledger) says what both items were. It is taken away by the
transaction that takes the move back; the index ``by_merge_id`` knows where there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from services.catalog import client as catalog
from services.inventory.domain import merging
from services.inventory.domain.item import Item, Label, Refused
from services.inventory.domain.label import label_of
from services.inventory.domain.merging import CannotJoin, Into, Move
from services.inventory.settings import InventorySettings
from services.inventory.store import items
from shared.aws import dynamo
from shared.aws.dynamo import Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import parse_rfc3339, rfc3339

_NOTE = "merge#"

Outcome = Literal["moved", "left", "nothing"]
"""What became of a shop's item: moved; left where it is, since it can't be added there; or there was none."""


def _rows() -> Table:
    return Table(settings(InventorySettings).stock_movements_table, "item", "row")


def move(store_id: str, product_id: str, into: Into, why: Callable[[], Cause]) -> Outcome:
    """Moves a shop's stock of a merged product to the survivor; the item leaves the list. ``why``: with the moment at
    which it is asked. Raises Unavailable."""

    def attempt() -> Outcome:
        found = items.relieved(items.get_many(store_id, [product_id, into.product_id]).values())
        old, survivor = found.get(product_id), found.get(into.product_id)
        if old is None:
            return "nothing"
        cause = why()
        listed = cause if survivor else items.listing(cause, store_id, [into.product_id])[into.product_id]
        try:
            moved = merging.move(old, survivor, into, cause, listed)
        except (CannotJoin, Refused):
            return "left"
        _write(
            *items.leaving(old, moved.leaves, into.product_id),
            items.saving(moved.stays, survivor, cause),
            _rows().putting(_stored(moved.move), "attribute_not_exists(#row)"),
        )
        return "moved"

    return items.racing(attempt)


def take_back(store_id: str, product_id: str, merge_id: str, why: Callable[[], Cause]) -> Outcome:
    """Takes back what a merge has moved of a shop's item, the last first. Raises Unavailable."""
    done: list[Outcome] = [_take_back(move, why) for move in _moves(store_id, product_id, merge_id)]
    return "moved" if "moved" in done else "left" if done else "nothing"


def _take_back(done: Move, why: Callable[[], Cause]) -> Outcome:
    store_id, product_id = done.old.store_id, done.old.product_id
    gone = _rows().deleting(*_key(done), condition="attribute_exists(#row)")

    def attempt() -> Outcome:
        if _rows().get(*_key(done)) is None:
            return "nothing"
        known = catalog.facts([product_id, done.survivor_id])
        survivor_id = known[done.survivor_id].product_id if done.survivor_id in known else done.survivor_id
        found = items.relieved(items.get_many(store_id, [product_id, survivor_id]).values())
        old, now = found.get(product_id), found.get(survivor_id)
        if now is None or survivor_id == product_id:  # the shop has taken it off its list
            _write(gone)
            return "left"
        cause = why()
        listed = cause if old else items.listing(cause, store_id, [product_id])[product_id]
        try:
            back = merging.back(done, now, old, _label(known.get(product_id)), cause, listed)
        except (CannotJoin, Refused):
            _write(gone)
            return "left"
        left = items.leaving(now, back.survivor, product_id) if back.leaves else []
        stays = [] if back.leaves else [items.saving(back.survivor, now, cause)]
        _write(*left, *stays, items.saving(back.old, old, cause), gone)
        return "moved"

    return items.racing(attempt)


def last(store_id: str, product_id: str) -> Move | None:
    """The last move of a shop's item that stands."""
    return next(_moves(store_id, product_id, ""), None)


def page_of_stores(merge_id: str, after: str, limit: int) -> tuple[list[str], bool]:
    """The next stores of which a merge has moved stock, in order of their ids, and whether there may be more; by an
    index that lags a moment."""
    found = _rows().query(
        "merge_id = :merge AND #item > :after",
        index="by_merge_id",
        limit=limit,
        merge=merge_id,
        after=f"{after}#~" if after else " ",
    )
    return list(dict.fromkeys(r["item"].split("#", 1)[0] for r in found.items)), found.next_key is not None


def _moves(store_id: str, product_id: str, merge_id: str) -> Iterator[Move]:
    """Newest first; of all merges where none is named."""
    found = _rows().query_all(
        "#item = :item AND begins_with(#row, :note)",
        newest_first=True,
        consistent=True,
        item=f"{store_id}#{product_id}",
        note=f"{_NOTE}{merge_id}#" if merge_id else _NOTE,
    )
    return map(_load, found)


def _write(*writes: Write) -> None:
    try:
        transact(writes)
    except TransactionRefused:
        raise items.Raced from None


def _key(done: Move) -> tuple[str, str]:
    return f"{done.old.store_id}#{done.old.product_id}", f"{_NOTE}{done.merge_id}#{done.movement_id}"


def _stored(done: Move) -> dynamo.Item:
    item, row = _key(done)
    return {
        "item": item,
        "row": row,
        "merge_id": done.merge_id,
        "movement_id": done.movement_id,
        "at": rfc3339(done.at),
        "old": _plain(done.old),
        "survivor_id": done.survivor_id,
        "survivor": _plain(done.survivor) if done.survivor else None,
        "lots": dict(done.lots),
    }


def _load(row: dynamo.Item) -> Move:
    survivor = row.get("survivor")
    return Move(
        merge_id=row["merge_id"],
        movement_id=row["movement_id"],
        at=parse_rfc3339(row["at"]),
        old=items.load(row["old"]),
        survivor_id=row["survivor_id"],
        survivor=items.load(survivor) if survivor else None,
        lots=row["lots"],
    )


def _plain(item: Item) -> dynamo.Item:
    """Rows of the ledger are never put back."""
    return items.plain(item.model_copy(update={"recent": ()}))


def _label(product: catalog.Product | None) -> Label | None:
    return label_of(product.names, product.barcode, product.category) if product else None
