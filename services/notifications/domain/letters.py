"""Queues of dead letters: the admins hear of each once, until it is empty again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.notices import ADMINS, Notice
from shared.kernel.clock import rfc3339
from shared.kernel.ids import derived_id

TYPE = "DeadLettersFound"


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """A queue of messages that failed for good: ``of`` what, under which ``name`` at SQS, and how many there are."""

    name: str
    of: str
    messages: int


def of_dead_letters(found: DeadLetters, since: datetime) -> Notice:
    """The notice of a queue that has been empty until ``since``."""
    return Notice(
        audience=ADMINS,
        notice_id=derived_id("ntc", since, TYPE, found.name, rfc3339(since)),
        type=TYPE,
        severity="error",
        pace="at_once",
        facts={"queue": found.of, "name": found.name, "messages": found.messages},
        link="/v1/admin/stats",
        created_at=since,
    )
