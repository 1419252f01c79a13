"""Stock takes: begun as of a moment, entered by many, looked over, and booked."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict, Field

from services.catalog import client as catalog
from services.inventory.domain import counting, merging
from services.inventory.domain.counting import Count, CountEntry, Found, Known, NewCount, NewEntry
from services.inventory.domain.item import Item
from services.inventory.domain.merging import Move
from services.inventory.routes import api
from services.inventory.routes.products import ProductSummary, summary
from services.inventory.settings import ToCounts
from services.inventory.store import booking, counts, items, merges
from shared.aws import queues
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Listing, View, answer, cause, check_version, language
from shared.aws.idempotency import once
from shared.aws.many import AT_ONCE, MOST, Unreadable, each, told
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict, NotFound, Problem
from shared.kernel.translations import in_words_of

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query()]
_ONLY_VERSION = 1
"""An entry never changes."""


class ManyEntries(BaseModel):
    """What was found, by one person, in any order."""

    model_config = ConfigDict(extra="forbid")

    entries: Annotated[list[Annotated[NewEntry, each("entry_id")]], Field(min_length=1, max_length=MOST)]


class EntryResult(View):
    """What became of one of many; ``code`` says why it was refused."""

    entry_id: str | None
    status: Literal["applied", "already_applied", "refused"]
    code: str | None = None
    message: str | None = None


class EntryResults(View):
    """In the order of the request."""

    results: list[EntryResult]


class Difference(Found):
    """What was found of a product, with a summary of it."""

    product: ProductSummary | None = None


@api.post(
    "/v1/stores/<store_id>/counts",
    tags=["Stock takes"],
    summary="Begin a stock take as of a moment",
    status_code=201,
    middlewares=[once],
)
def begin_count(store_id: str, new: NewCount) -> Response[Count]:
    count = counting.opened(new, store_id, cause(api))
    counts.add(count)
    return answer(count, status=201)


@api.get("/v1/stores/<store_id>/counts", tags=["Stock takes"], summary="A store's stock takes, newest first")
def list_counts(store_id: str, limit: Limit = 25, cursor: Cursor = None) -> Response[Listing[Count]]:
    key = decode_cursor(api, cursor, "count_id")
    found, last = counts.page(store_id, limit, key["count_id"] if key else None)
    return answer(Listing(items=found, next_cursor=encode_cursor(api, {"count_id": last} if last else None)))


@api.get("/v1/stores/<store_id>/counts/<count_id>", tags=["Stock takes"], summary="A stock take and how far it is")
def get_count(store_id: str, count_id: str) -> Response[Count]:
    return answer(counts.get(store_id, count_id))


@api.post(
    "/v1/stores/<store_id>/counts/<count_id>/entries",
    tags=["Stock takes"],
    summary="Enter up to 100 things found; entries of one product add up",
    middlewares=[once],
)
def enter_found(store_id: str, count_id: str, many: ManyEntries) -> Response[EntryResults]:
    count = counts.get(store_id, count_id)
    sent: Sequence[NewEntry | Unreadable] = many.entries
    entering = _Entering(count, [new for new in sent if isinstance(new, NewEntry)], cause(api))
    results = [_refused(new.id, new.problem) if isinstance(new, Unreadable) else entering.result(new) for new in sent]
    return answer(EntryResults(results=results))


@api.get(
    "/v1/stores/<store_id>/counts/<count_id>/entries",
    tags=["Stock takes"],
    summary="What was entered, by product",
)
def list_entries(
    store_id: str, count_id: str, limit: Limit = 25, cursor: Cursor = None
) -> Response[Listing[CountEntry]]:
    key = decode_cursor(api, cursor, "product_id", "entry_id")
    after = (key["product_id"], key["entry_id"]) if key else None
    found, last = counts.page_of_entries(counts.get(store_id, count_id), limit, after)
    more = encode_cursor(api, {"product_id": last[0], "entry_id": last[1]} if last else None)
    return answer(Listing(items=found, next_cursor=more))


@api.get(
    "/v1/stores/<store_id>/counts/<count_id>/entries/<entry_id>",
    tags=["Stock takes"],
    summary="An entry that stands",
)
def get_entry(store_id: str, count_id: str, entry_id: str) -> Response[CountEntry]:
    return answer(counts.get_entry(counts.get(store_id, count_id), entry_id), version=_ONLY_VERSION)


@api.delete(
    "/v1/stores/<store_id>/counts/<count_id>/entries/<entry_id>",
    tags=["Stock takes"],
    summary="Take an entry back while the stock take is open",
    status_code=204,
)
def take_entry_back(store_id: str, count_id: str, entry_id: str) -> Response[None]:
    count = counts.get(store_id, count_id)
    entry = counts.get_entry(count, entry_id)
    check_version(api, _ONLY_VERSION, "entry")
    if not counts.take_back(count, entry, cause(api)):
        counts.get_entry(count, entry_id)  # somebody else may have taken it back just now
        raise counting.closed(counts.get(store_id, count_id))
    return Response(status_code=204, body=None)


@api.get(
    "/v1/stores/<store_id>/counts/<count_id>/differences",
    tags=["Stock takes"],
    summary="What was found beside what the books say as of the stock take, by product",
)
def list_differences(
    store_id: str, count_id: str, limit: Limit = 25, cursor: Cursor = None
) -> Response[Listing[Difference]]:
    key = decode_cursor(api, cursor, "product_id")
    found, more = _found(counts.get(store_id, count_id), key["product_id"] if key else None, limit, cause(api))
    products = catalog.facts(one.product_id for one in found)
    shown = [_shown(one, products.get(one.product_id)) for one in found]
    last = {"product_id": found[-1].product_id} if more else None
    return answer(Listing(items=shown, next_cursor=encode_cursor(api, last)))


@api.post(
    "/v1/stores/<store_id>/counts/<count_id>/book",
    tags=["Stock takes"],
    summary="Book what was found; asked again while it is `booking`, the work is started again where it stands",
    status_code=202,
    middlewares=[once],
)
def book_count(store_id: str, count_id: str) -> Response[Count]:
    why = cause(api)
    count = counts.get(store_id, count_id)
    if count.status == "open":
        counting.check_age(count, why.at)
        count = counts.begin_booking(count, why)
    if count.status == "cancelled":
        raise counting.closed(count)
    if count.status == "booking":  # again after a failure of ours: the message may not have gone out
        queues.send(settings(ToCounts).counts_queue_url, [{"store_id": store_id, "count_id": count_id}])
    return answer(count, status=202)


@api.post(
    "/v1/stores/<store_id>/counts/<count_id>/cancel",
    tags=["Stock takes"],
    summary="Drop a stock take that is open; nothing is booked",
    middlewares=[once],
)
def cancel_count(store_id: str, count_id: str) -> Response[Count]:
    count = counts.cancel(counts.get(store_id, count_id), cause(api))
    if count.status != "cancelled":
        raise counting.closed(count)
    return answer(count)


class _Entering:
    """Entries of one request on their way into a stock take; what stands under an id is what its sender is told."""

    def __init__(self, count: Count, sent: Sequence[NewEntry], why: Cause) -> None:
        self._count = count
        self._known = counts.known_entries(count, (new.entry_id for new in sent))
        self._refused: dict[int, Problem] = {}
        fresh = self._judged(sent, why)
        self._applied: set[str] = set()
        for at in range(0, len(fresh), counts.ENTRIES_AT_ONCE):
            self._write(fresh[at : at + counts.ENTRIES_AT_ONCE])

    def _judged(self, sent: Sequence[NewEntry], why: Cause) -> list[CountEntry]:
        """Those that can be written."""
        new = [one for one in sent if one.entry_id not in self._known] if self._count.status == "open" else []
        listed = items.get_many(self._count.store_id, {one.product_id for one in new})
        products = catalog.facts({one.product_id for one in new} - listed.keys())
        became = {i: p.product_id for i, p in products.items() if p.product_id != i}
        listed |= items.get_many(self._count.store_id, set(became.values()) - listed.keys())
        moves = {i: m for i in became if (m := merges.last(self._count.store_id, i))}
        # As of a moment before their merge two products are counted as the two that they were.
        two = {i: m.old for i, m in moves.items() if self._count.as_of < m.at}
        listed |= two
        fresh: dict[str, CountEntry] = {}
        for one in new:
            if one.entry_id in fresh:
                continue
            try:
                if one.product_id not in listed and one.product_id not in products:
                    raise NotFound("PRODUCT_UNKNOWN", "There is no such product; add it to the catalog first.")
                if one.product_id in became and one.product_id not in two:
                    move = moves.get(one.product_id)
                    survivor = listed.get(became[one.product_id])
                    meant = self._meant(one, became[one.product_id], move, survivor)
                    box_of = move.old.box_of if move else None
                    fresh[one.entry_id] = counting.entered(meant, survivor, why, one.product_id, box_of)
                else:
                    fresh[one.entry_id] = counting.entered(one, listed.get(one.product_id), why)
            except Problem as problem:
                self._refused[id(one)] = problem
        return list(fresh.values())

    @staticmethod
    def _meant(new: NewEntry, survivor_id: str, move: Move | None, survivor: Item | None) -> NewEntry:
        """An entry of a merged product, as one of the survivor."""
        lot = merging.renamed_lot(new.lot, move, survivor, the_one=True) if move else None
        there = {"unit": new.unit or move.old.unit, "lot": lot} if move else {}
        return new.model_copy(update={"product_id": survivor_id, **there})

    def _write(self, entries: Sequence[CountEntry]) -> None:
        """Each time round the stock take was closed, or a twin of this request has written some of the same."""
        left = entries
        while left and self._count.status == "open":
            if counts.add_entries(self._count, left):
                self._known |= {e.entry_id: Known(e.product_id, e.quantity, sent_as=e.sent_as) for e in left}
                self._applied |= {e.entry_id for e in left}
                return
            self._count = counts.get(self._count.store_id, self._count.count_id)
            self._known |= counts.known_entries(self._count, (e.entry_id for e in left))
            left = [e for e in left if e.entry_id not in self._known]

    def result(self, new: NewEntry) -> EntryResult:
        """What became of an entry; of several under one id the first is the one that was applied."""
        if problem := self._refused.get(id(new)):
            return _refused(new.entry_id, problem)
        if new.entry_id not in self._known:
            return _refused(new.entry_id, counting.closed(self._count))
        known = self._known[new.entry_id]
        if not known.is_what(new):
            cure = "Another entry was made under this entry_id; make a new one for each."
            return _refused(new.entry_id, Conflict("ENTRY_ID_REUSED", cure))
        if known.taken_back:
            cure = "This entry was taken back; make a new one if that was wrong."
            return _refused(new.entry_id, Conflict("ENTRY_TAKEN_BACK", cure))
        first = new.entry_id in self._applied
        self._applied.discard(new.entry_id)
        return EntryResult(entry_id=new.entry_id, status="applied" if first else "already_applied")


def _refused(entry_id: str | None, problem: Problem) -> EntryResult:
    code, message = told(problem, language(api))
    return EntryResult(entry_id=entry_id, status="refused", code=code, message=message)


def _found(count: Count, after: str | None, limit: int, why: Cause) -> tuple[Sequence[Found], bool]:
    """Products as they were booked; before that, as they would be."""
    if count.status == "booked":
        return counts.page_of_found(count, after, limit)
    entries, more = counts.products(count, after, limit)

    def foreseen(product_id: str) -> Found:
        return booking.foresee_counted(count, product_id, entries[product_id], why)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(foreseen, entries)), more


def _shown(found: Found, product: catalog.Product | None) -> Difference:
    said = found.message and in_words_of(found.message, language(api))
    return Difference(**(dict(found) | {"message": said}), product=summary(product))
