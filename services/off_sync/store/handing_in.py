"""Pictures for image ingest: put where uploads go, with what they are in the object's metadata."""

from __future__ import annotations

from services.off_sync.domain import pictures
from services.off_sync.domain.document import Front
from services.off_sync.settings import OffPictures
from services.off_sync.store.rows import Row
from shared.aws import clients
from shared.aws.settings import settings


def hand_in(row: Row, front: Front, data: bytes) -> None:
    """The front of a pack, for the product of its row. The same one again is the same upload."""
    clients.s3().put_object(
        Bucket=settings(OffPictures).images_bucket,
        Key=f"uploads/off-{row.document.code}-{front.name}",
        Body=data,
        ContentType="image/jpeg",
        Metadata={
            "product-id": row.product_id or "",
            "role": "front",
            "source": "off",
            "licence": pictures.LICENCE,
        },
    )
