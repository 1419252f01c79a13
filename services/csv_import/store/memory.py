"""What a shop's files have taught: which were imported, and what people told of columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.csv_import.domain.job import Job
from services.csv_import.settings import Memory
from shared.aws.dynamo import Table, Write
from shared.aws.settings import settings

_KNOWN_FOR = timedelta(days=400)  # a year's closing stock, and a little


def _memory() -> Table:
    return Table(settings(Memory).csv_memory_table, "store_id", "about")


def job_of_file(job: Job) -> str | None:
    """The id of the job that is remembered for the job's file."""
    if job.content is None:  # it came before contents were noted
        return None
    found = _memory().get(job.memory, _file_of(job))
    return found["job_id"] if found else None


def remembering(job: Job, seen: str | None, now: datetime) -> Write:
    """The write that remembers the job for its file, unless another one than ``seen`` is remembered by now."""
    item = {
        "store_id": job.memory,
        "about": _file_of(job),
        "job_id": job.job_id,
        "expires_at": int((now + _KNOWN_FOR).timestamp()),
    }
    return _memory().putting(item, "attribute_not_exists(about) OR job_id IN (:me, :seen)", me=job.job_id, seen=seen)


def _file_of(job: Job) -> str:
    return f"file#{job.content}"


def remember_columns(job: Job, fingerprint: str, columns: Mapping[str, int], now: datetime) -> None:
    """What a person has told of a file's columns, for the next file with these headings."""
    kept = {"columns": dict(columns), "expires_at": int((now + _KNOWN_FOR).timestamp())}
    _memory().put({"store_id": job.memory, "about": f"columns#{fingerprint}", **kept})


def remembered_columns(job: Job, fingerprint: str) -> dict[str, int] | None:
    """What a person has told of columns with these headings before."""
    found = _memory().get(job.memory, f"columns#{fingerprint}") if fingerprint else None
    return {field: int(at) for field, at in found["columns"].items()} if found else None
