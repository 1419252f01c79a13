"""The feeds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.notifications.domain import Notice
from services.notifications.settings import NotificationsSettings
from shared.aws.dynamo import ConditionFailed, Table
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound

_KEPT = timedelta(days=180)
_READ_AT_MOST = 1000


def _notices() -> Table:
    return Table(settings(NotificationsSettings).notifications_table, "audience", "notice_id")


def add(notice: Notice) -> None:
    """Puts a notice into its feed; one that is there already stays as it is."""
    item = {
        **notice.model_dump(exclude={"read_by"}),
        "created_at": rfc3339(notice.created_at),
        "expires_at": int((notice.created_at + _KEPT).timestamp()),
    }
    try:
        _notices().put(item, "attribute_not_exists(notice_id)")
    except ConditionFailed:
        return


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
