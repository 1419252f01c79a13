"""Reports, for those whose files they are about."""

from __future__ import annotations

import csv
import io
from typing import Literal
from urllib.parse import quote

from botocore.exceptions import ClientError

from services.csv_import.domain.job import Job
from services.csv_import.settings import Work
from services.csv_import.store.writing import PieceByPiece
from shared.aws import clients
from shared.aws.settings import settings

Rows = Literal["all", "failed"]
"""Which rows a report has."""

_PRESIGNED_SECONDS = 3600


def is_there(job: Job) -> bool:
    """Whether the job's report is there."""
    try:
        clients.s3().head_object(Bucket=settings(Work).work_bucket, Key=_key(job, "all"))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise
    return True


def failed_rows(job: Job) -> frozenset[int]:
    """The numbers of the rows that failed; none where there is no report."""
    try:
        data = _read(_key(job, "failed"))
    except clients.s3().exceptions.NoSuchKey:
        return frozenset()
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return frozenset(int(row["row_number"]) for row in rows)


def _read(key: str) -> bytes:
    return clients.s3().get_object(Bucket=settings(Work).work_bucket, Key=key)["Body"].read()


def writer(job: Job, rows: Rows = "all") -> PieceByPiece:
    """Writes the job's report."""
    return PieceByPiece(settings(Work).work_bucket, _key(job, rows))


def _key(job: Job, rows: Rows) -> str:
    """Where the report is; that of an undo beside the one before."""
    undone = "-undone" if job.status == "undone" else ""
    return f"reports/{job.store_id or job.kind}/{job.job_id}{undone}{'' if rows == 'all' else f'-{rows}'}.csv"


def url(job: Job, rows: Rows = "all") -> str:
    """An address that anyone may fetch the report from, for an hour."""
    name = quote(f"{job.filename.rsplit('.', 1)[0][:80]}-{'report' if rows == 'all' else rows}.csv")
    return clients.s3().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings(Work).work_bucket,
            "Key": _key(job, rows),
            "ResponseContentDisposition": f"attachment; filename=\"report.csv\"; filename*=UTF-8''{name}",
        },
        ExpiresIn=_PRESIGNED_SECONDS,
    )
