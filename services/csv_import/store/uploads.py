"""The files that people bring."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, NamedTuple

from services.csv_import.domain.job import Job
from services.csv_import.settings import Imports
from shared.aws import clients
from shared.aws.settings import settings

BLOCK = 1 << 20
_PRESIGNED_SECONDS = 3600


class Arrival(NamedTuple):
    """What S3 knows of an uploaded file. ``content``: the same for files that hold the same (when put the same way)."""

    version_id: str
    size: int
    metadata: dict[str, str]
    at: datetime
    content: str


def head(key: str, version_id: str | None) -> Arrival:
    """What S3 knows of this version of a file; without ``version_id``, of the newest."""
    found = clients.s3().head_object(Bucket=settings(Imports).imports_bucket, Key=key, **_version(version_id))
    size, tag = found["ContentLength"], found["ETag"].strip('"')
    return Arrival(found.get("VersionId", "null"), size, found["Metadata"], found["LastModified"], f"{tag} {size}")


def has_come(job: Job) -> bool:
    """Whether the file that the job waits for is there, though nobody has told."""
    found = clients.s3().list_objects_v2(Bucket=settings(Imports).imports_bucket, Prefix=job.key, MaxKeys=1)
    return any(there["Key"] == job.key for there in found.get("Contents", ()))


def read_bytes(job: Job, start: int, end: int) -> bytes:
    """Bytes ``start`` to ``end`` (exclusive) of the job's file."""
    if end <= start:
        return b""
    found = clients.s3().get_object(
        Bucket=settings(Imports).imports_bucket,
        Key=job.key,
        Range=f"bytes={start}-{end - 1}",
        **_version(job.version_id),
    )
    data = found["Body"].read()
    # The local engine forgets the range where a version is named, and gives the whole.
    return data if len(data) <= end - start else data[start:end]


def stream(job: Job) -> Iterator[bytes]:
    """The job's file, block by block."""
    found = clients.s3().get_object(Bucket=settings(Imports).imports_bucket, Key=job.key, **_version(job.version_id))
    yield from found["Body"].iter_chunks(BLOCK)


@contextlib.contextmanager
def on_disk(job: Job) -> Iterator[IO[bytes]]:
    """The job's file where it can be read anywhere, while it is needed."""
    with tempfile.TemporaryFile() as file:
        for block in stream(job):
            file.write(block)
        yield file


def presigned_post(key: str, most: int) -> dict[str, Any]:
    """A form with which a browser may put one file at ``key``, for an hour."""
    return clients.s3().generate_presigned_post(
        settings(Imports).imports_bucket,
        key,
        Conditions=[["content-length-range", 0, most]],
        ExpiresIn=_PRESIGNED_SECONDS,
    )


def _version(version_id: str | None) -> Any:
    return {"VersionId": version_id} if version_id and version_id != "null" else {}
