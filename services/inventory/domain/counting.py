"""Stock takes: what several people find adds up, and what differs from the books as of one moment is booked.

While a stock take is open, people enter what they find; an entry is of one product at one place. When it is booked,
each counted product gets a movement ``count`` as of that moment. All that this movement is made from stands in the
entries: so it is the same one whenever it is made, and is booked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from services.inventory.domain.entry import Entry
from services.inventory.domain.item import MAX_LOTS, ZERO, Item, Lot, Refused, check_size
from services.inventory.domain.moving import (
    AHEAD,
    OLDEST,
    Instant,
    LotNamed,
    MovementId,
    NewMovement,
    ProductId,
    known_lot,
)
from services.inventory.domain.units import converted, finest
from shared.kernel.cause import Cause
from shared.kernel.clock import indian_time, parse_rfc3339, rfc3339
from shared.kernel.errors import Conflict, FieldError, Invalid, Problem
from shared.kernel.fields import Line, Prose
from shared.kernel.ids import derived_id
from shared.kernel.money import Rupees, format_rupees
from shared.kernel.quantity import StockQuantity, StockUnit

BEGUN_WITHIN = timedelta(hours=24)
BOOKED_WITHIN = OLDEST - timedelta(days=1)
"""A movement is refused when it is older than ``OLDEST``; the booking has a day for its work."""
_PAISA = Decimal("0.01")

CountStatus = Literal["open", "booking", "booked", "cancelled"]
Value = Annotated[
    Decimal,
    PlainSerializer(format_rupees, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "examples": ["-172.50"]}),
]
"""Rupees, below zero for what is missing."""
Figure = Annotated[
    Decimal,
    PlainSerializer(
        lambda figure: int(figure) if figure == figure.to_integral_value() else float(figure),
        return_type=int | float,
        when_used="json",
    ),
    WithJsonSchema({"type": "number"}),
]
"""A sum or difference of quantities: it may be more than an item holds."""


class NewCount(BaseModel):
    """A stock take as of a moment: now, unless told; at most 24 hours ago."""

    model_config = ConfigDict(extra="forbid")

    name: Line | None = None
    as_of: Instant | None = None


class NewEntry(BaseModel):
    """What one person found of a product at one place; entries of a product add up.

    ``unit`` is the item's unless given. ``entry_id`` is the client's: the same one again changes nothing.
    """

    model_config = ConfigDict(extra="forbid")

    entry_id: MovementId
    product_id: ProductId
    quantity: StockQuantity
    unit: StockUnit | None = None
    lot: LotNamed | None = None
    note: Prose | None = None


class LotEntered(LotNamed):
    """The lot of an entry, with all that was known of it then."""

    model_config = ConfigDict(extra="ignore")


class CountEntry(BaseModel):
    """What was found, as told; ``figure`` is that in the unit ``kept`` in which the item was kept then."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entry_id: str
    product_id: str
    quantity: StockQuantity
    unit: StockUnit
    lot: LotEntered | None = None
    note: str | None = None
    counted_by: str
    recorded_at: datetime
    figure: Annotated[StockQuantity, Field(exclude=True)]
    kept: Annotated[StockUnit, Field(exclude=True)]
    sent_as: Annotated[str | None, Field(exclude=True)] = None
    """The product that was named, where that has become this one."""


class Known(NamedTuple):
    """What stands under a client's id: of which product, how many, and whether it was taken back."""

    product_id: str
    quantity: Decimal
    taken_back: bool = False
    sent_as: str | None = None

    def is_what(self, new: NewEntry) -> bool:
        """Whether this is that one, come again."""
        return new.product_id in {self.product_id, self.sent_as} and self.quantity == new.quantity


class LotFound(BaseModel):
    """Of a lot that people named: what they found, and what the books say; no figures where that can't be booked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    lot_id: str | None = None
    mrp: Rupees | None = None
    batch: str | None = None
    expiry_date: date | None = None
    counted: Figure
    expected: Figure | None = None
    difference: Figure | None = None
    value: Value | None = None


class Found(BaseModel):
    """Of a counted product: what people found, and what the books say as of the moment of the stock take.

    ``value`` is that of the difference at cost price, null where a cost is unknown. ``lots`` where every entry names
    one; without them the figures are those of the whole product. ``code`` says why it can't be booked, or wasn't.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    product_id: str
    unit: StockUnit
    counted: Figure | None = None
    expected: Figure | None = None
    difference: Figure | None = None
    value: Value | None = None
    lots: list[LotFound] = []
    code: str | None = None
    message: str | None = None


class Summary(BaseModel):
    """What was booked: so many products, of which so many differ, and the value of that at cost price.

    ``without_cost`` differ and are not in the value, for their cost is unknown; ``refused`` could not be booked.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    products: int = 0
    differing: int = 0
    without_cost: int = 0
    refused: int = 0
    value: Value = ZERO

    @staticmethod
    def of(found: Iterable[Found]) -> Summary:
        """Of these products."""
        known = list(found)
        differing = [f for f in known if f.difference or any(lot.difference for lot in f.lots)]
        return Summary(
            products=len(known),
            differing=len(differing),
            without_cost=sum(f.value is None for f in differing),
            refused=sum(f.code is not None for f in known),
            value=sum((f.value for f in differing if f.value is not None), ZERO),
        )

    def __add__(self, other: Summary) -> Summary:
        """Of both."""
        return Summary(**{n: getattr(self, n) + getattr(other, n) for n in Summary.model_fields})


class Count(BaseModel):
    """A stock take. ``entries``: how many stand. ``booked_to``: products up to this one are booked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    store_id: str
    count_id: str
    name: str | None = None
    status: CountStatus = "open"
    as_of: datetime
    entries: int = 0
    created_at: datetime
    created_by: str
    closed_at: datetime | None = None
    booked_at: datetime | None = None
    summary: Summary | None = None
    booked_to: Annotated[str, Field(exclude=True)] = ""
    closed_by: Annotated[str | None, Field(exclude=True)] = None
    correlation_id: Annotated[str, Field(exclude=True)] = ""


def opened(new: NewCount, store_id: str, cause: Cause) -> Count:
    """A stock take that begins. Raises Refused (TOO_LONG_AGO, IN_THE_FUTURE)."""
    as_of = parse_rfc3339(rfc3339(new.as_of or cause.at))  # what is answered is what is stored
    if as_of < cause.at - BEGUN_WITHIN:
        cure = "A stock take is as of a moment within the last 24 hours."
        raise Refused("TOO_LONG_AGO", cure, [FieldError("/as_of", "TOO_LONG_AGO", cure)])
    if as_of > cause.at + AHEAD:
        cure = f"It is {indian_time(cause.at)} now; set the phone's clock and send it again."
        raise Refused("IN_THE_FUTURE", cure, [FieldError("/as_of", "IN_THE_FUTURE", cure)])
    return Count(
        store_id=store_id,
        count_id=cause.new_id("cnt"),
        name=new.name,
        as_of=as_of,
        created_at=cause.at,
        created_by=cause.actor,
        correlation_id=cause.correlation_id,
    )


def check_age(count: Count, now: datetime) -> None:
    """Raises Conflict (COUNT_TOO_OLD) for a stock take whose movements would be refused for their age."""
    if count.as_of < now - BOOKED_WITHIN:
        raise Conflict("COUNT_TOO_OLD", "This stock take is older than 29 days; cancel it and count anew.")


def closed(count: Count) -> Conflict:
    """What who comes too late is told."""
    return Conflict("COUNT_CLOSED", f"This stock take is {count.status} and takes nothing more; begin a new one.")


def entered(
    new: NewEntry, item: Item | None, cause: Cause, sent_as: str | None = None, box_of: Decimal | None = None
) -> CountEntry:
    """An entry, of an item as it is now; None: the shop doesn't list it yet, and the booking will.

    ``sent_as``: the product that was named, where that has become this one; ``box_of``: what a box of that held.
    Raises Refused (NEGATIVE_QUANTITY, NO_SUCH_LOT, LOT_UNCLEAR), Invalid (units).
    """
    if new.quantity < 0:
        raise _wrong("/quantity", "NEGATIVE_QUANTITY", "A count finds zero or more.")
    kept = item.unit if item else new.unit or "piece"
    unit = new.unit or kept
    return CountEntry(
        entry_id=new.entry_id,
        product_id=new.product_id,
        quantity=new.quantity,
        unit=unit,
        lot=_named(new.lot, item.lots if item else ()),
        note=new.note,
        counted_by=cause.actor,
        recorded_at=cause.at,
        figure=converted(new.quantity, unit, kept, item.box_of if item else None, box_of),
        kept=kept,
        sent_as=sent_as,
    )


def movements(count: Count, product_id: str, entries: Iterable[CountEntry]) -> list[NewMovement]:
    """What a stock take books of a product: the same movements whenever it is asked, whatever became of the item.

    A lot gets one of its own where every entry names a lot and no two of these can be the same. Else the product is
    counted as a whole: which lots goods without a name are of, nobody can tell. Raises Invalid (units), Refused.
    """
    groups = [(lot, *_total(some)) for lot, some in _by_lot(sorted(entries, key=lambda e: e.entry_id))]
    return [
        NewMovement(
            movement_id=derived_id("mov", count.as_of, count.count_id, product_id, _key(lot)),
            type="count",
            quantity=figure,
            unit=unit,
            lot=None if lot is None else LotNamed(lot_id=lot.lot_id) if lot.lot_id else lot,
            occurred_at=count.as_of,
            note=count.name,
        )
        for lot, figure, unit in groups
    ]


def found(product_id: str, item: Item | None, wanted: Sequence[NewMovement], done: Sequence[Entry | Problem]) -> Found:
    """What a product's booking came to, or would come to; ``item`` as it is after it."""
    lines = [_line(item, movement, what) for movement, what in zip(wanted, done, strict=True)]
    problem = next((what for what in done if isinstance(what, Problem)), None)
    right = [line for line in lines if line.expected is not None]
    values = [line.value for line in right if line.value is not None]
    return Found(
        product_id=product_id,
        unit=item.unit if item and right else wanted[0].unit or "piece",
        counted=sum((line.counted for line in lines), ZERO),
        expected=sum((line.expected or ZERO for line in right), ZERO) if right else None,
        difference=sum((line.difference or ZERO for line in right), ZERO) if right else None,
        value=sum(values, ZERO) if right and len(values) == len(right) else None,
        lots=lines if wanted[0].lot else [],
        code=problem.code if problem else None,
        message=problem.detail if problem else None,
    )


def not_found(product_id: str, entries: Sequence[CountEntry], problem: Problem) -> Found:
    """Of a product whose entries make no movement."""
    return Found(product_id=product_id, unit=entries[0].kept, code=problem.code, message=problem.detail)


def _line(item: Item | None, movement: NewMovement, done: Entry | Problem) -> LotFound:
    named = movement.lot or LotNamed()
    lot = _lot_of(named, done, item) if movement.lot and item else None
    mrp, batch, expiry = lot.facts if lot else named.facts
    counted = movement.quantity
    line = LotFound(
        lot_id=lot.lot_id if lot else named.lot_id, mrp=mrp, batch=batch, expiry_date=expiry, counted=counted
    )
    if item is None or isinstance(done, Problem):
        return line
    try:
        counted = converted(counted, movement.unit or item.unit, item.unit, item.box_of)
    except Invalid:  # kept in other units since it was booked
        return line
    told = {"counted": counted, "expected": counted - done.change, "difference": done.change}
    return line.model_copy(update={**told, "value": _value(done, item)})


def _lot_of(named: LotNamed, done: Entry | Problem, item: Item) -> Lot | None:
    moved = None if isinstance(done, Problem) else next(iter(done.lots), None)
    return next((lot for lot in item.lots if lot.lot_id in {named.lot_id, moved} or lot.facts == named.facts), None)


def _value(entry: Entry, item: Item) -> Decimal | None:
    """What came or went, at what it has cost; None where that is unknown."""
    costs = {lot.lot_id: lot.cost_price for lot in item.lots}
    value = ZERO
    for lot_id, change in entry.lots.items():
        cost = costs.get(lot_id)
        if cost is None:
            return None
        value += change * cost
    return value.quantize(_PAISA, ROUND_HALF_UP) + ZERO  # never -0.00


def _named(named: LotNamed | None, lots: Sequence[Lot]) -> LotEntered | None:
    """A lot of the item with all that is known of it; what fits none is one that nobody has booked yet."""
    if named is None or (named.lot_id is None and named.facts == (None, None, None)):
        return None
    known = known_lot(named, lots, the_one=True)
    return _whole(known) if known else LotEntered(**named.model_dump())


def _whole(lot: Lot) -> LotEntered:
    return LotEntered(lot_id=lot.lot_id, mrp=lot.mrp, batch=lot.batch, expiry_date=lot.expiry_date)


def _by_lot(entries: Sequence[CountEntry]) -> list[tuple[LotNamed | None, list[CountEntry]]]:
    groups: list[tuple[LotNamed, list[CountEntry]]] = []
    for entry in entries:
        if entry.lot is None:
            return [(None, list(entries))]
        some = next((some for lot, some in groups if _same(lot, entry.lot)), None)
        if some is None:
            groups.append((entry.lot, [entry]))
        else:
            some.append(entry)
        if len(groups) > MAX_LOTS:
            return [(None, list(entries))]
    lots = [lot for lot, _ in groups]
    if any(not _distinct(one, other) for at, one in enumerate(lots) for other in lots[:at]):
        return [(None, list(entries))]
    return [(lot, some) for lot, some in groups]


def _same(one: LotNamed, other: LotNamed) -> bool:
    return one.lot_id == other.lot_id if one.lot_id and other.lot_id else one.facts == other.facts


def _distinct(one: LotNamed, other: LotNamed) -> bool:
    """Whether two can't be the same lot, not even when more is known of them."""
    if one.lot_id and other.lot_id:
        return True
    return any(a is not None and b is not None and a != b for a, b in zip(one.facts, other.facts, strict=True))


def _key(lot: LotNamed | None) -> str:
    if lot is None:
        return ""
    mrp, batch, expiry = lot.facts
    return lot.lot_id or f"{'' if mrp is None else mrp.normalize()}|{batch}|{expiry}"


def _total(entries: Sequence[CountEntry]) -> tuple[Decimal, StockUnit]:
    """All of it, in one unit."""
    unit = finest(e.kept for e in entries)
    total = sum((converted(e.figure, e.kept, unit, None) for e in entries), ZERO)
    check_size(total)
    return total, unit


def _wrong(pointer: str, code: str, cure: str) -> Refused:
    return Refused(code, cure, [FieldError(pointer, code, cure)])
