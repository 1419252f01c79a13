"""The feeds. With each notice stands, in the same write, that it is to be mailed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from services.notifications.domain import gathering, mails
from services.notifications.domain.gathering import Gathered
from services.notifications.domain.notices import Mention, Notice
from services.notifications.settings import NotificationsSettings
from shared.aws.dynamo import ConditionFailed, Item, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound

MAILS = "mails"
"""Where what is to be mailed stands, by when it is due."""

_KEPT = timedelta(days=180)
_READ_AT_MOST = 1000
_GATHERED_FOR = timedelta(days=15)  # longer than any queue or DLQ keeps an event
_TRIES = 30
_AT_ONCE = 8
_COUNTED_AT_MOST = 100
_LOOKED_AT = 300
"""So many of the newest notices are looked through for unread ones; who asks does so all the time."""


def _notices() -> Table:
    return Table(settings(NotificationsSettings).notifications_table, "audience", "notice_id")


def add(notice: Notice) -> None:
    """Puts a notice into its feed; one that is there already stays as it is."""
    try:
        transact(adding(notice))
    except TransactionRefused:
        return


def adding(notice: Notice) -> list[Write]:
    """The writes that put a notice into its feed, on condition that it isn't there."""
    put = _notices().putting(_stored(notice), "attribute_not_exists(notice_id)")
    return [put, _to_be_mailed(notice, notice.created_at)]


def gather(new: Mention, name: str) -> None:
    """Adds one thing to its notice of the day; one that is in it already changes nothing.

    What is in it stands in an item of its own, so that a feed is read without. That one is written first: if nobody
    comes to write the notice then, the event that comes again does. An older notice never replaces a newer one.
    """
    now = _gathered(new, name)
    if new.thing not in now.moments:
        return  # it has all that it counts, and who came in has written it
    put = _notices().putting(
        _stored(now.notice),
        "attribute_not_exists(notice_id) OR revision < :revision",
        revision=now.revision,
    )
    try:
        transact([put, _to_be_mailed(now.notice, new.notice.created_at)])
    except TransactionRefused:
        return


def _gathered(new: Mention, name: str) -> Gathered:
    """What the notice of the day has in it with this. Who lost a race goes again on what is there then."""
    key = f"days#{new.notice.audience}", new.day
    for number in range(_TRIES):
        found = _notices().get(*key)
        before = Gathered.model_validate(found) if found else None
        now = gathering.gathered(before, new, name)
        if now is before:
            return now
        item = {
            "audience": key[0],
            "notice_id": key[1],
            "type": now.notice.type,
            **now.model_dump(exclude={"notice"}),
            "notice": _plain(now.notice),
            "expires_at": _expiry(now.notice.created_at, _GATHERED_FOR),
        }
        try:
            if before:
                _notices().put(item, "revision = :revision", revision=before.revision)
            else:
                _notices().put(item, "attribute_not_exists(notice_id)")
        except ConditionFailed:
            time.sleep(random.uniform(0, min(0.02 * 1.5**number, 0.7)))  # noqa: S311 - nothing secret
            continue
        return now
    raise TimeoutError(f"{new.day} changed {_TRIES} times under an event")


def _to_be_mailed(notice: Notice, at: datetime) -> Write:
    """That a notice is to be mailed for what is new in it since ``at``: due at the same time, that is one row."""
    due = mails.due_at(notice, at)
    return _notices().putting(
        {
            "audience": MAILS,
            "notice_id": f"{rfc3339(due)}#{notice.audience}#{notice.notice_id}",
            "type": notice.type,
            "feed": notice.audience,
            "notice": notice.notice_id,
            "revision": notice.revision,
            "due": rfc3339(due),
            "expires_at": _expiry(due, mails.GIVEN_UP_AFTER),
        }
    )


def _plain(notice: Notice) -> dict[str, Any]:
    return {**notice.model_dump(exclude={"read_by"}), "created_at": rfc3339(notice.created_at)}


def _stored(notice: Notice) -> dict[str, Any]:
    return {**_plain(notice), "expires_at": _expiry(notice.created_at, _KEPT)}


def _expiry(since: datetime, kept: timedelta) -> int:
    return int((since + kept).timestamp())


# --- Reading ---


def page(
    audience: str, reader: str, *, unread: bool, limit: int, before: str | None
) -> tuple[list[Notice], str | None]:
    """A feed, newest first, and the notice to go on after."""
    found: list[Notice] = []
    start: dict[str, Any] | None = {"audience": audience, "notice_id": before} if before else None
    for _ in range(0, _READ_AT_MOST, 100):
        read = _notices().query(
            "audience = :audience",
            newest_first=True,
            limit=100,
            start=start,
            consistent=True,
            audience=audience,
        )
        for item in read.items:
            notice = Notice.model_validate(item)
            if not unread or reader not in notice.read_by:
                found.append(notice)
            if len(found) == limit:
                last = item is read.items[-1] and read.next_key is None
                return found, None if last else notice.notice_id
        start = read.next_key
        if start is None:
            return found, None
    return found, start["notice_id"] if start else None


def these(audience: str, notice_ids: Iterable[str]) -> Iterator[Notice]:
    """Those of a feed that are still there."""
    for item in _notices().get_many((audience, i) for i in notice_ids):
        yield Notice.model_validate(item)


def unread(audience: str, reader: str) -> tuple[int, bool]:
    """How many of the newest notices a person has not read, up to a hundred, and whether there are more."""
    count = sum(1 for _ in _unread(audience, reader, _COUNTED_AT_MOST + 1))
    return min(count, _COUNTED_AT_MOST), count > _COUNTED_AT_MOST


def mark_read(audience: str, notice_id: str, reader: str) -> Notice:
    """Notes that a person has read a notice. Raises NotFound."""
    try:
        read = _notices().update(
            audience,
            notice_id,
            set_="ADD read_by :reader",
            condition="attribute_exists(notice_id)",
            reader={reader},
        )
    except ConditionFailed:
        raise NotFound("NOTIFICATION_UNKNOWN", "There is no such notification.") from None
    return Notice.model_validate(read)


def mark_all_read(audience: str, reader: str) -> int:
    """Notes that a person has read all that counts as unread; how many these were.

    One that grows meanwhile stays unread: what is new in it the person hasn't seen.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return sum(pool.map(lambda notice: _marked(notice, reader), _unread(audience, reader, _LOOKED_AT)))


def _marked(notice: Notice, reader: str) -> bool:
    try:
        _notices().update(
            notice.audience,
            notice.notice_id,
            set_="ADD read_by :reader",
            condition="attribute_exists(notice_id) AND (attribute_not_exists(revision) OR revision = :revision)",
            reader={reader},
            revision=notice.revision,
        )
    except ConditionFailed:
        return False
    return True


def _unread(audience: str, reader: str, at_most: int) -> list[Notice]:
    """The newest that a person has not read."""
    read = _notices().query(
        "audience = :audience", newest_first=True, limit=_LOOKED_AT, consistent=True, audience=audience
    )
    notices = map(Notice.model_validate, read.items)
    return [n for n in notices if reader not in n.read_by][:at_most]


# --- What is to be mailed ---


def due(now: datetime, at_most: int) -> list[Item]:
    """What is to be mailed by now, the longest due first."""
    return (
        _notices()
        .query(
            "audience = :mails AND notice_id < :now",
            limit=at_most,
            consistent=True,
            mails=MAILS,
            now=rfc3339(now) + "~",
        )
        .items
    )


def dealt_with(row: Item) -> None:
    """Takes away what was due, unless its notice has grown again."""
    try:
        _notices().delete(MAILS, row["notice_id"], condition="revision = :revision", revision=row["revision"])
    except ConditionFailed:
        return
