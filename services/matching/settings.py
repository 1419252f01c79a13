"""Settings of matching's door."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MatchingSettings:
    """For those who ask it."""

    matching_function: str
    """Name of the Lambda that matches."""


@dataclass(frozen=True)
class IndexSettings:
    """For those who read the search index or write it."""

    index_bucket: str
    """Name of the bucket of the index's files and of ``current.json``, which names those that count."""


@dataclass(frozen=True)
class IndexerSettings:
    """For those who keep it fresh."""

    index_pause: float = 0.0
    """Seconds that a process waits at least from one state of the index to the next, where nothing gathers messages
    into batches."""


@dataclass(frozen=True)
class ApartSettings:
    """What people have said of pairs of products."""

    not_the_same_table: str
    """Name of ``NotTheSame``: pairs of products that are not the same."""
