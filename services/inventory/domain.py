"""A shop's stock of one product: lots, prices, and what an import makes of them.

A lot is the same product at another MRP, batch or expiry: Indian shelves hold the same packet at Rs 84 and Rs 88. No
lot may be sold above its MRP (Legal Metrology (Packaged Commodities) Rules 2011, rule 18(2)).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, computed_field

from events.inventory import ChangedItem
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict, FieldError, Invalid, NotFound
from shared.kernel.fields import Line, Prose
from shared.kernel.money import Rupees
from shared.kernel.quantity import MAX_STOCK, StockQuantity, StockUnit

MAX_LOTS = 200
_MARKS_KEPT = 4
_ZERO = Decimal(0)


class Lot(BaseModel):
    """Stock of one MRP, batch and expiry. Prices per ``unit`` of the item, INR."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    lot_id: str
    mrp: Rupees | None = None
    batch: str | None = None
    expiry_date: date | None = None
    quantity: StockQuantity = _ZERO
    cost_price: Rupees | None = None
    selling_price: Rupees | None = None

    @property
    def facts(self) -> tuple[Decimal | None, str | None, date | None]:
        """What tells it from the product's other lots."""
        return self.mrp, self.batch, self.expiry_date


class Mark(NamedTuple):
    """That an import is in an item: its last ``row``, the ``version`` of the item that it made, and the one ``before``.

    ``PUT_BACK`` instead of a version: the import was taken out again.
    """

    row: int
    version: int = 0
    before: int = -1


PUT_BACK = -1


class Item(BaseModel):
    """A product on a shop's shelf. Its quantity is the sum of its lots, its prices are those of the default lot."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    store_id: str
    product_id: str
    unit: StockUnit = "piece"
    reorder_level: StockQuantity | None = None
    supplier: str | None = None
    location: str | None = None
    notes: str | None = None
    custom_image_urls: dict[str, str] | None = None
    lots: list[Lot]
    default_lot: str
    last_updated: datetime
    version: int = 1
    # Which rows of which imports are in it, so that a redelivered row does nothing and an import can be taken out.
    import_marks: Annotated[dict[str, Mark], Field(exclude=True)] = {}

    @computed_field  # type: ignore[prop-decorator]
    @property
    def quantity(self) -> StockQuantity:
        """What is there, over all lots."""
        return sum((lot.quantity for lot in self.lots), _ZERO)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def mrp(self) -> Rupees | None:
        """Of the default lot."""
        return self.front.mrp

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cost_price(self) -> Rupees | None:
        """Of the default lot."""
        return self.front.cost_price

    @computed_field  # type: ignore[prop-decorator]
    @property
    def selling_price(self) -> Rupees | None:
        """Of the default lot."""
        return self.front.selling_price

    @property
    def front(self) -> Lot:
        """The default lot: the one that was priced or received last."""
        return next(lot for lot in self.lots if lot.lot_id == self.default_lot)

    @property
    def is_low(self) -> bool:
        """At or below its reorder level."""
        return self.reorder_level is not None and self.quantity <= self.reorder_level

    def same_stock(self, other: Item) -> bool:
        """Whether nothing differs that a shopkeeper would see."""
        passing = {"version", "last_updated", "import_marks"}
        return self.model_dump(exclude=passing) == other.model_dump(exclude=passing)


ReorderLevel = Annotated[
    StockQuantity,
    Field(ge=0),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": float(MAX_STOCK), "multipleOf": 0.001}),
]


class ItemFields(BaseModel):
    """What a shop says of an item, whole: left out and null both mean nothing."""

    model_config = ConfigDict(extra="forbid")

    quantity: StockQuantity | None = None
    unit: StockUnit | None = None
    cost_price: Rupees | None = None
    selling_price: Rupees | None = None
    mrp: Rupees | None = None
    reorder_level: ReorderLevel | None = None
    supplier: Line | None = None
    location: Line | None = None
    notes: Prose | None = None
    lot_id: str | None = None


class ItemPatch(ItemFields):
    """Fields to change; those left out stay, null empties one that may be empty."""

    quantity: StockQuantity = _ZERO
    unit: StockUnit = "piece"


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
        return self.mrp, self.batch, self.expiry_date


class StockChange(BaseModel):
    """All that one file says of one product: its lots in order of the file (the last becomes the default), and ``row``,
    the last row that says it."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    product_mrp: Rupees | None = None
    row: int
    lots: Annotated[list[LotChange], Field(min_length=1)]
    unit: StockUnit | None = None
    reorder_level: StockQuantity | None = None
    supplier: str | None = None
    location: str | None = None
    notes: str | None = None
    clear: frozenset[str] = frozenset()


@dataclass(eq=False)
class Refused(Invalid):
    """A rule of trade forbids the change. ``words``: the figures that its sentence names."""

    words: Mapping[str, str] = field(default_factory=dict)


_LOT_FIGURES = frozenset({"mrp", "cost_price", "selling_price"})
_ITEM_FIELDS = ("unit", "reorder_level", "supplier", "location", "notes")


def put(
    old: Item | None,
    store_id: str,
    product_id: str,
    fields: ItemFields,
    product_mrp: Decimal | None,
    cause: Cause,
) -> Item:
    """The item as it is given, whole. Raises Conflict (LOT_REQUIRED), Refused (PRICE_ABOVE_MRP)."""
    given = fields.model_dump()
    given["unit"] = given["unit"] or "piece"
    given["quantity"] = given["quantity"] if given["quantity"] is not None else _ZERO
    return _changed(old, store_id, product_id, given, product_mrp, cause)


def patch(old: Item, fields: ItemPatch, product_mrp: Decimal | None, cause: Cause) -> Item:
    """The item with these fields changed. Raises as ``put``."""
    given = {name: getattr(fields, name) for name in fields.model_fields_set}
    return _changed(old, old.store_id, old.product_id, given, product_mrp, cause)


def _changed(
    old: Item | None,
    store_id: str,
    product_id: str,
    given: dict[str, Any],
    product_mrp: Decimal | None,
    cause: Cause,
) -> Item:
    lots = list(old.lots) if old else [Lot(lot_id=_lot_id((given.get("mrp"), None, None), ()))]
    wanted = given.get("lot_id")
    if wanted is None and len(lots) > 1 and _LOT_FIGURES & {n for n, v in given.items() if v is not None}:
        raise Conflict("LOT_REQUIRED", "This item has several lots; say which one by lot_id.")
    default = wanted or (old.default_lot if old else lots[0].lot_id)
    at = next((i for i, lot in enumerate(lots) if lot.lot_id == default), None)
    if at is None:
        raise NotFound("LOT_UNKNOWN", "This item has no such lot.")
    one_lot = len(lots) == 1
    figures = {n: given[n] for n in _LOT_FIGURES & given.keys() if one_lot or wanted}
    lots[at] = lots[at].model_copy(update=figures)
    if "quantity" in given:
        lots = _with_total(lots, at, given["quantity"])
    kept: dict[str, Any] = {n: given[n] if n in given else getattr(old, n) for n in _ITEM_FIELDS if n in given or old}
    item = Item(
        store_id=store_id,
        product_id=product_id,
        lots=lots,
        default_lot=default,
        last_updated=cause.at,
        version=old.version + 1 if old else 1,
        custom_image_urls=old.custom_image_urls if old else None,
        import_marks=old.import_marks if old else {},
        **kept,
    )
    check_prices([lot for lot in item.lots if not old or _priced(lot) not in map(_priced, old.lots)], product_mrp)
    return item


def apply(old: Item | None, change: StockChange, *, store_id: str, job_id: str, cause: Cause) -> Item | None:
    """The item as a file changes it; None when it already is so, or this or a later row of the job was applied before.

    A quantity that is set replaces the item's whole stock: lots the file doesn't name go to zero. Raises Refused.
    """
    if old and job_id in old.import_marks and old.import_marks[job_id].row >= change.row:
        return None
    lots = {lot.lot_id: lot for lot in old.lots} if old else {}
    default = old.default_lot if old else ""
    named: set[str] = set()
    for part in change.lots:
        lot = _lot_meant(part, list(lots.values()), default, frozenset(named))
        lots[lot.lot_id] = _lot_after(lot, part)
        named.add(lot.lot_id)
        default = lot.lot_id
    if any(part.quantity is not None and not part.adds for part in change.lots):
        lots |= {i: lot.model_copy(update={"quantity": _ZERO}) for i, lot in lots.items() if i not in named}
    if len(lots) > MAX_LOTS:
        cure = f"An item keeps at most {MAX_LOTS} lots; sell or write off old ones first."
        raise Refused("TOO_MANY_LOTS", cure, words={"most": str(MAX_LOTS)})
    check_prices([lots[i] for i in named], change.product_mrp)
    kept: dict[str, Any] = {n: getattr(old, n) for n in (*_ITEM_FIELDS, "custom_image_urls")} if old else {}
    version = old.version + 1 if old else 1
    said = {n: getattr(change, n) for n in _ITEM_FIELDS if getattr(change, n) is not None}
    emptied = dict.fromkeys(change.clear & set(_ITEM_FIELDS) - {"unit"})
    item = Item(
        **{**kept, **said, **emptied},
        store_id=store_id,
        product_id=change.product_id,
        lots=list(lots.values()),
        default_lot=default,
        last_updated=cause.at,
        version=version,
        import_marks=_marks(old.import_marks if old else {}, job_id, Mark(change.row, version, version - 1)),
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

    Of an import that had made what is put back, the new version is the one: it can be taken out next.
    """
    version = now.version + 1
    stood = {
        j: m._replace(version=version) if m.version == before.version else m for j, m in before.import_marks.items()
    }
    marks = _marks(stood, job_id, Mark(now.import_marks[job_id].row, PUT_BACK))
    return before.model_copy(update={"version": version, "last_updated": cause.at, "import_marks": marks})


def check_prices(lots: Iterable[Lot], product_mrp: Decimal | None) -> None:
    """Raises Refused where a lot would be sold above the MRP that counts: its own, else the product's."""
    for lot in lots:
        mrp = lot.mrp if lot.mrp is not None else product_mrp
        if mrp is not None and lot.selling_price is not None and lot.selling_price > mrp:
            cure = f"The selling price Rs {lot.selling_price:.2f} is above the MRP Rs {mrp:.2f}; that is unlawful."
            words = {"price": f"{lot.selling_price:.2f}", "mrp": f"{mrp:.2f}"}
            raise Refused("PRICE_ABOVE_MRP", cure, [FieldError("/selling_price", "PRICE_ABOVE_MRP", cure)], words=words)


def gone(old: Item) -> ChangedItem:
    """What listeners hear of an item that left the list."""
    version = old.version + 1  # the deletion is a change of its own, with an event of its own
    return ChangedItem(product_id=old.product_id, version=version, quantity=None, previous_quantity=old.quantity)


def moved(old: Item | None, new: Item) -> ChangedItem | None:
    """What listeners hear of a change; None when the shop would see none."""
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


def _priced(lot: Lot) -> tuple[str, Decimal | None, Decimal | None]:
    return lot.lot_id, lot.mrp, lot.selling_price


def _with_total(lots: Sequence[Lot], default: int, total: Decimal) -> list[Lot]:
    """The lots with this sum. More goes to the default lot; less is taken from it, then from others, oldest first."""
    figures = [lot.quantity for lot in lots]
    surplus = sum(figures, _ZERO) - total
    for at in [default, *(i for i in range(len(lots)) if i != default)]:
        taken = min(max(figures[at], _ZERO), max(surplus, _ZERO))
        figures[at] -= taken
        surplus -= taken
    figures[default] -= surplus
    return [lot.model_copy(update={"quantity": figure}) for lot, figure in zip(lots, figures, strict=True)]


def _lot_meant(part: LotChange, lots: Sequence[Lot], default: str, named: frozenset[str]) -> Lot:
    """The lot that a part of a file speaks of, or a new one."""
    for lot in lots:
        if lot.facts == part.facts:
            return lot
    if part.facts == (None, None, None) and lots and default not in named:
        return next(lot for lot in lots if lot.lot_id == default)
    if len(lots) == 1 and lots[0].lot_id not in named and _only_adds(part, lots[0]):
        return lots[0].model_copy(update={n: v for n, v in _facts(part).items() if v is not None})
    return Lot(lot_id=_lot_id(part.facts, [lot.lot_id for lot in lots]), **_facts(part))


def _only_adds(part: LotChange, lot: Lot) -> bool:
    """Whether the part says more about the lot and contradicts nothing."""
    return all(mine is None or mine == theirs for mine, theirs in zip(lot.facts, part.facts, strict=True))


def _lot_after(lot: Lot, part: LotChange) -> Lot:
    figures: dict[str, Any] = {
        n: v for n, v in (("cost_price", part.cost_price), ("selling_price", part.selling_price)) if v is not None
    }
    figures |= dict.fromkeys(part.clear & _LOT_FIGURES)
    if part.quantity is not None:
        quantity = lot.quantity + part.quantity if part.adds else part.quantity
        if abs(quantity) > MAX_STOCK:
            cure = f"This would make {quantity} in stock; an item holds at most {MAX_STOCK}."
            words = {"quantity": str(quantity), "most": str(MAX_STOCK)}
            raise Refused("TOO_LARGE", cure, [FieldError("/quantity", "TOO_LARGE", cure)], words=words)
        if quantity < 0 and quantity < lot.quantity:
            cure = f"This would leave {quantity} in stock; an import never takes stock below zero."
            error = FieldError("/quantity", "NEGATIVE_QUANTITY", cure)
            raise Refused("NEGATIVE_QUANTITY", cure, [error], words={"quantity": str(quantity)})
        figures["quantity"] = quantity
    return lot.model_copy(update=figures)


def _facts(part: LotChange) -> dict[str, Any]:
    return {"mrp": part.mrp, "batch": part.batch, "expiry_date": part.expiry_date}


def _lot_id(facts: tuple[Decimal | None, str | None, date | None], taken: Sequence[str]) -> str:
    mrp, batch, expiry = facts
    name = hashlib.sha256(f"{'' if mrp is None else mrp.normalize()}|{batch}|{expiry}".encode()).hexdigest()[:10]
    return next(i for n in range(len(taken) + 1) for i in [f"lot_{name}{n or ''}"] if i not in taken)


def _marks(before: Mapping[str, Mark], job_id: str, mark: Mark) -> dict[str, Mark]:
    others = {j: m for j, m in before.items() if j != job_id}
    return {**dict(list(others.items())[-(_MARKS_KEPT - 1) :]), job_id: mark}


ApplyStatus = Literal["created", "changed", "unchanged", "refused"]
