"""State and event in one write: the event goes into ``Outbox`` in the transaction of the change.

The relay publishes each new item and takes its sparse key ``unsent`` away; what a crash left unsent the sweeper finds
by that key. So an event is published at least once, and consumers are idempotent by ``event_id``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from events.base import Event
from shared.aws import bus
from shared.aws.dynamo import ConditionFailed, Item, Table, Write
from shared.aws.settings import OutboxSettings, Runtime, settings
from shared.kernel.clock import parse_rfc3339, rfc3339, utc_now

_KEPT = timedelta(days=7)
_UNSENT = "yes"


def table() -> Table:
    """The outbox."""
    return Table(settings(OutboxSettings).outbox_table, "event_id")


def stating(event: Event) -> Write:
    """The write that states ``event``, for the transaction of its change."""
    at = event.metadata.occurred_at
    return table().putting(
        {
            "event_id": event.metadata.event_id,
            "source": event.SOURCE,
            "detail_type": event.detail_type(),
            "detail": event.model_dump_json(),
            "unsent": _UNSENT,
            "created_at": rfc3339(at),
        }
    )


def send(items: Iterable[Item]) -> None:
    """Publishes outbox items and marks each as sent; a second time changes nothing. Raises NotAllPublished."""
    waiting = [i for i in items if "unsent" in i]
    failed: frozenset[int] = frozenset()
    problem: bus.NotAllPublished | None = None
    try:
        bus.publish([_entry(i) for i in waiting])
    except bus.NotAllPublished as error:
        failed, problem = frozenset(error.failed), error
    for index, item in enumerate(waiting):
        if index not in failed:
            _mark_sent(item["event_id"])
    if problem:
        raise problem


def unsent_before(moment: datetime, limit: int = 100) -> list[Item]:
    """Items stated before ``moment`` that nobody has marked as sent."""
    found = table().query(
        "unsent = :yes AND created_at < :moment",
        index="by_unsent",
        limit=limit,
        yes=_UNSENT,
        moment=rfc3339(moment),
    )
    return list(table().get_many((i["event_id"],) for i in found.items))


def _mark_sent(event_id: str) -> None:
    try:
        # Only what was sent may be forgotten.
        table().update(
            event_id,
            set_="REMOVE unsent SET expires_at = :later",
            condition="attribute_exists(event_id)",
            later=int((utc_now() + _KEPT).timestamp()),
        )
    except ConditionFailed:
        return  # it has expired meanwhile


def _entry(item: Item) -> dict[str, Any]:
    return {
        "EventBusName": settings(Runtime).event_bus,
        "Source": item["source"],
        "DetailType": item["detail_type"],
        "Detail": item["detail"],
        "Time": parse_rfc3339(item["created_at"]),
    }
