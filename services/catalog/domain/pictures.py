"""The pictures of a product: which ones it shows, and which one is its face."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from events.image_ingest import IngestedImage
from services.catalog.domain.product import PICTURES_AT_MOST, HistoryEntry, Picture, Product, Renditions, changed
from shared.kernel.cause import Cause
from shared.kernel.errors import FieldError, Invalid

_UPLOADS_SEEN = 50


def has_room(product: Product, *, by_admin: bool) -> bool:
    """Whether a picture that this person sends now would be kept."""
    there = product.images if by_admin or product.verification_status != "verified" else product.offered_images
    return len(there) < PICTURES_AT_MOST


def with_picture(product: Product, image: IngestedImage, cause: Cause) -> tuple[Product, HistoryEntry] | None:
    """The product with one picture more; None when it has or had it by this upload, or has all it may have. Of one that
    it shows already the last word says what it shows of the pack.

    An admin's is shown at once, and so is a shop's while nobody has approved the product. Of a verified one it is an
    offer: what all see a shop may only suggest.
    """
    if image.upload_id in product.uploads_seen:
        return None
    seen = (*product.uploads_seen, image.upload_id)[-_UPLOADS_SEEN:]
    may_show = image.by_admin or product.verification_status != "verified"
    if known := next((p for p in product.images if p.image_hash == image.image_hash), None):
        if not may_show or image.source == "off" or known.role == image.role:
            return None
        other = known.model_copy(update={"role": image.role})
        images = [other if p is known else p for p in product.images]
        return changed(product, {"images": images, "uploads_seen": seen}, cause, action="picture_changed")
    if any(p.image_hash == image.image_hash for p in product.offered_images):
        return None
    picture = Picture(
        image_hash=image.image_hash,
        role=image.role,
        source=image.source,
        licence=image.licence,
        urls=Renditions.model_validate(image.urls.model_dump()),
        width=image.width,
        height=image.height,
        added_at=cause.at,
        added_by=image.uploaded_by,
    )
    if not has_room(product, by_admin=image.by_admin):
        return None
    if not may_show:
        offered = {"offered_images": [*product.offered_images, picture], "uploads_seen": seen}
        return changed(product, offered, cause, action="picture_offered")
    shown = {**_shown([*product.images, picture]), "uploads_seen": seen}
    if _keeps_its_face(product, picture):
        shown |= {"image_hash": product.image_hash, "canonical_image_urls": product.canonical_image_urls}
    return changed(product, shown, cause, action="picture_added")


def _keeps_its_face(product: Product, new: Picture) -> bool:
    """Whether a person has chosen the picture that stands for a product, or it is a person's and the new one isn't."""
    face = next((p for p in product.images if p.image_hash == product.image_hash), None)
    if face is None:
        return False
    was_chosen = _shown(product.images)["image_hash"] != face.image_hash
    return was_chosen or (new.source == "off" and face.source != "off")


def arranged(product: Product, hashes: Sequence[str]) -> dict[str, Any]:
    """The fields of a product that has these of its pictures and of those offered, the first one its face.

    Raises Invalid for a picture that is neither.
    """
    known = {p.image_hash: p for p in (*product.images, *product.offered_images)}
    if unknown := next((h for h in hashes if h not in known), None):
        cure = f"The product has no picture {unknown[:12]}...; upload it first."
        raise Invalid("IMAGE_UNKNOWN", cure, [FieldError("/images", "IMAGE_UNKNOWN", cure)])
    pictures = [known[h] for h in dict.fromkeys(hashes)][:PICTURES_AT_MOST]
    return {**_shown(pictures, first=bool(hashes)), "offered_images": []}


def _shown(pictures: Sequence[Picture], *, first: bool = False) -> dict[str, Any]:
    """The fields of a product with these pictures. Its face is the ``first``, else the first front of a pack."""
    face = next((p for p in pictures if first or p.role == "front"), pictures[0] if pictures else None)
    return {
        "images": list(pictures),
        "image_hash": face.image_hash if face else None,
        "canonical_image_urls": face.urls if face else None,
    }
