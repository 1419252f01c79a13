"""Settings of quality review."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReviewSettings:
    """Its tables."""

    reviews_table: str
    """Name of ``Reviews``: what waits for a person, and what became of it."""

    suggestions_table: str
    """Name of ``Suggestions``: facts that stores would change."""


@dataclass(frozen=True)
class AgreementSettings:
    """When stores decide without a reviewer."""

    agreement_stores: int = 3
    """How many stores, each by another person, must suggest the same of a product for it to be taken over."""
