"""StockCounts: a store's stock takes, and what people have found.

``count#<count_id>`` is a stock take. ``entry#<count_id>#<product_id>#<entry_id>`` is an entry that stands, by product;
``id#<count_id>#<entry_id>`` says what stands under an id that a client gave, and remembers what was taken back.
``found#<count_id>#<product_id>`` is what became of a product. What changes entries is one transaction with the row of
the stock take, on condition that it is open: so once it is ``booking``, its entries are what is booked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby, islice
from typing import Any

from services.inventory.domain.counting import Count, CountEntry, Found, Known, Summary
from services.inventory.settings import CountSettings
from shared.aws import dynamo
from shared.aws.dynamo import ConditionFailed, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound, Unavailable

_COUNT, _ENTRY, _ID, _FOUND = "count#", "entry#", "id#", "found#"
_BOOKING = "yes"
_WRITES_AT_ONCE = 100  # of a transaction
ENTRIES_AT_ONCE = (_WRITES_AT_ONCE - 1) // 2
PRODUCTS_AT_ONCE = 50
"""So many have room in a transaction, with all their lots: 4 MB."""


def _counts() -> Table:
    return Table(settings(CountSettings).stock_counts_table, "store_id", "row")


# --- Stock takes ---


def add(count: Count) -> None:
    """A new stock take; one that is there already stays as it is."""
    try:
        _counts().put({**_plain(count), "row": _COUNT + count.count_id}, "attribute_not_exists(store_id)")
    except ConditionFailed:
        return


def find(store_id: str, count_id: str) -> Count | None:
    """The stock take, or None."""
    found = _counts().get(store_id, _COUNT + count_id)
    return Count.model_validate(found) if found else None


def get(store_id: str, count_id: str) -> Count:
    """The stock take. Raises NotFound."""
    found = find(store_id, count_id)
    if found is None:
        raise NotFound("COUNT_UNKNOWN", "This store has no such stock take.")
    return found


def page(store_id: str, limit: int, after: str | None) -> tuple[list[Count], str | None]:
    """A store's stock takes, newest first, and the one to go on after."""
    last = _COUNT + after if after else f"{_COUNT}~"
    found = _rows(store_id, _COUNT, last, limit + 2, newest_first=True)
    known = list(islice((Count.model_validate(r) for r in found if r["row"] != last), limit + 1))
    return known[:limit], known[limit - 1].count_id if len(known) > limit else None


def begin_booking(count: Count, cause: Cause) -> Count:
    """The stock take as it is after an open one was given to the worker; one that isn't open stays as it is."""
    return _moved(
        count,
        "SET #status = :to, closed_at = :now, closed_by = :me, correlation_id = :correlation,"
        " working = :working, moved_at = :now, summary = :summary",
        to="booking",
        now=rfc3339(cause.at),
        me=cause.actor,
        correlation=cause.correlation_id,
        working=_BOOKING,
        summary=Summary().model_dump(),
    )


def cancel(count: Count, cause: Cause) -> Count:
    """The stock take as it is after an open one was cancelled; one that isn't open stays as it is."""
    return _moved(
        count,
        "SET #status = :to, closed_at = :now, closed_by = :me",
        to="cancelled",
        now=rfc3339(cause.at),
        me=cause.actor,
    )


def _moved(count: Count, set_: str, **values: Any) -> Count:
    key = (count.store_id, _COUNT + count.count_id)
    try:
        return Count.model_validate(
            _counts().update(*key, set_=set_, condition="#status = :open", open="open", **values)
        )
    except ConditionFailed as failed:
        return Count.model_validate(failed.item)


def save_booked(count: Count, found: Sequence[Found], now: datetime, *, done: bool) -> Count | None:
    """What became of the next products, and that they are booked: one write. None: somebody else has told so before."""
    summary = (count.summary or Summary()) + Summary.of(found)
    booked_to = found[-1].product_id if found else count.booked_to
    ended = ", #status = :booked, booked_at = :now REMOVE working" if done else ""
    values: dict[str, Any] = {"booked": "booked"} if done else {}
    told = _counts().updating(
        count.store_id,
        _COUNT + count.count_id,
        set_=f"SET summary = :summary, booked_to = :to, moved_at = :now{ended}",
        condition="#status = :booking AND booked_to = :before",
        booking="booking",
        before=count.booked_to,
        to=booked_to,
        summary=summary.model_dump(),
        now=rfc3339(now),
        **values,
    )
    rows = [
        _counts().putting(
            {
                **_plain(one),
                "lots": [_plain(lot) for lot in one.lots] or None,
                "store_id": count.store_id,
                "row": f"{_FOUND}{count.count_id}#{one.product_id}",
            }
        )
        for one in found
    ]
    try:
        transact([told, *rows])
    except TransactionRefused:
        return None
    more: dict[str, Any] = {"status": "booked", "booked_at": now} if done else {}
    return count.model_copy(update={"summary": summary, "booked_to": booked_to, **more})


def standing_still(since: datetime) -> Iterator[tuple[str, str]]:
    """Store and id of stock takes that are to be booked and have not moved since, by an index that lags a moment."""
    found = _counts().query_all(
        "working = :working AND moved_at < :since", index="by_working", working=_BOOKING, since=rfc3339(since)
    )
    return ((r["store_id"], r["row"].removeprefix(_COUNT)) for r in found)


# --- Entries ---


def known_entries(count: Count, entry_ids: Iterable[str]) -> dict[str, Known]:
    """What stands under those of these ids that were ever entered."""
    found = _counts().get_many((count.store_id, _named(count, i)) for i in entry_ids)
    return {r["row"].rsplit("#", 1)[1]: _known(r) for r in found}


def get_entry(count: Count, entry_id: str) -> CountEntry:
    """The entry, if it stands. Raises NotFound."""
    known = known_entries(count, [entry_id]).get(entry_id)
    found = _counts().get(count.store_id, _row(count, known.product_id, entry_id)) if known else None
    if found is None:
        raise NotFound("ENTRY_UNKNOWN", "This stock take has no such entry, or it was taken back.")
    return _entry(found)


def add_entries(count: Count, entries: Sequence[CountEntry]) -> bool:
    """All of up to ``ENTRIES_AT_ONCE`` new entries, or none: False, where one of their ids is taken or the stock take
    isn't open any more. Raises Unavailable (COUNT_BUSY)."""
    rows: list[Write] = []
    for entry in entries:
        key = {"store_id": count.store_id, "row": _row(count, entry.product_id, entry.entry_id)}
        rows.append(_counts().putting({**_plain(entry), **key, "lot": _plain(entry.lot) if entry.lot else None}))
        named = {"store_id": count.store_id, "row": _named(count, entry.entry_id)}
        what = {"product_id": entry.product_id, "quantity": entry.quantity, "sent_as": entry.sent_as}
        rows.append(_counts().putting({**named, **what}, "attribute_not_exists(store_id)"))
    return _with_open(count, len(entries), rows)


def take_back(count: Count, entry: CountEntry, cause: Cause) -> bool:
    """Whether an entry was taken back: not if the stock take isn't open any more, or it was taken back before.

    Raises Unavailable (COUNT_BUSY).
    """
    gone = _counts().deleting(count.store_id, _row(count, entry.product_id, entry.entry_id))
    remembered = _counts().updating(
        count.store_id,
        _named(count, entry.entry_id),
        set_="SET taken_back_at = :now, taken_back_by = :me",
        condition="attribute_exists(store_id) AND attribute_not_exists(taken_back_at)",
        now=rfc3339(cause.at),
        me=cause.actor,
    )
    return _with_open(count, -1, [gone, remembered])


def _with_open(count: Count, more: int, rows: Sequence[Write]) -> bool:
    """Writes rows with the figure of the stock take that counts them, if it is open."""
    counted = _counts().updating(
        count.store_id,
        _COUNT + count.count_id,
        set_="SET #entries = #entries + :more",
        condition="#status = :open",
        more=more,
        open="open",
    )
    try:
        transact([counted, *rows])
    except TransactionRefused:
        return False
    except TimeoutError:
        raise Unavailable("COUNT_BUSY", "Many people count at this moment; send it again.", retry_after=1) from None
    return True


def page_of_entries(
    count: Count, limit: int, after: tuple[str, str] | None
) -> tuple[list[CountEntry], tuple[str, str] | None]:
    """Entries that stand, by product, and product and id of the one to go on after."""
    before = f"{_ENTRY}{count.count_id}#" + ("#".join(after) if after else "")
    found = _rows(count.store_id, before, f"{_ENTRY}{count.count_id}#~", limit + 2)
    known = list(islice((_entry(r) for r in found if r["row"] != before), limit + 1))
    shown = known[:limit]
    return shown, (shown[-1].product_id, shown[-1].entry_id) if len(known) > limit else None


def products(count: Count, after: str | None, limit: int) -> tuple[dict[str, list[CountEntry]], bool]:
    """The entries of the next counted products, and whether there are products after these."""
    # "~" comes after all that is in an id.
    before = f"{_ENTRY}{count.count_id}#" + (f"{after}#~" if after else "")
    found = map(_entry, _rows(count.store_id, before, f"{_ENTRY}{count.count_id}#~", 3 * limit + 2))
    groups = groupby(found, key=lambda entry: entry.product_id)
    known = {product_id: list(some) for product_id, some in islice(groups, limit)}
    return known, next(groups, None) is not None


def page_of_found(count: Count, after: str | None, limit: int) -> tuple[list[Found], bool]:
    """What became of the next products of a stock take that is booked, and whether there are products after these."""
    before = f"{_FOUND}{count.count_id}#{after or ''}"
    found = _rows(count.store_id, before, f"{_FOUND}{count.count_id}#~", limit + 2)
    known = list(islice((Found.model_validate(r) for r in found if r["row"] != before), limit + 1))
    return known[:limit], len(known) > limit


def _rows(store_id: str, first: str, last: str, at_once: int, *, newest_first: bool = False) -> Iterator[dynamo.Item]:
    return _counts().query_all(
        "store_id = :store AND #row BETWEEN :first AND :last",
        newest_first=newest_first,
        consistent=True,
        limit=at_once,
        store=store_id,
        first=first,
        last=last,
    )


def _row(count: Count, product_id: str, entry_id: str) -> str:
    return f"{_ENTRY}{count.count_id}#{product_id}#{entry_id}"


def _named(count: Count, entry_id: str) -> str:
    return f"{_ID}{count.count_id}#{entry_id}"


def _known(row: dynamo.Item) -> Known:
    return Known(row["product_id"], Decimal(row["quantity"]), "taken_back_at" in row, row.get("sent_as"))


def _entry(row: dynamo.Item) -> CountEntry:
    return CountEntry.model_validate(row)


def _plain(model: Any) -> dynamo.Item:
    """As the table holds it: times and days as text."""
    known: dict[str, Any] = {n: getattr(model, n) for n in type(model).model_fields}
    return {
        n: rfc3339(v) if isinstance(v, datetime) else v.isoformat() if isinstance(v, date) else v
        for n, v in known.items()
    }
