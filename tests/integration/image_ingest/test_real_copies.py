"""The bound between copies and other pictures holds on real photos; ``make bench ARGS=images`` has the whole table."""

from __future__ import annotations

import pytest

from services.image_ingest.domain.likeness import NEAR
from tests.bench.imaging import copies

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not copies.REAL.is_dir(),
        reason="no photos here: shared/data/images lies beside the repository where it was handed out",
    ),
]
_EVERY = 5  # of five photos of a product one is taken
_HARDEST = (
    "JPEG, quality 30",
    "WebP, quality 30",
    "25% of its size",
    "200% of its size",
    "cropped, 5% off each side",
    "cropped, 1 to 5% off each side",
    "cropped, 5% off one side alone",
    "125% as bright",
    "half size, cropped 2%, brighter, JPEG 50",
    "turned to the left",
)


@pytest.fixture(scope="module")
def seen() -> copies.Seen:
    return copies.seen(copies.photos(("natural", "loose"), _HARDEST, every=_EVERY))


@pytest.mark.parametrize("kind", _HARDEST)
def test_copies_of_real_photos_are_found(seen: copies.Seen, kind: str) -> None:
    assert copies.share(seen.copies[kind], NEAR) >= 0.95


def test_other_products_are_hardly_ever_taken_for_copies(seen: copies.Seen) -> None:
    distances = [distance for _, distance in seen.others]
    assert len(distances) > 500
    assert copies.share(distances, NEAR) <= 0.001
