"""The bucket: what people bring lies under ``uploads/`` until it is worked, what is served under ``images/``."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from services.image_ingest.domain.limits import SIZE_LIMIT
from services.image_ingest.domain.picture import CACHE_CONTROL, MEDIA_TYPE, Rendition, key_of
from services.image_ingest.settings import Files
from shared.aws import clients
from shared.aws.settings import settings

_PRESIGNED_SECONDS = 3600
_GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion"})


class Arrival(NamedTuple):
    """A file that has come. ``data``: what it holds, None where it is too large to be looked at."""

    key: str
    version_id: str
    at: datetime
    metadata: dict[str, str]
    size: int
    data: bytes | None


def fetch(key: str, version_id: str | None) -> Arrival | None:
    """This version of a file (without ``version_id`` the newest); None where it is not there any more."""
    try:
        return _get(key, version_id)
    except clients.s3().exceptions.ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise


def _get(key: str, version_id: str | None) -> Arrival:
    found = clients.s3().get_object(Bucket=settings(Files).images_bucket, Key=key, **_version(version_id))
    size = found["ContentLength"]
    with found["Body"] as body:
        data = body.read() if size <= SIZE_LIMIT else None
    return Arrival(key, found.get("VersionId", "null"), found["LastModified"], found["Metadata"], size, data)


def forget(arrival: Arrival) -> None:
    """Takes a file away for good, this version of it, with whatever it tells of where it was taken."""
    clients.s3().delete_object(Bucket=settings(Files).images_bucket, Key=arrival.key, VersionId=arrival.version_id)


def keep(image_hash: str, rendition: Rendition, data: bytes) -> None:
    """Stores a rendition; one that is there already stays."""
    try:
        clients.s3().put_object(
            Bucket=settings(Files).images_bucket,
            Key=key_of(image_hash, rendition),
            Body=data,
            ContentType=MEDIA_TYPE,
            CacheControl=CACHE_CONTROL,
            IfNoneMatch="*",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise


def presigned_post(key: str) -> dict[str, Any]:
    """A form with which a phone may put one file at ``key``, for an hour."""
    return clients.s3().generate_presigned_post(
        settings(Files).images_bucket,
        key,
        Conditions=[["content-length-range", 1, SIZE_LIMIT]],
        ExpiresIn=_PRESIGNED_SECONDS,
    )


def _version(version_id: str | None) -> Any:
    return {"VersionId": version_id} if version_id and version_id != "null" else {}
