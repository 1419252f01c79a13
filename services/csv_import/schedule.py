"""The watchdog: imports on which nothing has moved are helped on, and those that can't be helped come to an end.

Whatever was lost (a message, a worker that died on its last try) is asked for again from the marks of what is done. It
is harmless to ask too often: a part that is done only says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from services.csv_import.domain.job import Job
from services.csv_import.domain.problems import FileProblem
from services.csv_import.settings import ToChunks, ToFinishes, ToLinks, ToPartitions, ToUndos, ToUploads
from services.csv_import.store import jobs, parts, uploads
from shared.aws import queues
from shared.aws.observability import count, follow, logger, metered
from shared.aws.settings import settings
from shared.kernel.clock import Clock, utc_now

STILL: Final = timedelta(minutes=10)
"""Longer than any part takes."""
_GIVE_UP_AFTER: Final = 8
"""So often a job is helped on, each time after a longer wait, before what is left of its work is given up: six hours.
What fails is given up by its queue long before; this is for what nobody can explain."""
_HOPELESS_AFTER: Final = 16
"""A file that nobody could even plan by then, in a day, fails."""
_UPLOADED_WITHIN: Final = timedelta(hours=24)
"""The form for the upload is good for an hour; what began in it may take long."""


def heal(now: Clock = utc_now) -> int:
    """Helps on what stands still; answers how many jobs that were."""
    moment = now()
    still = [job for job in jobs.still_since(moment - STILL) if _is_due(job, moment)]
    for job in still:
        follow(job.correlation_id, job_id=job.job_id)
        _help(job, moment)
    return len(still)


def _is_due(job: Job, now: datetime) -> bool:
    """Each time a job is given longer: it may only wait its turn behind a large one."""
    return job.moved_at is not None and job.moved_at < now - STILL * (1 + job.nudges)


def _help(job: Job, now: datetime) -> None:
    if job.status == "awaiting_upload" and not uploads.has_come(job):
        if now - job.created_at > _UPLOADED_WITHIN:
            jobs.fail(job, FileProblem("NOT_UPLOADED"), now)
        else:
            jobs.nudged(job, now)
        return
    helped = jobs.nudged(job, now)
    if helped is None:
        return
    if helped.nudges > _HOPELESS_AFTER and helped.status == "queued":
        jobs.fail(helped, FileProblem("STUCK"), now)
        return
    logger.warning("helped on", extra={"status": job.status, "times": helped.nudges})
    name, parts_left = _left(helped)
    more = {"give_up": True} if helped.nudges > _GIVE_UP_AFTER else {}
    queue_urls: dict[str, Callable[[], str]] = {
        "upload": lambda: settings(ToUploads).uploads_queue_url,
        "chunk": lambda: settings(ToChunks).chunks_queue_url,
        "link": lambda: settings(ToLinks).links_queue_url,
        "partition": lambda: settings(ToPartitions).partitions_queue_url,
        "undo": lambda: settings(ToUndos).undos_queue_url,
        "finish": lambda: settings(ToFinishes).finishes_queue_url,
    }
    queues.send(queue_urls[name](), ({"job_id": job.job_id, **part, **more} for part in parts_left))


def _left(job: Job) -> tuple[str, list[dict[str, int]]]:
    """The room where the job stands still, and what messages there say beside the job's id."""
    if job.status in {"awaiting_upload", "queued"}:
        return "upload", [{}]
    room = next((room for room in job.rooms() if room.done < room.parts), None)
    if room is None:
        return "finish", [{}]
    done = {mark["part"] for mark in parts.marks(job, f"{room.name}#")}
    number = "chunk" if room.name == "chunk" else "partition"
    return room.name, [{number: n} for n in range(room.parts) if room.part(n) not in done]


@metered
def handler(event: dict[str, Any], context: Any) -> None:
    """Runs every five minutes."""
    helped = heal()
    count("ImportsHelpedOn", helped)
