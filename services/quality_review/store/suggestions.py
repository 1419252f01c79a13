"""Suggestions: rows under their product. One that waits stands in its review, too; both change in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from services.quality_review.domain import review as reviewed
from services.quality_review.domain import suggestion as domain
from services.quality_review.domain.review import About
from services.quality_review.domain.suggestion import Suggestion
from services.quality_review.settings import ReviewSettings
from services.quality_review.store import reviews
from shared.aws import outbox
from shared.aws.dynamo import Item, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound


def _suggestions() -> Table:
    return Table(settings(ReviewSettings).suggestions_table, "product_id", "suggestion_id")


def get(product_id: str, suggestion_id: str) -> Suggestion:
    """The suggestion. Raises NotFound."""
    found = _suggestions().get(product_id, suggestion_id)
    if found is None:
        raise NotFound("SUGGESTION_UNKNOWN", "There is no such suggestion for this product.")
    return Suggestion.model_validate(found)


def get_many(keys: Iterable[tuple[str, str]]) -> list[Suggestion]:
    """Those that there are, oldest first."""
    found = map(Suggestion.model_validate, _suggestions().get_many(keys))
    return sorted(found, key=lambda suggestion: suggestion.suggestion_id)


def page(
    product_id: str, stores: frozenset[str] | None, limit: int, before: str | None
) -> tuple[list[Suggestion], str | None]:
    """A product's suggestions of some stores (None: of all), newest first, and the one to go on after."""
    condition = "product_id = :product" + (" AND suggestion_id < :before" if before else "")
    values = {"product": product_id, **({"before": before} if before else {})}
    found = _suggestions().query_all(condition, newest_first=True, consistent=True, limit=4 * limit, **values)
    mine = (Suggestion.model_validate(i) for i in found if stores is None or i["store_id"] in stores)
    known = list(islice(mine, limit + 1))
    return known[:limit], known[limit - 1].suggestion_id if len(known) > limit else None


def waiting(product_id: str, suggestion_ids: Iterable[str]) -> Iterator[Suggestion]:
    """Those of them that wait."""
    found = get_many((product_id, i) for i in suggestion_ids)
    return (suggestion for suggestion in found if suggestion.state == "open")


def keep(suggestion: Suggestion) -> None:
    """One that was taken over at once; nobody has to look at it."""
    _suggestions().put(_item(suggestion))


def add(suggestion: Suggestion, about: About, cause: Cause) -> Suggestion:
    """The suggestion, waiting, and its review, which waits with it.

    The same of the same store that waits already is that one. Raises Conflict, Busy.
    """
    for _ in range(reviews.TRIES):
        before = reviews.find(about.product_id)
        for known in waiting(about.product_id, before.suggestions) if before else ():
            if (known.store_id, known.changes) == (suggestion.store_id, suggestion.changes):
                return known
        after = reviewed.suggest(before, about, suggestion.suggestion_id, cause)
        row = _suggestions().putting(_item(suggestion), "attribute_not_exists(product_id)")
        try:
            transact([reviews.changing(after, before), row])
        except TransactionRefused as refused:
            if refused.refusals[1]:  # the request has come before, and was cut off
                return get(suggestion.product_id, suggestion.suggestion_id)
            continue
        return suggestion
    raise reviews.busy()


def settle(suggestion: Suggestion, reason: str | None, cause: Cause, *, accepted: bool) -> Suggestion:
    """The suggestion as it was decided, now or by somebody before, and stated; its review goes on without it.

    Raises Busy.
    """
    decided = domain.settled(suggestion, reason, cause, accepted=accepted)
    for _ in range(reviews.TRIES):
        before = reviews.find(suggestion.product_id)
        writes: list[Write] = [
            _suggestions().putting(_item(decided), "#state = :open", open="open"),
            outbox.stating(domain.fact_of(decided, cause)),
        ]
        if before and suggestion.suggestion_id in before.suggestions:
            after = reviewed.without_suggestion(before, suggestion.suggestion_id, cause)
            writes.append(reviews.changing(after, before))
        try:
            transact(writes)
        except TransactionRefused as refused:
            if refused.refusals[0]:
                return get(suggestion.product_id, suggestion.suggestion_id)
            continue
        return decided
    raise reviews.busy()


def _item(suggestion: Suggestion) -> Item:
    return {
        **suggestion.model_dump(),
        "created_at": rfc3339(suggestion.created_at),
        "settled_at": suggestion.settled_at and rfc3339(suggestion.settled_at),
    }
