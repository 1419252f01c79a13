"""/v1/admin/notifications and /v1/stores/{store_id}/notifications"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from services.notifications import domain, store
from services.notifications.domain import ADMINS, Notice, Severity
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Listing, View, answer, caller, http_handler, new_api
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


@api.get("/v1/admin/notifications", tags=["Notifications"], summary="What admins should know, newest first")
def list_admin_notifications(
    unread: Annotated[bool, Query()] = False, limit: Limit = 25, cursor: Cursor = None
) -> Response[Listing[Notification]]:
    return _feed(ADMINS, unread, limit, cursor)


@api.post(
    "/v1/admin/notifications/<notice_id>/read", tags=["Notifications"], summary="I have read it", middlewares=[once]
)
def read_admin_notification(notice_id: str) -> Response[Notification]:
    return _read(ADMINS, notice_id)


@api.get("/v1/stores/<store_id>/notifications", tags=["Notifications"], summary="A store's feed, newest first")
def list_store_notifications(
    store_id: str, unread: Annotated[bool, Query()] = False, limit: Limit = 25, cursor: Cursor = None
) -> Response[Listing[Notification]]:
    return _feed(domain.store_feed(store_id), unread, limit, cursor)


@api.post(
    "/v1/stores/<store_id>/notifications/<notice_id>/read",
    tags=["Notifications"],
    summary="I have read it",
    middlewares=[once],
)
def read_store_notification(store_id: str, notice_id: str) -> Response[Notification]:
    return _read(domain.store_feed(store_id), notice_id)


def _feed(audience: str, unread: bool, limit: int, cursor: str | None) -> Response[Listing[Notification]]:
    key = decode_cursor(api, cursor, "notice_id")
    reader = caller(api).subject
    notices, last = store.page(audience, reader, unread=unread, limit=limit, before=key["notice_id"] if key else None)
    next_cursor = encode_cursor(api, {"notice_id": last} if last else None)
    return answer(Listing(items=[_shown(n, reader) for n in notices], next_cursor=next_cursor))


def _read(audience: str, notice_id: str) -> Response[Notification]:
    reader = caller(api).subject
    return answer(_shown(store.mark_read(audience, notice_id, reader), reader))


def _shown(notice: Notice, reader: str) -> Notification:
    title, body = domain.sentence(notice, store.messages(_language()), _language())
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


def _language() -> str:
    """The reader's language as the browser says it."""
    return (api.current_event.headers.get("accept-language") or "en")[:2].lower()


handler = http_handler(api)
