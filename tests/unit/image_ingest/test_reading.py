"""What phones send is read: upright, in sRGB, on white, and what is no picture is told before it is decoded."""

from __future__ import annotations

import base64
import io
import struct
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat
from PIL.ImageFile import ImageFile

from services.image_ingest.domain.limits import SIZE_LIMIT
from services.image_ingest.domain.problems import PictureProblem
from services.image_ingest.domain.reading import fitted, opened, pixels
from tests.photos import a_camera, a_pack, a_photo, saved

# What an iPhone makes, in small: 96 x 64 stored, to be turned by 90 degrees, with a place.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAABxQABAAAAAAAAALAAAgAAAAACdQABAAAAAAAAAHgAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA4GlwcnAAAADAaXBjbwAAAHhodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbq"
    "SSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAAQAAAABBw"
    "aXhpAAAAAAMICAgAAAAJaXJvdAMAAAAYaXBtYQAAAAAAAAABAAEFgQIDBIUAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAATBt"
    "ZGF0AAAArCgBrwngITl1X//8gj///GI3IfwJzUkEpO1TO/awX//BYVdM/V+PLRiiKqUO1seU+pUuigftJzNBH8CbN/82a0537kDQ"
    "/+way/6M0Q/cUjU1EEAlNBulcV2V09TnbZtYGrvwiYbM+oHMwIwBrqhEqV26WPiOMktDTCb3q6BVesSHQNxOhwe8FM72UHWjzl1B"
    "Rhb9i1oCO8KKUyQ4z/50rlzHYWis9ia9afTCfTgAAAAGRXhpZgAATU0AKgAAAAgAAwEPAAIAAAAGAAAAMgESAAMAAAABAAYAAIgl"
    "AAQAAAABAAAAOAAAAABBcHBsZQAAAgABAAIAAAACTgAAAAACAAUAAAADAAAAVgAAAAAAAAATAAAAAQAAAAQAAAABAAAAHgAAAAE="
)
BLUE, RED, GREEN = (40, 90, 200), (220, 30, 30), (30, 200, 60)


def read(data: bytes) -> Image.Image:
    with opened(data) as image:
        return pixels(image)


def why_not(data: bytes) -> str:
    with pytest.raises(PictureProblem) as refused:
        read(data)
    assert refused.value.reason.endswith(".")
    return refused.value.code


def near(one: Image.Image, other: Image.Image) -> float:
    """How much two pictures differ, of 255, on average."""
    assert (one.size, one.mode) == (other.size, other.mode)
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The colour at a part of width and height."""
    found = image.getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(found, tuple)
    return found


def alike(colour: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 12 for a, b in zip(colour, other, strict=True))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_however_the_phone_was_held_the_picture_is_upright(kind: str, orientation: int) -> None:
    data = saved(a_pack(), kind, exif=a_camera(orientation))
    reference = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    picture = read(data)
    assert picture.size == ((64, 96) if orientation >= 5 else (96, 64))
    assert near(picture, reference) < 3
    assert picture.info == {}


def test_a_large_photo_is_upright_too() -> None:
    data = saved(a_pack(3200, 400), exif=a_camera(5))
    reference = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    picture = read(data)
    assert picture.size == (200, 1600)
    assert near(picture, reference.resize(picture.size)) < 3


def test_what_an_iphone_makes_is_read() -> None:
    picture = read(HEIC)
    assert picture.size == (64, 96)
    assert alike(at(picture, 0.75, 0.25), RED)
    assert alike(at(picture, 0.25, 0.75), GREEN)
    assert alike(at(picture, 0.25, 0.25), BLUE)


def test_a_broken_orientation_is_none() -> None:
    broken = saved(a_pack(), exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff broken")
    assert read(broken).size == (96, 64)


@pytest.mark.parametrize(
    ("size", "left"),
    [((4032, 302), (2016, 151)), ((3000, 200), (2048, 137)), ((1800, 900), (1800, 900)), ((8000, 60), (2000, 15))],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_is_made_as_large_as_is_read_on_a_screen(
    kind: str, size: tuple[int, int], left: tuple[int, int]
) -> None:
    assert read(saved(Image.new("RGB", size, BLUE), kind)).size == left


def see_through(mode: str) -> bytes:
    """A red square on nothing."""
    image = Image.new("RGBA", (96, 64), (0, 0, 0, 0))
    image.paste((220, 30, 30, 255), (0, 0, 48, 32))
    if mode == "P":
        return saved(image.convert("RGB").quantize(4), "GIF", transparency=_index_of_black(image))
    if mode == "key":
        return saved(image.convert("RGB"), "PNG", transparency=(0, 0, 0))
    return saved(image.convert(mode), "PNG" if mode == "LA" else "WEBP", **({} if mode == "LA" else {"lossless": True}))


def _index_of_black(image: Image.Image) -> int:
    index: Any = image.convert("RGB").quantize(4).getpixel((90, 60))
    return int(index)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "key"])
def test_what_can_be_seen_through_lies_on_white(mode: str) -> None:
    picture = read(see_through(mode))
    assert alike(at(picture, 0.9, 0.9), (255, 255, 255))
    assert alike(at(picture, 0.2, 0.2), (87, 87, 87) if mode == "LA" else RED)


def test_of_what_moves_the_first_picture_counts() -> None:
    for kind in ("GIF", "PNG", "WEBP"):
        moving = saved(Image.new("RGB", (40, 40), RED), kind, save_all=True, append_images=[Image.new("RGB", (40, 40))])
        assert alike(at(read(moving), 0.5, 0.5), RED), kind


@pytest.mark.parametrize(
    ("mode", "kind", "colour", "seen"),
    [
        ("CMYK", "JPEG", (0, 255, 255, 0), (255, 0, 0)),
        ("CMYK", "TIFF", (0, 255, 255, 0), (255, 0, 0)),
        ("YCbCr", "JPEG", (76, 85, 255), (254, 0, 0)),
        ("I;16", "PNG", 0x8000, (128, 128, 128)),
        ("I;16", "TIFF", 0x8000, (128, 128, 128)),
        ("I", "TIFF", 0x8000, (128, 128, 128)),
        ("F", "TIFF", 0.5, (128, 128, 128)),
        ("1", "PNG", 1, (255, 255, 255)),
        ("L", "JPEG", 90, (90, 90, 90)),
        ("L", "BMP", 90, (90, 90, 90)),
    ],
)
def test_a_picture_of_any_kind_ends_in_rgb(mode: str, kind: str, colour: Any, seen: tuple[int, int, int]) -> None:
    image = Image.new(mode, (64, 48), colour)
    if mode == "I;16":
        image.putpixel((0, 0), 0xFFFF)
    if mode == "I":
        image.putpixel((0, 0), 0xFFFF)
    picture = read(saved(image, kind))
    assert picture.mode == "RGB"
    assert alike(at(picture, 0.5, 0.5), seen)


def test_colours_come_by_their_profile_and_one_that_is_broken_is_left_aside() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert alike(at(read(saved(a_pack(), icc_profile=lab)), 0.2, 0.2), RED)
    assert alike(at(read(saved(a_pack(), icc_profile=b"no profile at all")), 0.2, 0.2), RED)
    assert alike(at(read(saved(a_pack().convert("L"), icc_profile=lab)), 0.2, 0.2), (87, 87, 87))


# --- What is refused ---


def a_png_that_says(width: int, height: int) -> bytes:
    """A PNG whose header promises this."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 999)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def a_webp_that_says(width: int, height: int) -> bytes:
    data = bytearray(saved(a_pack(), "WEBP", lossless=True))
    data[21:25] = struct.pack("<I", (width - 1) | (height - 1) << 14)
    return bytes(data)


def a_jpeg_that_says(width: int, height: int) -> bytes:
    data = bytearray(saved(a_pack()))
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def a_bmp_that_says(width: int, height: int) -> bytes:
    data = bytearray(saved(a_pack(), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


def a_gif_that_says(width: int, height: int) -> bytes:
    data = bytearray(saved(a_pack(), "GIF"))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


@pytest.mark.parametrize(
    "bomb", [a_png_that_says, a_webp_that_says, a_jpeg_that_says, a_bmp_that_says, a_gif_that_says]
)
def test_a_bomb_is_refused_by_its_header(bomb: Callable[[int, int], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "load", None)
    for size in ((16383, 16383), (8193, 6144)):
        data = bomb(*size)
        began = time.perf_counter()
        assert why_not(data) == "TOO_MANY_PIXELS"
        assert time.perf_counter() - began < 0.25, "milliseconds, on a machine that does other things too"


def test_what_a_camera_of_fifty_megapixels_makes_is_taken() -> None:
    with opened(a_png_that_says(8192, 6144)) as image:
        assert image.size == (8192, 6144)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP"])
def test_a_file_that_was_cut_off_is_refused(kind: str) -> None:
    image = Image.effect_noise((200, 150), 60).convert("RGB")
    data = saved(image, kind)
    for part in (0.3, 0.6, 0.9):
        assert why_not(data[: int(part * len(data))]) in {"PICTURE_DAMAGED", "NOT_A_PICTURE"}


def test_a_heic_that_was_cut_off_is_refused() -> None:
    for part in (0.3, 0.6, 0.9):
        assert why_not(HEIC[: int(part * len(HEIC))]) in {"PICTURE_DAMAGED", "NOT_A_PICTURE"}


@pytest.mark.parametrize(
    "error",
    [OSError, TypeError, SyntaxError, struct.error, MemoryError, ValueError, IndexError, KeyError, SystemError,
     RecursionError, EOFError, NotImplementedError, OverflowError, ZeroDivisionError],
)  # fmt: skip
def test_whatever_a_decoder_raises_the_file_is_refused(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: Any) -> None:
        raise error("as decoders do")

    monkeypatch.setattr(ImageFile, "load", breaks)
    assert why_not(a_photo()) == "PICTURE_DAMAGED"


@pytest.mark.parametrize("kind", ["EPS", "PPM", "ICNS", "PCX", "TGA", "JPEG2000", "PDF", "ICO", "SGI"])
def test_other_formats_are_not_even_tried(kind: str) -> None:
    assert why_not(saved(a_pack(64, 64), kind)) == "NOT_A_PICTURE"


def test_what_is_no_file_at_all_is_told_so() -> None:
    assert why_not(b"") == "FILE_EMPTY"
    assert why_not(b"x" * (SIZE_LIMIT + 1)) == "FILE_TOO_LARGE"
    assert why_not(b"<html>") == "NOT_A_PICTURE"


def test_a_small_picture_stays_as_it_is() -> None:
    image = a_pack(100, 80)
    assert fitted(image, 200, 160) is image
