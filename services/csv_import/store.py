"""Jobs, the marks of their finished parts, and the files they work with.

A part's mark and the figures it adds are one transaction, so figures count each part exactly once, however often its
message comes.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import IO, Any, Literal, NamedTuple
from urllib.parse import quote

from botocore.exceptions import ClientError

from events.base import Event
from events.csv_import import ImportCancelled, ImportCompleted, ImportFailed, ImportReverted, ImportStarted
from services.csv_import.domain.columns import ColumnMapping
from services.csv_import.domain.dialect import Dialect
from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.job import AT_WORK, WAITING, Job, Kind, Status
from services.csv_import.domain.link import Beside, Shelf
from services.csv_import.domain.outcome import Decided, packed
from services.csv_import.domain.plan import Plan
from services.csv_import.domain.problems import FileProblem
from services.csv_import.settings import Imports, Jobs, Memory, Parts, Work
from services.matching import client as matching
from shared.aws import clients, outbox
from shared.aws.dynamo import ConditionFailed, Item, Table, TransactionRefused, Write, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound

Rows = Literal["all", "failed"]
"""Which rows a report has."""

_KEPT = timedelta(days=45)
_KNOWN_FOR = timedelta(days=400)  # a year's closing stock, and a little
_PRESIGNED_SECONDS = 3600
_BLOCK = 1 << 20
_LISTED = "yes"
_WORKING = "yes"


def _jobs() -> Table:
    return Table(settings(Jobs).csv_jobs_table, "job_id")


def _memory() -> Table:
    return Table(settings(Memory).csv_memory_table, "store_id", "about")


def _parts() -> Table:
    return Table(settings(Parts).csv_job_parts_table, "job_id", "part")


# ------------------------------------------------------------------------------------------------- jobs


def add(job: Job) -> None:
    """A new job; one that is there already stays as it is."""
    try:
        _jobs().put(_item(job), "attribute_not_exists(job_id)")
    except ConditionFailed:
        return


def find(job_id: str) -> Job | None:
    """The job, or None."""
    found = _jobs().get(job_id)
    return Job.model_validate(found) if found else None


def get(job_id: str, *, store_id: str | None = None, kind: Kind | None = None) -> Job:
    """The job. Raises NotFound for one of another store or kind too."""
    job = find(job_id)
    if job is None or (kind is not None and job.kind != kind) or (store_id is not None and job.store_id != store_id):
        raise NotFound("JOB_UNKNOWN", "There is no such import.")
    return job


def page_of_store(store_id: str, limit: int, start: Item | None) -> tuple[list[Job], Item | None]:
    """A store's jobs, newest first."""
    return _page("by_store", "store_id", store_id, limit, start)


def page_of_kind(kind: Kind, limit: int, start: Item | None) -> tuple[list[Job], Item | None]:
    """All jobs of a kind, newest first."""
    return _page("by_kind", "kind", kind, limit, start)


def page_of_all(limit: int, start: Item | None) -> tuple[list[Job], Item | None]:
    """All jobs, of stores and of the shared catalog, newest first."""
    return _page("by_listed", "listed", _LISTED, limit, start)


def _page(index: str, name: str, value: str, limit: int, start: Item | None) -> tuple[list[Job], Item | None]:
    found = _jobs().query(
        f"#{name} = :value",
        index=index,
        newest_first=True,
        limit=limit,
        start={**start, name: value} if start else None,
        value=value,
    )
    by_id = {i["job_id"]: i for i in _jobs().get_many((i["job_id"],) for i in found.items)}
    jobs = [Job.model_validate(by_id[i["job_id"]]) for i in found.items if i["job_id"] in by_id]
    next_key = {k: v for k, v in found.next_key.items() if k != name} if found.next_key else None
    return jobs, next_key


def arrived(job: Job, arrival: Arrival, now: datetime) -> Job:
    """An upload that the API announced is here. Answers the job as it is; a second time changes nothing."""
    try:
        changed = _jobs().update(
            job.job_id,
            set_=f"SET #status = :queued, version_id = :version, content = :content, {_MOVED}",
            condition="#status = :awaiting",
            queued="queued",
            awaiting="awaiting_upload",
            version=arrival.version_id,
            content=arrival.content,
            **_moved(now),
        )
    except ConditionFailed as there:
        return Job.model_validate(there.item)
    return Job.model_validate(changed)


def ask_for_mapping(job: Job, mapping: ColumnMapping, dialect: Dialect) -> None:
    """The columns can't be told: the job waits for a person, with what we take them for."""
    _jobs().update(
        job.job_id,
        set_="SET #status = :waits, #mapping_suggestion = :suggestion, #headings = :headings, #columns = :columns"
        " REMOVE column_mapping, working, moved_at",
        condition="#status IN (:queued, :waits)",
        waits="needs_mapping",
        queued="queued",
        suggestion={field: str(heading) for field, heading in mapping.suggestion.items()},
        headings=list(dialect.header) if dialect.header else None,
        columns=dialect.columns,
    )


def map_columns(job: Job, columns: dict[str, Any], now: datetime) -> Job:
    """A person has told the columns. Raises ConditionFailed when nobody asked."""
    changed = _jobs().update(
        job.job_id,
        set_=f"SET #status = :queued, column_mapping = :columns, {_MOVED} REMOVE mapping_suggestion",
        # Told again after a failure of ours: the message that follows may not have gone out.
        condition="#status = :waits OR (#status = :queued AND column_mapping = :columns)",
        queued="queued",
        waits="needs_mapping",
        columns=columns,
        **_moved(now),
    )
    return Job.model_validate(changed)


def twin_of(job: Job) -> Twin:
    """The import of the very same file that the shop has had last, if that still stands."""
    found = _memory().get(job.memory, _file_of(job))
    if found is None or found["job_id"] == job.job_id:
        return Twin(found["job_id"] if found else None, None)
    other = find(found["job_id"])
    return Twin(found["job_id"], other if other and other.stands else None)


def start(job: Job, plan: Plan, twin: Twin, now: datetime) -> Job | None:
    """From queued to processing, and ``ImportStarted`` with it; a second time changes nothing.

    The file is remembered with it, so that of two jobs of one file one is the second: None when ``twin`` is not true
    any more.
    """
    counted = job.model_copy(
        update={"total_rows": plan.rows, "chunks": len(plan.chunks), "partitions": plan.partitions}
    )
    event = ImportStarted.stated(job.cause(job.created_at), counted.started(), job.job_id)
    begin = _jobs().updating(
        job.job_id,
        set_=f"SET #status = :processing, #total_rows = :rows, #chunks = :chunks, #partitions = :partitions,"
        f" repeats_job_id = :repeats, {_MOVED}",
        condition="#status = :queued",
        processing="processing",
        queued="queued",
        rows=plan.rows,
        chunks=len(plan.chunks),
        partitions=plan.partitions,
        repeats=twin.job.job_id if twin.job else None,
        **_moved(now),
    )
    known = [] if job.dry_run else [_remembering(job, twin, now)]
    try:
        transact([begin, outbox.stating(event), *known])
    except TransactionRefused:
        there = get(job.job_id)  # begun before; what is stored decides
        return None if there.status == "queued" else there
    return get(job.job_id)


def _remembering(job: Job, twin: Twin, now: datetime) -> Write:
    item = {
        "store_id": job.memory,
        "about": _file_of(job),
        "job_id": job.job_id,
        "expires_at": int((now + _KNOWN_FOR).timestamp()),
    }
    return _memory().putting(
        item, "attribute_not_exists(about) OR job_id IN (:me, :seen)", me=job.job_id, seen=twin.seen
    )


def _file_of(job: Job) -> str:
    return f"file#{job.content}"


def fail(job: Job, problem: FileProblem, now: datetime) -> None:
    """The file as a whole can't be imported; ``ImportFailed`` with it. Once failed it stays so."""
    code, message = problem.code, problem.said_in(job.language)
    again = job.repeats_job_id
    event = ImportFailed.stated(job.cause(now), job.broken(code, message), job.job_id)
    write = _jobs().updating(
        job.job_id,
        set_="SET #status = :failed, error_code = :code, error_message = :message, completed_at = :now,"
        " repeats_job_id = :again"
        " REMOVE working, moved_at",
        condition="#status IN (:queued, :awaiting, :processing)",
        failed="failed",
        queued="queued",
        awaiting="awaiting_upload",
        processing="processing",
        code=code,
        message=message,
        again=again,
        now=rfc3339(now),
    )
    with contextlib.suppress(TransactionRefused):  # ended before
        transact([write, outbox.stating(event)])


def complete(job: Job, now: datetime) -> bool:
    """Every row has its outcome and the report is there; ``ImportCompleted`` (or ``ImportCancelled``) with it, once.

    False: it has been cancelled since ``job`` was read.
    """
    status, event = _end(job, now)
    write = _jobs().updating(
        job.job_id,
        set_="SET #status = :ended, completed_at = :now REMOVE working, moved_at",
        condition="#status = :before",
        ended=status,
        before=job.status,
        now=rfc3339(now),
    )
    try:
        transact([write, outbox.stating(event)])
    except TransactionRefused:
        return get(job.job_id).status not in AT_WORK
    return True


def _end(job: Job, now: datetime) -> tuple[Status, Event]:
    if job.status == "cancelling":
        return "cancelled", ImportCancelled.stated(job.cause(now), job.completed("cancelled"), job.job_id)
    status: Status = "completed_with_errors" if job.failed else "completed"
    return status, ImportCompleted.stated(job.cause(now), job.completed(status), job.job_id)


def cancel(job: Job, cause: Cause) -> Job:
    """No further row of it is applied. Nothing done yet: it is cancelled at once. Cancelled before: so it stays.

    Raises ConditionFailed for a job that has ended.
    """
    if job.status in WAITING:
        event = ImportCancelled.stated(cause, job.completed("cancelled"), job.job_id)
        write = _jobs().updating(
            job.job_id,
            set_="SET #status = :cancelled, completed_at = :now REMOVE working, moved_at, mapping_suggestion",
            condition="#status = :before",
            cancelled="cancelled",
            before=job.status,
            now=rfc3339(cause.at),
        )
        with contextlib.suppress(TransactionRefused):  # it went on meanwhile
            transact([write, outbox.stating(event)])
            return get(job.job_id)
    if (now := get(job.job_id)).status in {"cancelling", "cancelled"}:
        return now
    changed = _jobs().update(
        job.job_id,
        set_="SET #status = :cancelling",
        condition="#status = :processing",
        cancelling="cancelling",
        processing="processing",
    )
    return Job.model_validate(changed)


def undo(job: Job, now: datetime) -> Job:
    """What it did is to be taken out again. Raises ConditionFailed unless it has ended and stands."""
    changed = _jobs().update(
        job.job_id,
        set_=f"SET #status = :undoing, {_MOVED}",
        condition="#status = :before OR #status = :undoing",
        undoing="undoing",
        before=job.status,
        **_moved(now),
    )
    return Job.model_validate(changed)


def undone(job: Job, now: datetime) -> None:
    """All of it is taken out, but for what was changed since; ``ImportReverted`` with it, once."""
    event = ImportReverted.stated(job.cause(now), job.undone(), job.job_id)
    write = _jobs().updating(
        job.job_id,
        set_="SET #status = :undone REMOVE working, moved_at",
        condition="#status = :undoing",
        undone="undone",
        undoing="undoing",
    )
    with contextlib.suppress(TransactionRefused):  # done before
        transact([write, outbox.stating(event)])


def still_since(moment: datetime, most: int = 100) -> Iterator[Job]:
    """Jobs for which something is to do and nothing was done since ``moment``."""
    found = _jobs().query(
        "working = :yes AND moved_at < :moment", index="by_working", limit=most, yes=_WORKING, moment=rfc3339(moment)
    )
    known = {i["job_id"]: i for i in _jobs().get_many((i["job_id"],) for i in found.items)}
    jobs = (Job.model_validate(known[i["job_id"]]) for i in found.items if i["job_id"] in known)
    return (job for job in jobs if job.moved_at and job.moved_at < moment)


def nudged(job: Job, now: datetime) -> Job | None:
    """Notes that the job is helped on; None: it has moved by itself, or somebody else helps."""
    try:
        changed = _jobs().update(
            job.job_id,
            set_="SET #nudges = :more, moved_at = :now",
            condition="#status = :status AND #nudges = :before AND moved_at = :moved",
            more=job.nudges + 1,
            before=job.nudges,
            status=job.status,
            moved=rfc3339(job.moved_at) if job.moved_at else None,
            now=rfc3339(now),
        )
    except ConditionFailed:
        return None
    return Job.model_validate(changed)


_MOVED = "working = :working, moved_at = :moved_at, #nudges = :nudges"


def _moved(now: datetime) -> dict[str, Any]:
    return {"working": _WORKING, "moved_at": rfc3339(now), "nudges": 0}


# ----------------------------------------------------------------------------------------------- memory


class Twin(NamedTuple):
    """Of a file: which job is remembered for it (``seen``), and that job if what it did stands."""

    seen: str | None
    job: Job | None


def remember_columns(job: Job, fingerprint: str, columns: Mapping[str, int], now: datetime) -> None:
    """What a person has told of a file's columns, for the next file with these headings."""
    kept = {"columns": dict(columns), "expires_at": int((now + _KNOWN_FOR).timestamp())}
    _memory().put({"store_id": job.memory, "about": f"columns#{fingerprint}", **kept})


def remembered_columns(job: Job, fingerprint: str) -> dict[str, int] | None:
    """What a person has told of columns with these headings before."""
    found = _memory().get(job.memory, f"columns#{fingerprint}") if fingerprint else None
    return {field: int(at) for field, at in found["columns"].items()} if found else None


# ------------------------------------------------------------------------------------------------ parts


def finish_part(job: Job, part: str, figures: Mapping[str, int | set[str]], now: datetime, **kept: Any) -> Job:
    """Marks a part as done and adds its figures (numbers, or sets of ids), once; answers the job as it now is.

    ``kept`` is what the next room needs to know of this one.
    """
    mark = {"job_id": job.job_id, "part": part, "expires_at": int((now + _KEPT).timestamp()), **kept}
    added: dict[str, Any] = {f"{part.partition('#')[0]}s_done": 1, **{n: v for n, v in figures.items() if v}}
    with contextlib.suppress(TransactionRefused):  # done before
        transact(
            [
                _parts().putting(mark, "attribute_not_exists(part)"),
                _jobs().updating(
                    job.job_id,
                    set_=f"SET {_MOVED} ADD {', '.join(f'#{n} :{n}' for n in added)}",
                    **_moved(now),
                    **added,
                ),
            ]
        )
    return get(job.job_id)


def part_is_done(job: Job, part: str) -> bool:
    """Whether its mark is there."""
    return _parts().get(job.job_id, part) is not None


def get_part(job: Job, part: str) -> Item:
    """The mark of a part that is done."""
    found = _parts().get(job.job_id, part)
    if found is None:
        raise LookupError(f"{part} of {job.job_id} is not done")
    return found


def parts(job: Job, prefix: str) -> Iterator[Item]:
    """The marks of a room, in order."""
    return _parts().query_all(
        "job_id = :job AND begins_with(part, :prefix)", consistent=True, job=job.job_id, prefix=prefix
    )


def question_of(row: ParsedRow) -> matching.Question:
    """What matching is asked about a row."""
    size = packed(row)
    return matching.Question(
        name=row.name,
        brand=row.brand,
        gtin=row.barcode.key if row.barcode else None,
        net_quantity=size.net_quantity if size else None,
        pack_count=size.pack_count if size else 1,
        mrp=row.mrp,
        size=row.net_quantity_text,
    )


# ------------------------------------------------------------------------------------------------ files


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
    return _there(lambda: head(job.key, None))


def has_report(job: Job) -> bool:
    """Whether its report is there."""
    return _there(lambda: clients.s3().head_object(Bucket=settings(Work).work_bucket, Key=report_key(job)))


def _there(look: Callable[[], object]) -> bool:
    try:
        look()
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise
    return True


def read_bytes(job: Job, start: int, end: int, table: str | None = None) -> bytes:
    """Bytes ``start`` to ``end`` (exclusive) of the job's file, or of the ``table`` that was made of it."""
    if table:
        return _get(table, start, end)
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


def stream(job: Job, table: str | None = None) -> Iterator[bytes]:
    """The job's file, or the ``table`` that was made of it, block by block."""
    if table:
        found = clients.s3().get_object(Bucket=settings(Work).work_bucket, Key=table)
    else:
        found = clients.s3().get_object(
            Bucket=settings(Imports).imports_bucket, Key=job.key, **_version(job.version_id)
        )
    yield from found["Body"].iter_chunks(_BLOCK)


@contextlib.contextmanager
def on_disk(job: Job) -> Iterator[IO[bytes]]:
    """The job's file where it can be read anywhere, while it is needed."""
    with tempfile.TemporaryFile() as file:
        for block in stream(job):
            file.write(block)
        yield file


def save_table(job: Job, texts: Iterable[str]) -> tuple[str, int]:
    """The CSV that was made of a job's file: where it is, and its size in bytes. Written twice it is the same."""
    key = f"{_folder(job)}/table.csv"
    writer = ReportWriter(settings(Work).work_bucket, key)
    size = 0
    for text in texts:
        size += len(text.encode())
        writer.write(text)
    writer.close()
    return key, size


def presigned_post(key: str, most: int) -> dict[str, Any]:
    """A form with which a browser may put one file at ``key``, for an hour."""
    return clients.s3().generate_presigned_post(
        settings(Imports).imports_bucket,
        key,
        Conditions=[["content-length-range", 0, most]],
        ExpiresIn=_PRESIGNED_SECONDS,
    )


def save_plan(job: Job, plan: Plan) -> None:
    """The plan, which later rooms read."""
    _put(f"{_folder(job)}/plan.json", json.dumps(plan.to_json()).encode())


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
    """A part's decision file: sections of JSON lines, each for one reader. Answers what its mark must keep.

    Every attempt writes a file of its own, and the mark that stands names the one that counts: a late double of a
    worker can't change what others have begun to read.
    """
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


def to_link(job: Job, partition: int, partitions: int) -> Shelf:
    """What chunks left to be linked in a partition."""
    shelf = Shelf()
    for mark in parts(job, "chunk#"):
        for line in section(mark, 1 + partitions + partition):
            if len(line) == len(Beside._fields):
                shelf.beside.append(Beside.from_json(line))
            else:
                shelf.rows.append(Decided.from_json(line))
    return shelf


def save_images(job: Job, part: str, lines: Iterable[str]) -> None:
    """What items were before this part of the import wrote them. Each call adds a file; none is written again."""
    data = gzip.compress("".join(f"{line}\n" for line in lines).encode(), 1, mtime=0)
    _put(f"{_images(job, part)}{secrets.token_hex(4)}.gz", data)


def images(job: Job, part: str) -> Iterator[bytes]:
    """The lines of all calls of ``save_images`` for a part."""
    asked: Any = {"Bucket": settings(Work).work_bucket, "Prefix": _images(job, part)}
    while True:
        found = clients.s3().list_objects_v2(**asked)
        for kept in found.get("Contents", ()):
            yield from gzip.decompress(_get(kept["Key"])).splitlines()
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
    return (json.loads(line) for line in gzip.decompress(_get(mark["file"])).splitlines())


def report_writer(job: Job, rows: Rows = "all") -> ReportWriter:
    """Writes the job's report."""
    return ReportWriter(settings(Work).work_bucket, report_key(job, rows))


def report_key(job: Job, rows: Rows = "all") -> str:
    """Where the report is."""
    return f"reports/{job.store_id or job.kind}/{job.job_id}{'' if rows == 'all' else f'-{rows}'}.csv"


def report_url(job: Job, rows: Rows = "all") -> str:
    """An address that anyone may fetch the report from, for an hour."""
    name = quote(f"{job.filename.rsplit('.', 1)[0][:80]}-{'report' if rows == 'all' else rows}.csv")
    return clients.s3().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings(Work).work_bucket,
            "Key": report_key(job, rows),
            "ResponseContentDisposition": f"attachment; filename=\"report.csv\"; filename*=UTF-8''{name}",
        },
        ExpiresIn=_PRESIGNED_SECONDS,
    )


class ReportWriter:
    """An object written piece by piece: a multipart upload once it is bigger than one part, so memory stays small."""

    _PART = 8 << 20

    def __init__(self, bucket: str, key: str) -> None:
        self._where: dict[str, Any] = {"Bucket": bucket, "Key": key}
        self._waiting = bytearray()
        self._upload: str | None = None
        self._sent: list[dict[str, Any]] = []

    def write(self, text: str) -> None:
        """Adds text."""
        self._waiting += text.encode()
        if len(self._waiting) >= self._PART:
            self._send()

    def close(self) -> None:
        """Makes the object appear, whole."""
        kind: dict[str, Any] = {"ContentType": "text/csv; charset=utf-8"}
        if self._upload is None:
            clients.s3().put_object(**self._where, Body=bytes(self._waiting), **kind)
            return
        self._send()
        parts: Any = {"Parts": self._sent}
        clients.s3().complete_multipart_upload(**self._where, UploadId=self._upload, MultipartUpload=parts)

    def _send(self) -> None:
        if self._upload is None:
            started = clients.s3().create_multipart_upload(**self._where, ContentType="text/csv; charset=utf-8")
            self._upload = started["UploadId"]
        number = len(self._sent) + 1
        done = clients.s3().upload_part(
            **self._where, UploadId=self._upload, PartNumber=number, Body=bytes(self._waiting)
        )
        self._sent.append({"PartNumber": number, "ETag": done["ETag"]})
        self._waiting.clear()


def dumped(lines: Iterable[Any]) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines)


def _folder(job: Job) -> str:
    return f"jobs/{job.job_id}"


def _put(key: str, data: bytes) -> None:
    clients.s3().put_object(Bucket=settings(Work).work_bucket, Key=key, Body=data)


def _get(key: str, start: int = 0, end: int | None = None) -> bytes:
    if end is not None and end <= start:
        return b""
    asked: Any = {"Range": f"bytes={start}-{end - 1}"} if end is not None else {}
    return clients.s3().get_object(Bucket=settings(Work).work_bucket, Key=key, **asked)["Body"].read()


def _version(version_id: str | None) -> Any:
    return {"VersionId": version_id} if version_id and version_id != "null" else {}


def _item(job: Job) -> Item:
    return {
        **job.model_dump(exclude={"left_products"}),
        **_moved(job.created_at),
        "listed": _LISTED,
        "created_at": rfc3339(job.created_at),
        "completed_at": rfc3339(job.completed_at) if job.completed_at else None,
    }
