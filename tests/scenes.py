"""Pictures that are made up: shapes in many colours, each number another scene, the same one every time."""

from __future__ import annotations

import io
import random
from typing import Any

from PIL import Image, ImageDraw


def scene(number: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with as much to see on it as a shelf."""
    dice, (width, height) = random.Random(number), size
    picture = Image.linear_gradient("L").resize(size).rotate(dice.choice((0, 90, 180))).resize(size).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = dice.uniform(-0.2, 1) * width, dice.uniform(-0.2, 1) * height
        box = (x, y, x + dice.uniform(0.05, 0.4) * width, y + dice.uniform(0.05, 0.4) * height)
        colour = (dice.randrange(256), dice.randrange(256), dice.randrange(256))
        dice.choice((draw.ellipse, draw.rectangle))(box, fill=colour)
    return picture


def saved(picture: Image.Image, kind: str = "WEBP", **how: Any) -> bytes:
    """The bytes of its file."""
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def loaded(data: bytes) -> Image.Image:
    """The picture of a file."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def cropped(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """Without these parts of its width and height."""
    width, height = picture.size
    return picture.crop(
        (round(left * width), round(top * height), width - round(right * width), height - round(bottom * height))
    )
