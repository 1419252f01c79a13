"""What fits into which function is told by a picture's header."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from PIL.ImageFile import ImageFile

from services.image_ingest.domain.sizing import MB, fits, memory_needed, scale_of
from tests.photos import saved

MOST = (8192, 6144)
PHONE = (4032, 3024)


def header(kind: str, mode: str, size: tuple[int, int], **how: object) -> ImageFile:
    """As a file of this kind says it is; only the header is looked at."""
    image = Image.open(io.BytesIO(saved(Image.new(mode, (16, 16)), kind, **how)))
    image._size = size
    return image


def test_a_jpeg_is_made_smaller_while_it_is_decoded() -> None:
    sides = {1500: 1, 1600: 1, 3199: 1, 3200: 2, 4032: 2, 6400: 4, 8192: 4, 12800: 8, 30000: 8}
    assert {side: scale_of((10, side)) for side in sides} == sides


@pytest.mark.parametrize(
    ("picture", "small"),
    [
        (lambda: header("JPEG", "RGB", PHONE), True),
        (lambda: header("JPEG", "RGB", PHONE, progressive=True), True),
        (lambda: header("JPEG", "L", (6000, 5000)), True),
        (lambda: header("JPEG", "RGB", MOST, subsampling=0, progressive=True), False),
        (lambda: header("PNG", "RGB", PHONE), True),
        (lambda: header("PNG", "P", PHONE), True),
        (lambda: header("PNG", "RGB", MOST), False),
        (lambda: header("PNG", "1", MOST), True),
        (lambda: header("WEBP", "RGB", PHONE), False),
        (lambda: header("WEBP", "RGB", (2048, 1536)), True),
        (lambda: header("AVIF", "RGB", MOST), False),
        (lambda: header("GIF", "P", MOST), False),
    ],
)
def test_what_phones_take_fits_into_the_small_function(picture: Callable[[], ImageFile], small: bool) -> None:
    assert fits(picture(), 4_000_000, 256) is small


def test_everything_fits_into_the_large_one() -> None:
    for kind, mode in (("WEBP", "RGBA"), ("AVIF", "RGBA"), ("TIFF", "F"), ("TIFF", "CMYK"), ("JPEG", "CMYK")):
        assert fits(header(kind, mode, MOST), 15 * MB, 1769), (kind, mode)
    assert memory_needed(header("AVIF", "RGBA", MOST), 15 * MB) > 1000 * MB
