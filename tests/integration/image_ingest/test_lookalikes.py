"""Pictures of two products that look the same are told of, once, whatever happens on the way."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from services.image_ingest import schedule
from services.image_ingest.domain.picture import key_of
from services.image_ingest.store import hashes
from shared.aws.dynamo import encode_item
from tests.scenes import cropped, loaded, saved, scene
from tests.world import IMAGES, Call, Context, World, forget

pytestmark = pytest.mark.integration
SNAPSHOT = "hashes/upright"


def stored(world: World, picture: Image.Image) -> str:
    """A picture as it is when it was ingested; its hash."""
    data = saved(picture, quality=80)
    image_hash = hashlib.sha256(data).hexdigest()
    world.put_objects({key_of(image_hash, "medium"): data}, IMAGES)
    hashes._pictures().put({"image_hash": image_hash, "source_hash": image_hash})
    return image_hash


def shown(world: World, picture: Image.Image, product_id: str | None) -> str:
    """A product gets a picture; its hash."""
    image_hash = stored(world, picture)
    world.tell("Hashes", {"image_hash": image_hash, "product_id": product_id})
    return image_hash


def told(world: World) -> list[dict[str, Any]]:
    return world.events("LookalikesDetected")


def pairs(world: World) -> list[tuple[str, str]]:
    """Products that were told to look the same: who told of whom."""
    return sorted((e["product_id"], found["product_id"]) for e in told(world) for found in e["lookalikes"])


def log(world: World) -> list[dict[str, Any]]:
    return [row for row in world.rows("ImageHashes") if row["part"] == "log"]


def small_copy(picture: Image.Image) -> Image.Image:
    """As somebody has got it by a messenger."""
    half = cropped(picture, 0.02, 0.01, 0.02, 0.03).resize((picture.width // 2, picture.height // 2))
    return loaded(saved(half, "JPEG", quality=60))


def test_two_products_with_nearly_the_same_photo_are_told_of_once(world: World) -> None:
    first = shown(world, scene(1), "prd_a")
    shown(world, scene(2), "prd_b")
    world.run()
    assert not told(world)
    second = shown(world, small_copy(scene(1)), "prd_c")
    world.run(twice=True)
    (event,) = told(world)
    (lookalike,) = event["lookalikes"]
    assert (event["image_hash"], event["product_id"]) == (second, "prd_c")
    assert (lookalike["image_hash"], lookalike["product_id"]) == (first, "prd_a")
    assert 0 < lookalike["distance"] <= 28


def test_what_a_picture_looks_like_stands_with_it(world: World) -> None:
    image_hash = shown(world, scene(1), None)
    world.run()
    (row,) = world.rows("Images")
    assert row["image_hash"] == image_hash
    assert len(row["fingerprint"]) == 128
    assert not log(world)


def test_the_same_picture_of_another_product_is_a_twin(world: World) -> None:
    image_hash = shown(world, scene(1), "prd_a")
    world.tell("Hashes", {"image_hash": image_hash, "product_id": "prd_b"})
    world.run()
    (event,) = told(world)
    assert event["product_id"] == "prd_b"
    assert event["lookalikes"] == [{"image_hash": image_hash, "distance": 0, "product_id": "prd_a"}]


def test_a_second_photo_of_the_same_product_is_nothing_to_tell(world: World) -> None:
    shown(world, scene(1), "prd_a")
    shown(world, small_copy(scene(1)), "prd_a")
    world.run()
    assert not told(world)
    assert len(log(world)) == 2


def test_ten_are_told_at_most_each_product_once_the_likest_first(world: World) -> None:
    for number in range(12):
        for side in (0, number / 400):
            shown(world, cropped(scene(1), side, 0, 0, 0), f"prd_{number}")
    world.run()
    world.bus.clear()
    shown(world, scene(1), "prd_asks")
    world.run()
    (event,) = told(world)
    found = [(one["distance"], one["product_id"]) for one in event["lookalikes"]]
    assert len(found) == len({product for _, product in found}) == 10
    assert found == sorted(found, key=lambda one: one[0])


def test_blank_pictures_dont_look_like_one_another(world: World) -> None:
    for product in ("prd_a", "prd_b"):
        shown(world, Image.new("RGB", (64, 64), "white"), product)
    world.run()
    assert not told(world)
    assert not log(world)
    assert {row["fingerprint"] for row in world.rows("Images")} == {b""}


def test_a_picture_that_is_gone_is_nothing_to_do(world: World) -> None:
    world.tell("Hashes", {"image_hash": "0" * 64, "product_id": "prd_a"})
    world.run()
    assert not log(world)


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_between_any_two_calls_heals(world: World, after: bool) -> None:
    for number in range(1, 100):
        world.empty()
        shown(world, scene(1), "prd_a")
        shown(world, small_copy(scene(1)), "prd_b")
        world.crash_at(number, after=after)
        world.run()
        crashed = world.was_crashed
        world.live()
        world.run()
        assert [len(pair) for pair in pairs(world)] == [2], world.last_words
        assert [row["number"] for row in sorted(uses(world), key=lambda u: u["number"])] == [0, 1]
        if not crashed:
            break
    assert number > 10


def uses(world: World) -> list[dict[str, Any]]:
    return [row for row in world.rows("ImageHashes") if row["part"] != "log"]


def test_in_any_order_and_however_often_each_pair_is_told_once(world: World) -> None:
    for seed in range(8):
        world.empty()
        copies = [scene(1), small_copy(scene(1)), cropped(scene(1), 0.02, 0.02, 0.02, 0.02), scene(2)]
        for number, picture in enumerate(copies):
            shown(world, picture, f"prd_{number}")
        world.run(shuffle=random.Random(seed), twice=True)
        assert {frozenset(pair) for pair in pairs(world)} == {
            frozenset((f"prd_{a}", f"prd_{b}")) for a, b in ((0, 1), (0, 2), (1, 2))
        }
        assert len(pairs(world)) == 3


def test_of_two_at_the_same_moment_the_later_one_sees_the_other(world: World) -> None:
    """Another process gives its picture the number that this one was just about to take."""
    shown(world, small_copy(scene(1)), "prd_b")
    (message,) = world.queues["Hashes"]
    world.queues["Hashes"].clear()
    shown(world, scene(1), "prd_a")

    def first(call: Call) -> None:
        if call.operation == "TransactWriteItems":
            world.before = None
            world._deliver(message)

    world.before = first
    world.run()
    assert pairs(world) == [("prd_a", "prd_b")]
    assert [row["product_id"] for row in log(world)] == ["prd_b", "prd_a"]


def test_a_place_that_is_filled_while_it_is_read_is_read_again(world: World) -> None:
    shown(world, scene(1), "prd_a")
    shown(world, scene(2), "prd_b")
    world.run()
    kept = log(world)
    hashes._table().delete("log", kept[0]["place"])
    forget()
    assert hashes._log().read_on() == 0
    hashes._table().put(kept[0])
    assert hashes._log().read_on() == 2


def test_what_people_upload_is_compared(world: World) -> None:
    for product, picture in (("prd_a", scene(1)), ("prd_b", scene(2)), ("prd_c", small_copy(scene(1)))):
        world.drop_picture(f"{product}.jpg", saved(picture, "JPEG", quality=90), {"product-id": product})
    world.run()
    assert len(world.events("ImageIngested")) == 3
    assert pairs(world) == [("prd_c", "prd_a")]


# --- the beginning of the log, put together ---


def many(world: World, count: int) -> None:
    """So many other entries in the log."""
    words = random.Random(count)
    items = [
        {
            "part": "log",
            "place": hashes._place(number),
            "image_hash": f"{number:064x}",
            "product_id": f"prd_{number}",
            "upright": words.randbytes(56),
        }
        for number in range(len(log(world)), count)
    ]
    hashes._table().put_many(items)


def fold() -> None:
    schedule.handler({}, Context())


def test_what_is_put_together_is_found_as_what_is_new(world: World) -> None:
    shown(world, scene(1), "prd_a")
    world.run()
    many(world, 600)
    fold()
    assert len(world.objects(IMAGES)[SNAPSHOT]) == 600 * 56
    shown(world, scene(2), "prd_b")
    world.run()
    forget()
    world.calls.clear()
    shown(world, small_copy(scene(1)), "prd_c")
    shown(world, small_copy(scene(2)), "prd_d")
    world.run()
    assert pairs(world) == [("prd_c", "prd_a"), ("prd_d", "prd_b")]
    assert not [c for c in world.calls if c.operation == "Scan"]
    read = [c for c in world.calls if c.operation == "GetObject" and c.params["Key"] == SNAPSHOT]
    assert len(read) == 1


def test_a_log_that_hardly_grew_is_not_put_together_again(world: World) -> None:
    many(world, 600)
    fold()
    many(world, 700)
    fold()
    assert len(world.objects(IMAGES)[SNAPSHOT]) == 600 * 56
    many(world, 1200)
    fold()
    assert len(world.objects(IMAGES)[SNAPSHOT]) == 1200 * 56


def test_of_two_that_put_it_together_one_loses_and_nothing_is_lost(world: World) -> None:
    many(world, 600)

    def first(call: Call) -> None:
        if call.operation == "PutObject":
            world.before = None
            many(world, 900)
            fold()

    world.before = first
    fold()
    assert len(world.objects(IMAGES)[SNAPSHOT]) == 900 * 56
    many(world, 2000)
    world.before = first
    fold()
    assert len(world.objects(IMAGES)[SNAPSHOT]) == 2000 * 56


def test_who_may_not_put_it_there_says_so(world: World) -> None:
    many(world, 600)

    def refused(call: Call) -> None:
        if call.operation == "PutObject":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "PutObject")

    world.before = refused
    with pytest.raises(ClientError):
        fold()
    world.before = None


def test_an_entry_is_small(world: World) -> None:
    shown(world, scene(1), "prd_01JCQZ5Y8TKX6W3V9M2B4N7D0F")
    world.run()
    (row,) = log(world)
    assert len(str(encode_item(row))) < 400
