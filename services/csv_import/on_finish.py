"""Last room: every row has its outcome. The report is folded from the decision files, the job ends, the bus is told."""

from __future__ import annotations

import csv
import heapq
import io
from collections.abc import Iterator

from services.csv_import.domain.changes import shown
from services.csv_import.domain.columns import SHOWN
from services.csv_import.domain.job import AT_WORK, ENDED, Job
from services.csv_import.domain.outcome import Outcome
from services.csv_import.domain.plan import Plan
from services.csv_import.domain.table.cutting import Chunk
from services.csv_import.domain.table.reading import RawRow, read
from services.csv_import.domain.wording import speaker_to
from services.csv_import.settings import ToFinishes
from services.csv_import.store import files, jobs, parts, reports
from services.matching import client as matching
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.cells import defuse
from shared.kernel.clock import parse_rfc3339, rfc3339, utc_now

_LOOK_AGAIN = 2  # seconds
_BOM = "\ufeff"
_ADDED = ("row_number", "outcome", "product_id", "error_code", "error_message")
_CHANGES = "changes"


def work(message: Message) -> None:
    """``{job_id}``. Done twice it writes the same report and ends the job once.

    A load of the shared catalog ends when search and matching see its products: until then it comes again, with
    ``written``, the time by which all of them were.
    """
    job = jobs.find(message["job_id"])
    if job and job.status in {*ENDED, "undone"} and job.partitions and not reports.is_there(job):
        _report(job)  # it could not be written then, and the message was sent anew
    if job is None or job.status not in {*AT_WORK, "undoing"}:
        return
    if not job.all_parts_done:
        return  # a message before its time: the rooms before send another when they are done
    follow(job.correlation_id, job_id=job.job_id)
    if job.status == "undoing":
        _report(job.model_copy(update={"status": "undone"}))  # as the job is when it can be read
        jobs.undone(job, utc_now())
        return
    if job.kind == "catalog" and not job.dry_run:
        written = message.get("written") or rfc3339(utc_now())
        if not matching.covers(parse_rfc3339(written), job.correlation_id):
            again = {"job_id": job.job_id, "written": written}
            queues.send(settings(ToFinishes).finishes_queue_url, [again], delay=_LOOK_AGAIN)
            return
    _report(job)
    _end(job)
    logger.info("import ended", extra={"rows": job.total_rows, "failed": job.failed})


def give_up(message: Message) -> None:
    """The report can't be written: the job ends without one; written it is when the message comes again."""
    job = jobs.find(message["job_id"])
    if job is None or not job.all_parts_done:
        return
    if job.status in AT_WORK:
        _end(job)
    elif job.status == "undoing":
        jobs.undone(job, utc_now())


def _end(job: Job) -> None:
    while not jobs.complete(job, utc_now()):
        job = jobs.get(job.job_id)  # cancelled this very moment


def _report(job: Job) -> None:
    """All rows and, to be mended and sent again, those that failed."""
    plan = files.get_plan(job)
    whole, failed = reports.writer(job), reports.writer(job, "failed")
    for line, result in _lines(job, plan):
        whole.write(line)
        if result in {"", "failed"}:
            failed.write(line)
    failed.close()
    whole.close()


def _lines(job: Job, plan: Plan) -> Iterator[tuple[str, str]]:
    """The shopkeeper's own rows in his own order, each with its outcome; and again the bare result."""
    width = plan.dialect.columns
    names = plan.mapping.headings
    called = {f: names[at].strip()[:SHOWN] for f, at in plan.mapping.columns.items() if at < len(names)}
    speaker = speaker_to(job.language, called)
    headings = plan.dialect.header or tuple(f"Column {n + 1}" for n in range(width))
    added = (*_ADDED, _CHANGES) if job.dry_run else _ADDED
    yield _BOM + _line([*_padded(headings, width), *added]), ""
    outcomes = _outcomes(job)
    for chunk in plan.chunks:
        for row in _rows(job, plan, chunk):
            outcome = next(outcomes)
            if outcome.row_number != row.row_number:
                raise LookupError(f"row {row.row_number} of {job.job_id} has no outcome")
            told = [str(row.row_number), outcome.result, outcome.product_id or "", outcome.code]
            told.append(outcome.said_by(speaker))
            if job.dry_run:
                told.append(shown(outcome.changes, speaker.name_of))
            yield _line([*_padded(row.cells, width, plan.dialect.delimiter), *told]), outcome.result


def _rows(job: Job, plan: Plan, chunk: Chunk) -> list[RawRow]:
    """The rows of a chunk; blank ones of one that can't be read, and that was given up for it."""
    try:
        return list(read(files.read_bytes(job, chunk.start, chunk.end, plan.table), plan.dialect, chunk.first_row))
    except (ValueError, csv.Error):
        logger.exception("a chunk of the report can't be read")
        return [RawRow(number, ()) for number in range(chunk.first_row, chunk.first_row + chunk.rows)]


def _outcomes(job: Job) -> Iterator[Outcome]:
    """All outcomes in order of the file: of chunks and of partitions, each sorted already."""
    settled = (line for mark in parts.marks(job, "chunk#") for line in files.section(mark, 0))
    room = "undo#" if job.status == "undone" else "partition#"
    applied = [files.outcomes(mark) for mark in parts.marks(job, room)]
    return map(Outcome.from_json, heapq.merge(settled, *applied, key=lambda line: line[0]))


def _padded(cells: tuple[str, ...], width: int, delimiter: str = ",") -> list[str]:
    """The cells in as many columns as there are headings; what is too much stands together in the last."""
    if len(cells) <= width:
        return [*cells, *[""] * (width - len(cells))]
    return [*cells[: width - 1], delimiter.join(cells[width - 1 :]).rstrip(delimiter)]


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([defuse(c) for c in cells])
    return out.getvalue()


handler = metered(queue_handler(work, give_up))
