"""Uploads: each change of state is one conditional write, and what it states goes with it."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any

from events.image_ingest import ImageIngested, ImageRejected
from services.image_ingest.domain.picture import Picture
from services.image_ingest.domain.problems import PictureProblem
from services.image_ingest.domain.upload import Upload
from services.image_ingest.settings import Uploads
from shared.aws import outbox
from shared.aws.dynamo import ConditionFailed, Item, Table, TransactionRefused, transact
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339

_KEPT = timedelta(days=30)


def table() -> Table:
    """Of the uploads."""
    return Table(settings(Uploads).image_uploads_table, "upload_id")


def find(upload_id: str) -> Upload | None:
    """The upload, or None."""
    found = table().get(upload_id)
    return Upload.model_validate(found) if found else None


def add(upload: Upload) -> Upload:
    """A new upload; one that is there already stays as it is, and is answered."""
    try:
        table().put(_item(upload), "attribute_not_exists(upload_id)")
    except ConditionFailed as there:
        return Upload.model_validate(there.item)
    return upload


def begin(upload: Upload) -> Upload:
    """Its file has come and is being worked. Answers the upload as it is; a second time changes nothing."""
    try:
        changed = table().update(
            upload.upload_id,
            set_="SET #status = :processing",
            condition="#status = :awaiting",
            processing="processing",
            awaiting="awaiting_upload",
        )
    except ConditionFailed as there:
        return Upload.model_validate(there.item)
    return Upload.model_validate(changed)


def ingest(upload: Upload, picture: Picture, now: datetime) -> None:
    """Its picture can be seen; ``ImageIngested`` with it, once."""
    event = ImageIngested.stated(upload.cause(now), upload.ingested(picture), upload.upload_id)
    _end(upload, event, "#status = :ended, image_hash = :hash", ended="ingested", hash=picture.image_hash)


def reject(upload: Upload, problem: PictureProblem, now: datetime) -> None:
    """It can't be used; ``ImageRejected`` with it, once."""
    event = ImageRejected.stated(upload.cause(now), upload.rejected(problem), upload.upload_id)
    _end(
        upload,
        event,
        "#status = :ended, error_code = :code, reason = :reason",
        ended="rejected",
        code=problem.code,
        reason=problem.reason,
    )


def _end(upload: Upload, event: ImageIngested | ImageRejected, fields: str, **values: Any) -> None:
    write = table().updating(
        upload.upload_id,
        set_=f"SET {fields}",
        condition="#status = :processing",
        processing="processing",
        **values,
    )
    with contextlib.suppress(TransactionRefused):  # ended before
        transact([write, outbox.stating(event)])


def _item(upload: Upload) -> Item:
    forgotten = int((upload.created_at + _KEPT).timestamp())
    return {**upload.model_dump(), "created_at": rfc3339(upload.created_at), "expires_at": forgotten}
