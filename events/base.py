"""What every event has: ``detail`` = {``metadata``, ``data``}, detail-type = the class's name, source = ``SOURCE``.

A change that breaks readers is a new class ``...V2``; both are sent until nobody listens to the old one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from shared.kernel.cause import Cause
from shared.kernel.ids import derived_id


class Metadata(BaseModel):
    """``event_id`` is derived from what happened, so the same fact told twice has the same id."""

    model_config = ConfigDict(frozen=True)

    event_id: str
    schema_version: int = 1
    correlation_id: str
    occurred_at: datetime
    actor: str


class Data(BaseModel):
    """Readers ignore what they don't know; writers send what is declared."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(BaseModel):
    """A fact, in the past tense."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    SOURCE: ClassVar[str]

    metadata: Metadata
    data: Data

    @classmethod
    def detail_type(cls) -> str:
        """The name on the bus."""
        return cls.__name__

    @classmethod
    def stated(cls, cause: Cause, data: Data, *seed: str) -> Self:
        """The event of ``data``; ``seed`` names the change (an id and a version, say), so a retry repeats the id."""
        metadata = Metadata(
            event_id=derived_id("evt", cause.at, cls.__name__, *seed),
            correlation_id=cause.correlation_id,
            occurred_at=cause.at,
            actor=cause.actor,
        )
        return cls.model_validate({"metadata": metadata, "data": data})

    def cause(self) -> Cause:
        """The cause of what a consumer does about this event."""
        return Cause(self.metadata.actor, self.metadata.occurred_at, self.metadata.correlation_id)

    def entry(self, bus: str) -> dict[str, Any]:
        """The entry for ``PutEvents``."""
        return {
            "EventBusName": bus,
            "Source": self.SOURCE,
            "DetailType": self.detail_type(),
            "Detail": self.model_dump_json(),
            "Time": self.metadata.occurred_at,
        }
