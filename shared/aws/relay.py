"""The relay: what the outbox's stream brings goes to the bus."""

from __future__ import annotations

from collections.abc import Sequence

from shared.aws import outbox
from shared.aws.streams import Change, stream_handler


def relay(changes: Sequence[Change]) -> None:
    """Publishes the new items of the outbox. Raises NotAllPublished, and the stream comes again."""
    outbox.send(c.new for c in changes if c.new)


handler = stream_handler(relay)
