"""DynamoDB streams: each change as the item before and after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.aws.dynamo import Item, decode_item
from shared.aws.observability import logger


@dataclass(frozen=True, slots=True)
class Change:
    """``old`` is None for a new item, ``new`` for one that went."""

    old: Item | None
    new: Item | None


def stream_handler(
    work: Callable[[Sequence[Change]], None],
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """A Lambda handler that hands ``work`` a batch of changes, in order; a failure makes the whole batch come again.

    ``work`` must bear repetition: streams deliver at least once.
    """

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        records = event.get("Records", [])
        try:
            work([_change(r["dynamodb"]) for r in records])
        except Exception:
            logger.exception("stream batch failed", extra={"records": len(records)})
            raise
        return {"batchItemFailures": []}

    return handler


def _change(record: dict[str, Any]) -> Change:
    old, new = record.get("OldImage"), record.get("NewImage")
    return Change(decode_item(old) if old else None, decode_item(new) if new else None)
