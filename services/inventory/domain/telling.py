"""What listeners hear of an item's change, told from the item before and after it."""

from __future__ import annotations

from events.inventory import ChangedItem, LotAtRisk, LowItem
from services.inventory.domain.item import Item, Lot


def gone(old: Item) -> ChangedItem:
    """Of an item that left the list."""
    version = old.version + 1  # the deletion is a change of its own, with an event of its own
    return ChangedItem(product_id=old.product_id, version=version, quantity=None, previous_quantity=old.quantity)


def moved(old: Item | None, new: Item) -> ChangedItem | None:
    """Of a change; None when the shop would see none."""
    if old and old.same_stock(new):
        return None
    return ChangedItem(
        product_id=new.product_id,
        version=new.version,
        quantity=new.quantity,
        previous_quantity=old.quantity if old else None,
        unit=new.unit,
        job_id=next((j for j, m in new.import_marks.items() if not old or old.import_marks.get(j) != m), None),
    )


def ran_low(old: Item | None, new: Item) -> LowItem | None:
    """That an item came down to its reorder level, told at the crossing alone.

    What an import lists for the first time crosses nothing: a new shop's file would ring a thousand bells. Nor does
    what a merge lists: it was as low under its other name.
    """
    if new.reorder_level is None or not new.is_low or (old.is_low if old else new.import_marks or _by_merge(new)):
        return None
    return LowItem(
        store_id=new.store_id,
        product_id=new.product_id,
        version=new.version,
        quantity=new.quantity,
        reorder_level=new.reorder_level,
        unit=new.unit,
        supplier=new.supplier,
    )


def at_risk(old: Item | None, new: Item) -> list[tuple[int, LotAtRisk]]:
    """Of lots that the watch has noted since: how many days before (``watch.EXPIRED``: it is over), and which."""
    if _by_merge(new):  # the shop was told of them under their other name
        return []
    before = {lot.lot_id: lot.told for lot in old.lots} if old else {}
    return [
        (lot.told, _at_risk(new, lot))
        for lot in new.lots
        if lot.told is not None and lot.quantity > 0 and before.get(lot.lot_id) != lot.told
    ]


def _by_merge(new: Item) -> bool:
    last = new.recent[-1] if new.recent else None
    return last is not None and last.version == new.version and last.origin == "merge"


def _at_risk(item: Item, lot: Lot) -> LotAtRisk:
    assert lot.expiry_date is not None  # noqa: S101 - the watch notes no other
    return LotAtRisk(
        store_id=item.store_id,
        product_id=item.product_id,
        version=item.version,
        lot_id=lot.lot_id,
        expiry_date=lot.expiry_date,
        quantity=lot.quantity,
        unit=item.unit,
        batch=lot.batch,
        mrp=lot.mrp,
    )
