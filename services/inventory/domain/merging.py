"""Two products that have become one: a shop's stock of the merged one goes to its item of the survivor, and back.

Stock moves lot by lot. A lot that is alike (same MRP, batch and expiry) is added to and keeps its prices; others come
as they are, debts too. Units are turned into the survivor's exactly or not at all: prices as well as quantities.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from services.inventory.domain import photos, units
from services.inventory.domain.editing import ITEM_FIELDS
from services.inventory.domain.entry import OUTWARD, Booking, Entry
from services.inventory.domain.item import MAX_LOTS, PUT_BACK, ZERO, Item, Label, Lot, Mark, booked
from services.inventory.domain.lots import Facts, fitting, lot_id, lot_meant
from services.inventory.domain.moving import LotNamed, NewMovement, as_of
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.ids import derived_id

_THOUSANDTHS, _PAISE = 1000, 100
_KIN_KEPT = 20
_MARKS_KEPT = 4
_NOT_TO_UNDO = -2
"""As the version that an import made: none that an item can have."""


class CannotJoin(Exception):
    """Units don't go together, or a figure isn't exact in the other one."""


class Into(NamedTuple):
    """The product that another one has become."""

    merge_id: str
    product_id: str
    label: Label | None


@dataclass(frozen=True, slots=True)
class Move:
    """What a merge has moved of a shop's item, kept until it is taken back: both items as they were before.

    ``survivor``: None where the merge listed it. ``lots``: with which lot there each lot's goods went together.
    """

    merge_id: str
    movement_id: str
    at: datetime
    old: Item
    survivor_id: str
    survivor: Item | None
    lots: Mapping[str, str]


class Moved(NamedTuple):
    """A move, and both items after it: the one that leaves the list, and the one that stays or comes."""

    move: Move
    leaves: Item
    stays: Item


class Back(NamedTuple):
    """Both items after a move was taken back; ``leaves``: whether the survivor leaves the list."""

    survivor: Item
    leaves: bool
    old: Item


class _Joined(NamedTuple):
    fields: dict[str, Any]
    lots: dict[str, str]


def move(old: Item, survivor: Item | None, into: Into, cause: Cause, listed: Cause) -> Moved:
    """A shop's stock of a merged product as it goes to the survivor. ``listed``: the cause where that is listed by it.

    Raises CannotJoin, Refused (TOO_LARGE, TOO_MANY_LOTS).
    """
    cause = listed = _at_once(cause, listed, old, survivor)
    life = (str(old.version), rfc3339(old.last_updated))
    movement_id = derived_id("mov", cause.at, into.merge_id, old.store_id, old.product_id, *life)
    joined = _joined(old, old.lots, survivor)
    quantity, unit = old.quantity, old.unit
    came = Booking("merge", "transfer_in", movement_id, quantity, unit, note=old.product_id)
    stays = _made(survivor, old, into.product_id, into.label, joined, came, listed if survivor is None else cause)
    went = Booking("merge", "transfer_out", movement_id, quantity, unit, note=into.product_id)
    lots = [_holding(lot, ZERO) for lot in old.lots]
    leaves = Item.booked(old, cause, went, lots=lots, default_lot=old.default_lot)
    moved = Move(into.merge_id, movement_id, leaves.last_updated, old, into.product_id, survivor, joined.lots)
    return Moved(moved, leaves, stays)


def back(done: Move, now: Item, old: Item | None, label: Label | None, cause: Cause, listed: Cause) -> Back:
    """What a merge has moved, as it goes back; ``now`` is the survivor's item, ``old`` the merged product's if there is
    one again. ``listed``: the cause where it is listed by this.

    Where nobody has touched the survivor's item, both are what they were. Else of each lot goes back what was moved of
    it, or what is left of that: what was sold meanwhile stays sold. An item that the merge has listed, and that has
    nothing then, leaves the list, and what the shop has set of it goes back, too. Raises CannotJoin, Refused as
    ``move``.
    """
    cause = listed = _at_once(cause, listed, now, old)
    movement_id = derived_id("mov", cause.at, done.merge_id, done.movement_id, "back")
    untouched = _is_untouched(done, now)
    goods, left = (_as_told(done, now), now.lots) if untouched else _what_is_left(done, now)
    quantity = sum((lot.quantity for lot in goods), ZERO)
    went = Booking("merge", "transfer_out", movement_id, quantity, done.old.unit, note=done.old.product_id)
    came = Booking("merge", "transfer_in", movement_id, quantity, done.old.unit, note=now.product_id)
    leaves = done.survivor is None and (untouched or _was_never_its_own(done, now, left))
    source = done.old
    if leaves and not untouched and (now.unit, now.box_of) == (source.unit, source.box_of):
        source = source.model_copy(update={n: getattr(now, n) for n in (*ITEM_FIELDS, "custom_images", "uploads_seen")})
        goods = [_priced(lot, now.lot(done.lots.get(lot.lot_id, ""))) for lot in goods]
    joined = _joined(source, goods, old)
    again = _made(old, done.old, done.old.product_id, label, joined, came, listed if old is None else cause)
    # What the survivor has as kin, too: it may have gone on to another product and come back from there.
    kin = _kin(again.product_id, again.kin, (*now.kin, now.product_id))
    again = again.model_copy(update={"kin": kin})
    if leaves or not untouched or done.survivor is None:
        lots = [_holding(lot, ZERO) for lot in now.lots] if leaves else left
        return Back(Item.booked(now, cause, went, lots=lots, default_lot=now.default_lot), leaves=leaves, old=again)
    then = {n: getattr(done.survivor, n) for n in (*ITEM_FIELDS, "custom_images", "default_lot")}
    lots = [_still_told(lot, now.lot(lot.lot_id)) for lot in done.survivor.lots]
    return Back(Item.booked(now, cause, went, **then, lots=lots), leaves=False, old=again)


def renamed(movement: NewMovement, done: Move, survivor: Item | None) -> NewMovement:
    """A movement of a merged product as one of the survivor: by the unit, and of the lot, that were meant.

    Its figure stays as it was sent, by which it is known when it comes again.
    """
    there = movement.type in OUTWARD or movement.type == "count" or movement.quantity < 0
    lot = renamed_lot(movement.lot, done, survivor, the_one=there)
    update: dict[str, Any] = {"unit": movement.unit or done.old.unit, "lot": lot}
    if survivor and _rate(done.old, survivor) != 1:  # prices are by the unit
        update |= {"cost_price": None, "selling_price": None}
    return movement.model_copy(update=update)


def renamed_lot(named: LotNamed | None, done: Move, survivor: Item | None, *, the_one: bool) -> LotNamed | None:
    """A lot of a merged product as the survivor's: the one that it went together with, else what is said of it there.

    ``the_one``: what is said of it may be true of one lot alone, without being all that is known of that.
    """
    if named is None or survivor is None:
        return named
    if named.lot_id is not None:
        fits = [lot for lot in done.old.lots if lot.lot_id == named.lot_id]
        facts = fits[0].facts if fits else (None, None, None)
    else:
        known, facts = done.old.lots if the_one and any(named.facts) else (), named.facts
        fits = [lot for lot in known if lot.facts == facts] or fitting(facts, known)
    if len(fits) == 1 and (there := done.lots.get(fits[0].lot_id)) and survivor.lot(there):
        return LotNamed(lot_id=there)
    if not any(facts):
        return named
    mrp, batch, expiry_date = _facts_there(facts, _rate(done.old, survivor))
    return LotNamed(mrp=mrp, batch=batch, expiry_date=expiry_date)


def stood(
    done: Move, survivor: Item | None, moment: datetime, rows: Iterable[Entry], theirs: Iterable[Entry]
) -> dict[str, Decimal] | None:
    """What there was of a merged product at a moment before it was moved, by lots of the survivor.

    ``rows``: those of the merged product since. ``theirs``: those of the survivor since the move, some of which are of
    what had happened to the merged product before. None: it can't be told by the survivor's unit.
    """
    rate = _rate(done.old, survivor) if survivor else Fraction(1)
    if rate is None:
        return None
    figures: dict[str, Decimal] = {}
    for lot, figure in as_of(None, moment, rows).items():
        there = done.lots.get(lot) or _left_behind(lot, done, survivor, rate)
        figures[there] = figures.get(there, ZERO) + _rounded(Fraction(figure) * rate)
    for row in theirs:
        if row.sent_as == done.old.product_id and row.occurred_at <= moment:
            for lot, change in row.lots.items():
                figures[lot] = figures.get(lot, ZERO) + change
    return figures


def _at_once(cause: Cause, listed: Cause, *both: Item | None) -> Cause:
    """With one moment for both items, after all that was booked of either: what is as of a moment between two moments
    would find the goods on both or on none."""
    return replace(cause, at=max(cause.at, listed.at, *(item.last_updated for item in both if item)))


def _made(
    there: Item | None,
    source: Item,
    product_id: str,
    label: Label | None,
    joined: _Joined,
    why: Booking,
    cause: Cause,
) -> Item:
    """The item that goods of ``source`` come to, or the one that they make."""
    if there is None:
        named = {"store_id": source.store_id, "product_id": product_id, "label": label}
        return booked(None, cause, why, **named, **joined.fields)
    kin = _kin(product_id, there.kin, (*source.kin, source.product_id))
    return booked(there, cause, why, **{**joined.fields, "kin": kin})


def _joined(source: Item, goods: Sequence[Lot], there: Item | None) -> _Joined:
    """Fields of the item that has these goods of ``source`` as well, or of a new one with all that ``source`` had."""
    if there is None:
        known = {n: getattr(source, n) for n in (*ITEM_FIELDS, "custom_images", "uploads_seen", "default_lot")}
        kin = {"kin": (*source.kin, source.product_id), "import_marks": _marks({}, source.import_marks)}
        return _Joined({**known, **kin, "lots": list(goods)}, {lot.lot_id: lot.lot_id for lot in goods})
    rate = _rate(source, there)
    lots = {lot.lot_id: lot for lot in there.lots}
    together: dict[str, str] = {}
    takes_default = _is_bare(there.front) and not _is_bare(source.front)
    for lot in goods:
        here = _turned(lot, rate)
        if here is None and lot.quantity:
            raise CannotJoin
        alike = next((one for one in lots.values() if here and one.facts == here.facts), None)
        wanted = lot.quantity or alike or (takes_default and lot.lot_id == source.default_lot)
        if here is None or not wanted:
            continue  # what is sold out, and known here by nothing, stays behind
        place = alike.lot_id if alike else here.lot_id if here.lot_id not in lots else lot_id(here.facts, list(lots))
        lots[place] = _added(alike, here) if alike else here.model_copy(update={"lot_id": place})
        together[lot.lot_id] = place
    default = together.get(source.default_lot, there.default_lot) if takes_default else there.default_lot
    if len(lots) > MAX_LOTS:  # what is sold out makes room
        lots = {i: lot for i, lot in lots.items() if lot.quantity or i == default}
    fields: dict[str, Any] = {n: getattr(there, n) for n in ITEM_FIELDS}
    fields |= {n: getattr(source, n) for n in ("box_of", "supplier", "location", "notes") if fields[n] is None}
    if fields["reorder_level"] is None and source.reorder_level is not None and rate is not None:
        fields["reorder_level"] = _exact(Fraction(source.reorder_level) * rate, _THOUSANDTHS)
    fields["custom_images"] = photos.together(there.custom_images, source.custom_images)
    fields["uploads_seen"] = tuple(dict.fromkeys((*source.uploads_seen, *there.uploads_seen)))
    fields["import_marks"] = _marks(there.import_marks, source.import_marks)
    return _Joined({**fields, "lots": list(lots.values()), "default_lot": default}, together)


def _marks(own: Mapping[str, Mark], others: Mapping[str, Mark]) -> dict[str, Mark]:
    """That imports are in it still, so that a row that comes again does nothing; to be undone they are too far gone."""
    came = {j: m if m.version == PUT_BACK else Mark(m.rows, _NOT_TO_UNDO) for j, m in others.items() if j not in own}
    both = {j: m._replace(rows=tuple({*m.rows, *others[j].rows})) if j in others else m for j, m in own.items()}
    return dict([*came.items(), *both.items()][-_MARKS_KEPT:])


def _added(lot: Lot, more: Lot) -> Lot:
    """A lot with the goods of one that is alike; its own prices count, and what the shop was told of either."""
    prices = {n: getattr(more, n) for n in ("cost_price", "selling_price") if getattr(lot, n) is None}
    told = [one.told for one in (lot, more) if one.told is not None and one.quantity > 0]
    return lot.model_copy(
        update={**prices, "quantity": lot.quantity + more.quantity, "told": min(told, default=lot.told)}
    )


def _is_untouched(done: Move, now: Item) -> bool:
    """Whether the survivor's item is what the move has made of it. What catalog and watch note in it is no touch."""
    if now.product_id != done.survivor_id:
        return False
    then = Cause("", done.at, "")
    joined = _joined(done.old, done.old.lots, done.survivor)
    made = _made(done.survivor, done.old, done.survivor_id, None, joined, Booking("merge"), then)
    return made.same_stock(now) and made.custom_images == now.custom_images


def _was_never_its_own(done: Move, now: Item, left: Sequence[Lot]) -> bool:
    """Of an item that the merge has listed: whether the shop has nothing of it but what goes back."""
    return now.product_id == done.survivor_id and not any(lot.quantity for lot in left)


def _what_is_left(done: Move, now: Item) -> tuple[list[Lot], list[Lot]]:
    """Of each moved lot what is still there, as the merged product's lots; and the survivor's lots without it."""
    rate = _rate(done.old, now)
    lots = {lot.lot_id: lot for lot in now.lots}
    goods = []
    for lot in done.old.lots:
        there = _place(lot, done, now, rate)
        figure, taken = _left(lot.quantity, lots[there].quantity, rate) if there and rate else (ZERO, ZERO)
        goods.append(_holding(lot, figure))
        if there:
            lots[there] = _holding(lots[there], lots[there].quantity - taken)
    return goods, list(lots.values())


def _as_told(done: Move, now: Item) -> list[Lot]:
    """The merged product's lots as they were, but for what the shop was told of them since."""
    return [_still_told(lot, now.lot(done.lots.get(lot.lot_id, ""))) for lot in done.old.lots]


def _place(lot: Lot, done: Move, now: Item, rate: Fraction | None) -> str | None:
    """With which lot of the survivor a lot's goods are now: the one that is alike, else the one that they went to."""
    mrp = _exact(Fraction(lot.mrp) / rate, _PAISE) if lot.mrp and rate else lot.mrp
    facts = (mrp or None, lot.batch, lot.expiry_date)
    alike = next((one.lot_id for one in now.lots if one.facts == facts), None)
    known = now.lot(done.lots.get(lot.lot_id, "")) if now.product_id == done.survivor_id else None
    return alike or (known.lot_id if known else None)


def _left(moved: Decimal, now: Decimal, rate: Fraction) -> tuple[Decimal, Decimal]:
    """How much of what was moved goes back, by the unit it came in and by the one it is kept in.

    Of debts: what is owed still. What is no exact figure goes back in whole units.
    """
    wanted = Fraction(moved) * rate
    taken = min(wanted, Fraction(max(now, ZERO))) if moved > 0 else max(wanted, Fraction(min(now, ZERO)))
    figure = _exact(taken / rate, _THOUSANDTHS)
    if figure is None:
        figure = Decimal(int(taken / rate))
    kept = _exact(Fraction(figure) * rate, _THOUSANDTHS)
    return (figure, kept) if kept is not None else (ZERO, ZERO)


def _rate(given: Item, kept: Item) -> Fraction | None:
    return units.rate(given.unit, given.box_of, kept.unit, kept.box_of)


def _turned(lot: Lot, rate: Fraction | None) -> Lot | None:
    """A lot by another unit; None where that can't be told exactly."""
    if rate is None or rate == 1:
        return lot if rate else None
    prices = ("mrp", "cost_price", "selling_price")
    figures = {n: _exact(Fraction(value) / rate, _PAISE) for n in prices if (value := getattr(lot, n)) is not None}
    figures["quantity"] = _exact(Fraction(lot.quantity) * rate, _THOUSANDTHS)
    return None if None in figures.values() else lot.model_copy(update=figures)


def _facts_there(facts: Facts, rate: Fraction | None) -> Facts:
    """What tells a lot from others, where prices are by another unit."""
    mrp, batch, expiry = facts
    return Decimal(round(Fraction(mrp) / rate * _PAISE)) / _PAISE if mrp and rate else mrp, batch, expiry


def _left_behind(lot: str, done: Move, survivor: Item | None, rate: Fraction) -> str:
    """Of a lot that was sold out when the others moved: the one of the survivor that is meant by what is said of it."""
    known = done.old.lot(lot)
    if known is None or survivor is None or not any(known.facts):
        return lot
    return lot_meant(_facts_there(known.facts, rate), survivor.lots, survivor.default_lot).lot_id


def _exact(value: Fraction, parts: int) -> Decimal | None:
    """A figure with as many decimals as can be kept; None for one that has more."""
    whole = value * parts
    return Decimal(whole.numerator) / parts if whole.denominator == 1 else None


def _rounded(value: Fraction) -> Decimal:
    return Decimal(round(value * _THOUSANDTHS)) / _THOUSANDTHS


def _kin(own: str, known: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(p for p in dict.fromkeys((*known, *more)) if p != own)[-_KIN_KEPT:]


def _is_bare(lot: Lot) -> bool:
    return lot.mrp is None and lot.cost_price is None and lot.selling_price is None


def _still_told(lot: Lot, now: Lot | None) -> Lot:
    return lot.model_copy(update={"told": now.told}) if now else lot


def _priced(lot: Lot, now: Lot | None) -> Lot:
    prices = {n: getattr(now, n) for n in ("cost_price", "selling_price")} if now else {}
    return lot.model_copy(update=prices)


def _holding(lot: Lot, quantity: Decimal) -> Lot:
    return lot.model_copy(update={"quantity": quantity})
