"""The pictures that there are."""

from __future__ import annotations

from services.image_ingest.domain.picture import Picture
from services.image_ingest.settings import Pictures
from shared.aws.dynamo import ConditionFailed, Table
from shared.aws.settings import settings
from shared.kernel.clock import rfc3339


def table() -> Table:
    """Of the pictures."""
    return Table(settings(Pictures).images_table, "image_hash")


def find(image_hash: str) -> Picture | None:
    """The picture, or None."""
    found = table().get(image_hash)
    return Picture.model_validate(found) if found else None


def of_source(source_hash: str) -> Picture | None:
    """The picture that was made of these very bytes, if the index knows of one already."""
    found = table().query("source_hash = :hash", index="by_source_hash", limit=1, hash=source_hash)
    return find(found.items[0]["image_hash"]) if found.items else None


def add(picture: Picture) -> Picture:
    """Adds a picture whose renditions are stored; one that is there stays as it is, and is answered."""
    item = {**picture.model_dump(), "created_at": rfc3339(picture.created_at)}
    try:
        table().put(item, "attribute_not_exists(image_hash)")
    except ConditionFailed as there:
        return Picture.model_validate(there.item)
    return picture
