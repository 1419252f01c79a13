"""/v1/admin/notifications and /v1/stores/{store_id}/notifications"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from services.notifications.domain.notices import ADMINS, Notice, Severity, store_feed
from services.notifications.domain.wording import words
from services.notifications.store import feeds
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Listing, View, answer, caller, http_handler, language, new_api
from shared.aws.idempotency import once

api = new_api()

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query()]


class Notification(View):
    """A notice as one person reads it."""

    id: str
    type: str
    severity: Severity
    title: str
    body: str
    link: str
    read: bool
    created_at: datetime


class Unread(View):
    """How much of a feed a person has not read."""

    unread: int
    more: bool


class AllRead(View):
    """How many notices a person has read with that."""

    marked: int


@api.get("/v1/admin/notifications", tags=["Notifications"], summary="What admins should know, newest first")
def list_admin_notifications(
    unread: Annotated[bool, Query()] = False, limit: Limit = 25, cursor: Cursor = None
) -> Response[Listing[Notification]]:
    return _feed(ADMINS, unread, limit, cursor)


@api.get(
    "/v1/admin/notifications/unread-count",
    tags=["Notifications"],
    summary="How many I haven't read: up to 100, and whether there are more",
)
def count_unread_admin_notifications() -> Response[Unread]:
    return _unread(ADMINS)


@api.post(
    "/v1/admin/notifications/read-all", tags=["Notifications"], summary="I have read them all", middlewares=[once]
)
def read_all_admin_notifications() -> Response[AllRead]:
    return _all_read(ADMINS)


@api.post(
    "/v1/admin/notifications/<notice_id>/read", tags=["Notifications"], summary="I have read it", middlewares=[once]
)
def read_admin_notification(notice_id: str) -> Response[Notification]:
    return _read(ADMINS, notice_id)


@api.get("/v1/stores/<store_id>/notifications", tags=["Notifications"], summary="A store's feed, newest first")
def list_store_notifications(
    store_id: str, unread: Annotated[bool, Query()] = False, limit: Limit = 25, cursor: Cursor = None
) -> Response[Listing[Notification]]:
    return _feed(store_feed(store_id), unread, limit, cursor)


@api.get(
    "/v1/stores/<store_id>/notifications/unread-count",
    tags=["Notifications"],
    summary="How many I haven't read: up to 100, and whether there are more",
)
def count_unread_store_notifications(store_id: str) -> Response[Unread]:
    return _unread(store_feed(store_id))


@api.post(
    "/v1/stores/<store_id>/notifications/read-all",
    tags=["Notifications"],
    summary="I have read them all",
    middlewares=[once],
)
def read_all_store_notifications(store_id: str) -> Response[AllRead]:
    return _all_read(store_feed(store_id))


@api.post(
    "/v1/stores/<store_id>/notifications/<notice_id>/read",
    tags=["Notifications"],
    summary="I have read it",
    middlewares=[once],
)
def read_store_notification(store_id: str, notice_id: str) -> Response[Notification]:
    return _read(store_feed(store_id), notice_id)


def _feed(audience: str, unread: bool, limit: int, cursor: str | None) -> Response[Listing[Notification]]:
    key = decode_cursor(api, cursor, "notice_id")
    reader = caller(api).subject
    notices, last = feeds.page(audience, reader, unread=unread, limit=limit, before=key["notice_id"] if key else None)
    next_cursor = encode_cursor(api, {"notice_id": last} if last else None)
    return answer(Listing(items=[_shown(n, reader) for n in notices], next_cursor=next_cursor))


def _read(audience: str, notice_id: str) -> Response[Notification]:
    reader = caller(api).subject
    return answer(_shown(feeds.mark_read(audience, notice_id, reader), reader))


def _unread(audience: str) -> Response[Unread]:
    unread, more = feeds.unread(audience, caller(api).subject)
    return answer(Unread(unread=unread, more=more))


def _all_read(audience: str) -> Response[AllRead]:
    return answer(AllRead(marked=feeds.mark_all_read(audience, caller(api).subject)))


def _shown(notice: Notice, reader: str) -> Notification:
    title, body = words(language(api)).of(notice)
    return Notification(
        id=notice.notice_id,
        type=notice.type,
        severity=notice.severity,
        title=title,
        body=body,
        link=notice.link,
        read=reader in notice.read_by,
        created_at=notice.created_at,
    )


handler = http_handler(api)
