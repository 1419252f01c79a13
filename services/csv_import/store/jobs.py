"""Jobs: each change of state is one conditional write, and what it states goes with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from events.base import Event
from events.csv_import import (
    ImportCancelled,
    ImportCompleted,
    ImportFailed,
    ImportMapped,
    ImportMappingRequested,
    ImportReverted,
    ImportStarted,
)
from services.csv_import.domain.columns import SHOWN, ColumnMapping
from services.csv_import.domain.job import AT_WORK, WAITING, Job, Kind, Status
from services.csv_import.domain.plan import Plan
from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table.dialect import Dialect
from services.csv_import.settings import Jobs
from services.csv_import.store import memory
from services.csv_import.store.uploads import Arrival
from shared.aws import outbox
from shared.aws.dynamo import ConditionFailed, Item, Table, TransactionRefused, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause
from shared.kernel.clock import rfc3339
from shared.kernel.errors import NotFound

_LISTED = "yes"
_WORKING = "yes"
MOVED = "working = :working, moved_at = :moved_at, #nudges = :nudges"
"""In ``SET``, with the values of ``moved``: something was done for the job, and more is to do."""


def table() -> Table:
    """Of the jobs."""
    return Table(settings(Jobs).csv_jobs_table, "job_id")


def add(job: Job) -> None:
    """A new job; one that is there already stays as it is."""
    try:
        table().put(_item(job), "attribute_not_exists(job_id)")
    except ConditionFailed:
        return


def find(job_id: str) -> Job | None:
    """The job, or None."""
    found = table().get(job_id)
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
    found = table().query(
        f"#{name} = :value",
        index=index,
        newest_first=True,
        limit=limit,
        start={**start, name: value} if start else None,
        value=value,
    )
    by_id = {i["job_id"]: i for i in table().get_many((i["job_id"],) for i in found.items)}
    jobs = [Job.model_validate(by_id[i["job_id"]]) for i in found.items if i["job_id"] in by_id]
    next_key = {k: v for k, v in found.next_key.items() if k != name} if found.next_key else None
    return jobs, next_key


def arrived(job: Job, arrival: Arrival, now: datetime) -> Job:
    """An upload that the API announced is here. Answers the job as it is; a second time changes nothing."""
    try:
        changed = table().update(
            job.job_id,
            set_=f"SET #status = :queued, version_id = :version, content = :content, {MOVED}",
            condition="#status = :awaiting",
            queued="queued",
            awaiting="awaiting_upload",
            version=arrival.version_id,
            content=arrival.content,
            **moved(now),
        )
    except ConditionFailed as there:
        return Job.model_validate(there.item)
    return Job.model_validate(changed)


def ask_for_mapping(job: Job, mapping: ColumnMapping, dialect: Dialect, now: datetime) -> None:
    """The columns can't be told: the job waits for a person, with what we take them for.

    ``ImportMappingRequested`` with it, each time that it comes to wait.
    """
    write = table().updating(
        job.job_id,
        set_="SET #status = :waits, #mapping_suggestion = :suggestion, #headings = :headings, #columns = :columns"
        " REMOVE column_mapping, working, moved_at",
        condition="#status = :queued",
        waits="needs_mapping",
        queued="queued",
        suggestion={field: str(heading) for field, heading in mapping.suggestion.items()},
        headings=[heading[:SHOWN] for heading in dialect.header] if dialect.header else None,
        columns=dialect.columns,
    )
    event = ImportMappingRequested.stated(job.cause(now), job.ref(), job.job_id)
    with contextlib.suppress(TransactionRefused):  # it waits already, or was cancelled
        transact([write, outbox.stating(event)])


def map_columns(job: Job, columns: dict[str, Any], cause: Cause) -> Job | None:
    """A person has told the columns, and ``ImportMapped`` with it; None when nobody asked."""
    write = table().updating(
        job.job_id,
        set_=f"SET #status = :queued, column_mapping = :columns, {MOVED} REMOVE mapping_suggestion",
        condition="#status = :waits",
        queued="queued",
        waits="needs_mapping",
        columns=columns,
        **moved(cause.at),
    )
    event = ImportMapped.stated(cause, job.ref(), job.job_id)
    try:
        transact([write, outbox.stating(event)])
    except TransactionRefused:
        # Told again after a failure of ours: the message that follows may not have gone out.
        there = get(job.job_id)
        return there if there.status == "queued" and there.column_mapping == columns else None
    return get(job.job_id)


class Twin(NamedTuple):
    """Of a file: which job is remembered for it (``seen``); the last of it that stands; and of these the last that took
    figures to be added, for one that came after another did not take them again."""

    seen: str | None
    job: Job | None
    adder: Job | None


def twin_of(job: Job) -> Twin:
    """The imports of the very same file that the shop has had before, as far as what they did stands."""
    seen = memory.job_of_file(job)
    last: Job | None = None
    other = find(seen) if seen and seen != job.job_id else None
    while other:
        if other.stands:
            last = last or other
            if not other.adds_again:
                return Twin(seen, last, other)
        other = find(other.follows) if other.follows else None
    return Twin(seen, last, None)


def start(job: Job, plan: Plan, twin: Twin, now: datetime) -> Job | None:
    """From queued to processing, and ``ImportStarted`` with it; a second time changes nothing.

    The file is remembered with it, so that of two jobs of one file one is the second: None when ``twin`` is not true
    any more.
    """
    counted = job.model_copy(
        update={"total_rows": plan.rows, "chunks": len(plan.chunks), "partitions": plan.partitions}
    )
    event = ImportStarted.stated(job.cause(job.created_at), counted.started(), job.job_id)
    begin = table().updating(
        job.job_id,
        set_="SET #status = :processing, #total_rows = :rows, #chunks = :chunks, #partitions = :partitions,"
        f" repeats_job_id = :repeats, added_by = :adder, #follows = :follows, {MOVED}",
        condition="#status = :queued",
        processing="processing",
        queued="queued",
        rows=plan.rows,
        chunks=len(plan.chunks),
        partitions=plan.partitions,
        repeats=twin.job.job_id if twin.job else None,
        adder=twin.adder.job_id if twin.adder else None,
        follows=twin.seen if twin.seen != job.job_id else job.follows,
        **moved(now),
    )
    known = [] if job.dry_run or job.content is None else [memory.remembering(job, twin.seen, now)]
    try:
        transact([begin, outbox.stating(event), *known])
    except TransactionRefused:
        there = get(job.job_id)  # begun before; what is stored decides
        return None if there.status == "queued" else there
    return get(job.job_id)


def fail(job: Job, problem: FileProblem, now: datetime) -> None:
    """The file as a whole can't be imported; ``ImportFailed`` with it. Once failed it stays so."""
    code, message = problem.code, problem.said_in(job.language)
    again = job.repeats_job_id
    event = ImportFailed.stated(job.cause(now), job.broken(problem), job.job_id)
    write = table().updating(
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
    write = table().updating(
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
        return "cancelled", ImportCancelled.stated(job.cause(now), job.cancelled(), job.job_id)
    status: Status = "completed_with_errors" if job.failed else "completed"
    return status, ImportCompleted.stated(job.cause(now), job.completed(status), job.job_id)


def cancel(job: Job, cause: Cause) -> Job:
    """No further row of it is applied. Nothing done yet: it is cancelled at once. Cancelled before: so it stays.

    Raises ConditionFailed for a job that has ended.
    """
    while job.status in WAITING:
        event = ImportCancelled.stated(cause, job.cancelled(), job.job_id)
        write = table().updating(
            job.job_id,
            set_="SET #status = :cancelled, completed_at = :now REMOVE working, moved_at, mapping_suggestion",
            condition="#status = :before",
            cancelled="cancelled",
            before=job.status,
            now=rfc3339(cause.at),
        )
        with contextlib.suppress(TransactionRefused):  # it went on meanwhile
            transact([write, outbox.stating(event)])
        job = get(job.job_id)
    if job.status in {"cancelling", "cancelled"}:
        return job
    changed = table().update(
        job.job_id,
        set_="SET #status = :cancelling",
        condition="#status = :processing",
        cancelling="cancelling",
        processing="processing",
    )
    return Job.model_validate(changed)


def undo(job: Job, now: datetime) -> Job:
    """What it did is to be taken out again. Raises ConditionFailed unless it has ended and stands."""
    changed = table().update(
        job.job_id,
        set_=f"SET #status = :undoing, ended_as = :before, {MOVED}",
        condition="#status = :before OR (#status = :undoing AND ended_as = :before)",
        undoing="undoing",
        before=job.status,
        **moved(now),
    )
    return Job.model_validate(changed)


def undone(job: Job, now: datetime) -> None:
    """All of it is taken out, but for what was changed since; ``ImportReverted`` with it, once."""
    event = ImportReverted.stated(job.cause(now), job.undone(), job.job_id)
    write = table().updating(
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
    found = table().query(
        "working = :yes AND moved_at < :moment", index="by_working", limit=most, yes=_WORKING, moment=rfc3339(moment)
    )
    known = {i["job_id"]: i for i in table().get_many((i["job_id"],) for i in found.items)}
    jobs = (Job.model_validate(known[i["job_id"]]) for i in found.items if i["job_id"] in known)
    return (job for job in jobs if job.moved_at and job.moved_at < moment)


def nudged(job: Job, now: datetime) -> Job | None:
    """Notes that the job is helped on; None: it has moved by itself, or somebody else helps."""
    try:
        changed = table().update(
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


def moved(now: datetime) -> dict[str, Any]:
    """The values of ``MOVED``."""
    return {"working": _WORKING, "moved_at": rfc3339(now), "nudges": 0}


def _item(job: Job) -> Item:
    return {
        **job.model_dump(exclude={"left_products"}),
        **moved(job.created_at),
        "listed": _LISTED,
        "created_at": rfc3339(job.created_at),
        "completed_at": rfc3339(job.completed_at) if job.completed_at else None,
    }
