"""What is made of a picture: three WebP files, the largest of which names them all."""

from __future__ import annotations

import hashlib
import io
from typing import Final, NamedTuple

from PIL import Image

from services.image_ingest.domain.reading import fitted

THUMBNAIL_BYTES: Final = 25_000
"""A list of fifty has to come over a slow network."""
_MEDIUM: Final = (640, 480)
_THUMBNAIL: Final = (200, 160)
# Of the original, effort 0 makes a file 9 % larger than 2 and takes half the time; small ones are looked at most.
_QUALITY: Final = 80
_QUICK, _THOROUGH = 0, 2


class Renditions(NamedTuple):
    """The files, and the size of the original in pixels."""

    image_hash: str
    width: int
    height: int
    original: bytes
    medium: bytes
    thumbnail: bytes


def rendered(picture: Image.Image) -> Renditions:
    """Of an upright picture in RGB."""
    original = _webp(picture, _QUALITY, _QUICK)
    medium = fitted(picture, *_MEDIUM)
    thumbnail = fitted(medium, *_THUMBNAIL)
    return Renditions(
        hashlib.sha256(original).hexdigest(),
        picture.width,
        picture.height,
        original,
        _webp(medium, _QUALITY, _THOROUGH),
        _small_webp(thumbnail),
    )


def _small_webp(thumbnail: Image.Image) -> bytes:
    """As good as it can be within THUMBNAIL_BYTES."""
    data = b""
    for quality in range(_QUALITY, -1, -20):
        data = _webp(thumbnail, quality, _THOROUGH)
        if len(data) <= THUMBNAIL_BYTES:
            break
    return data


def _webp(image: Image.Image, quality: int, effort: int) -> bytes:
    """Pixels and nothing else."""
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality, method=effort, exif=b"", xmp=b"", icc_profile=b"")
    return file.getvalue()
