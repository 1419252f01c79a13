"""The event bus: publishing, as often as it takes, is its only duty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.aws import clients

_BATCH = 10


class NotAllPublished(Exception):
    """EventBridge refused these entries (their indexes); the caller tries again later."""

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__(f"{len(failed)} entries were not taken")
        self.failed = failed


def publish(entries: Sequence[dict[str, Any]]) -> None:
    """Sends entries of ``PutEvents`` in batches. Raises NotAllPublished with the indexes of those not taken."""
    failed: list[int] = []
    for at in range(0, len(entries), _BATCH):
        batch: Any = entries[at : at + _BATCH]
        answer = clients.events().put_events(Entries=batch)
        failed += [at + i for i, e in enumerate(answer["Entries"]) if e.get("ErrorCode")]
    if failed:
        raise NotAllPublished(failed)
