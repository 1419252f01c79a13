"""Settings of matching's door."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MatchingSettings:
    """For those who ask it."""

    matching_function: str
    """Name of the Lambda that matches."""
