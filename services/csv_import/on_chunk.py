"""Second room: a chunk of the file is read and matched. It writes nothing but its decision file.

Rows that can't be used get their outcome here. Rows with a barcode go to the partition of their GTIN; rows without one
go to the partition of their shelf, to be linked there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.hints import swapped, unsigned
from services.csv_import.domain.job import AT_WORK, Job
from services.csv_import.domain.link import Beside
from services.csv_import.domain.outcome import (
    DONE,
    Decided,
    Outcome,
    figures,
    gtin_key,
    identity_of,
    shelf_of,
)
from services.csv_import.domain.plan import Plan
from services.csv_import.domain.problems import ALREADY_IMPORTED, CANCELLED, WORK_FAILED, RowError
from services.csv_import.domain.rows import parse_rows
from services.csv_import.domain.settle import partition_of
from services.csv_import.domain.table.reading import RawRow, read
from services.csv_import.settings import ToLinks
from services.csv_import.store import files, jobs, parts, reports
from services.csv_import.store.questions import question_of
from services.matching import client as matching
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.clock import utc_now

_CHOICES = 3
_ASKED_AT_ONCE = 1000
_SKIPPED = {"blank": "BLANK_ROW", "section": "SECTION_ROW", "total": "TOTAL_ROW"}


def work(message: Message, *, lost: bool = False) -> None:
    """``{job_id, chunk}``. A chunk whose mark is there only makes sure that the next room is told.

    ``lost``: it was tried too often; its rows fail, and the rest goes on.
    """
    job = jobs.find(message["job_id"])
    if job is None or job.status not in AT_WORK:
        return
    part = f"chunk#{message['chunk']:05d}"
    follow(job.correlation_id, job_id=job.job_id, part=part)
    plan = files.get_plan(job)
    if not parts.is_done(job, part):
        job = _lost(job, plan, message["chunk"], part) if lost else _decide(job, plan, message["chunk"], part)
    if job.chunks_done == job.chunks and parts.tells(job, "chunk", part, utc_now()):
        messages = ({"job_id": job.job_id, "partition": n} for n in range(plan.partitions))
        queues.send(settings(ToLinks).links_queue_url, messages)


def _decide(job: Job, plan: Plan, chunk: int, part: str) -> Job:
    at = plan.chunks[chunk]
    raw = list(read(files.read_bytes(job, at.start, at.end, plan.table), plan.dialect, at.first_row))
    sound, settled = _sorted(job, plan, raw)
    swapped(settled, of=len(sound) + len(settled))
    if (column := plan.mapping.columns.get("quantity")) is not None:
        unsigned([(row, "".join(raw[row.row_number - at.first_row].cells[column : column + 1])) for row in sound])
    kept = files.save_sections(job, part, _sections(sound, _matches(sound, job), settled, plan))
    done = parts.finish(job, part, figures(settled), utc_now(), **kept)
    logger.info("chunk decided", extra={"rows": at.rows, "sound": len(sound)})
    return done


def _sorted(job: Job, plan: Plan, raw: Sequence[RawRow]) -> tuple[list[ParsedRow], list[Outcome]]:
    """Rows to go on with, and the outcomes of those that can't be used or need not be."""
    sound: list[ParsedRow] = []
    settled: list[Outcome] = []
    rows = list(parse_rows(raw, plan.mapping, plan.dialect, mode=job.mode))
    told = plan.mapping.outcome_at
    added = _added(job, rows)
    for line, row in zip(raw, rows, strict=True):
        is_in = told is not None and "".join(line.cells[told : told + 1]) in DONE  # as a report of ours says
        if row.kind == "item" and is_in and job.mode == "add":
            settled.append(Outcome(row.row_number, "skipped", None, (ALREADY_IMPORTED,)))
        elif not row.ok:
            settled.append(_outcome(row))
        elif job.status == "cancelling":
            settled.append(Outcome.failed(row, CANCELLED))
        else:
            sound.append(_once(row) if is_in or row.row_number in added else row)
    return sound, settled


def _added(job: Job, rows: Sequence[ParsedRow]) -> frozenset[int]:
    """The rows whose figures the same file has added before: all that did not fail then."""
    adding = frozenset(row.row_number for row in rows if row.quantity and row.quantity.op == "add")
    if not adding or not job.adds_again:
        return frozenset()
    before = jobs.find(job.added_by or "")
    return adding - reports.failed_rows(before) if before else adding


def _lost(job: Job, plan: Plan, chunk: int, part: str) -> Job:
    """What is left of a chunk that can't be worked: each item row fails with the reason."""
    at = plan.chunks[chunk]
    rows = [ParsedRow(number) for number in range(at.first_row, at.first_row + at.rows)]
    try:
        raw = read(files.read_bytes(job, at.start, at.end, plan.table), plan.dialect, at.first_row)
        rows = list(parse_rows(raw, plan.mapping, plan.dialect, mode=job.mode))
    except Exception:  # noqa: BLE001 - whatever it is, it is what the chunk has failed on
        logger.warning("not even its rows can be read", exc_info=True)
    settled = [Outcome.failed(row, WORK_FAILED) if row.ok else _outcome(row) for row in rows]
    kept = files.save_sections(job, part, _sections([], [], settled, plan))
    return parts.finish(job, part, figures(settled), utc_now(), **kept)


def _once(row: ParsedRow) -> ParsedRow:
    """The row without what the same file has added before."""
    if row.quantity and row.quantity.op == "add":
        added = RowError("quantity", "ALREADY_ADDED", f"{row.quantity.amount:+f}")
        row.quantity, row.warnings = None, (*row.warnings, added)
    return row


def _outcome(row: ParsedRow) -> Outcome:
    if row.kind == "item":
        return Outcome.failed(row, *row.errors)
    return Outcome(row.row_number, "skipped", None, (RowError("", _SKIPPED[row.kind]),))


def _matches(rows: Sequence[ParsedRow], job: Job) -> list[matching.Decision]:
    """A shop's rows may be recognised by their words; who loads the shared catalog says what they say."""
    asked = [question_of(r) for r in rows]
    found: list[matching.Decision] = []
    for at in range(0, len(asked), _ASKED_AT_ONCE):
        some = asked[at : at + _ASKED_AT_ONCE]
        found += matching.match(some, job.correlation_id, exactly=job.kind == "catalog")
    return found


def _sections(
    rows: Sequence[ParsedRow], decisions: Sequence[matching.Decision], settled: Sequence[Outcome], plan: Plan
) -> list[bytes]:
    """What is settled here; then, a section a partition, rows by GTIN; then, again a section a partition, what is to be
    linked: rows by identity, and the GTINs that rows have beside one."""
    by_gtin: list[list[Any]] = [[] for _ in range(plan.partitions)]
    to_link: list[list[Any]] = [[] for _ in range(plan.partitions)]
    for row, decision in zip(rows, decisions, strict=True):
        identity = identity_of(row)
        if row.barcode:
            key = gtin_key(row.barcode.key)
            # A product of the same words without a barcode is not yet the one: it may take this barcode or another.
            known = decision.product_id if decision.product_gtin == row.barcode.key else None
            decided = Decided(row, key, known, decision.product_gtin, likely=_likely(decision))
            by_gtin[partition_of(key, plan.partitions)].append(decided.to_json())
            if identity:
                bare = decision.product_id if decision.product_gtin is None else None
                beside = Beside(identity, row.barcode.key, row.barcode.printed, None if known else row, bare)
                to_link[partition_of(shelf_of(row), plan.partitions)].append(beside.to_json())
        elif identity:
            decided = Decided(row, identity, decision.product_id, decision.product_gtin, _why(decision))
            decided.likely, decided.spelled = _likely(decision), decision.spelled
            to_link[partition_of(shelf_of(row), plan.partitions)].append(decided.to_json())
    return [files.dumped(o.to_json() for o in settled), *map(files.dumped, by_gtin), *map(files.dumped, to_link)]


def _why(decision: matching.Decision) -> str:
    """By what it was recognised, if not by GTIN or identity."""
    best = decision.candidates[0] if decision.candidates else None
    return "\n".join(best.reasons) if decision.decision == "match" and best and best.score < 1 else ""


def _likely(decision: matching.Decision) -> list[list[Any]]:
    """What a person is to choose from."""
    if decision.decision != "review":
        return []
    return [[c.product_id, c.score, c.reasons] for c in decision.candidates[:_CHOICES]]


handler = metered(queue_handler(work, partial(work, lost=True)))
