"""What is told of copies that were measured."""

from __future__ import annotations

import random

from services.image_ingest.domain.likeness import fingerprint
from tests.bench.imaging.copies import COPIES, Photo, Seen, chosen, seen, share
from tests.bench.imaging.run import phone_photo
from tests.scenes import loaded, scene


def test_the_widest_bound_is_chosen_that_hardly_takes_any_others() -> None:
    others: list[tuple[str, int | None]] = [("natural", None)] * 9_990
    assert chosen(Seen({}, [*others, *[("iconic", 21)] * 7, *[("natural", 25)] * 3])) == 24


def test_what_is_not_near_is_not_found() -> None:
    assert share([0, 28, 29, None], 28) == 0.5


def test_a_small_photo_of_a_product_is_not_another_products() -> None:
    looks = fingerprint(scene(1))
    assert looks
    copies = dict.fromkeys(COPIES, looks)
    found = seen([Photo("off", product, 0, looks, copies) for product in ("front_en", "front_en", "nutrition_en")])
    assert found.others == [("off", 0), ("off", 0)]
    assert found.copies["JPEG, quality 30"] == [0, 0, 0]


def test_copies_are_pictures_and_the_same_each_time() -> None:
    for name, copy in COPIES.items():
        made = [copy(scene(1), random.Random(1)) for _ in range(2)]
        assert made[0] == made[1], name
        assert loaded(made[0]).width > 100


def test_the_made_up_phone_photo_is_as_a_phone_takes_it() -> None:
    data = phone_photo()
    photo = loaded(data)
    assert photo.size == (4000, 3000)
    assert photo.getexif()[0x0112] == 6
    assert 2_000_000 < len(data) < 15_000_000
