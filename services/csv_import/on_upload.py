"""First room: a file has come. It becomes a job, and the job a plan of chunks.

Every step bears repetition: the job's id comes from the object, the plan is written once, and messages sent twice meet
parts that are done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

from services.csv_import.domain import job as domain
from services.csv_import.domain.columns import ColumnMapping, fingerprint, map_columns
from services.csv_import.domain.job import Job
from services.csv_import.domain.plan import ROWS_PER_CHUNK, Plan, times_larger
from services.csv_import.domain.problems import FileProblem, MappingProblem
from services.csv_import.domain.table.cutting import cut
from services.csv_import.domain.table.dialect import HEAD_SIZE, Dialect, sample, sniff
from services.csv_import.domain.table.unpacking import Kind, kind_of, refuse_a_large_one, unpacked
from services.csv_import.settings import ToChunks
from services.csv_import.store import files, jobs, memory, uploads
from shared.aws import access, queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.clock import utc_now

_READY = frozenset({"queued", "processing"})
_INDIA = timezone(timedelta(hours=5, minutes=30))


def receive(message: Message) -> None:
    """An S3 ``Object Created`` event, or ``{job_id}`` of a job whose columns have been told."""
    job = _told(jobs.find(message["job_id"])) if "job_id" in message else _job_of(message["detail"])
    if job is None or job.status not in _READY:
        return
    follow(job.correlation_id, job_id=job.job_id)
    if job.kind == "store" and not access.members_of(job.store_id or ""):
        jobs.fail(job, FileProblem("STORE_UNKNOWN"), utc_now())
        return
    try:
        plan = files.find_plan(job) or _planned(job)
    except FileProblem as problem:
        jobs.fail(job, problem, utc_now())
        return
    if plan is None:
        return
    if job.status == "queued":
        try:
            job = _started(job, plan)
        except FileProblem as problem:
            twin = jobs.twin_of(job).job
            jobs.fail(job.model_copy(update={"repeats_job_id": twin and twin.job_id}), problem, utc_now())
            return
    queues.send(settings(ToChunks).chunks_queue_url, ({"job_id": job.job_id, "chunk": c.index} for c in plan.chunks))
    logger.info("planned", extra={"rows": plan.rows, "chunks": len(plan.chunks), "partitions": plan.partitions})


def _started(job: Job, plan: Plan) -> Job:
    """The job at work. Raises FileProblem when figures that the shop has had already would be added."""
    while True:
        twin = jobs.twin_of(job)
        if twin.job and job.mode == "add" and not (job.force or job.dry_run):
            day = twin.job.created_at.astimezone(_INDIA)
            raise FileProblem("SAME_FILE_AGAIN", filename=twin.job.filename, date=f"{day:%d/%m/%Y}")
        if started := jobs.start(job, plan, twin, utc_now()):
            return started


def _told(job: Job | None) -> Job | None:
    """The job that the watchdog, or who has told its columns, speaks of. Its file has come, whatever S3's event did."""
    if job and job.status == "awaiting_upload":
        return jobs.arrived(job, uploads.head(job.key, None), utc_now())
    return job


def _job_of(detail: Mapping[str, Any]) -> Job | None:
    key: str = detail["object"]["key"]
    if not domain.is_import(key):
        logger.warning("not an import", extra={"key": key})
        return None
    # The event of the local engine doesn't name the version; S3 itself always does.
    arrival = uploads.head(key, detail["object"].get("version-id"))
    upload = domain.upload_of(key, arrival.version_id)
    if upload.dropped:
        language = access.language_of(upload.store_id) if upload.store_id else None
        jobs.add(domain.dropped(upload, arrival.metadata, arrival.at, content=arrival.content, language=language))
        return jobs.find(upload.job_id)
    job = jobs.find(upload.job_id)
    if job is None or job.key != upload.key:
        logger.warning("an upload that no job waits for", extra={"key": upload.key})
        return None
    return jobs.arrived(job, arrival, utc_now())


def _planned(job: Job) -> Plan | None:
    """The plan, written down; None when a person must tell the columns first. Raises FileProblem."""
    size = uploads.head(job.key, job.version_id).size
    if size == 0:
        raise FileProblem("EMPTY_FILE")
    head = uploads.read_bytes(job, 0, min(size, HEAD_SIZE))
    table = None
    if kind := kind_of(head):
        table, size = _unpacked(job, kind, size)
        head = files.read_bytes(job, 0, min(size, HEAD_SIZE), table)
    dialect = sniff(head, size=size, exact=table is not None)
    mapping = _mapping(job, dialect, sample(head, dialect, size=size))
    if not mapping.decided:
        jobs.ask_for_mapping(job, mapping, dialect, utc_now())
        return None
    chunks = list(cut(files.stream(job, table), dialect, ROWS_PER_CHUNK * times_larger(size)))
    return files.save_plan(job, Plan.of(dialect, mapping, chunks, table))


def _unpacked(job: Job, kind: Kind, size: int) -> tuple[str, int]:
    """The table in a workbook or web page of ``size`` bytes, as a CSV of its own: where it is, and its size."""
    refuse_a_large_one(size)
    with uploads.on_disk(job) as file:
        return files.save_table(job, unpacked(file, kind))


def _mapping(job: Job, dialect: Dialect, rows: Sequence[Sequence[str]]) -> ColumnMapping:
    """What a person told of the columns if it fits the file, now or of such a file before, else what they look like."""
    guessed = map_columns(dialect.header, rows)
    known = fingerprint(dialect.header)
    told = job.column_mapping or memory.remembered_columns(job, known)
    if not told:
        return guessed
    try:
        mapping = ColumnMapping.given(told, dialect.header, width=dialect.columns)
    except MappingProblem as problem:
        logger.info("the mapping told doesn't fit", extra={"errors": [e.message for e in problem.errors]})
        return replace(guessed, undecided=("name",))
    if job.column_mapping and known:
        memory.remember_columns(job, known, mapping.columns, utc_now())
    return mapping


def give_up(message: Message) -> None:
    """A file that can't be planned through a fault of ours."""
    job = jobs.find(message["job_id"]) if "job_id" in message else _job_of(message["detail"])
    if job and job.status == "queued":
        jobs.fail(job, FileProblem("WORK_FAILED", "file"), utc_now())


handler = metered(queue_handler(receive, give_up))
