"""An import job: one file, its states and its figures.

For a job that ended ``completed*``: ``processed == total_rows == successful + failed`` and ``matched +
created_products + sent_to_review + duplicates_found == successful``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict

from events.csv_import import CancelledImport, CompletedImport, FailedImport, ImportRef, RevertedImport, StartedImport
from services.csv_import.domain.facts import Mode
from services.csv_import.domain.problems import FileProblem
from shared.kernel.cause import Cause
from shared.kernel.text import nfc

Kind = Literal["store", "catalog"]
Status = Literal[
    "awaiting_upload",
    "queued",
    "needs_mapping",
    "processing",
    "completed",
    "completed_with_errors",
    "failed",
    "cancelling",
    "cancelled",
    "undoing",
    "undone",
]
AT_WORK: Final = frozenset({"processing", "cancelling"})
"""Rooms work on its rows: when they are cancelled, they only say so of each."""
WAITING: Final = frozenset({"awaiting_upload", "queued", "needs_mapping"})
"""Nothing of it is done yet."""
ENDED: Final = frozenset({"completed", "completed_with_errors", "cancelled"})
"""Every row has its outcome, and what was done can be undone."""
UNDO_WITHIN: Final = timedelta(days=30)
CATALOG = "_catalog"
DROPS = "imports/"
UPLOADS = "uploads/"
_TRUE = frozenset({"true", "1", "yes"})

FIGURES = (
    "total_rows",
    "processed",
    "successful",
    "failed",
    "matched",
    "created_products",
    "sent_to_review",
    "duplicates_found",
    "skipped",
    "warnings",
)


class Room(NamedTuple):
    """A room of an import: what its parts are called, and how many of them are done."""

    name: str
    done: int
    parts: int

    def part(self, number: int) -> str:
        """The name of a part's mark."""
        return f"{self.name}#{number:05d}"


class Job(BaseModel):
    """A job as it is stored. ``store_id`` is None for a load of the shared catalog."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    job_id: str
    kind: Kind
    store_id: str | None = None
    status: Status
    filename: str
    language: str = "en"
    """Of the store: what is said of the file and its rows is said in it."""
    mode: Mode = "set"
    dry_run: bool = False
    force: bool = False
    """Import the same file once more, though ``add`` mode counts its stock twice then."""
    repeats_job_id: str | None = None
    """The import of the very same file that came before, and stands."""
    added_by: str | None = None
    """Of these the one that took the figures that the file adds."""
    follows: str | None = None
    """The job that the file was remembered for before."""
    total_rows: int = 0
    processed: int = 0
    successful: int = 0
    failed: int = 0
    matched: int = 0
    created_products: int = 0
    sent_to_review: int = 0
    duplicates_found: int = 0
    skipped: int = 0
    warnings: int = 0
    error_code: str | None = None
    error_message: str | None = None
    mapping_suggestion: dict[str, str] | None = None
    column_mapping: dict[str, str | int] | None = None
    headings: list[str] | None = None
    columns: int | None = None
    created_at: datetime
    completed_at: datetime | None = None
    # How the work stands; not shown.
    actor: str
    correlation_id: str
    key: str
    version_id: str | None = None
    content: str | None = None
    """Names what is in the file: its ETag and its size."""
    chunks: int | None = None
    partitions: int | None = None
    chunks_done: int = 0
    links_done: int = 0
    partitions_done: int = 0
    undos_done: int = 0
    ended_as: Status | None = None
    """What it was before its undo began."""
    # What an undo did: items put back, taken off the list again, and left alone since they were changed meanwhile;
    # products that only this import had made, taken back.
    put_back: int = 0
    removed: int = 0
    left: int = 0
    withdrawn: int = 0
    left_products: frozenset[str] = frozenset()
    moved_at: datetime | None = None
    """When something was last done for it, as long as something is to do."""
    nudges: int = 0
    """How often it was helped on since."""

    def cause(self, at: datetime) -> Cause:
        """The cause of what this job changes at a moment."""
        return Cause(self.actor, at, self.correlation_id)

    def started(self) -> StartedImport:
        """What ``ImportStarted`` says."""
        return StartedImport(**self._ref(), rows=self.total_rows)

    @property
    def memory(self) -> str:
        """Whose files and columns it is remembered with: its store's, or those of the shared catalog."""
        return self.store_id or CATALOG

    @property
    def stands(self) -> bool:
        """Whether what it did, or does, is in the shop's figures."""
        return self.partitions is not None and self.status in {*AT_WORK, *ENDED, "undoing"} and not self.dry_run

    @property
    def adds_again(self) -> bool:
        """Whether figures that it adds were added by the same file before. In ``add`` mode this is asked for."""
        return self.added_by is not None and not self.force and self.mode == "set"

    def rooms(self) -> tuple[Room, ...]:
        """The rooms that its parts pass, in order, as far as it stands."""
        if self.status == "undoing":
            return (Room("undo", self.undos_done, self.partitions or 0),)
        return (
            Room("chunk", self.chunks_done, self.chunks or 0),
            Room("link", self.links_done, self.partitions or 0),
            Room("partition", self.partitions_done, self.partitions or 0),
        )

    @property
    def all_parts_done(self) -> bool:
        """Whether only its report is to be written."""
        return all(room.done == room.parts for room in self.rooms())

    @property
    def progress(self) -> float:
        """How much of its work is done, 0-1; an undo begins anew."""
        if self.status in WAITING:
            return 0.0
        if self.status not in {*AT_WORK, "undoing"}:
            return 1.0
        rooms = self.rooms()
        effort = {"chunk": 4, "link": 1, "partition": 5, "undo": 1}
        done = sum(effort[room.name] * room.done / room.parts for room in rooms if room.parts)
        return round(done / sum(effort[room.name] for room in rooms), 3)

    def ref(self) -> ImportRef:
        """What all events say of it, and some no more than that."""
        return ImportRef(**self._ref())

    def completed(self, status: str) -> CompletedImport:
        """What ``ImportCompleted`` says."""
        return CompletedImport(**self._ref(), status=status, dry_run=self.dry_run, **self._figures())

    def cancelled(self) -> CancelledImport:
        """What ``ImportCancelled`` says."""
        was = self.status if self.status in WAITING else None
        told = {**self._ref(), **self._figures(), "dry_run": self.dry_run}
        return CancelledImport(**told, status="cancelled", previous_status=was)

    def undone(self) -> RevertedImport:
        """What ``ImportReverted`` says."""
        return RevertedImport(
            **self._ref(),
            put_back=self.put_back,
            removed=self.removed,
            left=self.left,
            withdrawn=self.withdrawn,
            previous_status=self.ended_as,
        )

    def broken(self, problem: FileProblem) -> FailedImport:
        """What ``ImportFailed`` says."""
        return FailedImport(
            **self._ref(),
            error_code=problem.code,
            message=problem.message,
            language=self.language,
            local_message=problem.said_in(self.language),
        )

    def _figures(self) -> dict[str, Any]:
        return {n: getattr(self, n) for n in FIGURES if n in CompletedImport.model_fields}

    def _ref(self) -> dict[str, Any]:
        return {
            "job_id": self.job_id,
            "kind": self.kind,
            "store_id": self.store_id,
            "filename": self.filename,
        }


@dataclass(frozen=True, slots=True)
class Upload:
    """An object that came into the bucket: a drop (``job_id`` derives from it) or the upload of a job of the API."""

    key: str
    version_id: str
    kind: Kind
    store_id: str | None
    job_id: str
    filename: str
    dropped: bool


def is_import(key: str) -> bool:
    """Whether an object of this key is a file to import: ``imports/{store_id}/<any name>``, ``imports/_catalog/<any
    name>`` or ``uploads/{store_id}/{job_id}``."""
    parts = key.split("/")
    return ((key.startswith(DROPS) and len(parts) >= 3) or (key.startswith(UPLOADS) and len(parts) == 3)) and all(
        (parts[1], parts[-1])
    )


def upload_of(key: str, version_id: str) -> Upload:
    """What an object that ``is_import`` is."""
    parts = key.split("/")
    kind: Kind = "catalog" if parts[1] == CATALOG else "store"
    was_dropped = key.startswith(DROPS)
    drop_id = "job_" + hashlib.sha256(f"{key}\n{version_id}".encode()).hexdigest()[:26]
    return Upload(
        key=key,
        version_id=version_id,
        kind=kind,
        store_id=None if kind == "catalog" else parts[1],
        job_id=drop_id if was_dropped else parts[2],
        filename=nfc(unquote(parts[-1]))[:200],
        dropped=was_dropped,
    )


def dropped(
    upload: Upload,
    metadata: Mapping[str, str],
    at: datetime,
    *,
    content: str | None = None,
    language: str | None = None,
) -> Job:
    """The job that a dropped file makes; object metadata may say ``mode``, ``dry-run`` and ``force``."""
    known = {k.lower().replace("_", "-"): v.strip().lower() for k, v in metadata.items()}
    return Job(
        job_id=upload.job_id,
        kind=upload.kind,
        store_id=upload.store_id,
        status="queued",
        filename=upload.filename,
        language=language or "en",
        mode="add" if known.get("mode") == "add" else "set",
        dry_run=known.get("dry-run") in _TRUE,
        force=known.get("force") in _TRUE,
        created_at=at,
        actor=f"bucket:{upload.store_id or CATALOG}",
        correlation_id=upload.job_id,
        key=upload.key,
        version_id=upload.version_id,
        content=content,
    )
