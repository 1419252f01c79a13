"""Real photos, the copies that people make of them, and whether these are known again.

The bound is chosen on the one half of the products and what it does is told of the other. Which hashes are taken, and
of which views, was chosen by a look at both.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations, repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from PIL import Image, ImageEnhance

from services.image_ingest.domain.likeness import Fingerprint, distance, fingerprint
from services.image_ingest.domain.reading import opened, pixels
from services.image_ingest.domain.renditions import rendered
from tests.scenes import cropped, loaded, saved

REAL: Final = Path(__file__).parents[4] / "shared/data/images"
KINDS: Final = {
    "natural": "grocerystore/natural/*/*.jpg",
    "iconic": "grocerystore/iconic/*/*.jpg",
    "loose": "grocerystore/loose/*/*.jpg",
    "off": "openfoodfacts_dart/*.jpg",
}
BOUNDS: Final = range(8, 49, 4)
ALLOWED: Final = 0.00075
"""Of the pairs of other products on the first half, at most: three quarters of one in a thousand."""

Copy = Callable[[Image.Image, random.Random], bytes]


def _jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    return saved(picture, "JPEG", quality=quality)


def _scaled(picture: Image.Image, by: float) -> Image.Image:
    return picture.resize((max(8, round(picture.width * by)), max(8, round(picture.height * by))))


def _brighter(picture: Image.Image, by: float) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(by)


def _one_side(picture: Image.Image, dice: random.Random) -> Image.Image:
    sides = [0.0, 0.0, 0.0, 0.0]
    sides[dice.randrange(4)] = 0.05
    return cropped(picture, *sides)


def _forwarded(picture: Image.Image) -> bytes:
    return _jpeg(_brighter(_scaled(cropped(picture, 0.02, 0.02, 0.02, 0.02), 0.5), 1.1), 50)


def _file(kind: str, quality: int) -> Copy:
    return lambda picture, _: saved(picture, kind, quality=quality)


def _size(by: float) -> Copy:
    return lambda picture, _: _jpeg(_scaled(picture, by))


def _crop(by: float) -> Copy:
    return lambda picture, _: _jpeg(cropped(picture, by, by, by, by))


def _light(by: float) -> Copy:
    return lambda picture, _: _jpeg(_brighter(picture, by))


def _turn(how: Image.Transpose) -> Copy:
    return lambda picture, _: _jpeg(picture.transpose(how))


COPIES: Final[dict[str, Copy]] = {
    **{f"JPEG, quality {quality}": _file("JPEG", quality) for quality in (30, 50, 70, 90)},
    **{f"WebP, quality {quality}": _file("WEBP", quality) for quality in (30, 60, 90)},
    **{f"{by:.0%} of its size": _size(by) for by in (0.25, 0.5, 1.5, 2.0)},
    **{f"cropped, {by:.0%} off each side": _crop(by) for by in (0.01, 0.02, 0.03, 0.04, 0.05, 0.08, 0.12)},
    "cropped, 1 to 5% off each side": lambda p, dice: _jpeg(cropped(p, *(dice.uniform(0.01, 0.05) for _ in range(4)))),
    "cropped, 5% off one side alone": lambda p, dice: _jpeg(_one_side(p, dice)),
    **{f"{by:.0%} as bright": _light(by) for by in (0.85, 1.1, 1.25)},
    "half size, cropped 2%, brighter, JPEG 50": lambda p, _: _forwarded(p),
    "turned to the left": _turn(Image.Transpose.ROTATE_90),
    "turned upside down": _turn(Image.Transpose.ROTATE_180),
    "turned to the right": _turn(Image.Transpose.ROTATE_270),
}


class Photo(NamedTuple):
    """A photo, how it looks and how its copies do. ``half`` is that of its product."""

    kind: str
    product: str
    half: int
    looks: Fingerprint
    copies: dict[str, Fingerprint]


def _looks(data: bytes) -> Fingerprint:
    """As the function sees it: of the medium rendition, however it came."""
    with opened(data) as image:
        upright = pixels(image)
    looks = fingerprint(loaded(rendered(upright).medium))
    assert looks
    return looks


def _photo(kind: str, path: Path, names: Sequence[str]) -> Photo:
    product = path.stem.replace("_small", "") if kind == "off" else path.parent.name
    original = Image.open(path).convert("RGB")
    copies = {name: _looks(COPIES[name](original, random.Random(path.name))) for name in names}
    half = hashlib.sha256(product.encode()).digest()[0] % 2
    return Photo(kind, product, half, _looks(path.read_bytes()), copies)


def photos(kinds: Sequence[str] = tuple(KINDS), names: Sequence[str] = tuple(COPIES), *, every: int = 1) -> list[Photo]:
    """The real photos with these copies; of those in order one in so many."""
    found = [(kind, path) for kind in kinds for path in sorted(REAL.glob(KINDS[kind]))[::every]]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:  # forks don't bear other threads
        return list(pool.map(_photo, *zip(*found, strict=True), repeat(names), chunksize=4))


class Seen(NamedTuple):
    """How far copies are from their photos, and photos of other products from one another; None: not near at all."""

    copies: dict[str, list[int | None]]
    others: list[tuple[str, int | None]]


def seen(those: Sequence[Photo]) -> Seen:
    """Among these photos. A small photo of a product and a large one are copies, not others."""
    return Seen(
        {name: [distance(photo.copies[name], photo.looks) for photo in those] for name in those[0].copies},
        [
            (one.kind if one.kind == other.kind else "mixed", distance(one.looks, other.looks))
            for one, other in combinations(those, 2)
            if one.product != other.product
        ],
    )


def share(distances: Sequence[int | None], bound: int) -> float:
    """Of those, how many are within the bound."""
    return sum(d is not None and d <= bound for d in distances) / len(distances)


def chosen(first: Seen) -> int:
    """The widest bound with which hardly any others are taken for copies."""
    others = [d for _, d in first.others]
    return max(bound for bound in BOUNDS if share(others, bound) <= ALLOWED)


def rows() -> Iterator[tuple[str, str, str]]:
    """The lines of the table."""
    those = photos()
    halves = [seen([photo for photo in those if photo.half == half]) for half in (0, 1)]
    bound = chosen(halves[0])
    for name, distances in halves[1].copies.items():
        near = [d for d in distances if d is not None]
        spread = f"half differ in {np.median(near):.0f} bits, 95% in up to {np.percentile(near, 95):.0f}"
        yield f"found: {name}", f"{share(distances, bound):.3f} of {len(distances)}", spread
    for kind in (*KINDS, "mixed"):
        yield _false(f"{kind}", [d for k, d in halves[1].others if k == kind], bound)
    yield _false("all", [d for _, d in halves[1].others], bound)
    alike = [d for k, d in (*halves[0].others, *halves[1].others) if k in ("natural", "mixed") and d is not None]
    yield "the nearest two photos of other products, iconic ones aside", f"{min(alike, default='none')} bits", ""
    yield "bound in bits, chosen on the first half", str(bound), ""


def _false(kind: str, distances: Sequence[int | None], bound: int) -> tuple[str, str, str]:
    count = sum(d is not None and d <= bound for d in distances)
    rate = f"{1000 * count / len(distances):.2f} in 1,000" if distances else "no pairs"
    return f"taken for a copy: {kind} photos of other products", f"{count} of {len(distances)} pairs", rate
