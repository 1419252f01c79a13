"""A picture is stored: what does it look like, and do other products have one that looks the same?

Each step bears repetition, and who comes again after a crash goes on where it was left: what a picture looks like is
kept with it, its use for a product has its number in the log, and that it was compared is noted with what was told.
"""

from __future__ import annotations

import io

from PIL import Image

from services.image_ingest.domain.likeness import Fingerprint, fingerprint
from services.image_ingest.store import hashes, pictures
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.kernel.cause import Cause
from shared.kernel.clock import utc_now


def receive(message: Message) -> None:
    """``{image_hash, product_id}``: the picture, and the product that it is shown for (None: no product)."""
    image_hash, product_id = str(message["image_hash"]), message.get("product_id")
    correlation_id = str(message.get("correlation_id") or image_hash)
    follow(correlation_id, image_hash=image_hash)
    looks = _looks(image_hash)
    if looks is None or not product_id:
        return
    use = hashes.use(image_hash, str(product_id), looks)
    if use.compared:
        return
    found = hashes.lookalikes(use, looks)
    hashes.tell(use, found, Cause("system:image_ingest", utc_now(), correlation_id))
    logger.info("compared", extra={"number": use.number, "lookalikes": len(found)})


def _looks(image_hash: str) -> Fingerprint | None:
    """What a picture looks like; None where there is nothing on it, or it is gone."""
    picture = pictures.table().get(image_hash)
    if picture is None:
        logger.warning("no such picture")
        return None
    if "fingerprint" in picture:
        return hashes.of_picture(picture)
    with Image.open(io.BytesIO(hashes.medium(image_hash))) as rendition:
        looks = fingerprint(rendition)
    hashes.save(image_hash, looks)
    return looks


handler = metered(queue_handler(receive))
