"""A shop's own photos of what it stocks. They are no news to the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from services.inventory.domain.item import Item, Photo
from shared.kernel.cause import Cause
from shared.kernel.errors import NotFound

MOST = 10
_UPLOADS_SEEN = 30


def with_photo(item: Item, photo: Photo, upload_id: str, cause: Cause) -> Item | None:
    """The item with the photo in front of its others; None where it was told of this upload before."""
    if upload_id in item.uploads_seen:
        return None
    seen = (*item.uploads_seen, upload_id)[-_UPLOADS_SEEN:]
    return item.touched(cause, custom_images=together((photo,), item.custom_images), uploads_seen=seen)


def without_photo(item: Item, image_hash: str, cause: Cause) -> Item:
    """The item without the photo. Raises NotFound."""
    left = tuple(p for p in item.custom_images if p.image_hash != image_hash)
    if left == item.custom_images:
        raise NotFound("PHOTO_UNKNOWN", "This item has no such photo.")
    return item.touched(cause, custom_images=left)


def together(first: Sequence[Photo], then: Sequence[Photo]) -> tuple[Photo, ...]:
    """Photos of both, each once, as many as an item keeps."""
    known = {p.image_hash: p for p in (*then, *first)}
    order = dict.fromkeys(p.image_hash for p in (*first, *then))
    return tuple(known[image_hash] for image_hash in order)[:MOST]
