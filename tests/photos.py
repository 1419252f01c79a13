"""Photos to test with: made here, or the real ones of the shared data where these are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
GPS = 0x8825
ORIENTATION = 0x0112


def a_pack(width: int = 96, height: int = 64) -> Image.Image:
    """A red corner and a green one on blue: however it is turned, one can tell."""
    image = Image.new("RGB", (width, height), (40, 90, 200))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, max(0, width // 2 - 1), max(0, height // 2 - 1)), fill=(220, 30, 30))
    draw.rectangle((width // 2, height // 2, width - 1, height - 1), fill=(30, 200, 60))
    return image


def a_camera(orientation: int = 1) -> Image.Exif:
    """What a phone writes beside a photo, with the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = "SECRETPHONE"
    exif.get_ifd(GPS).update({1: "N", 2: (19.0, 4.0, 33.0), 3: "E", 4: (72.0, 52.0, 41.0)})
    return exif


def saved(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def a_photo(width: int = 96, height: int = 64, **how: Any) -> bytes:
    """A phone's JPEG."""
    return saved(a_pack(width, height), exif=a_camera(), **how)


@cache
def real_photos() -> list[dict[str, str]]:
    """The rows of the index of real photos. Skips the test where these are not."""
    index = DATA / "images" / "INDEX.csv"
    if not index.exists():
        pytest.skip("no photos here: shared/data/images lies beside the repository where it was handed out")
    with index.open(newline="") as file:
        return list(csv.DictReader(file))


def files() -> Iterator[tuple[str, bytes]]:
    """Each real photo: its path and its bytes."""
    for row in real_photos():
        yield row["path"], (DATA / row["path"]).read_bytes()
