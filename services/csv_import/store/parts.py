"""The marks of finished parts.

A part's mark and the figures it adds are one transaction, so figures count each part exactly once, however often its
message comes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.csv_import.domain.job import Job
from services.csv_import.settings import Parts
from services.csv_import.store import jobs
from shared.aws.dynamo import ConditionFailed, Item, Table, TransactionRefused, transact
from shared.aws.settings import settings

KEPT = timedelta(days=45)
"""An import can be undone for 30 days; what undo and reports need must outlive that."""


def _parts() -> Table:
    return Table(settings(Parts).csv_job_parts_table, "job_id", "part")


def finish(job: Job, part: str, figures: Mapping[str, int | set[str]], now: datetime, **kept: Any) -> Job:
    """Marks a part as done and adds its figures (numbers, or sets of ids), once; answers the job as it now is.

    ``kept`` is what the next room needs to know of this one.
    """
    mark = {"job_id": job.job_id, "part": part, "expires_at": int((now + KEPT).timestamp()), **kept}
    added: dict[str, Any] = {f"{part.partition('#')[0]}s_done": 1, **{n: v for n, v in figures.items() if v}}
    with contextlib.suppress(TransactionRefused):  # done before, or not at work any more
        transact(
            [
                _parts().putting(mark, "attribute_not_exists(part)"),
                jobs.table().updating(
                    job.job_id,
                    set_=f"SET {jobs.MOVED} ADD {', '.join(f'#{n} :{n}' for n in added)}",
                    condition="#status IN (:processing, :cancelling, :undoing)",
                    processing="processing",
                    cancelling="cancelling",
                    undoing="undoing",
                    **jobs.moved(now),
                    **added,
                ),
            ]
        )
    return jobs.get(job.job_id)


def tells(job: Job, room: str, part: str, now: datetime) -> bool:
    """Whether it is for this part to tell the next room that ``room`` is done: of parts that end at once, one does.

    Asked again about the same part it is so again, for its worker may have died before it told: then its message comes
    again.
    """
    told = {"job_id": job.job_id, "part": f"told#{room}", "by": part, "expires_at": int((now + KEPT).timestamp())}
    try:
        _parts().put(told, "attribute_not_exists(part) OR #by = :me", me=part)
    except ConditionFailed:
        return False
    return True


def find(job: Job, part: str) -> Item | None:
    """The mark of a part, if it is done."""
    return _parts().get(job.job_id, part)


def is_done(job: Job, part: str) -> bool:
    """Whether its mark is there."""
    return find(job, part) is not None


def get(job: Job, part: str) -> Item:
    """The mark of a part that is done."""
    found = find(job, part)
    if found is None:
        raise LookupError(f"{part} of {job.job_id} is not done")
    return found


def marks(job: Job, prefix: str) -> Iterator[Item]:
    """The marks of a room, in order."""
    return _parts().query_all(
        "job_id = :job AND begins_with(part, :prefix)", consistent=True, job=job.job_id, prefix=prefix
    )
