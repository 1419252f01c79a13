"""A shop's stock of one product: lots, prices and the rows of its ledger that are not in the ledger's table yet.

A lot is the same product at another MRP, batch or expiry: Indian shelves hold the same packet at Rs 84 and Rs 88. No
lot may be sold above its MRP (Legal Metrology (Packaged Commodities) Rules 2011, rule 18(2)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, computed_field

from services.inventory.domain.entry import Booking, Entry, Flag, Prices
from shared.kernel.cause import Cause
from shared.kernel.errors import FieldError, Invalid
from shared.kernel.ids import derived_id
from shared.kernel.money import Rupees
from shared.kernel.quantity import MAX_STOCK, StockQuantity, StockUnit

MAX_LOTS = 200
ZERO = Decimal(0)
_EMPTY_FOR = timedelta(days=90)
_URLS = {"original", "medium", "thumbnail"}


@dataclass(eq=False)
class Refused(Invalid):
    """A rule of trade forbids the change. ``words``: the figures that its sentence names."""

    words: Mapping[str, str] = field(default_factory=dict)


class Lot(BaseModel):
    """Stock of one MRP, batch and expiry. Prices per ``unit`` of the item, INR."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    lot_id: str
    mrp: Rupees | None = None
    batch: str | None = None
    expiry_date: date | None = None
    quantity: StockQuantity = ZERO
    cost_price: Rupees | None = None
    selling_price: Rupees | None = None
    emptied_on: Annotated[date | None, Field(exclude=True)] = None
    """Since when there is none of it; after 90 days it leaves the item."""
    told: Annotated[int | None, Field(exclude=True)] = None
    """How many days before its expiry the shop was told last; -1: that it has expired."""

    @property
    def facts(self) -> tuple[Decimal | None, str | None, date | None]:
        """What tells it from the product's other lots. An MRP of zero is none."""
        return self.mrp or None, self.batch, self.expiry_date

    @property
    def prices(self) -> Prices:
        """What it costs."""
        return Prices(mrp=self.mrp, cost_price=self.cost_price, selling_price=self.selling_price)


class Mark(NamedTuple):
    """That an import is in an item: the last row of each change, the ``version`` of the item that the last of them
    made, and the one ``before``.

    ``PUT_BACK`` instead of a version: the import was taken out again.
    """

    rows: tuple[int, ...]
    version: int = 0
    before: int = -1


PUT_BACK = -1


class PhotoUrls(BaseModel):
    """Where a photo is served, as paths of the web origin."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"additionalProperties": {"type": "string"}})

    original: str
    medium: str
    thumbnail: str


class Photo(PhotoUrls):
    """The shop's own photo of a product. ``image_hash`` is the SHA-256 of the original."""

    image_hash: str
    role: str


class Label(NamedTuple):
    """What of a product a shop looks for on its list: words of its names as ``read_name`` spells them, and category."""

    words: str
    category: str | None


class Item(BaseModel):
    """A product on a shop's shelf. Its quantity is the sum of its lots, its prices are those of the default lot."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    store_id: str
    product_id: str
    unit: StockUnit = "piece"
    box_of: StockQuantity | None = None
    reorder_level: StockQuantity | None = None
    supplier: str | None = None
    location: str | None = None
    notes: str | None = None
    custom_images: tuple[Photo, ...] = ()
    """The shop's own photos, the newest first."""
    lots: list[Lot]
    default_lot: str
    last_updated: datetime
    version: int = 1
    # Which rows of which imports are in it, so that a redelivered row does nothing and an import can be taken out.
    import_marks: Annotated[dict[str, Mark], Field(exclude=True)] = {}
    recent: Annotated[tuple[Entry, ...], Field(exclude=True)] = ()
    """Its last rows of the ledger, until they are known to be in the ledger's table."""
    label: Annotated[Label | None, Field(exclude=True)] = None
    kin: Annotated[tuple[str, ...], Field(exclude=True)] = ()
    """Products whose stock has come here, or was here, by a merge: their ledgers know movements that may come again."""
    uploads_seen: Annotated[tuple[str, ...], Field(exclude=True)] = ()
    """Uploads of photos that are in it, or were: none comes back by an event that is told twice."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def quantity(self) -> StockQuantity:
        """What is there, over all lots."""
        return sum((lot.quantity for lot in self.lots), ZERO)

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

    @computed_field  # type: ignore[prop-decorator]
    @property
    def custom_image_urls(self) -> PhotoUrls | None:
        """Of the newest photo."""
        return next((PhotoUrls(**p.model_dump(include=_URLS)) for p in self.custom_images), None)

    @property
    def front(self) -> Lot:
        """The default lot: the one that was priced or received last."""
        return next(lot for lot in self.lots if lot.lot_id == self.default_lot)

    @property
    def is_low(self) -> bool:
        """At or below its reorder level."""
        return self.reorder_level is not None and self.quantity <= self.reorder_level

    @property
    def next_expiry(self) -> date | None:
        """Of what is there, the first day that something expires."""
        return min((lot.expiry_date for lot in self.lots if lot.expiry_date and lot.quantity > 0), default=None)

    def lot(self, lot_id: str) -> Lot | None:
        """A lot by id."""
        return next((lot for lot in self.lots if lot.lot_id == lot_id), None)

    def same_stock(self, other: Item) -> bool:
        """Whether nothing differs that a shopkeeper would see; photos are no stock."""
        passing = {"version", "last_updated", "custom_images", "custom_image_urls"}
        if self.default_lot != other.default_lot:
            return False
        # Nor does he see that a lot left that was sold out long ago.
        left = {lot.lot_id for lot in self.lots} - {lot.lot_id for lot in other.lots}
        seen = [lot for lot in self.lots if lot.lot_id not in left or not _is_forgotten(lot, other.last_updated.date())]
        return self.model_copy(update={"lots": seen}).model_dump(exclude=passing) == other.model_dump(exclude=passing)

    @staticmethod
    def booked(old: Item | None, cause: Cause, why: Booking, **fields: Any) -> Item:
        """The next version of an item, with the row of the ledger that says what has become of its lots.

        The one way that an item changes: so its rows always add up to what it holds.
        """
        at = max(cause.at, old.last_updated) if old else cause.at
        version = old.version + 1 if old else 1
        before = {lot.lot_id: lot for lot in old.lots} if old else {}
        kept = {n: getattr(old, n) for n in Item.model_fields} if old else {}
        today = at.date()
        dated = [_dated(lot, before.get(lot.lot_id), today) for lot in fields["lots"]]
        lots = [lot for lot in dated if lot.lot_id == fields["default_lot"] or not _is_forgotten(lot, today)]
        kept |= {**fields, "lots": lots, "last_updated": at, "version": version}
        new = Item.model_construct(**kept)
        moved = _moved(before, {lot.lot_id: lot for lot in lots})
        priced = {lot.lot_id: lot.prices for lot in lots if _priced_anew(lot, before.get(lot.lot_id))}
        # A merge leaves a row even where nothing came by it: it says since when the goods of two are one's.
        if not moved and not priced and why.origin not in {"api", "merge"}:
            return new
        change, balance = sum(moved.values(), ZERO), new.quantity
        below: tuple[Flag, ...] = ("NEGATIVE_STOCK",) if balance < 0 and change < 0 else ()
        entry = Entry(
            movement_id=why.movement_id
            or derived_id("mov", at, new.store_id, new.product_id, str(version), cause.correlation_id),
            type=why.type,
            quantity=change if why.quantity is None else why.quantity,
            unit=why.unit or new.unit,
            change=change,
            balance=balance,
            lots=moved,
            occurred_at=why.occurred_at or at,
            recorded_at=at,
            version=version,
            origin=why.origin,
            actor=cause.actor,
            job_id=why.job_id,
            note=why.note,
            flags=below,
            prices=priced,
            sent_as=why.sent_as,
        )
        return new.model_copy(update={"recent": (*(old.recent if old else ()), entry)})

    def without_rows_of(self, old: Item, relieved: Item) -> Item:
        """Without those rows of ``old``, from which it was made, that are no longer with it (``relieved``)."""
        gone = {e.key for e in old.recent} - {e.key for e in relieved.recent}
        return self.model_copy(update={"recent": tuple(e for e in self.recent if e.key not in gone)}) if gone else self

    def touched(self, cause: Cause, **fields: Any) -> Item:
        """The next version with what is no news to the shop: nothing moves, and imports can be taken out as before."""
        version = self.version + 1
        stood = {j: m._replace(version=version) for j, m in self.import_marks.items() if m.version == self.version}
        at = max(cause.at, self.last_updated)
        return self.model_copy(
            update={**fields, "version": version, "last_updated": at, "import_marks": {**self.import_marks, **stood}}
        )


def booked(old: Item | None, cause: Cause, why: Booking, **fields: Any) -> Item:
    """``Item.booked``, of an item that may come to hold more than can be kept. Raises Refused.

    TOO_LARGE: of a lot too, or what is written could not be read again. TOO_MANY_LOTS: once old empty ones have left.
    """
    figures = [lot.quantity for lot in fields["lots"]]
    for figure in (sum(figures, ZERO), *figures):
        check_size(figure)
    new = Item.booked(old, cause, why, **fields)
    check_room(new.lots)
    return new


def check_prices(lots: Iterable[Lot], product_mrp: Decimal | None) -> None:
    """Raises Refused where a lot would be sold above the MRP that counts: its own, else the product's."""
    for lot in lots:
        mrp = lot.mrp if lot.mrp is not None else product_mrp
        if mrp is not None and lot.selling_price is not None and lot.selling_price > mrp:
            cure = f"The selling price Rs {lot.selling_price:.2f} is above the MRP Rs {mrp:.2f}; that is unlawful."
            words = {"price": f"{lot.selling_price:.2f}", "mrp": f"{mrp:.2f}"}
            raise Refused("PRICE_ABOVE_MRP", cure, [FieldError("/selling_price", "PRICE_ABOVE_MRP", cure)], words=words)


def check_new_prices(lots: Iterable[Lot], old: Item | None, product_mrp: Decimal | None) -> None:
    """``check_prices`` of lots that are not priced so already: the product's MRP may have come down since."""
    stand = {(lot.lot_id, lot.mrp, lot.selling_price) for lot in old.lots} if old else set()
    check_prices([lot for lot in lots if (lot.lot_id, lot.mrp, lot.selling_price) not in stand], product_mrp)


def check_size(quantity: Decimal) -> None:
    """Raises Refused where an item would hold more than it can."""
    if abs(quantity) > MAX_STOCK:
        cure = f"This would make {quantity} in stock; an item holds at most {MAX_STOCK}."
        words = {"quantity": str(quantity), "most": str(MAX_STOCK)}
        raise Refused("TOO_LARGE", cure, [FieldError("/quantity", "TOO_LARGE", cure)], words=words)


def check_room(lots: Sequence[Lot]) -> None:
    """Raises Refused where an item would have too many lots."""
    if len(lots) > MAX_LOTS:
        cure = f"An item keeps at most {MAX_LOTS} lots; sell or write off old ones first."
        raise Refused("TOO_MANY_LOTS", cure, words={"most": str(MAX_LOTS)})


def _moved(before: Mapping[str, Lot], after: Mapping[str, Lot]) -> dict[str, Decimal]:
    figures = {
        i: (after[i].quantity if i in after else ZERO) - (before[i].quantity if i in before else ZERO)
        for i in {**before, **after}
    }
    return {i: change for i, change in figures.items() if change}


def _priced_anew(lot: Lot, before: Lot | None) -> bool:
    if before is None:
        return lot.cost_price is not None or lot.selling_price is not None or lot.mrp is not None
    return (lot.mrp, lot.cost_price, lot.selling_price) != (before.mrp, before.cost_price, before.selling_price)


def _dated(lot: Lot, before: Lot | None, today: date) -> Lot:
    """With the day on which it was sold out."""
    if lot.quantity:
        return lot if lot.emptied_on is None else lot.model_copy(update={"emptied_on": None})
    emptied = (before.emptied_on if before and not before.quantity else None) or today
    return lot if lot.emptied_on == emptied else lot.model_copy(update={"emptied_on": emptied})


def _is_forgotten(lot: Lot, today: date) -> bool:
    """Whether it is sold out for so long that it leaves the item; the ledger keeps it."""
    return lot.emptied_on is not None and today - lot.emptied_on >= _EMPTY_FOR
