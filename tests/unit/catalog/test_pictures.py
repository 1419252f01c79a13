"""Which picture a product shows, and whose."""

from __future__ import annotations

from typing import Any

import pytest

from events.image_ingest import IngestedImage, PictureUrls
from services.catalog.domain.pictures import arranged, has_room, with_picture
from services.catalog.domain.product import LARGEST, PICTURES_AT_MOST, Picture, Product, Renditions, check_size
from tests.unit.catalog.test_catalog_domain import LATER, proposed


def image(image_hash: str, role: Any = "front") -> Picture:
    urls = {name: f"/images/{image_hash}/{name}.webp" for name in ("original", "medium", "thumbnail")}
    return Picture(
        image_hash=image_hash,
        role=role,
        source="store",
        urls=Renditions(**urls),
        width=1500,
        height=2000,
        added_at=LATER.at,
        added_by="ravi",
    )


def ingested(letter: str, *, role: Any = "front", by_admin: bool = False) -> IngestedImage:
    image_hash = letter * 64
    return IngestedImage(
        upload_id=f"img_{letter}",
        product_id="prd_1",
        uploaded_by="ravi",
        by_admin=by_admin,
        image_hash=image_hash,
        role=role,
        source="store",
        width=1500,
        height=2000,
        urls=PictureUrls(**{n: f"/images/{image_hash}/{n}.webp" for n in ("original", "medium", "thumbnail")}),
    )


def pictured(product: Product, new: IngestedImage) -> Product:
    found = with_picture(product, new, LATER)
    assert found
    return found[0]


def test_the_first_front_is_its_face() -> None:
    back = pictured(proposed(), ingested("a", role="back"))
    assert back.image_hash == "a" * 64, "better than none"
    front = pictured(back, ingested("b"))
    assert (front.image_hash, len(front.images)) == ("b" * 64, 2)
    assert pictured(front, ingested("c")).image_hash == "b" * 64, "a later one doesn't push it away"


def test_one_of_open_food_facts_takes_the_face_from_no_persons() -> None:
    theirs = {"source": "off", "uploaded_by": "system:off_sync", "by_admin": True}
    back = pictured(proposed(), ingested("a", role="back"))
    assert pictured(back, ingested("b").model_copy(update=theirs)).image_hash == "a" * 64
    own = pictured(proposed(), ingested("c", role="other").model_copy(update=theirs))
    assert pictured(own, ingested("d").model_copy(update=theirs)).image_hash == "d" * 64, "from its own it does"


def test_no_upload_takes_the_face_from_one_that_was_chosen() -> None:
    two = pictured(pictured(proposed(), ingested("a")), ingested("b", role="back"))
    chosen = two.model_copy(update=arranged(two, ["b" * 64, "a" * 64]))
    assert chosen.image_hash == "b" * 64
    assert pictured(chosen, ingested("c")).image_hash == "b" * 64


def test_a_picture_that_is_told_of_twice_is_there_once() -> None:
    assert with_picture(pictured(proposed(), ingested("a")), ingested("a"), LATER) is None
    offered = pictured(proposed(verified=True), ingested("a"))
    assert with_picture(offered, ingested("a"), LATER) is None


def test_a_picture_that_was_dropped_comes_back_by_another_upload_only() -> None:
    offered = pictured(proposed(verified=True), ingested("a"))
    dropped = offered.model_copy(update=arranged(offered, []))
    assert with_picture(dropped, ingested("a"), LATER) is None
    anew = ingested("a").model_copy(update={"upload_id": "img_2"})
    assert pictured(dropped, anew).offered_images == offered.offered_images


def test_of_a_verified_product_a_shop_only_offers_one() -> None:
    offered = pictured(proposed(verified=True), ingested("a"))
    assert (offered.images, offered.image_hash) == ([], None)
    assert [p.image_hash for p in offered.offered_images] == ["a" * 64]
    assert pictured(proposed(verified=True), ingested("a", by_admin=True)).image_hash == "a" * 64


@pytest.mark.parametrize("verified", [True, False])
def test_a_product_has_a_dozen_pictures_at_most(verified: bool) -> None:
    product = proposed(verified=verified)
    for letter in "0123456789ab":
        product = pictured(product, ingested(letter))
    assert len(product.images) + len(product.offered_images) == PICTURES_AT_MOST
    assert with_picture(product, ingested("c"), LATER) is None


@pytest.mark.parametrize("verified", [True, False])
def test_a_product_that_is_full_has_no_room(verified: bool) -> None:
    product = proposed(verified=verified)
    for letter in "0123456789ab":
        assert has_room(product, by_admin=False)
        product = pictured(product, ingested(letter))
    assert not has_room(product, by_admin=False)
    assert has_room(product, by_admin=True) is verified, "what shops offer takes no room from an admin's"


def test_the_last_word_says_what_a_picture_shows_of_the_pack() -> None:
    front = pictured(proposed(), ingested("a"))
    again = ingested("a", role="back").model_copy(update={"upload_id": "img_2"})
    back = pictured(front, again)
    assert [p.role for p in back.images] == ["back"]
    assert with_picture(back, again, LATER) is None
    assert with_picture(back, ingested("a"), LATER) is None, "an upload that was told of before, late"
    verified = front.model_copy(update={"verification_status": "verified"})
    assert with_picture(verified, again, LATER) is None, "of what all see a shop only suggests"
    assert pictured(verified, again.model_copy(update={"by_admin": True})).images[0].role == "back"


def test_pictures_are_no_text_and_a_page_of_products_that_are_full_of_both_fits_into_an_answer() -> None:
    shown, offered = ([image(f"{n:064x}") for n in range(at, at + PICTURES_AT_MOST)] for at in (0, 100))
    text = {"attributes": {"word": "x" * (LARGEST - 1024)}}
    full = proposed().model_copy(update={**text, "images": shown, "offered_images": offered})
    check_size(full)
    assert 100 * len(full.model_dump_json().encode()) < 5_000_000
