"""Settings of quality review."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReviewSettings:
    """Its tables."""

    reviews_table: str
    """Name of ``Reviews``: what waits for a person, and what became of it."""

    suggestions_table: str
    """Name of ``Suggestions``: facts that stores would change."""
