"""Settings of the front."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FrontSettings:
    """Its table."""

    stats_table: str
    """Name of ``Stats``: counters of the dashboard, folded from events."""
