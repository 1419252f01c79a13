"""The export's files: one of a day with its manifest, and ``latest.json``, which names the one that counts."""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import IO, Any, NamedTuple

from services.catalog.domain.export import Manifest
from services.catalog.settings import Exports
from shared.aws import clients
from shared.aws.json import write_json
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339

_LATEST = "latest.json"
_BLOCK = 1 << 20
_PRESIGNED = timedelta(hours=1)


class Written(NamedTuple):
    """A file on the disk: how many lines it has, and what it is compressed."""

    lines: int
    bytes: int
    sha256: str


def write(records: Iterable[dict[str, Any]], file: IO[bytes]) -> Written:
    """A line of JSON each, compressed; the same records make the same bytes."""
    lines = 0
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed:
        for record in records:
            packed.write(write_json(record).encode() + b"\n")
            lines += 1
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while block := file.read(_BLOCK):
        digest.update(block)
        size += len(block)
    file.seek(0)
    return Written(lines, size, digest.hexdigest())


def keep(file: IO[bytes], manifest: Manifest) -> None:
    """The file and its manifest, which nobody is shown before ``announce``."""
    s3, bucket = clients.s3(), settings(Exports).exports_bucket
    s3.put_object(Bucket=bucket, Key=manifest.file, Body=file, ContentType="application/gzip")
    s3.put_object(
        Bucket=bucket,
        Key=manifest.file.replace("products.jsonl.gz", "manifest.json"),
        Body=manifest.model_dump_json().encode(),
        ContentType="application/json",
    )


def read_back(manifest: Manifest) -> tuple[int, str]:
    """How many lines the file in the bucket has, and its SHA-256: read once more from the beginning to its end."""
    body = _get(manifest.file)
    digest, lines = hashlib.sha256(), 0
    with tempfile.TemporaryFile() as copy:
        for block in body.iter_chunks(_BLOCK):
            digest.update(block)
            copy.write(block)
        copy.seek(0)
        with gzip.open(copy, "rb") as unpacked:
            lines = sum(1 for _ in unpacked)
    return lines, digest.hexdigest()


def announce(manifest: Manifest) -> None:
    """From now on this is the export."""
    clients.s3().put_object(
        Bucket=settings(Exports).exports_bucket,
        Key=_LATEST,
        Body=manifest.model_dump_json().encode(),
        ContentType="application/json",
    )


def latest() -> Manifest | None:
    """The export that counts; None before the first."""
    try:
        return Manifest.model_validate_json(_get(_LATEST).read())
    except clients.s3().exceptions.NoSuchKey:
        return None


def _get(key: str) -> Any:
    return clients.s3().get_object(Bucket=settings(Exports).exports_bucket, Key=key)["Body"]


def url(manifest: Manifest, now: datetime) -> tuple[str, datetime]:
    """An address that anyone may fetch the file from, and until when."""
    address = clients.s3().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings(Exports).exports_bucket, "Key": manifest.file},
        ExpiresIn=int(_PRESIGNED.total_seconds()),
    )
    return address, now + _PRESIGNED


def file_of(at: datetime) -> str:
    """Where the export of a time is kept: another one each time, so that nobody reads half of each of two."""
    return f"catalog/{rfc3339(at).replace(':', '')}/products.jsonl.gz"
