"""Where the stage says that Open Food Facts is, if it does."""

from __future__ import annotations

from services.off_sync.domain.document import BASES, Base
from services.off_sync.settings import OffSource
from shared.aws.settings import settings


def is_on() -> bool:
    """Whether the stage says where they are, and whom they may write to."""
    source = settings(OffSource)
    return bool(source.off_base_url and source.off_contact and bases())


def bases() -> list[Base]:
    """The sisters that the stage wants."""
    wanted = [b.strip() for b in settings(OffSource).off_bases.split(",")]
    return [base for base in BASES if base in wanted]
