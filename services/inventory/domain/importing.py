"""What a file makes of an item, and how that is taken out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.inventory.domain.editing import ITEM_FIELDS, LOT_FIGURES
from services.inventory.domain.entry import Booking
from services.inventory.domain.item import (
    PUT_BACK,
    ZERO,
    Item,
    Label,
    Lot,
    Mark,
    Refused,
    booked,
    check_new_prices,
)
from services.inventory.domain.lots import lot_meant
from shared.kernel.cause import Cause
from shared.kernel.errors import FieldError
from shared.kernel.money import Rupees
from shared.kernel.quantity import StockQuantity, StockUnit

_MARKS_KEPT = 4

ApplyStatus = Literal["created", "changed", "unchanged", "refused"]


class LotChange(BaseModel):
    """What a file says of one lot; None leaves a figure as it is, names in ``clear`` empty it."""

    model_config = ConfigDict(frozen=True)

    mrp: Rupees | None = None
    batch: str | None = None
    expiry_date: date | None = None
    quantity: StockQuantity | None = None
    adds: bool = False
    cost_price: Rupees | None = None
    selling_price: Rupees | None = None
    clear: frozenset[str] = frozenset()

    @property
    def facts(self) -> tuple[Decimal | None, str | None, date | None]:
        """Which lot it means."""
        return self.mrp or None, self.batch, self.expiry_date


class StockChange(BaseModel):
    """All that one file says of one product: its lots in order of the file (the last becomes the default), and ``row``,
    the last row that says it."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    product_mrp: Rupees | None = None
    label: Label | None = None
    row: int
    lots: Annotated[list[LotChange], Field(min_length=1)]
    unit: StockUnit | None = None
    box_of: StockQuantity | None = None
    reorder_level: StockQuantity | None = None
    supplier: str | None = None
    location: str | None = None
    notes: str | None = None
    clear: frozenset[str] = frozenset()

    @property
    def booking(self) -> Literal["receipt", "adjustment"]:
        """As what the ledger has it: a file that only adds is of goods received."""
        figures = [(lot.adds, lot.quantity) for lot in self.lots if lot.quantity is not None]
        return "receipt" if figures and all(adds and figure > 0 for adds, figure in figures) else "adjustment"


def apply(old: Item | None, change: StockChange, *, store_id: str, job_id: str, cause: Cause) -> Item | None:
    """The item as a file changes it; None when it already is so, or this change was applied before.

    A quantity that is set replaces the item's whole stock: lots the file doesn't name go to zero. A file may come to an
    item by several changes, in any order: names that turn out to be one product's while it is imported. What the rows
    further down say of the item as a whole counts then, too. Raises Refused.
    """
    rows = old.import_marks[job_id].rows if old and job_id in old.import_marks else ()
    if change.row in rows:
        return None
    is_last = change.row > max(rows, default=0)
    lots = {lot.lot_id: lot for lot in old.lots} if old else {}
    default = old.default_lot if old else ""
    named: set[str] = set()
    # What one part names by its facts no other means without: whichever of them comes first in the file.
    said_of = {part.facts for part in change.lots}
    taken = frozenset(lot.lot_id for lot in lots.values() if lot.facts in said_of)
    for part in change.lots:
        lot = lot_meant(part.facts, list(lots.values()), default, taken | named)
        lots[lot.lot_id] = _lot_after(lot, part)
        named.add(lot.lot_id)
        default = lot.lot_id
    if not rows and any(part.quantity is not None and not part.adds for part in change.lots):
        lots |= {i: lot.model_copy(update={"quantity": ZERO}) for i, lot in lots.items() if i not in named}
    check_new_prices([lots[i] for i in named], old, change.product_mrp)
    said: dict[str, Any] = {n: v for n in ITEM_FIELDS if (v := getattr(change, n)) is not None}
    emptied = dict.fromkeys(change.clear & set(ITEM_FIELDS) - {"unit"})
    if old and not is_last:
        said, emptied = {n: v for n, v in said.items() if getattr(old, n) is None}, {}
        default = old.default_lot
    version = old.version + 1 if old else 1
    item = booked(
        old,
        cause,
        Booking("import", change.booking, job_id=job_id),
        **said,
        **emptied,
        store_id=store_id,
        product_id=change.product_id,
        lots=list(lots.values()),
        default_lot=default,
        label=(old.label if old else None) or change.label,  # one that is there is kept true by the catalog's events
        import_marks=_marks(old.import_marks if old else {}, job_id, Mark((*rows, change.row), version, version - 1)),
    )
    return None if old and old.same_stock(item) else item


@dataclass(frozen=True, slots=True)
class Image:
    """An item as it was at a ``version``, before an import wrote the next one; None (version 0): it wasn't there."""

    product_id: str
    item: Item | None

    @property
    def version(self) -> int:
        """Which one it was."""
        return self.item.version if self.item else 0


def before_import(now: Item | None, images: Mapping[int, Image], job_id: str) -> Image | None:
    """The item as it was before an import, of which ``now`` is what it made of it; None when that is not what it is.

    ``images``: what was kept of the item, by version. An import that reached the item on two ways wrote it twice.
    """
    if now is None or job_id not in now.import_marks:
        return None
    version = now.version
    before: Image | None = None
    mark: Mark | None = now.import_marks[job_id]
    while mark and mark.version == version:
        before = images.get(mark.before)
        if before is None:
            return None
        version = before.version
        mark = before.item.import_marks.get(job_id) if before.item else None
    return before


def put_back(now: Item, before: Item, job_id: str, cause: Cause) -> Item:
    """The item as it was before an import, as its next version; the import's mark says that it was taken out.

    The ledger isn't turned back: it has a row more, of what that took. Of an import that had made what is put back, the
    new version is the one: it can be taken out next.
    """
    version = now.version + 1
    stood = {
        j: m._replace(version=version) if m.version == before.version else m for j, m in before.import_marks.items()
    }
    marks = _marks(stood, job_id, Mark(now.import_marks[job_id].rows, PUT_BACK))
    then = {n: getattr(before, n) for n in (*ITEM_FIELDS, "default_lot")}
    lots = [_still_told(lot, now.lot(lot.lot_id)) for lot in before.lots]
    return booked(now, cause, Booking("undo", job_id=job_id), **then, lots=lots, import_marks=marks)


def _still_told(lot: Lot, now: Lot | None) -> Lot:
    """What the shop was told meanwhile of a lot's expiry stays told."""
    same = now is not None and now.expiry_date == lot.expiry_date
    return lot.model_copy(update={"told": now.told}) if now and same else lot


def _lot_after(lot: Lot, part: LotChange) -> Lot:
    figures: dict[str, Any] = {
        n: v for n, v in (("cost_price", part.cost_price), ("selling_price", part.selling_price)) if v is not None
    }
    figures |= dict.fromkeys(part.clear & LOT_FIGURES)
    if part.quantity is not None:
        quantity = lot.quantity + part.quantity if part.adds else part.quantity
        if quantity < 0 and quantity < lot.quantity:
            cure = f"This would leave {quantity} in stock; an import never takes stock below zero."
            error = FieldError("/quantity", "NEGATIVE_QUANTITY", cure)
            raise Refused("NEGATIVE_QUANTITY", cure, [error], words={"quantity": str(quantity)})
        figures["quantity"] = quantity
    return lot.model_copy(update=figures)


def _marks(before: Mapping[str, Mark], job_id: str, mark: Mark) -> dict[str, Mark]:
    others = {j: m for j, m in before.items() if j != job_id}
    return {**dict(list(others.items())[-(_MARKS_KEPT - 1) :]), job_id: mark}
