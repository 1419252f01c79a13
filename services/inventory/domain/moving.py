"""Stock movements as shops tell them: what each does to an item's lots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.inventory.domain.entry import INWARD, OUTWARD, Booking, Entry, MovementType
from services.inventory.domain.item import ZERO, Item, Label, Lot, Refused, booked, check_new_prices
from services.inventory.domain.lots import Facts, fitting, lot_meant, placed, with_more, without
from services.inventory.domain.units import converted
from shared.kernel.cause import Cause
from shared.kernel.clock import indian_day, indian_time
from shared.kernel.errors import FieldError
from shared.kernel.fields import Line, Prose
from shared.kernel.money import Rupees
from shared.kernel.quantity import StockQuantity, StockUnit

OLDEST = timedelta(days=30)
AHEAD = timedelta(minutes=5)
_FIRST_YEAR = 2000
_RECEIVED = frozenset({"opening", "receipt"})

MovementId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$", examples=["0197e1a2-6f3b-7cc4-9d5e-3a1b2c4d5e6f"])
]


def _text(value: object) -> object:
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("TIME_MALFORMED", "Write a time like 2026-11-22T10:15:30Z.")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_text)]


def _in_this_century(day: date) -> date:
    if not _FIRST_YEAR <= day.year < _FIRST_YEAR + 100:
        raise PydanticCustomError("IMPOSSIBLE_DATE", "Write an expiry date of this century, like 2027-01-31.")
    return day


ExpiryDate = Annotated[date, AfterValidator(_in_this_century)]


ProductId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class LotNamed(BaseModel):
    """Which lot: by id, or by as much of MRP, batch and expiry as is known."""

    model_config = ConfigDict(extra="forbid")

    lot_id: str | None = None
    mrp: Rupees | None = None
    batch: Line | None = None
    expiry_date: ExpiryDate | None = None

    @property
    def facts(self) -> Facts:
        """What tells it from others."""
        return self.mrp or None, self.batch, self.expiry_date


class NewMovement(BaseModel):
    """What moved. ``quantity`` is above zero; signed for an ``adjustment``; the figure found for a ``count``.

    ``unit`` is the item's unless given; prices are of the lot that an ``opening`` or ``receipt`` brings.
    """

    model_config = ConfigDict(extra="forbid")

    movement_id: MovementId
    type: MovementType
    quantity: StockQuantity
    unit: StockUnit | None = None
    lot: LotNamed | None = None
    occurred_at: Instant | None = None
    note: Prose | None = None
    cost_price: Rupees | None = None
    selling_price: Rupees | None = None

    @property
    def named(self) -> LotNamed | None:
        """The lot it names; nulls alone name none."""
        said = self.lot and (self.lot.lot_id, *self.lot.facts)
        return self.lot if said and any(one is not None for one in said) else None

    def is_what(self, entry: Entry) -> bool:
        """Whether a row of the ledger is this movement, come again."""
        return (entry.type, entry.quantity) == (self.type, self.quantity)


class About(NamedTuple):
    """What a movement needs to know beside the item: of the product, and the ledger since a moment.

    ``stood``: what there was of each lot at a moment, where it isn't the item's ledger that knows; else None.
    ``sent_as``: the product that was named, where that has become this one; ``box_of``: what a box of that held.
    """

    product_mrp: Decimal | None
    label: Label | None
    rows_since: Callable[[datetime], Iterable[Entry]]
    stood: Callable[[datetime], Mapping[str, Decimal] | None] = lambda _: None
    sent_as: str | None = None
    box_of: Decimal | None = None


def check(new: NewMovement, now: datetime) -> None:
    """Raises Refused where the figure or the time can't be."""
    if new.type == "count" and new.quantity < 0:
        raise _wrong("/quantity", "NEGATIVE_QUANTITY", "A count finds zero or more.")
    if new.type == "adjustment" and new.quantity == 0:
        raise _wrong("/quantity", "ZERO_QUANTITY", "An adjustment of nothing is none.")
    if new.type in INWARD | OUTWARD and new.quantity <= 0:
        code = "ZERO_QUANTITY" if new.quantity == 0 else "NEGATIVE_QUANTITY"
        raise _wrong("/quantity", code, "Say how much moved, above zero; the type says which way.")
    for name in ("cost_price", "selling_price"):
        if getattr(new, name) is not None and new.type not in _RECEIVED:
            raise _wrong(
                f"/{name}", "NOT_A_RECEIPT", "Only an opening or a receipt brings prices; PATCH the lot instead."
            )
    if new.occurred_at and new.occurred_at < now - OLDEST:
        raise _wrong("/occurred_at", "TOO_LONG_AGO", "What is older than 30 days is put right by a count.")
    if new.occurred_at and new.occurred_at > now + AHEAD:
        cure = f"It is {indian_time(now)} now; set the phone's clock and send it again."
        raise Refused("IN_THE_FUTURE", cure, [FieldError("/occurred_at", "IN_THE_FUTURE", cure)])


def move(old: Item | None, store_id: str, product_id: str, new: NewMovement, about: About, cause: Cause) -> Item:
    """The item after the movement; one that the shop didn't list is listed by it.

    Raises Refused (a figure, a time, PRICE_ABOVE_MRP, NO_SUCH_LOT, TOO_MANY_LOTS, TOO_LARGE), Invalid (units).
    """
    check(new, cause.at)
    unit = old.unit if old else new.unit or "piece"
    quantity = converted(new.quantity, new.unit or unit, unit, old.box_of if old else None, about.box_of)
    lots = list(old.lots) if old else []
    default = old.default_lot if old else ""
    occurred_at = new.occurred_at or cause.at
    lot = _lot(new, lots, default, there=new.type in OUTWARD or new.type == "count" or quantity < 0)
    if new.type in _RECEIVED:
        said = {n: getattr(new, n) for n in ("cost_price", "selling_price") if getattr(new, n) is not None}
        lot = lot.model_copy(update=said)
        default = lot.lot_id
    check_new_prices([lot], old, about.product_mrp)
    lots = placed(lots, lot)
    default = default or lot.lot_id
    if new.type == "count":
        figure = quantity - _as_of(old, occurred_at, about, lot.lot_id if new.named else None)
        exact = new.named is not None
    else:
        figure = -quantity if new.type in OUTWARD else quantity
        exact = new.type == "adjustment" and new.named is not None
    if exact:
        lots = placed(lots, lot.model_copy(update={"quantity": lot.quantity + figure}))
    elif figure > 0:
        lots = with_more(lots, lot.lot_id, figure)
    elif figure < 0:
        meant = _meant(new.named, lots, lot)
        day, sold = indian_day(occurred_at), new.type == "sale"
        owing = lot.lot_id if new.named else default
        after = {one.lot_id: one for one in without(meant, -figure, owing, today=day, sold=sold)}
        lots = [after.get(one.lot_id, one) for one in lots]
    given = (new.quantity, new.unit or unit, occurred_at)
    why = Booking("api", new.type, new.movement_id, *given, note=new.note, sent_as=about.sent_as)
    fields: dict[str, Any] = {"lots": lots, "default_lot": default}
    if old is None:
        fields |= {"store_id": store_id, "product_id": product_id, "unit": unit, "label": about.label}
    return booked(old, cause, why, **fields)


def as_of(item: Item | None, moment: datetime, rows: Iterable[Entry]) -> Mapping[str, Decimal]:
    """What there was of each lot at a moment, also of an item that has left the list since.

    ``rows``: at least those that were booked since (and five minutes). What had happened to a merged product before its
    goods came is of the goods that came: it was none of this item's until then.
    """
    figures = {lot.lot_id: lot.quantity for lot in item.lots} if item else {}
    since = {row.key: row for row in (*rows, *(item.recent if item else ()))}
    came: dict[str | None, datetime] = {}
    for _, row in sorted(since.items()):
        if row.origin == "merge" and row.type == "transfer_in":
            came[row.note] = row.occurred_at
        if max(row.occurred_at, came.get(row.sent_as, row.occurred_at)) > moment:
            for lot_id, change in row.lots.items():
                figures[lot_id] = figures.get(lot_id, ZERO) - change
    return figures


def _as_of(item: Item | None, moment: datetime, about: About, lot: str | None) -> Decimal:
    figures = about.stood(moment)
    if figures is None:
        figures = as_of(item, moment, about.rows_since(moment - AHEAD))
    return sum(figures.values(), ZERO) if lot is None else figures.get(lot, ZERO)


def _lot(new: NewMovement, lots: Sequence[Lot], default: str, *, there: bool) -> Lot:
    """The lot that a movement names, or the default one; a new one where goods come that the shop had none of.

    ``there``: they are in the shop already, so that what is said of the lot need not be all that is known of it.
    """
    named = new.named
    if named is None:
        return next((lot for lot in lots if lot.lot_id == default), None) or lot_meant((None, None, None), (), "")
    known = known_lot(named, lots, the_one=new.type == "count") if there or named.lot_id else None
    return known or lot_meant(named.facts, lots, default)


def known_lot(named: LotNamed, lots: Sequence[Lot], *, the_one: bool) -> Lot | None:
    """A lot of the item that is named by id, or by facts that are true of it; None where there is none of these facts.

    ``the_one``: it must be clear which. Raises Refused (NO_SUCH_LOT, LOT_UNCLEAR).
    """
    if named.lot_id is not None:
        found = next((lot for lot in lots if lot.lot_id == named.lot_id), None)
        if found is None:
            cure = "This item has no such lot; name it by MRP, batch or expiry."
            raise Refused("NO_SUCH_LOT", cure, [FieldError("/lot/lot_id", "NO_SUCH_LOT", cure)])
        return found
    fits = [lot for lot in lots if lot.facts == named.facts] or fitting(named.facts, lots)
    if the_one and len(fits) > 1:
        unclear = "Several lots of this item fit that; say more, or name it by lot_id."
        raise Refused("LOT_UNCLEAR", unclear, [FieldError("/lot", "LOT_UNCLEAR", unclear)])
    return next(iter(fits), None)


def _meant(named: LotNamed | None, lots: Sequence[Lot], lot: Lot) -> Sequence[Lot]:
    """The lots that goods may go out of."""
    if named is None:
        return lots
    return [lot] if named.lot_id is not None else fitting(named.facts, lots) or [lot]


def _wrong(pointer: str, code: str, cure: str) -> Refused:
    return Refused(code, cure, [FieldError(pointer, code, cure)])
