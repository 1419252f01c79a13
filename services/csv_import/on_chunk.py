"""Second room: a chunk of the file is read and matched. It writes nothing but its decision file.

Rows that can't be used get their outcome here; all others go, by the key of their goods, to a partition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.csv_import import store
from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.job import Job
from services.csv_import.domain.outcome import Decided, Outcome, figures, keys_of
from services.csv_import.domain.plan import Plan
from services.csv_import.domain.reading import read
from services.csv_import.domain.rows import parse_rows
from services.csv_import.domain.settle import partition_of
from services.csv_import.settings import ToPartitions
from services.matching import client as matching
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.clock import utc_now

_SKIPPED = {
    "blank": ("BLANK_ROW", "A blank line."),
    "section": ("SECTION_ROW", "A heading inside the table, not an item."),
    "total": ("TOTAL_ROW", "A line of totals, not an item."),
}


def work(message: Message) -> None:
    """``{job_id, chunk}``. A chunk whose mark is there only makes sure that the next room is told."""
    job = store.find(message["job_id"])
    if job is None or job.status != "processing":
        return
    chunk: int = message["chunk"]
    part = f"chunk#{chunk:05d}"
    follow(job.correlation_id, job_id=job.job_id, part=part)
    if not store.part_is_done(job, part):
        job = _decide(job, chunk, part)
    if job.chunks_done == job.chunks and job.partitions_done < (job.partitions or 0):
        numbers = range(job.partitions or 0)
        queues.send(
            settings(ToPartitions).partitions_queue_url,
            ({"job_id": job.job_id, "partition": n} for n in numbers),
        )


def _decide(job: Job, chunk: int, part: str) -> Job:
    plan = store.get_plan(job)
    at = plan.chunks[chunk]
    raw = read(store.read_bytes(job, at.start, at.end), plan.dialect, at.first_row)
    sound: list[ParsedRow] = []
    settled: list[Outcome] = []
    for row in parse_rows(raw, plan.mapping, plan.dialect, mode=job.mode):
        if row.ok:
            sound.append(row)
        else:
            settled.append(_outcome(row))
    sections = _sections(_matched(sound, job), settled, plan)
    ends = store.save_decided(job, chunk, sections)
    done = store.finish_part(job, part, "chunks_done", figures(settled), utc_now(), ends=ends)
    logger.info("chunk decided", extra={"rows": at.rows, "sound": len(sound)})
    return done


def _outcome(row: ParsedRow) -> Outcome:
    if row.kind == "item":
        return Outcome.failed(row, *row.errors)
    return Outcome(row.row_number, "skipped", None, *_SKIPPED[row.kind])


def _matched(rows: Sequence[ParsedRow], job: Job) -> Iterable[Decided]:
    """Each row with its key and its product, and the shadows."""
    decisions = matching.match([_question(r) for r in rows], job.correlation_id)
    for row, decision in zip(rows, decisions, strict=True):
        key, shadow = keys_of(row)
        yield Decided(row, key, decision.product_id)
        if shadow:
            yield Decided(row, shadow, decision.product_id, shadow=True)


def _question(row: ParsedRow) -> matching.Question:
    packed = row.net_quantity
    return matching.Question(
        name=row.name,
        brand=row.brand,
        gtin=row.barcode.key if row.barcode else None,
        net_quantity=packed.net_quantity if packed else None,
        pack_count=packed.pack_count if packed else 1,
        size=row.net_quantity_text,
    )


def _sections(rows: Iterable[Decided], settled: Sequence[Outcome], plan: Plan) -> list[bytes]:
    """First what is settled here, then a section a partition."""
    by_partition: list[list[Decided]] = [[] for _ in range(plan.partitions)]
    for row in rows:
        by_partition[partition_of(row.key, plan.partitions)].append(row)
    return [
        store.dumped(o.to_json() for o in settled),
        *(store.dumped(d.to_json() for d in part) for part in by_partition),
    ]


handler = metered(queue_handler(work))
