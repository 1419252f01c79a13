"""Listening to events: rule -> inbox queue -> Lambda. One bad record fails alone and ends in the inbox's DLQ.

What listens must bear repetition: the same ``event_id`` may come twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from events.base import Event
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Handler, Message, queue_handler

E = TypeVar("E", bound=Event)
Fold = Callable[[Sequence[Event]], Collection[Event] | None]
"""What reacts to a whole batch; it may answer which of the events it could do nothing about yet."""


class Subscriptions:
    """The events that one service listens to and what it does about each."""

    def __init__(self) -> None:
        self.reactions: dict[type[Event], Callable[[Any], object]] = {}
        self._together: Fold | None = None

    def on(self, *kinds: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
        """Declares a reaction to these kinds of event."""

        def register(reaction: Callable[[E], None]) -> Callable[[E], None]:
            for kind in kinds:
                if kind in self.reactions:
                    raise ValueError(f"{kind.__name__} already has a reaction here")
                self.reactions[kind] = reaction
            return reaction

        return register

    def together(self, *kinds: type[Event]) -> Callable[[Fold], None]:
        """Declares one reaction to a whole batch, for consumers that fold: all of the batch comes again if it fails,
        and those events that it answers if it doesn't."""

        def register(reaction: Fold) -> None:
            self._together = reaction
            for kind in kinds:
                self.reactions[kind] = lambda event: reaction([event])

        return register

    def read(self, message: Message) -> Event:
        """The event in a message of the inbox, as EventBridge put it there."""
        kinds = {(k.SOURCE, k.detail_type()): k for k in self.reactions}
        return kinds[message["source"], message["detail-type"]].model_validate(message["detail"])

    def receive(self, message: Message) -> None:
        """Reacts to one event."""
        event = self.read(message)
        follow(event.metadata.correlation_id, event_id=event.metadata.event_id)
        logger.info("event", extra={"detail_type": event.detail_type()})
        self.reactions[type(event)](event)

    def handler(self) -> Handler:
        """The Lambda handler of the inbox."""
        if self._together is None:
            return metered(queue_handler(self.receive))
        fold = self._together

        @metered
        def folding(event: dict[str, Any], context: Any) -> dict[str, Any]:
            follow(context.aws_request_id)
            events: dict[str, Event] = {}
            unreadable: list[str] = []
            for record in event["Records"]:
                try:
                    events[record["messageId"]] = self.read(json.loads(record["body"]))
                except (KeyError, ValueError):
                    logger.exception("unreadable event")
                    unreadable.append(record["messageId"])
            failed = {e.metadata.event_id for e in fold(list(events.values())) or ()}
            again = unreadable + [m for m, e in events.items() if e.metadata.event_id in failed]
            return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}

        return folding
