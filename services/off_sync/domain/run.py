"""A run: what it is to fetch, how far it is, and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from events.off_sync import FailedOffRun, OffSyncFailed
from services.off_sync.domain.document import Base
from services.off_sync.domain.problems import RUN_CODES
from shared.kernel.cause import Cause
from shared.kernel.errors import Conflict

Kind = Literal["seed", "delta", "search"]
Status = Literal["queued", "running", "completed", "failed"]
Phase = Literal["planning", "fetching", "filing"]

TRIES: Final = 8
"""So often on end a step may fail before the run does: with the waits in between, an hour and a half."""
LEASE: Final = timedelta(hours=2)
"""A run on which nothing moved for longer than any wait is nobody's any more."""
STILL: Final = timedelta(minutes=30)
"""One on which nothing moved for so long is helped on: a message may be lost."""
ACTIVE: Final = frozenset({"queued", "running"})


class Counts(BaseModel):
    """``seen`` lines or products; of these ``kept`` (of India), which were ``new`` to us, ``updated`` or ``unchanged``;
    ``skipped`` by reason. Of what was filed: products ``proposed``, ``verified`` at once, ``filled``; ``conflicts`` are
    fields where a person says something else, which stands."""

    model_config = ConfigDict(frozen=True)

    seen: int = 0
    kept: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    gone: int = 0
    proposed: int = 0
    verified: int = 0
    filled: int = 0
    conflicts: int = 0
    skipped: dict[str, int] = {}

    def plus(self, more: Mapping[str, int], skipped: Mapping[str, int]) -> Counts:
        """These with more of them."""
        told: dict[str, Any] = {name: getattr(self, name) + number for name, number in more.items()}
        both = {n: self.skipped.get(n, 0) + skipped.get(n, 0) for n in (*self.skipped, *skipped)}
        return self.model_copy(update={**told, "skipped": both})


class File(BaseModel):
    """A file of a run, and how many of its lines are done. ``end``: of a delta, up to which change it goes."""

    model_config = ConfigDict(frozen=True)

    name: str
    end: int = 0
    lines: int = 0
    done: bool = False

    @property
    def is_dump(self) -> bool:
        return self.end == 0


class Run(BaseModel):
    """``kind`` is what was asked for; ``reseed`` says why a dump is read where deltas were wanted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run_id: str
    kind: Kind
    base: Base
    status: Status = "queued"
    phase: Phase = "planning"
    reseed: str | None = None
    files: list[File] = []
    page: int = 0
    newest_t: int = 0
    """The newest change that was seen."""
    swept: bool = False
    """Whether a dump was read and what it lacks is marked as gone."""
    feed_end: int = 0
    """Up to which change the deltas go that they have listed."""
    counts: Counts = Counts()
    error_code: str | None = None
    message: str | None = None
    tries: int = 0
    then: list[Base] = []
    """The sisters whose turn is after this run."""
    by: str
    correlation_id: str
    started_at: datetime
    moved_at: datetime
    completed_at: datetime | None = None
    revision: int = 1

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def told(self) -> dict[str, Any]:
        """What its events say."""
        return {**self.model_dump(include={"run_id", "kind", "base", "started_at"}), **self.counts.model_dump()}

    @property
    def at(self) -> int | None:
        """The number of the file that is read now; None: all are done."""
        return next((number for number, file in enumerate(self.files) if not file.done), None)

    def check_is(self, asked: Mapping[str, str]) -> None:
        """Raises Conflict where what was asked for of a run, by field, is another one than this."""
        if any(getattr(self, name) != value for name, value in asked.items()):
            raise Conflict(
                "OFF_SYNC_RUNS",
                f"Another run works now ({self.kind}, {self.base}); ask again when it has ended.",
                extra={"run_id": self.run_id},
            )

    def moved(self, now: datetime, **changes: Any) -> Run:
        """One step further."""
        return self.model_copy(update={"status": "running", "moved_at": now, "tries": 0, **changes})

    def with_file(self, number: int, **changes: Any) -> list[File]:
        """The files, one of them changed."""
        return [f.model_copy(update=changes) if n == number else f for n, f in enumerate(self.files)]


def given_up(run: Run, code: str, cause: Cause) -> tuple[Run, OffSyncFailed]:
    """The run as it has failed, and what it states."""
    over = {"status": "failed", "completed_at": cause.at, "moved_at": cause.at}
    said: dict[str, Any] = {"error_code": code, "message": RUN_CODES[code]}
    event = OffSyncFailed.stated(cause, FailedOffRun(**run.told, **said), run.run_id)
    return run.model_copy(update={**over, **said}), event
