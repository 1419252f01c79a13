"""What imports state."""

from __future__ import annotations

from typing import ClassVar, Literal

from events.base import Data, Event

SOURCE = "vyapar.imports"


class ImportRef(Data):
    """Which job. ``store_id`` is None for a load of the shared catalog."""

    job_id: str
    kind: Literal["store", "catalog"]
    store_id: str | None = None
    filename: str


class StartedImport(ImportRef):
    """As planned: how many rows stand in the file."""

    rows: int


class CompletedImport(ImportRef):
    """The figures of the job, as CONTRACT.md defines them."""

    status: str
    dry_run: bool
    total_rows: int
    successful: int
    failed: int
    matched: int
    created_products: int
    sent_to_review: int
    duplicates_found: int
    skipped: int


class CancelledImport(CompletedImport):
    """``previous_status``: what the job had waited for, so that counters move one from there; None once it was at
    work."""

    previous_status: str | None = None


class RevertedImport(ImportRef):
    """What became of the items that the import had changed, and of the products that it alone had made.

    ``left``: items that were changed since, and stay as they are; ``withdrawn``: products that were taken back.
    ``previous_status``: how it had ended, so that counters move one from there.
    """

    put_back: int
    removed: int
    left: int
    withdrawn: int
    previous_status: str | None = None


class FailedImport(ImportRef):
    """The file as a whole could not be imported: ``error_code`` and a sentence with the cure, in English and in the
    ``language`` of whose file it is."""

    error_code: str
    message: str
    language: str = "en"
    local_message: str | None = None


class ImportMappingRequested(Event):
    """A file's columns can't be told: it waits until a person says which is what."""

    SOURCE: ClassVar[str] = SOURCE
    data: ImportRef


class ImportMapped(Event):
    """A person has said which column is what: the file that waited goes on."""

    SOURCE: ClassVar[str] = SOURCE
    data: ImportRef


class ImportStarted(Event):
    """A file was understood and its rows are being worked on."""

    SOURCE: ClassVar[str] = SOURCE
    data: StartedImport


class ImportCompleted(Event):
    """Every row has its outcome and the report can be fetched."""

    SOURCE: ClassVar[str] = SOURCE
    data: CompletedImport


class ImportFailed(Event):
    """Nothing of the file was imported."""

    SOURCE: ClassVar[str] = SOURCE
    data: FailedImport


class ImportCancelled(Event):
    """Somebody stopped it: what was applied stays, and the rows that were left failed as cancelled."""

    SOURCE: ClassVar[str] = SOURCE
    data: CancelledImport


class ImportReverted(Event):
    """What the import did is taken out again."""

    SOURCE: ClassVar[str] = SOURCE
    data: RevertedImport
