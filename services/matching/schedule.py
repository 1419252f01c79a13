"""Wakes the indexer every few minutes: what a lost message left undone is done then."""

from __future__ import annotations

from typing import Any

from services.matching.store import indexer
from shared.aws.observability import logger, metered

_SECONDS = 30.0  # of work, after which what is left waits for the next time


@metered
def handler(event: dict[str, Any], context: Any) -> None:
    """Brings the index to what the catalog is now."""
    pulled = indexer.pull(_SECONDS)
    if pulled.products:
        logger.warning("products had been left out of the index", extra={"count": pulled.products})
