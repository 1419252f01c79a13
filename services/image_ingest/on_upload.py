"""A file has come: it becomes a picture, or is rejected with a reason, or goes on to where there is more memory."""

from __future__ import annotations

from services.image_ingest.settings import ToLargePictures
from services.image_ingest.store import ingesting
from services.image_ingest.store.ingesting import NoRoom, Place
from shared.aws import queues
from shared.aws.observability import metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings


def receive(message: Message) -> None:
    """An S3 ``Object Created`` event."""
    place = Place.of(message)
    try:
        ingesting.ingest(place, or_pass_on=True)
    except NoRoom:
        queues.send(settings(ToLargePictures).large_pictures_queue_url, [place._asdict()])


def give_up(message: Message) -> None:
    """A file that kills or fails its worker each time."""
    ingesting.give_up(Place.of(message))


handler = metered(queue_handler(receive, give_up))
