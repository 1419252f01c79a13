"""What takes more memory to decode than most: the same work, in a larger function."""

from __future__ import annotations

from services.image_ingest.store import ingesting
from services.image_ingest.store.ingesting import Place
from shared.aws.observability import metered
from shared.aws.queues import Message, queue_handler


def receive(message: Message) -> None:
    """``{key, version_id}`` of a file."""
    ingesting.ingest(Place.of(message), or_pass_on=False)


def give_up(message: Message) -> None:
    """A file that kills or fails its worker each time."""
    ingesting.give_up(Place.of(message))


handler = metered(queue_handler(receive, give_up))
