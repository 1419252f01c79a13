"""The feeds."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.notifications import domain
from services.notifications.domain import Gathered, Mention, Notice
from services.notifications.settings import NotificationsSettings
from shared.aws.dynamo import ConditionFailed, Table
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound

_KEPT = timedelta(days=180)
_READ_AT_MOST = 1000
_GATHERED_FOR = timedelta(days=15)  # longer than any queue or DLQ keeps an event
_TRIES = 30


def _notices() -> Table:
    return Table(settings(NotificationsSettings).notifications_table, "audience", "notice_id")


def add(notice: Notice) -> None:
    """Puts a notice into its feed; one that is there already stays as it is."""
    try:
        _notices().put(_stored(notice), "attribute_not_exists(notice_id)")
    except ConditionFailed:
        return


def gather(new: Mention, name: str) -> None:
    """Adds one thing to its notice of the day; one that is in it already changes nothing.

    What is in it stands in an item of its own, so that a feed is read without. That one is written first: if nobody
    comes to write the notice then, the event that comes again does. An older notice never replaces a newer one.
    """
    now = _gathered(new, name)
    try:
        _notices().put(
            {**_stored(now.notice), "revision": now.revision},
            "attribute_not_exists(notice_id) OR revision < :revision",
            revision=now.revision,
        )
    except ConditionFailed:
        return


def _gathered(new: Mention, name: str) -> Gathered:
    """What the notice of the day has in it with this. Who lost a race goes again on what is there then."""
    key = f"days#{new.notice.audience}", new.day
    for number in range(_TRIES):
        found = _notices().get(*key)
        before = Gathered.model_validate(found) if found else None
        now = domain.gathered(before, new, name)
        if now is before:
            return now
        item = {
            "audience": key[0],
            "notice_id": key[1],
            "type": now.notice.type,
            **now.model_dump(exclude={"notice"}),
            "notice": _plain(now.notice),
            "expires_at": int((now.notice.created_at + _GATHERED_FOR).timestamp()),
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


def _plain(notice: Notice) -> dict[str, Any]:
    return {**notice.model_dump(exclude={"read_by"}), "created_at": rfc3339(notice.created_at)}


def _stored(notice: Notice) -> dict[str, Any]:
    return {**_plain(notice), "expires_at": int((notice.created_at + _KEPT).timestamp())}


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


@cache
def messages(language: str) -> Mapping[str, Mapping[str, str]]:
    """The sentences of a language; English where it has none."""
    known = json.loads(Path(__file__).with_name("messages.json").read_text("utf-8"))
    return {**known["en"], **known.get(language, {})}
