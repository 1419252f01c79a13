"""Events that people are told of."""

from __future__ import annotations

from events.csv_import import ImportCompleted, ImportFailed
from services.notifications import domain, store
from shared.aws.subscriptions import Subscriptions

subscriptions = Subscriptions()


@subscriptions.on(ImportCompleted)
def tell_of_import(event: ImportCompleted) -> None:
    """The notice's id comes from the event's, so a redelivered event is told once."""
    for notice in domain.of_import_completed(event):
        store.add(notice)


@subscriptions.on(ImportFailed)
def tell_of_failure(event: ImportFailed) -> None:
    """As above, to admins too."""
    for notice in domain.of_import_failed(event):
        store.add(notice)


handler = subscriptions.handler()
