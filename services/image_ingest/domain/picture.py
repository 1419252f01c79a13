"""A picture as it is stored: named by what it holds, so that the same one is stored once."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from events.image_ingest import PictureUrls, Role

Rendition = Literal["original", "medium", "thumbnail"]
MEDIA_TYPE: Final = "image/webp"
CACHE_CONTROL: Final = "public, max-age=31536000, immutable"
"""What stands at a content address is never another thing."""


class Picture(BaseModel):
    """``image_hash``: SHA-256 of the stored original; ``source_hash``: of the bytes it was first made of.

    Product, store and person are those of its first use: another product may come to show the same picture.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    image_hash: str
    source_hash: str
    width: int
    """Of the stored original, in pixels, upright."""
    height: int
    role: Role
    source: str
    """Who took it: store, admin, off."""
    licence: str | None = None
    """As an SPDX id, where it isn't the uploader's own."""
    uploaded_by: str
    product_id: str | None = None
    store_id: str | None = None
    created_at: datetime


def key_of(image_hash: str, rendition: Rendition) -> str:
    """Where a rendition is stored."""
    return f"images/{image_hash}/{rendition}.webp"


def urls_of(image_hash: str) -> PictureUrls:
    """Where its renditions are seen, on the web origin."""
    return PictureUrls(
        original=f"/{key_of(image_hash, 'original')}",
        medium=f"/{key_of(image_hash, 'medium')}",
        thumbnail=f"/{key_of(image_hash, 'thumbnail')}",
    )
