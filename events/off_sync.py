"""What the sync with Open Food Facts states."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from events.base import Data, Event

SOURCE = "vyapar.offsync"


class OffRun(Data):
    """Which run. ``kind``: seed, delta or search; ``base``: food, beauty, products or petfood."""

    run_id: str
    kind: str
    base: str
    started_at: datetime


class OffFigures(OffRun):
    """What the run came to. ``skipped``: reason -> how many; ``conflicts``: fields where a person's word stands."""

    seen: int
    kept: int
    new: int
    updated: int
    unchanged: int
    gone: int
    proposed: int
    verified: int
    filled: int
    conflicts: int
    skipped: dict[str, int] = Field(default_factory=dict)


class FailedOffRun(OffFigures):
    """``error_code`` for machines; ``message`` says what was wrong and what happens now."""

    error_code: str
    message: str


class MissedOffSync(Data):
    """No run was completed for ``hours``; nothing happened is an error, too."""

    base: str
    last_completed_at: datetime | None = Field(default=None, description="None: none ever was.")
    hours: int


class OffSyncCompleted(Event):
    """What Open Food Facts had to say is in the catalog, as far as people let it."""

    SOURCE: ClassVar[str] = SOURCE
    data: OffFigures


class OffSyncFailed(Event):
    """A run was given up; what it did until then stays, and the next one goes on from there."""

    SOURCE: ClassVar[str] = SOURCE
    data: FailedOffRun


class OffSyncMissed(Event):
    """The feed stands still: no run was completed for a day and a half."""

    SOURCE: ClassVar[str] = SOURCE
    data: MissedOffSync
