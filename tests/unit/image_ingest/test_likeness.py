"""Copies of a picture are known by their likeness, other pictures are not taken for them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from services.image_ingest.domain.likeness import (
    NEAR,
    WORDS,
    Fingerprint,
    Neighbour,
    distance,
    fingerprint,
    nearest,
)
from tests.scenes import cropped, loaded, saved, scene

COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "recompressed": lambda p: loaded(saved(p, "JPEG", quality=30)),
    "as WebP": lambda p: loaded(saved(p, quality=30)),
    "a quarter as large": lambda p: p.resize((p.width // 4, p.height // 4)),
    "twice as large": lambda p: p.resize((p.width * 2, p.height * 2)),
    "cropped by 2 %": lambda p: cropped(p, 0.02, 0.02, 0.02, 0.02),
    "cropped by 5 %": lambda p: cropped(p, 0.05, 0.05, 0.05, 0.05),
    "cropped unevenly": lambda p: cropped(p, 0.01, 0.04, 0.03, 0.02),
    "brightened": lambda p: ImageEnhance.Brightness(p).enhance(1.15),
    "turned to the left": lambda p: p.transpose(Image.Transpose.ROTATE_90),
    "upside down": lambda p: p.transpose(Image.Transpose.ROTATE_180),
    "turned to the right": lambda p: p.transpose(Image.Transpose.ROTATE_270),
}


def print_of(picture: Image.Image) -> Fingerprint:
    found = fingerprint(picture)
    assert found
    return found


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_looks_the_same_whichever_came_first(kind: str) -> None:
    for number in range(4):
        original, copy = print_of(scene(number)), print_of(COPIES[kind](scene(number)))
        for one, other in ((original, copy), (copy, original)):
            differ = distance(one, other)
            assert differ is not None
            assert differ <= NEAR


def test_the_same_picture_differs_in_nothing() -> None:
    assert distance(print_of(scene(1)), print_of(scene(1))) == 0


def test_other_pictures_dont_look_the_same() -> None:
    prints = [print_of(scene(number)) for number in range(30)]
    assert all(distance(one, other) is None for one, other in combinations(prints, 2))


def test_the_same_pack_in_another_colour_is_another_picture() -> None:
    """As the flavours of a brand are. Grey, the two are the same."""

    def tinted(blue: int, red: int) -> Image.Image:
        light = scene(3).convert("L").point([64 + value // 2 for value in range(256)])
        tints = (Image.new("L", light.size, blue), Image.new("L", light.size, red))
        return Image.merge("YCbCr", (light, *tints)).convert("RGB")

    orange, lime = tinted(100, 155), tinted(100, 110)
    alike = distance(print_of(orange.convert("L")), print_of(lime.convert("L")))
    assert alike is not None
    assert alike <= 4
    differ = distance(print_of(orange), print_of(lime))
    assert differ is not None
    assert differ > NEAR


@pytest.mark.parametrize("grey", [0, 127, 255])
def test_with_nothing_on_it_a_picture_looks_like_none(grey: int) -> None:
    blank = Image.new("RGB", (300, 200), (grey, grey, grey))
    assert fingerprint(loaded(saved(blank, "JPEG"))) is None


def test_any_mode_and_any_size_has_a_likeness() -> None:
    for mode in ("L", "P", "CMYK", "RGBA", "1"):
        assert fingerprint(scene(1).convert(mode))
    assert fingerprint(scene(1).resize((9, 700)))


def test_what_is_stored_is_what_was_seen() -> None:
    seen = print_of(scene(5))
    stored = Fingerprint.unpacked(seen.packed())
    assert len(seen.packed()) == 8 * (WORDS + 9) == 128
    assert (stored.upright == seen.upright).all()
    assert (stored.turned == seen.turned).all()


def test_the_likest_comes_first_and_each_once() -> None:
    asked = scene(0)
    others = [
        scene(1),
        cropped(asked, 0, 0.05, 0, 0),
        scene(2),
        asked,
        asked.transpose(Image.Transpose.ROTATE_180),
        loaded(saved(asked, "JPEG", quality=30)),
    ]
    among = np.stack([print_of(other).upright for other in others], axis=1)
    found = nearest(print_of(asked), among)
    assert found[0] == Neighbour(3, 0)
    assert {n.place for n in found} == {1, 3, 4, 5}
    assert len(found) == 4
    assert [n.distance for n in found] == sorted(n.distance for n in found)


def test_among_none_there_is_none() -> None:
    assert nearest(print_of(scene(0)), np.empty((WORDS, 0), np.uint64)) == []
