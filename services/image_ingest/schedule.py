"""By the hour: the log of what pictures look like is put together anew, so that nobody has to read much of it."""

from __future__ import annotations

from typing import Any

from services.image_ingest.store import hashes
from shared.aws.observability import follow, logger, metered


@metered
def handler(event: dict[str, Any], context: Any) -> None:
    """Runs by the hour. What a run doesn't do the next one does."""
    del event
    follow(context.aws_request_id)
    logger.info("folded", extra={"entries": hashes.fold()})
