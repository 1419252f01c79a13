"""What image ingest states."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from events.base import Data, Event

SOURCE = "vyapar.images"

Role = Literal["front", "back", "ingredients", "nutrition", "barcode", "other"]


class PictureUrls(Data):
    """Where the renditions are served, as paths of the web origin."""

    original: str
    medium: str
    thumbnail: str


class UploadedImage(Data):
    """What an upload was for: a shared product, or with ``store_id`` one shop's own photo of it."""

    upload_id: str
    product_id: str | None = Field(default=None, description="None: it came by the bucket, for no product.")
    store_id: str | None = Field(default=None, description="The store whose own photo it is; None: for the catalog.")
    uploaded_by: str
    by_admin: bool = False


class IngestedImage(UploadedImage):
    """``image_hash`` is the SHA-256 of the stored original, its content address."""

    image_hash: str
    role: Role
    source: str = Field(description="Who took it: store, admin, off.")
    licence: str | None = Field(default=None, description="As an SPDX id, where it isn't the uploader's own.")
    width: int = Field(description="Of the stored original, in pixels, upright.")
    height: int
    urls: PictureUrls


class ImageIngested(Event):
    """A picture is stored in all its renditions and can be seen."""

    SOURCE: ClassVar[str] = SOURCE
    data: IngestedImage


class RejectedImage(UploadedImage):
    """``reason`` is for the person who took it; ``error_code`` for the phone."""

    error_code: str
    reason: str


class ImageRejected(Event):
    """A picture can't be used, and is thrown away."""

    SOURCE: ClassVar[str] = SOURCE
    data: RejectedImage


class Lookalike(Data):
    """A stored picture that looks the same. ``distance``: bits of the perceptual hash that differ, 0 for a twin."""

    image_hash: str
    distance: int
    product_id: str | None = None


class ComparedImage(Data):
    """A picture with those that look like it, the likest first."""

    image_hash: str
    product_id: str | None = None
    lookalikes: tuple[Lookalike, ...]


class LookalikesDetected(Event):
    """A picture looks like those of other products: evidence for a person, never the ground of a merge."""

    SOURCE: ClassVar[str] = SOURCE
    data: ComparedImage
