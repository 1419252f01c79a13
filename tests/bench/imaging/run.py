"""What the renditions of a photo cost beside the usual way, what hashing costs, and what the hashes are good for."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageChops

from services.image_ingest.domain.likeness import NEAR, WORDS, fingerprint, nearest
from services.image_ingest.domain.reading import opened, pixels
from services.image_ingest.domain.renditions import rendered
from tests.bench.imaging import copies
from tests.bench.imaging.work import CATALOG, Spent, spent
from tests.scenes import saved, scene

Line = tuple[str, str, str]
_PHONE: Final = (4000, 3000)
_ORIENTATION: Final = 0x0112
_TURNED: Final = 6
SKIPPED: Final = "the real photos (../shared/data/images) are not on this machine"
HOW: Final = (
    "Renditions: ours beside the naive way, which decodes a photo whole, turns it as EXIF says and saves three WebP"
    " files as Pillow does by default, the first in full size. CPU without imports, memory at the peak above a bare"
    " interpreter, imports included; each in processes of their own, the best of three. The phone's photo is made up:"
    " shapes and noise, 12 megapixels, on its side. Lookalikes: real photos (155 of cartons on shelves, 31 of a"
    " maker's renderings, 18 of loose goods, 10 of Open Food Facts) and copies of each, all of which went through the"
    " ingest; compared are hashes of the medium renditions. The bound is chosen on one half of the products, the"
    f" widest in steps of four bits that takes at most {copies.ALLOWED * 1000:.2f} in 1,000 pairs of other products for"
    " copies, and told is the other half. Which hashes there are was chosen by looking at all of the photos, so that"
    " choice is not tested. Turned copies are asked for, too. Most that are taken for copies are a maker's renderings"
    " of two flavours in the same carton."
)


def rows() -> Iterator[Line]:
    """The lines of the table."""
    with tempfile.TemporaryDirectory() as folder:
        phone = Path(folder) / "phone.jpg"
        phone.write_bytes(phone_photo())
        real = [path for pattern in copies.KINDS.values() for path in sorted(copies.REAL.glob(pattern))]
        bare = spent("nothing", phone)
        yield from _beside("a phone's 12 MP", bare, [phone])
        if real:
            yield from _beside(f"{len(real)} real photos (2 MP at most)", bare, real)
        yield from _hashing(bare, phone, Path(folder))
    yield from _nearest()
    if real:
        yield from copies.rows()
        yield "bound that is set", str(NEAR), ""
    else:
        yield "known copies", SKIPPED, ""


def phone_photo() -> bytes:
    """As a phone takes it: 12 megapixels with noise, lying on its side."""
    picture = scene(7, _PHONE)
    noise = Image.effect_noise(_PHONE, 24)
    exif = Image.Exif()
    exif[_ORIENTATION] = _TURNED
    noisy = ImageChops.add(picture, Image.merge("RGB", (noise, noise, noise)), scale=1, offset=-128)
    return saved(noisy, "JPEG", quality=90, exif=exif)


def _beside(what: str, bare: Spent, files: list[Path]) -> Iterator[Line]:
    naive, ours = spent("naive", *files), spent("ours", *files)
    for name, found in (("the naive way", naive), ("ours", ours)):
        ratio = f"{found.cpu / naive.cpu:.2f}x the CPU"
        yield (
            f"renditions of {what}: {name}",
            f"{found.cpu / len(files) * 1000:.0f} ms a photo, {found.peak - bare.peak:.0f} MB",
            f"{ratio}, {(found.peak - bare.peak) / (naive.peak - bare.peak):.2f}x the memory",
        )


def _hashing(bare: Spent, photo: Path, folder: Path) -> Iterator[Line]:
    with opened(photo.read_bytes()) as image:
        upright = pixels(image)
    medium = folder / "medium.webp"
    medium.write_bytes(rendered(upright).medium)
    for name, what in (("hashing", "alone"), ("catalog", f"with {CATALOG:,} pictures to compare with")):
        found = spent(name, medium)
        yield (
            f"the hashing function, {what}",
            f"{found.peak:.0f} MB at the peak, {found.peak - bare.peak:.0f} above a bare interpreter",
            f"{found.cpu * 1000:.0f} ms of CPU, the first time",
        )


def _nearest() -> Iterator[Line]:
    dice = np.random.default_rng(1)
    among = dice.integers(0, 2**64, (WORDS, CATALOG), np.uint64)
    asked = fingerprint(scene(1))
    assert asked
    took = []
    for _ in range(30):
        begun = time.perf_counter()
        nearest(asked, among)
        took.append(time.perf_counter() - begun)
    few = among[0, :100_000].tolist()
    word = int(asked.upright[0])
    begun = time.perf_counter()
    for _ in range(8):
        [(word ^ other).bit_count() for other in few]
    plain = (time.perf_counter() - begun) * CATALOG / len(few)
    middle = statistics.median(took)
    yield (
        f"nearest among {CATALOG:,}: three views, and turned",
        f"{middle * 1000:.1f} ms (most {max(took) * 1000:.1f})",
        f"{middle / plain:.3f}x of a loop over ints",
    )
