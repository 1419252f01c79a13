"""Three files of a picture, with nothing in them but pixels."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image

from services.image_ingest.domain.reading import opened, pixels
from services.image_ingest.domain.renditions import THUMBNAIL_BYTES, Renditions, rendered
from tests.photos import a_pack, a_photo


def of(data: bytes) -> Renditions:
    with opened(data) as image:
        upright = pixels(image)
    return rendered(upright)


def sizes(made: Renditions) -> list[tuple[int, int]]:
    return [Image.open(io.BytesIO(f)).size for f in (made.original, made.medium, made.thumbnail)]


@pytest.mark.parametrize(
    ("size", "left"),
    [
        ((4032, 302), [(2016, 151), (504, 38), (168, 13)]),
        ((900, 1200), [(900, 1200), (450, 600), (150, 200)]),
        ((348, 348), [(348, 348), (348, 348), (174, 174)]),
        ((50, 40), [(50, 40), (50, 40), (50, 40)]),
        ((1, 1), [(1, 1), (1, 1), (1, 1)]),
        ((9000, 2), [(2048, 1), (512, 1), (171, 1)]),
    ],
)
def test_a_picture_has_three_sizes(size: tuple[int, int], left: list[tuple[int, int]]) -> None:
    made = of(a_photo(*size))
    assert sizes(made) == left
    assert (made.width, made.height) == left[0]


def test_its_name_is_what_the_original_holds_and_the_same_each_time() -> None:
    first, second = of(a_photo()), of(a_photo())
    assert first == second
    assert first.image_hash == hashlib.sha256(first.original).hexdigest()
    assert of(a_photo(quality=30)).image_hash != first.image_hash


def test_a_thumbnail_is_light_whatever_it_shows() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((200, 200), 250) for _ in range(3)])
    made = rendered(noise)
    assert sizes(made)[2] == (200, 200)
    assert len(made.thumbnail) <= THUMBNAIL_BYTES < len(made.medium)


def test_nothing_of_the_camera_is_in_any_of_them() -> None:
    data = a_photo(icc_profile=b"SECRETPROFILE" * 40, comment=b"SECRETCOMMENT", xmp=b"<x>SECRETXMP</x>")
    assert data.count(b"SECRET") > 40
    for file in of(data)[3:]:
        assert isinstance(file, bytes)
        assert file[12:16] == b"VP8 ", "a plain WebP has no place for more"
        assert b"SECRET" not in file


def test_it_can_be_recognised() -> None:
    made = of(a_photo(800, 600))
    for file in (made.original, made.medium, made.thumbnail):
        seen = Image.open(io.BytesIO(file)).convert("RGB").resize((20, 15))
        plain = a_pack(20, 15)
        assert all(
            abs(a - b) < 25
            for xy in ((3, 3), (15, 3), (3, 12), (15, 12))
            for a, b in zip(seen.getpixel(xy), plain.getpixel(xy), strict=True)  # type: ignore[arg-type]
        )
