"""Last room: every row has its outcome. The report is folded from the decision files, the job ends, the bus is told."""

from __future__ import annotations

import csv
import heapq
import io
from collections.abc import Iterator

from services.csv_import import store
from services.csv_import.domain.defuse import defuse
from services.csv_import.domain.job import Job
from services.csv_import.domain.outcome import Outcome
from services.csv_import.domain.plan import Plan
from services.csv_import.domain.reading import read
from services.csv_import.settings import ToFinishes
from services.matching import client as matching
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.clock import parse_rfc3339, rfc3339, utc_now

_LOOK_AGAIN = 2  # seconds
_BOM = "\ufeff"
_ADDED = ("row_number", "outcome", "product_id", "error_code", "error_message")


def work(message: Message) -> None:
    """``{job_id}``. Done twice it writes the same report and ends the job once.

    A load of the shared catalog ends when search and matching see its products: until then it comes again, with
    ``written``, the time by which all of them were.
    """
    job = store.find(message["job_id"])
    if job is None or job.status != "processing" or job.partitions_done != job.partitions:
        return
    follow(job.correlation_id, job_id=job.job_id)
    if job.kind == "catalog" and not job.dry_run:
        written = message.get("written") or rfc3339(utc_now())
        if not matching.covers(parse_rfc3339(written), job.correlation_id):
            again = {"job_id": job.job_id, "written": written}
            queues.send(settings(ToFinishes).finishes_queue_url, [again], delay=_LOOK_AGAIN)
            return
    plan = store.get_plan(job)
    report = store.report_writer(job)
    report.write(_BOM)
    for line in _lines(job, plan):
        report.write(line)
    report.close()
    store.complete(job, utc_now())
    logger.info("import ended", extra={"rows": job.total_rows, "failed": job.failed})


def _lines(job: Job, plan: Plan) -> Iterator[str]:
    """The shopkeeper's own rows in his own order, each with its outcome."""
    width = plan.dialect.columns
    headings = plan.dialect.header or tuple(f"Column {n + 1}" for n in range(width))
    yield _line([*_padded(headings, width), *_ADDED])
    outcomes = _outcomes(job)
    for chunk in plan.chunks:
        data = store.read_bytes(job, chunk.start, chunk.end, plan.table)
        for row in read(data, plan.dialect, chunk.first_row):
            outcome = next(outcomes)
            if outcome.row_number != row.row_number:
                raise LookupError(f"row {row.row_number} of {job.job_id} has no outcome")
            yield _line(
                [
                    *_padded(row.cells, width, plan.dialect.delimiter),
                    str(row.row_number),
                    outcome.result,
                    outcome.product_id or "",
                    outcome.code,
                    outcome.message,
                ]
            )


def _outcomes(job: Job) -> Iterator[Outcome]:
    """All outcomes in order of the file: of chunks and of partitions, each sorted already."""
    settled = (line for mark in store.parts(job, "chunk#") for line in store.section(mark, 0))
    applied = [store.outcomes(mark) for mark in store.parts(job, "partition#")]
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


handler = metered(queue_handler(work))
