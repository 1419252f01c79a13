"""Inventory's door: what a file says of a store's stock, applied in the caller's process, and taken out again.

One conditional write an item that changes, none for one that doesn't.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from services.inventory.domain import editing, importing
from services.inventory.domain.editing import ITEM_FIELDS
from services.inventory.domain.entry import Booking
from services.inventory.domain.importing import ApplyStatus, Image, LotChange, StockChange
from services.inventory.domain.item import PUT_BACK, Item, Lot, Refused
from services.inventory.domain.label import label_of
from services.inventory.store import following, items
from shared.kernel.cause import Cause
from shared.kernel.errors import FieldError

__all__ = [
    "Applied",
    "Image",
    "Item",
    "Keep",
    "LotChange",
    "MergedMeanwhile",
    "Returned",
    "StockChange",
    "apply",
    "image_from_json",
    "image_to_json",
    "label_of",
    "lists",
    "put_back",
    "stocked_elsewhere",
]

_AT_ONCE = 8
_TRIES = 12

Keep = Callable[[Sequence[Image]], None]
"""Puts images of items away for good; it returns when they are safe."""

Returned = Literal["put_back", "removed", "left", "untouched"]
"""What became of an item when an import was taken out: as before, off the list again (the import had put it there),
left alone because it was changed since, or never changed by the import."""


class MergedMeanwhile(Exception):
    """A product was merged, and its stock moved, under an import: whoever asks the catalog again goes on well."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a change: the item before and after it (the same one when nothing changed)."""

    product_id: str
    status: ApplyStatus
    before: Item | None = None
    after: Item | None = None
    error: FieldError | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    """The figures that the error's sentence names."""

    def figures(self, part: LotChange) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a part of the change found and what it left: of the item, and prices of the lot that it speaks of."""
        after = self.after
        if after is None:
            return {}, {}
        lot = next((one for one in after.lots if one.facts == part.facts), after.front)
        old = self.before
        was = next((one for one in old.lots if one.lot_id == lot.lot_id), None) if old else None
        return _figures(old, was) if old else {}, _figures(after, lot)


def apply(
    store_id: str,
    changes: Sequence[StockChange],
    *,
    job_id: str,
    cause: Cause,
    dry_run: bool = False,
    keep: Keep = lambda _: None,
    earlier: Iterable[Image] = (),
    a_second: float = 0,
) -> list[Applied]:
    """Applies each change, in order of the answer; at most one a product. A repeated call changes nothing more.

    ``keep`` gets what each item was, before it is written. ``earlier``: what it got from calls that did not come to
    their end, so that this one answers the same. ``a_second``: so many writes at most, for all of a store lie in one
    partition of the table; 0 for as many as it takes. Raises MergedMeanwhile.
    """
    known = items.get_many(store_id, (c.product_id for c in changes))
    work = _Work(store_id, job_id, cause, None if dry_run else keep, _by_product(earlier), _Pace(a_second))
    listed = items.listing(cause, store_id, [c.product_id for c in changes if c.product_id not in known])
    # What only adds may still come to the merged product: the next look moves it. What sets would be added there, too.
    setting = {c.product_id for c in changes if c.booking != "receipt"} if not dry_run else set()
    for product_id in setting & listed.keys():
        left_before = listed[product_id] is not cause
        if left_before and items.went_elsewhere(store_id, product_id):
            work.meant(product_id)
    wanted = [work.wanted(c, known.get(c.product_id), listed.get(c.product_id, cause)) for c in changes]
    if not dry_run and any(w.after for w in wanted):
        wanted = _relieved(wanted)
        keep([w.image for w in wanted if w.after])
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(work.done, wanted))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A change and the item that it is to make of the one before; no ``after``: there is nothing to write."""

    change: StockChange
    before: Item | None
    after: Item | None = None
    error: FieldError | None = None
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def image(self) -> Image:
        return Image(self.change.product_id, self.before)


def _relieved(wanted: Sequence[_Wanted]) -> list[_Wanted]:
    """Only for what is written it is asked which rows are in the ledger: most rows of most files change nothing."""
    before = items.relieved(w.before for w in wanted if w.after and w.before)
    return [
        replace(w, after=w.after.without_rows_of(w.before, before[w.change.product_id])) if w.after and w.before else w
        for w in wanted
    ]


@dataclass(frozen=True, slots=True)
class _Work:
    store_id: str
    job_id: str
    cause: Cause
    keep: Keep | None
    images: Mapping[str, Mapping[int, Image]]
    pace: _Pace

    def wanted(self, change: StockChange, old: Item | None, cause: Cause) -> _Wanted:
        try:
            new = importing.apply(old, change, store_id=self.store_id, job_id=self.job_id, cause=cause)
        except Refused as refused:
            error = FieldError(refused.errors[0].pointer if refused.errors else "", refused.code, refused.detail)
            return _Wanted(change, old, error=error, words=refused.words)
        return _Wanted(change, old, new)

    def again(self, change: StockChange) -> _Wanted:
        """Of what somebody else wrote first."""
        item = self.meant(change.product_id)
        listed = items.listing(self.cause, self.store_id, () if item else [change.product_id])
        return self.wanted(change, item, listed.get(change.product_id, self.cause))

    def meant(self, product_id: str) -> Item | None:
        """What is listed under a product's own id. Raises MergedMeanwhile where another one's is meant by now."""
        meant = following.meant(self.store_id, product_id, items.find_to_change)
        if meant.product_id != product_id:
            raise MergedMeanwhile(f"{product_id} is {meant.product_id} now")
        return meant.item

    def done(self, wanted: _Wanted) -> Applied:
        product_id = wanted.change.product_id
        images = dict(self.images.get(product_id, {}))
        for _ in range(_TRIES):
            before, after = wanted.before, wanted.after
            if wanted.error:
                return Applied(product_id, "refused", before, before, wanted.error, wanted.words)
            if after is None:
                return self.stands(product_id, before, images)
            images[wanted.image.version] = wanted.image
            try:
                if self.keep:
                    self.pace.wait()
                    items.save(after, before, self.cause)
            except items.Raced:
                wanted = self.again(wanted.change)
                if self.keep and wanted.after:
                    self.keep([wanted.image])
                continue
            return Applied(product_id, "changed" if before else "created", before, after)
        raise TimeoutError(f"{product_id} changed {_TRIES} times under an import")

    def stands(self, product_id: str, now: Item | None, images: Mapping[int, Image]) -> Applied:
        """Of an item that is as it should be: it was so before, or this job has made it so in another try."""
        if now is None or self.job_id not in now.import_marks:
            return Applied(product_id, "unchanged", now, now)
        image = importing.before_import(now, images, self.job_id)
        before = image.item if image else now
        return Applied(product_id, "changed" if before else "created", before, now)


def put_back(
    store_id: str, images: Iterable[Image], *, job_id: str, cause: Cause, a_second: float = 0, look: bool = False
) -> dict[str, Returned]:
    """Items as they were before an import, by product; those that were changed since stay as they are.

    ``images``: all that ``apply`` has kept. A repeated call changes nothing more and answers the same, as long as
    nobody else changes an item. ``look``: nothing is written, and what isn't taken out yet is ``left``.
    """
    by_product = _by_product(images)
    known = items.relieved(items.get_many(store_id, by_product).values())
    pace = _Pace(a_second)

    def one(product_id: str) -> Returned:
        kept, now = by_product[product_id], known.get(product_id)
        for _ in range(_TRIES):
            mark = now.import_marks.get(job_id) if now else None
            if mark and mark.version == PUT_BACK:
                return "put_back"
            before = importing.before_import(now, kept, job_id)
            if now is None and items.went_elsewhere(store_id, product_id):
                return "left"
            if before is None or now is None:
                return _without(now, kept, job_id)
            if look:
                return "left"
            try:
                pace.wait()
                if before.item is None:
                    items.delete(now, editing.emptied(now, cause, Booking("undo", job_id=job_id)))
                    return "removed"
                items.save(importing.put_back(now, before.item, job_id, cause), now, cause)
            except items.Raced:
                now = items.find_to_change(store_id, product_id)
                continue
            return "put_back"
        raise TimeoutError(f"{product_id} changed {_TRIES} times under an undo")

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(by_product, pool.map(one, by_product), strict=True))


def _by_product(images: Iterable[Image]) -> dict[str, dict[int, Image]]:
    found: dict[str, dict[int, Image]] = {}
    for image in images:
        found.setdefault(image.product_id, {})[image.version] = image
    return found


def _without(now: Item | None, kept: Mapping[int, Image], job_id: str) -> Returned:
    """What to say of an item that isn't what the import made of it.

    An image alone doesn't say that the import wrote the item: it is kept first, and the worker may have died then.
    """
    if now is None:
        return "removed" if 0 in kept else "left"
    if job_id in now.import_marks:
        return "left"
    # Without the mark: never written, or so much else came since that the mark was pushed out.
    return "untouched" if now.version in kept else "left"


def lists(store_id: str, product_ids: Iterable[str]) -> bool:
    """Whether a store lists one of these products, read consistently."""
    return bool(items.get_many(store_id, product_ids))


def stocked_elsewhere(product_ids: Iterable[str], store_id: str | None) -> set[str]:
    """Those of these products that another store lists (by an index, which lags a moment)."""
    wanted = list(product_ids)

    def elsewhere(product_id: str) -> bool:
        return any(other != store_id for other in items.stores_of(product_id))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return {p for p, stocked in zip(wanted, pool.map(elsewhere, wanted), strict=True) if stocked}


def image_to_json(image: Image) -> str:
    """A line for a file of images. Rows of the ledger are never put back."""
    item = items.plain(image.item.model_copy(update={"recent": ()})) if image.item else None
    return json.dumps([image.product_id, item], ensure_ascii=False, separators=(",", ":"), default=str)


def image_from_json(line: str | bytes) -> Image:
    """From a file of images."""
    product_id, item = json.loads(line)
    return Image(product_id, items.load(item) if item else None)


def _figures(item: Item, lot: Lot | None) -> dict[str, Any]:
    prices = {name: getattr(lot, name) if lot else None for name in ("mrp", "selling_price", "cost_price")}
    if lot and len(item.lots) > 1:
        prices |= {"batch": lot.batch, "expiry_date": lot.expiry_date}
    others = {name: getattr(item, name) for name in ITEM_FIELDS}
    return {"quantity": item.quantity, **prices, **others}


class _Pace:
    """So many a second at most, whatever the number of threads."""

    def __init__(self, a_second: float) -> None:
        self._gap = 1 / a_second if a_second else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            at = max(now, self._next)
            self._next = at + self._gap
        time.sleep(at - now)
