"""Queues of dead letters, and which of them the admins have been told of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from services.notifications.domain import letters
from services.notifications.domain.letters import DeadLetters
from services.notifications.settings import LettersSettings, NotificationsSettings
from services.notifications.store import feeds
from shared.aws import clients
from shared.aws.dynamo import Table, TransactionRefused, transact
from shared.aws.queues import DEAD_LETTERS_OF
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339

_WATCHED = "dead-letters"


def _watched() -> Table:
    return Table(settings(NotificationsSettings).notifications_table, "audience", "notice_id")


def queues() -> Iterator[DeadLetters]:
    """All queues of dead letters of this app, with what is in them."""
    for url in clients.sqs().list_queues(QueueNamePrefix=settings(LettersSettings).queues_prefix).get("QueueUrls", ()):
        of = _of(url)
        if of is not None:
            told = clients.sqs().get_queue_attributes(
                QueueUrl=url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",  # somebody looks at them, or sends them back
                    "ApproximateNumberOfMessagesDelayed",
                ],
            )
            yield DeadLetters(url.rpartition("/")[2], of, sum(map(int, told["Attributes"].values())))


@cache
def _of(url: str) -> str | None:
    """What messages have failed in that lie in this queue; None if it isn't one of dead letters. That never changes."""
    return clients.sqs().list_queue_tags(QueueUrl=url).get("Tags", {}).get(DEAD_LETTERS_OF)


def told_of() -> set[str]:
    """The queues that admins have been told of, and that were not empty since."""
    rows = _watched().query_all("audience = :watched", consistent=True, watched=_WATCHED)
    return {row["notice_id"] for row in rows}


def tell(found: DeadLetters, now: datetime) -> None:
    """Tells the admins of a queue, once: that it is told and the notice are one write."""
    row = {"audience": _WATCHED, "notice_id": found.name, "type": "Watched", "since": rfc3339(now)}
    try:
        transact(
            [
                _watched().putting(row, "attribute_not_exists(notice_id)"),
                *feeds.adding(letters.of_dead_letters(found, now)),
            ]
        )
    except TransactionRefused:
        return


def forget(name: str) -> None:
    """A queue is empty, or gone: what comes to lie there next is news."""
    _watched().delete(_WATCHED, name)
