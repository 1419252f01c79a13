"""From a file in the bucket to a picture that can be seen. Two functions do this, as far as the memory of each goes.

Every step bears repetition: renditions are named by what they hold; the picture's row is written when all of them are
there, its upload ends when those who look for lookalikes know of it, and the file is taken away last.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from services.image_ingest.domain import upload as domain
from services.image_ingest.domain.picture import Picture
from services.image_ingest.domain.problems import PictureProblem
from services.image_ingest.domain.reading import opened, pixels
from services.image_ingest.domain.renditions import rendered
from services.image_ingest.domain.sizing import fits
from services.image_ingest.domain.upload import Upload
from services.image_ingest.settings import Room, ToHashes
from services.image_ingest.store import files, pictures, uploads
from services.image_ingest.store.files import Arrival
from shared.aws import queues
from shared.aws.observability import follow, logger
from shared.aws.queues import Message
from shared.aws.settings import settings
from shared.kernel.clock import utc_now


class Place(NamedTuple):
    """Where a file is, as messages have it; the local engine's events don't name the version."""

    key: str
    version_id: str | None

    @classmethod
    def of(cls, message: Message) -> Place:
        """In an S3 ``Object Created`` event, or in a message of our own."""
        if "detail" in message:
            there = message["detail"]["object"]
            return cls(there["key"], there.get("version-id"))
        return cls(message["key"], message["version_id"])


class NoRoom(Exception):
    """This function is too small for it."""


def ingest(place: Place, *, or_pass_on: bool) -> None:
    """Makes a picture of a file, or says why it is none. ``or_pass_on``: raises NoRoom for what is too large here."""
    arrival = files.fetch(*place)
    if arrival is None:
        return  # worked before
    upload = _upload_of(arrival)
    if not upload.is_done:
        try:
            _end(upload, _picture_of(arrival, upload, or_pass_on=or_pass_on))
        except PictureProblem as problem:
            logger.info("rejected", extra={"code": problem.code, "cause": repr(problem.__cause__)})
            uploads.reject(upload, problem, utc_now())
    files.forget(arrival)


def give_up(place: Place) -> None:
    """Rejects what could not be worked, time and again: it may have killed its worker."""
    arrival = files.fetch(*place)
    if arrival is None:
        return
    upload = _upload_of(arrival)
    if not upload.is_done:
        uploads.reject(upload, PictureProblem("PICTURE_UNREADABLE"), utc_now())
    files.forget(arrival)


def _upload_of(arrival: Arrival) -> Upload:
    """What a file is for: as it was announced, or, dropped without, as it says itself."""
    name = domain.announced_id(arrival.key)
    announced = uploads.find(name) if name else None
    upload = announced or domain.dropped(arrival.key, arrival.version_id, arrival.metadata, arrival.at)
    follow(upload.correlation_id, upload_id=upload.upload_id)
    return uploads.begin(upload) if announced else uploads.add(upload)


def _picture_of(arrival: Arrival, upload: Upload, *, or_pass_on: bool) -> Picture:
    """The picture with all its renditions, stored. Raises PictureProblem, NoRoom."""
    if arrival.data is None:
        raise PictureProblem("FILE_TOO_LARGE")
    source_hash = hashlib.sha256(arrival.data).hexdigest()
    if known := pictures.of_source(source_hash):
        return known
    room = settings(Room).picture_memory_mb if or_pass_on else None
    with opened(arrival.data) as image:  # what fails in here is the file's fault
        upright = pixels(image) if room is None or fits(image, arrival.size, room) else None
    if upright is None:
        raise NoRoom
    made = rendered(upright)
    files.keep(made.image_hash, "thumbnail", made.thumbnail)
    files.keep(made.image_hash, "medium", made.medium)
    files.keep(made.image_hash, "original", made.original)
    return pictures.add(
        Picture(
            image_hash=made.image_hash,
            source_hash=source_hash,
            width=made.width,
            height=made.height,
            role=upload.role,
            source=upload.source,
            licence=upload.licence,
            uploaded_by=upload.uploaded_by,
            product_id=upload.product_id,
            store_id=upload.store_id,
            created_at=utc_now(),
        )
    )


def _end(upload: Upload, picture: Picture) -> None:
    """Those who look for lookalikes hear of it first: else a crash between the two would leave it unseen."""
    message = {"image_hash": picture.image_hash, "product_id": upload.product_id}
    queues.send(settings(ToHashes).hashes_queue_url, [message])
    uploads.ingest(upload, picture, utc_now())
    logger.info("ingested", extra={"image_hash": picture.image_hash})
