"""The files that a job works with: plan, decision files, images of items, outcomes.

Every attempt at a part writes files of its own, and the mark that stands names those that count: a late double of a
worker can't change what others have begun to read.
"""

from __future__ import annotations

import gzip
import io
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from services.csv_import.domain.job import Job
from services.csv_import.domain.link import Beside, Shelf
from services.csv_import.domain.outcome import Decided
from services.csv_import.domain.plan import Plan
from services.csv_import.settings import Work
from services.csv_import.store import parts, uploads
from services.csv_import.store.writing import PieceByPiece
from shared.aws import clients
from shared.aws.dynamo import Item
from shared.aws.settings import settings

_AT_ONCE = 8


def read_bytes(job: Job, start: int, end: int, table: str | None) -> bytes:
    """Bytes ``start`` to ``end`` (exclusive) of the job's file, or of the ``table`` that was made of it."""
    return _get(table, start, end) if table else uploads.read_bytes(job, start, end)


def stream(job: Job, table: str | None) -> Iterator[bytes]:
    """The job's file, or the ``table`` that was made of it, block by block."""
    if table is None:
        return uploads.stream(job)
    found = clients.s3().get_object(Bucket=settings(Work).work_bucket, Key=table)
    return found["Body"].iter_chunks(uploads.BLOCK)


def save_table(job: Job, texts: Iterable[str]) -> tuple[str, int]:
    """The CSV that was made of a job's file: where it is, and its size in bytes. Written twice it is the same."""
    key = f"{_folder(job)}/table.csv"
    writer = PieceByPiece(settings(Work).work_bucket, key)
    size = 0
    for text in texts:
        size += len(text.encode())
        writer.write(text)
    writer.close()
    return key, size


def save_plan(job: Job, plan: Plan) -> Plan:
    """The plan, which later rooms read: it is written once, and whoever plans again gets the one that stands."""
    try:
        _put(f"{_folder(job)}/plan.json", json.dumps(plan.to_json()).encode(), IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"PreconditionFailed", "ConditionalRequestConflict"}:
            raise
        return get_plan(job)
    return plan


def get_plan(job: Job) -> Plan:
    """The plan of a job that has been planned."""
    plan = find_plan(job)
    if plan is None:
        raise LookupError(f"{job.job_id} is {job.status} without a plan")
    return plan


def find_plan(job: Job) -> Plan | None:
    """The plan, if the job has been planned."""
    try:
        return Plan.from_json(json.loads(_get(f"{_folder(job)}/plan.json")))
    except clients.s3().exceptions.NoSuchKey:
        return None


def save_sections(job: Job, part: str, sections: Sequence[bytes]) -> dict[str, Any]:
    """A part's decision file: sections of JSON lines, each for one reader. Answers what its mark must keep."""
    ends: list[int] = []
    for section in sections:
        ends.append((ends[-1] if ends else 0) + len(section))
    key = f"{_folder(job)}/{part.replace('#', '/')}-{secrets.token_hex(4)}"
    _put(key, b"".join(sections))
    return {"file": key, "ends": ends}


def section(mark: Item, number: int) -> Iterator[Any]:
    """The lines of one section of a marked part's decision file."""
    start = mark["ends"][number - 1] if number else 0
    return (json.loads(line) for line in _get(mark["file"], start, mark["ends"][number]).splitlines())


def sections(marks: Iterable[Item], number: int) -> Iterator[Any]:
    """The lines of one section of many parts' decision files, in the order of the parts."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for lines in pool.map(lambda mark: list(section(mark, number)), marks):
            yield from lines


def to_link(job: Job, partition: int, partitions: int) -> Shelf:
    """What chunks left to be linked in a partition."""
    shelf = Shelf()
    for line in sections(parts.marks(job, "chunk#"), 1 + partitions + partition):
        if len(line) == len(Beside._fields):
            shelf.beside.append(Beside.from_json(line))
        else:
            shelf.rows.append(Decided.from_json(line))
    return shelf


class Kept(NamedTuple):
    """The image of an item (as inventory writes it), the rows that are about to change it, and whether their import has
    made its product."""

    image: str
    rows: list[int]
    made: bool


def save_images(job: Job, part: str, kept: Iterable[Kept]) -> None:
    """What items were before this part of the import wrote them. Each call adds a file; none is written again."""
    _put(f"{_images(job, part)}{secrets.token_hex(4)}.gz", gzip.compress(dumped(kept), 1, mtime=0))


def images(job: Job, part: str) -> Iterator[Kept]:
    """All that was kept of a part."""
    asked: Any = {"Bucket": settings(Work).work_bucket, "Prefix": _images(job, part)}
    while True:
        found = clients.s3().list_objects_v2(**asked)
        for kept in found.get("Contents", ()):
            for line in gzip.decompress(_get(kept["Key"])).splitlines():
                yield Kept(*json.loads(line))
        if not found.get("IsTruncated"):
            return
        asked["ContinuationToken"] = found["NextContinuationToken"]


def _images(job: Job, part: str) -> str:
    return f"{_folder(job)}/before/{part.replace('#', '-')}-"


def save_outcomes(job: Job, part: str, lines: Iterable[Any]) -> dict[str, Any]:
    """What became of a partition's rows, in order of the file. Answers what its mark must keep."""
    key = f"{_folder(job)}/{part.replace('#', '/')}-{secrets.token_hex(4)}.gz"
    _put(key, gzip.compress(dumped(lines), 1, mtime=0))
    return {"file": key}


def outcomes(mark: Item) -> Iterator[Any]:
    """What became of a marked partition's rows."""
    with gzip.open(io.BytesIO(_get(mark["file"]))) as lines:  # many are read side by side: packed, but for a line
        yield from map(json.loads, lines)


def dumped(lines: Iterable[Any]) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines)


def _folder(job: Job) -> str:
    return f"jobs/{job.job_id}"


def _put(key: str, data: bytes, **conditions: Any) -> None:
    clients.s3().put_object(Bucket=settings(Work).work_bucket, Key=key, Body=data, **conditions)


def _get(key: str, start: int = 0, end: int | None = None) -> bytes:
    if end is not None and end <= start:
        return b""
    asked: Any = {"Range": f"bytes={start}-{end - 1}"} if end is not None else {}
    return clients.s3().get_object(Bucket=settings(Work).work_bucket, Key=key, **asked)["Body"].read()
