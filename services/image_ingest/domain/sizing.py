"""How much memory a picture takes to decode, judged by its header. Measured; tests hold these figures to it."""

from __future__ import annotations

from typing import Final

from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from services.image_ingest.domain.limits import LEAST, LONGEST

MB: Final = 1024 * 1024
_FUNCTION: Final = 100 * MB
"""What a function takes before it has seen a picture: Python, its clients, Pillow."""

_DECODED: Final = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
"""Bytes a pixel in Pillow's memory; 4 of any other mode."""
_DECODERS: Final = {"WEBP": 16, "AVIF": 20, "HEIF": 12, "TIFF": 8}
"""Bytes a pixel that a decoder takes beside, or with, the picture: planes, strips, a second copy."""
_AFTER: Final = 16
"""Bytes a pixel of what is left once it is reduced: turned, coloured, encoded."""


def fits(image: ImageFile, file_size: int, memory_mb: int) -> bool:
    """Whether a function of ``memory_mb`` can make pictures of this."""
    return _FUNCTION + memory_needed(image, file_size) <= memory_mb * MB


def memory_needed(image: ImageFile, file_size: int) -> int:
    """Bytes, at most, that it takes to make pictures of this one."""
    pixels = image.width * image.height
    left = min(1.0, (LONGEST / max(image.size)) ** 2) * pixels
    decoding = _of_jpeg(image) if isinstance(image, JpegImageFile) else pixels * _bytes_a_pixel(image)
    return int(2 * file_size + decoding + _AFTER * left)


def scale_of(size: tuple[int, int]) -> int:
    """By how much a JPEG's decoder, which halves at next to no cost, makes a picture smaller: 1, 2, 4 or 8."""
    return next((s for s in (8, 4, 2) if max(size) / s >= LEAST), 1)


def _of_jpeg(image: JpegImageFile) -> int:
    """The coefficients of all the picture, kept where they come in several scans, and what is made of them."""
    sampled = [across * down for _, across, down, _ in image.layer]
    coefficients = 2 * sum(sampled) / max(sampled, default=1)
    scale = scale_of(image.size)
    return int(image.width * image.height * (coefficients + 4 / scale**2))


def _bytes_a_pixel(image: ImageFile) -> int:
    decoded = _DECODED.get(image.mode, 4)
    seen_through = image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info
    converted = 0
    if image.mode in {"P", "PA"} or "transparency" in image.info:
        converted = 4  # colours instead of their numbers
    elif decoded == 2 or image.mode in {"I", "F"}:
        converted = 5
    elif image.mode == "1":
        converted = 1
    # What can be seen through is averaged by how much of it can be seen: another copy.
    return max(decoded, _DECODERS.get(str(image.format), 0)) + converted + (4 if seen_through else 0)
