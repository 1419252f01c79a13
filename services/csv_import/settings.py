"""Settings of imports: one class for each thing that a room may touch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Jobs:
    """The jobs."""

    csv_jobs_table: str
    """Name of ``CsvJobs``."""


@dataclass(frozen=True)
class Parts:
    """Which parts of a job are done."""

    csv_job_parts_table: str
    """Name of ``CsvJobParts``: a mark for each chunk and partition that is done."""


@dataclass(frozen=True)
class Memory:
    """What a shop's earlier files have taught."""

    csv_memory_table: str
    """Name of ``CsvMemory``: files that were imported, and what people told of columns."""


@dataclass(frozen=True)
class Imports:
    """The bucket that files come into."""

    imports_bucket: str
    """Name of the bucket that shops drop files into."""


@dataclass(frozen=True)
class Work:
    """The bucket of plans, decision files and reports."""

    work_bucket: str
    """Name of the bucket; nobody but imports sees it."""


@dataclass(frozen=True)
class Pace:
    """How fast a function may write a store's stock."""

    writes_a_second: int = 0
    """At most; a partition of a table takes 1,000 a second from all functions together. 0: as many as it can."""


@dataclass(frozen=True)
class ToUploads:
    """The way into the first room."""

    uploads_queue_url: str
    """Of the queue of files that came in."""


@dataclass(frozen=True)
class ToChunks:
    """The way into the second."""

    chunks_queue_url: str
    """Of the queue of chunks to read and match."""


@dataclass(frozen=True)
class ToLinks:
    """The way into the third."""

    links_queue_url: str
    """Of the queue of identities to join."""


@dataclass(frozen=True)
class ToPartitions:
    """The way into the fourth."""

    partitions_queue_url: str
    """Of the queue of goods to settle and apply."""


@dataclass(frozen=True)
class ToUndos:
    """The way into the room where an import is taken out again."""

    undos_queue_url: str
    """Of the queue of partitions to take out."""


@dataclass(frozen=True)
class ToFinishes:
    """The way into the last."""

    finishes_queue_url: str
    """Of the queue of jobs to report."""
