"""What quality review states. The stream of Reviews is where these come from."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from events.base import Data, Event

SOURCE = "vyapar.quality"

Reason = Literal["new_product", "possible_duplicate", "same_picture", "suggestion", "resubmitted"]


class ReviewRef(Data):
    """A product that a person has to look at, and why."""

    product_id: str
    name: str
    reasons: tuple[Reason, ...]
    requested_at: datetime
    store_id: str | None = Field(default=None, description="The store whose import or suggestion brought it.")
    source: str | None = Field(default=None, description="Where the product came from: store, import, off, admin.")


class ReviewRequested(Event):
    """A product waits for a person. Told once until it is settled, however many reasons come to it."""

    SOURCE: ClassVar[str] = SOURCE
    data: ReviewRef


class SettledReview(ReviewRef):
    """What became of it: the product's status now, or ``suggestions`` where only those were decided."""

    outcome: str
    settled_by: str


class ReviewSettled(Event):
    """A product no longer waits."""

    SOURCE: ClassVar[str] = SOURCE
    data: SettledReview


class SettledSuggestion(Data):
    """What became of what a store had suggested."""

    suggestion_id: str
    product_id: str
    name: str
    fields: tuple[str, ...]
    store_id: str
    suggested_by: str
    accepted: bool
    reason: str | None = None


class SuggestionSettled(Event):
    """A store's suggestion was taken into the catalog, or declined."""

    SOURCE: ClassVar[str] = SOURCE
    data: SettledSuggestion
