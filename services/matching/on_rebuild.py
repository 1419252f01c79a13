"""The index made anew from the whole catalog: every night by the clock, and when somebody calls it."""

from __future__ import annotations

from typing import Any

from services.matching.store import indexer
from shared.aws.observability import follow, metered


@metered
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers what it did: ``documents``, ``files``, ``size`` in bytes, ``thrown_away``, ``seconds``."""
    follow(context.aws_request_id)
    return indexer.rebuild()._asdict()
