"""Reviews: a row a product, changed by condition on its version; what waits is in the index of the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from services.quality_review.domain.review import Review
from services.quality_review.settings import ReviewSettings
from shared.aws.dynamo import ConditionFailed, Item, Table, Write
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339
from shared.kernel.errors import Busy

TRIES = 8
_OPEN = "open"

Step = Callable[[Review | None], Review | None]


def _reviews() -> Table:
    return Table(settings(ReviewSettings).reviews_table, "product_id")


class Place(NamedTuple):
    """Where a review stands in the queue."""

    rank: str
    product_id: str


def find(product_id: str) -> Review | None:
    """The review of a product, if it ever had one."""
    found = _reviews().get(product_id)
    return Review.model_validate(found) if found else None


def get_many(product_ids: Iterable[str]) -> dict[str, Review]:
    """Those that there are, by product."""
    return {i["product_id"]: Review.model_validate(i) for i in _reviews().get_many((p,) for p in product_ids)}


def change(product_id: str, step: Step, *, new: bool = False) -> Review | None:
    """The review after ``step``, which answers None for one that stays as it is. Who loses a race goes again.

    ``new``: there is none most likely, so it is not looked for. Raises Busy.
    """
    before = None if new else find(product_id)
    for _ in range(TRIES):
        after = step(before)
        if after is None:
            return before
        try:
            if before is None:
                _reviews().put(_item(after), "attribute_not_exists(product_id)")
            else:
                _reviews().put(_item(after), "#version = :before", before=before.version)
        except ConditionFailed as there:
            before = Review.model_validate(there.item) if there.item else None
            continue
        return after
    raise busy()


def busy() -> Busy:
    """Others kept changing the same review."""
    return Busy("REVIEW_BUSY", "Others decide about this product at this moment; send it again.", retry_after=1)


def changing(after: Review, before: Review | None) -> Write:
    """The same change, in a transaction."""
    if before is None:
        return _reviews().putting(_item(after), "attribute_not_exists(product_id)")
    return _reviews().putting(_item(after), "#version = :before", before=before.version)


def queue(
    now: datetime, after: Place | None, *, reason: str | None = None, claimed: bool | None = None, at_once: int
) -> Iterator[tuple[Place, Review]]:
    """What waits, most harmful first and then the oldest, from the one after ``after`` on."""
    filters: list[str] = []
    values: dict[str, Any] = {}
    if reason:
        filters.append("contains(reasons, :reason)")
        values["reason"] = reason
    if claimed is not None:
        filters.append("claimed_until > :now" if claimed else "(NOT claimed_until > :now)")
        values["now"] = rfc3339(now)
    start: Item | None = {"queue": _OPEN, **after._asdict()} if after else None
    while True:
        page = _reviews().query(
            "queue = :open",
            index="by_queue",
            limit=None if filters else at_once,  # what fits may stand behind thousands that don't
            start=start,
            filter_=" AND ".join(filters) or None,
            open=_OPEN,
            **values,
        )
        for first in range(0, len(page.items), at_once):
            some = page.items[first : first + at_once]
            known = get_many(i["product_id"] for i in some)
            for item in some:
                review = known.get(item["product_id"])
                if review and review.state == "open":  # the index lags a moment
                    yield Place(item["rank"], item["product_id"]), review
        if page.next_key is None:
            return
        start = page.next_key


def load(item: Item) -> Review:
    """A row as its stream tells it."""
    return Review.model_validate(item)


def _item(review: Review) -> Item:
    kept: Item = {
        **review.model_dump(exclude={"claim"}),
        "reasons": list(review.reasons),
        "suggestions": list(review.suggestions) or None,
        "likely": [one.model_dump() for one in review.likely] or None,
        "pictures": [one.model_dump() for one in review.pictures] or None,
        "requested_at": review.requested_at and rfc3339(review.requested_at),
        "settled_at": review.settled_at and rfc3339(review.settled_at),
        "changed_at": rfc3339(review.changed_at),
        "claim": {"by": review.claim.by, "until": rfc3339(review.claim.until)} if review.claim else None,
        "claimed_until": rfc3339(review.claim.until) if review.claim else None,
    }
    return {**kept, "queue": _OPEN, "rank": review.rank} if review.state == "open" else kept
