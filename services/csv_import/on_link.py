"""Third room: rows without a barcode find the goods they speak of, and go to their partition."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.job import AT_WORK, Job
from services.csv_import.domain.link import link, yielding
from services.csv_import.domain.settle import partition_of
from services.csv_import.settings import ToPartitions
from services.csv_import.store import files, jobs, parts
from services.csv_import.store.questions import question_of
from services.matching import client as matching
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.clock import utc_now


def work(message: Message, *, lost: bool = False) -> None:
    """``{job_id, partition}``. A partition whose mark is there only makes sure that the next room is told.

    ``lost``: it was tried too often; its rows go on as they are, to fail.
    """
    job = jobs.find(message["job_id"])
    if job is None or job.status not in AT_WORK or job.chunks_done != job.chunks:
        return
    part = f"link#{message['partition']:05d}"
    follow(job.correlation_id, job_id=job.job_id, part=part)
    partitions = job.partitions or 0
    if not parts.is_done(job, part):
        job = _linked(job, message["partition"], partitions, part, lost=lost)
    if job.links_done == partitions and parts.tells(job, "link", part, utc_now()):
        messages = ({"job_id": job.job_id, "partition": n} for n in range(partitions))
        queues.send(settings(ToPartitions).partitions_queue_url, messages)


def _linked(job: Job, partition: int, partitions: int, part: str, *, lost: bool) -> Job:
    shelf = files.to_link(job, partition, partitions)
    for row in shelf.rows:
        row.lost = lost

    def kin(rows: Sequence[ParsedRow]) -> Sequence[int]:
        if job.kind == "catalog":  # who loads the shared catalog says what they say
            return range(len(rows))
        return matching.kin([question_of(row) for row in rows], job.correlation_id)

    sections: list[list[bytes]] = [[] for _ in range(partitions)]
    for row in shelf.rows if lost or job.status == "cancelling" else link(shelf, kin):
        sections[partition_of(row.place, partitions)].append(files.dumped([row.to_json()]))
    for key, first in yielding(shelf.gtins):
        sections[partition_of(key, partitions)].append(files.dumped([[key, first]]))
    kept = files.save_sections(job, part, [b"".join(s) for s in sections])
    logger.info("partition linked", extra={"rows": len(shelf.rows)})
    return parts.finish(job, part, {}, utc_now(), **kept)


handler = metered(queue_handler(work, partial(work, lost=True)))
