"""First room: a file has come. It becomes a job, and the job a plan of chunks.

Every step bears repetition: the job's id comes from the object, the plan is written once, and messages sent twice meet
parts that are done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.csv_import import store
from services.csv_import.domain import job as jobs
from services.csv_import.domain.columns import ColumnMapping, map_columns
from services.csv_import.domain.cutting import cut
from services.csv_import.domain.dialect import HEAD_SIZE, Dialect, sample, sniff
from services.csv_import.domain.job import Job
from services.csv_import.domain.plan import ROWS_PER_CHUNK, Plan
from services.csv_import.domain.problems import FileProblem, MappingProblem
from services.csv_import.domain.unpacking import Kind, kind_of, refuse_a_large_one, unpacked
from services.csv_import.settings import ToChunks
from shared.aws import access, queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.clock import utc_now

_READY = frozenset({"queued", "processing"})


def receive(message: Message) -> None:
    """An S3 ``Object Created`` event, or ``{job_id}`` of a job whose columns have been told."""
    job = store.find(message["job_id"]) if "job_id" in message else _job_of(message["detail"])
    if job is None or job.status not in _READY:
        return
    follow(job.correlation_id, job_id=job.job_id)
    if job.kind == "store" and not access.members_of(job.store_id or ""):
        cure = "There is no such store; look at the folder's name under imports/."
        store.fail(job, "STORE_UNKNOWN", cure, utc_now())
        return
    try:
        plan = store.find_plan(job) or _planned(job)
    except FileProblem as problem:
        store.fail(job, problem.code, problem.message, utc_now())
        return
    if plan is None:
        return
    if job.status == "queued":
        job = store.start(job, plan)
    queues.send(settings(ToChunks).chunks_queue_url, ({"job_id": job.job_id, "chunk": c.index} for c in plan.chunks))
    logger.info("planned", extra={"rows": plan.rows, "chunks": len(plan.chunks), "partitions": plan.partitions})


def _job_of(detail: Mapping[str, Any]) -> Job | None:
    key: str = detail["object"]["key"]
    if not jobs.is_import(key):
        logger.warning("not an import", extra={"key": key})
        return None
    # The event of the local engine doesn't name the version; S3 itself always does.
    arrival = store.head(key, detail["object"].get("version-id"))
    upload = jobs.upload_of(key, arrival.version_id)
    if upload.dropped:
        store.add(jobs.dropped(upload, arrival.metadata, arrival.at))
        return store.find(upload.job_id)
    job = store.find(upload.job_id)
    if job is None or job.key != upload.key:
        logger.warning("an upload that no job waits for", extra={"key": upload.key})
        return None
    return store.arrived(job, upload.version_id)


def _planned(job: Job) -> Plan | None:
    """The plan, written down; None when a person must tell the columns first. Raises FileProblem."""
    size = store.head(job.key, job.version_id).size
    if size == 0:
        raise FileProblem("EMPTY_FILE", "The file is empty. Export it again and check its size before uploading.")
    head = store.read_bytes(job, 0, min(size, HEAD_SIZE))
    table = None
    if kind := kind_of(head):
        table, size = _unpacked(job, kind, size)
        head = store.read_bytes(job, 0, min(size, HEAD_SIZE), table)
    dialect = sniff(head, size=size, exact=table is not None)
    mapping = _mapping(job, dialect, sample(head, dialect, size=size))
    if not mapping.decided:
        store.ask_for_mapping(job, mapping, dialect)
        return None
    chunks = list(cut(store.stream(job, table), dialect, ROWS_PER_CHUNK))
    plan = Plan.of(dialect, mapping, chunks, table)
    store.save_plan(job, plan)
    return plan


def _unpacked(job: Job, kind: Kind, size: int) -> tuple[str, int]:
    """The table in a workbook or web page of ``size`` bytes, as a CSV of its own: where it is, and its size."""
    refuse_a_large_one(size)
    with store.on_disk(job) as file:
        return store.save_table(job, unpacked(file, kind))


def _mapping(job: Job, dialect: Dialect, rows: Sequence[Sequence[str]]) -> ColumnMapping:
    """What a person told of the columns if it fits the file, else what they look like."""
    told = job.column_mapping
    guessed = map_columns(dialect.header, rows)
    try:
        return ColumnMapping.given(told, dialect.header, width=dialect.columns) if told else guessed
    except MappingProblem as problem:
        logger.info("the mapping told doesn't fit", extra={"errors": [e.message for e in problem.errors]})
        return replace(guessed, undecided=("name",))


handler = metered(queue_handler(receive))
