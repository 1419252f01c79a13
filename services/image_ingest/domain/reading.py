"""Reading what people send: what kind of picture it is by its header, what it takes to decode, and then its pixels.

Nothing is decoded before the header is judged. Whatever a decoder raises means that the file can't be used: these
read untrusted bytes, and raise anything from OSError to TypeError.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

import pi_heif
from PIL import AvifImagePlugin, Image, ImageCms, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin
from PIL.Image import Resampling, Transpose
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from services.image_ingest.domain.limits import LEAST, LONGEST, PIXEL_LIMIT, SIZE_LIMIT
from services.image_ingest.domain.problems import PictureProblem
from services.image_ingest.domain.sizing import scale_of

# Pillow only warns from here on and refuses what is twice as large; so it refuses at once what we do, before it (or a
# library beneath it) makes room for the pixels.
Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT // 2
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

# No other is ever tried. A phone's JPEG of several pictures (MPO) opens as JPEG.
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "TIFF", "BMP")
_READERS: Final = (AvifImagePlugin, TiffImagePlugin, WebPImagePlugin)  # loaded, so that Pillow doesn't load all it has
_UPRIGHT: Final = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_ORIENTATION: Final = 0x0112
_SPACES: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""The mode of a picture whose profile is of this colour space."""


@contextmanager
def opened(data: bytes) -> Iterator[ImageFile]:
    """The picture as its header has it; what goes wrong inside is the file's fault. Raises PictureProblem."""
    if not data:
        raise PictureProblem("FILE_EMPTY")
    if len(data) > SIZE_LIMIT:
        raise PictureProblem("FILE_TOO_LARGE")
    image: ImageFile | None = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata, which we drop
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            if image.width * image.height > PIXEL_LIMIT:
                raise PictureProblem("TOO_MANY_PIXELS")
            yield image
    except PictureProblem:
        raise
    except UnidentifiedImageError:
        raise PictureProblem("NOT_A_PICTURE") from None
    except Image.DecompressionBombError:
        raise PictureProblem("TOO_MANY_PIXELS") from None
    except Exception as error:
        raise PictureProblem("PICTURE_DAMAGED") from error
    finally:
        if image is not None:
            image.close()  # at once: garbage is seldom collected here


def pixels(image: ImageFile) -> Image.Image:
    """Its first frame, upright, on white, in sRGB and without metadata; the longer side LONGEST at most."""
    if isinstance(image, JpegImageFile):
        scale = scale_of(image.size)
        image.draft(None, (image.width // scale or 1, image.height // scale or 1))
    image.load()
    turn = _orientation(image)
    profile = image.info.get("icc_profile")
    small = fitted(_reducible(image), LONGEST, LEAST)
    plain = _in_srgb(_on_white(small), profile)
    upright = plain.transpose(_UPRIGHT[turn]) if turn in _UPRIGHT else plain
    kept = upright.copy() if upright is image else upright  # the file's own is closed with it
    kept.info = {}
    return kept


def fitted(image: Image.Image, most: int, least: int) -> Image.Image:
    """The picture with ``least`` to ``most`` pixels on its longer side; one that is smaller stays as it is."""
    longest = max(image.size)
    if longest <= most:
        return image
    factor = -(-longest // most)
    if longest / factor >= least:
        return image.reduce(factor)  # whole pixels are averaged: a tenth of what the other way costs
    width, height = (max(1, round(side * most / longest)) for side in image.size)
    return image.resize((width, height), Resampling.BICUBIC, reducing_gap=2.0)


def _orientation(image: ImageFile) -> int:
    """How the camera was held; 1, as it should be, where that can't be read."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - broken metadata is no reason to refuse a picture
        return 1


def _reducible(image: Image.Image) -> Image.Image:
    """In a mode whose pixels can be averaged."""
    if image.mode in {"P", "PA"} or "transparency" in image.info:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        return _grey(image)
    return image


def _grey(image: Image.Image) -> Image.Image:
    """Of 16 or more bits: the eight that can be seen."""
    if image.mode not in {"I", "F", "I;16"}:
        image = image.convert("I")
    high = float(cast(Any, image.getextrema())[1])
    full = next((top for top in (1.0 if image.mode == "F" else 255.0, 255.0, 65535.0) if high <= top), high)
    return image.point(lambda value: value * (255 / full) + 0).convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    """Without transparency."""
    if not image.has_transparency_data:
        return image
    seen = image.convert("RGBA")
    plain = Image.new("RGB", seen.size, "white")
    plain.paste(seen, mask=seen)
    return plain


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """By its profile, if it has one that fits."""
    if profile:
        try:
            return _by_profile(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # of a profile that can't be used
    return _in_rgb(image)


def _in_rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    known = source.profile
    if "sRGB" in (known.profile_description or "") or _SPACES.get(known.xcolor_space.strip()) != image.mode:
        return _in_rgb(image)
    changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert changed is not None  # noqa: S101 - None is for changes in place
    return changed
