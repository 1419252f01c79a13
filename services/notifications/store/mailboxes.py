"""Who has been sent what. A mail is claimed before it is sent, and noted after."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.notifications.domain.mails import Mailbox
from services.notifications.settings import NotificationsSettings
from shared.aws.dynamo import ConditionFailed, Table
from shared.aws.settings import settings
from shared.kernel.clock import parse_rfc3339, rfc3339

_KEPT = timedelta(days=30)  # far longer than anything is due


def _mailboxes() -> Table:
    return Table(settings(NotificationsSettings).notifications_table, "audience", "notice_id")


def get(feed: str, person_id: str) -> Mailbox:
    """The mailbox of a person; a new one is empty."""
    found = _mailboxes().get(f"mail#{feed}", person_id)
    if found is None:
        return Mailbox(person_id)
    return Mailbox(
        person_id,
        found["mailed"],
        parse_rfc3339(found["sent_at"]) if "sent_at" in found else None,
        parse_rfc3339(found["claimed_at"]) if "claimed_at" in found else None,
        found["version"],
    )


def claim(feed: str, box: Mailbox, now: datetime) -> Mailbox | None:
    """The mailbox, with nobody else sending to it; None for who comes second."""
    return save(feed, replace(box, claimed_at=now), now)


def save(feed: str, box: Mailbox, now: datetime) -> Mailbox | None:
    """Writes the next version; None where somebody else has."""
    saved = replace(box, version=box.version + 1)
    item = {
        "audience": f"mail#{feed}",
        "notice_id": box.person_id,
        "type": "Mailbox",
        "mailed": dict(box.mailed),
        "sent_at": rfc3339(box.sent_at) if box.sent_at else None,
        "claimed_at": rfc3339(box.claimed_at) if box.claimed_at else None,
        "version": saved.version,
        "expires_at": int((now + _KEPT).timestamp()),
    }
    try:
        _mailboxes().put(item, "attribute_not_exists(version) OR version = :before", before=box.version)
    except ConditionFailed:
        return None
    return saved
