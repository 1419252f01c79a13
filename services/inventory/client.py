"""Inventory's door: what a file says of a store's stock, applied in the caller's process.

One conditional write an item that changes, none for one that doesn't.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from services.inventory import domain, store
from services.inventory.domain import ApplyStatus, Item, LotChange, Refused, StockChange
from shared.kernel.cause import Cause
from shared.kernel.errors import FieldError

__all__ = ["Applied", "Item", "LotChange", "StockChange", "apply"]

_AT_ONCE = 8
_TRIES = 12


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


def apply(
    store_id: str, changes: Sequence[StockChange], *, job_id: str, cause: Cause, dry_run: bool = False
) -> list[Applied]:
    """Applies each change, in order of the answer; at most one a product. A repeated call changes nothing more."""
    known = store.get_many(store_id, (c.product_id for c in changes))
    one = partial(_apply, store_id=store_id, job_id=job_id, cause=cause, dry_run=dry_run)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda c: one(c, known.get(c.product_id)), changes))


def _apply(
    change: StockChange, old: Item | None, *, store_id: str, job_id: str, cause: Cause, dry_run: bool
) -> Applied:
    for _ in range(_TRIES):
        try:
            new = domain.apply(old, change, store_id=store_id, job_id=job_id, cause=cause)
        except Refused as refused:
            error = FieldError(refused.errors[0].pointer if refused.errors else "", refused.code, refused.detail)
            return Applied(change.product_id, "refused", old, old, error, refused.words)
        if new is None:
            # An item is only written, and so marked, when something changes: its mark says that this job did.
            done = old is not None and job_id in old.import_marks
            return Applied(change.product_id, "changed" if done else "unchanged", old, old)
        try:
            if not dry_run:
                store.save(new, cause)
        except store.Raced:
            old = store.find(store_id, change.product_id)
            continue
        return Applied(change.product_id, "changed" if old else "created", old, new)
    raise TimeoutError(f"{change.product_id} changed {_TRIES} times under an import")
