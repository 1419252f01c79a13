"""What people type into a search box, and what it finds."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Status = Literal["pending", "needs_changes", "verified", "rejected", "merged"]
LISTED: tuple[Status, ...] = ("verified", "pending", "needs_changes")
"""What a list shows unless a status is asked for."""
DEEPEST = 1000
"""How far a search can be paged; whoever wants more says more words."""


class Search(BaseModel):
    """A question of a list. ``subject`` and ``stores``: an owner, who sees what is verified or their own; an admin has
    neither. ``skip`` and ``limit`` page through what is found."""

    model_config = ConfigDict(frozen=True)

    q: str = ""
    category: str | None = None
    brand: str | None = None
    region: str | None = None
    status: Status | None = None
    subject: str | None = None
    stores: list[str] = []
    skip: int = 0
    limit: int = 25


class Hit(BaseModel):
    """A product that was found. ``field``: which of its names answers best; ``sounds``: of the words in it that do."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    field: str | None = None
    sounds: list[str] = []


class Hits(BaseModel):
    """What was found, best first (newest first where nothing was typed), and whether there is more."""

    model_config = ConfigDict(frozen=True)

    hits: list[Hit]
    more: bool
