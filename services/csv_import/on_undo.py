"""Beside the rooms of an import: what a partition of it did is taken out again.

Each item is as it was before, unless anybody has changed it since: then it stays and is listed. Products that only this
import had made go, unless they are used or were changed. Done twice, nothing more happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Final

from services.catalog import client as catalog
from services.csv_import.domain.job import Job
from services.csv_import.domain.outcome import Outcome
from services.csv_import.domain.problems import CHANGED_SINCE, PRODUCT_KEPT, UNDONE
from services.csv_import.settings import Pace, ToFinishes
from services.csv_import.store import files, jobs, parts
from services.inventory import client as inventory
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.clock import utc_now

_LISTED: Final = 100
_MADE: Final = frozenset({"created", "sent_to_review"})


def work(message: Message, *, lost: bool = False) -> None:
    """``{job_id, partition}``. A partition whose mark is there only makes sure that the last room is told.

    ``lost``: it was tried too often; what isn't taken out yet stays.
    """
    job = jobs.find(message["job_id"])
    if job is None or job.status != "undoing":
        return
    number = f"{message['partition']:05d}"
    follow(job.correlation_id, job_id=job.job_id, part=f"undo#{number}")
    if not parts.is_done(job, f"undo#{number}"):
        job = _taken_out(job, f"partition#{number}", f"undo#{number}", lost=lost)
    if job.undos_done == job.partitions and parts.tells(job, "undo", f"undo#{number}", utc_now()):
        queues.send(settings(ToFinishes).finishes_queue_url, [{"job_id": job.job_id}])


def _taken_out(job: Job, part: str, undo: str, *, lost: bool) -> Job:
    before = [Outcome.from_json(line) for line in files.outcomes(parts.get(job, part))]
    kept = list(files.images(job, part))
    cause = job.cause(utc_now())
    returned: dict[str, inventory.Returned] = {}
    if job.store_id and kept:
        images = [inventory.image_from_json(k.image) for k in kept]
        pace = settings(Pace).writes_a_second
        returned = inventory.put_back(job.store_id, images, job_id=job.job_id, cause=cause, a_second=pace, look=lost)
    made = {o.product_id for o in before if o.product_id and o.result in _MADE}
    unused = {p for p in made if returned.get(p, "removed") == "removed"}
    if lost:
        withdrawn = {p for p, product in catalog.products(unused).items() if product.withdrawn}
    else:
        unused -= inventory.stocked_elsewhere(unused, job.store_id)
        withdrawn = catalog.withdraw(unused, f"The import {job.filename} was undone.", cause)
    after = [_outcome(o, returned, withdrawn) for o in before]
    saved = files.save_outcomes(job, undo, (o.to_json() for o in after))
    counted = {o.product_id for o in before if o.product_id and o.result != "failed"}
    told = Counter(what for product_id, what in returned.items() if product_id in counted)
    left = sorted(p for p, what in returned.items() if what == "left" and p in counted)
    figures: dict[str, int | set[str]] = {
        **{what: told[what] for what in ("put_back", "removed", "left")},
        "withdrawn": len(withdrawn),
        # A job tells some of them, the report all: a list without end has no place in a job.
        "left_products": set(left[:_LISTED]) if len(job.left_products) < _LISTED else set(),
    }
    logger.info("partition taken out", extra={"items": len(returned), "left": len(left)})
    return parts.finish(job, undo, figures, utc_now(), **saved)


def _outcome(row: Outcome, returned: Mapping[str, inventory.Returned], withdrawn: set[str]) -> Outcome:
    """What becomes of a row's outcome in the report."""
    product_id = row.product_id
    if product_id is None:
        return row
    what = returned.get(product_id, "untouched")
    if what == "left":
        return row.now("left", CHANGED_SINCE)
    if row.result in _MADE:
        return row.now("undone", UNDONE if product_id in withdrawn else PRODUCT_KEPT)
    return row.now("undone", UNDONE) if what != "untouched" else row


handler = metered(queue_handler(work, partial(work, lost=True)))
