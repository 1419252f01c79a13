"""What matching states."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from events.base import Data, Event

SOURCE = "vyapar.matching"


class JudgedPair(Data):
    """Two products, and whether people say that they are not the same."""

    product_id: str
    other_id: str
    apart: bool = Field(description="False where it was taken back.")


class PairJudged(Event):
    """A person said that two products are not the same, or took it back."""

    SOURCE: ClassVar[str] = SOURCE
    data: JudgedPair
