"""From the form that a phone is given to a picture that all can see."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from services.image_ingest.store import ingesting
from shared.kernel.translations import translated
from tests.builders import product
from tests.photos import a_photo, saved
from tests.world import IMAGES, Crash, Person, World

pytestmark = pytest.mark.integration

Json = dict[str, Any]


@pytest.fixture
def ravi(world: World) -> Person:
    """The owner of a store."""
    world.a_store("ravi")
    return world.as_user("ravi")


@pytest.fixture
def biscuits(world: World, ravi: Person) -> str:
    """A product in the catalog."""
    made = str(world.as_admin().post("/v1/products", product(1)).ok(201)["product_id"])
    world.run()
    return made


def sent(who: Person, path: str, data: bytes, **body: str) -> str:
    """Announces a photo and uploads it; the id of the upload."""
    announced = who.post(path, {"filename": "pack.jpg", **body}).ok(201)
    who.world.upload(announced["upload"], data)
    return str(announced["image_upload_id"])


def upload(who: Person, upload_id: str) -> Json:
    found: Json = who.get(f"/v1/image-uploads/{upload_id}").ok()
    return found


def test_a_photo_of_a_product_is_stored_in_three_sizes_and_told_of(world: World, ravi: Person, biscuits: str) -> None:
    announced = ravi.post(f"/v1/products/{biscuits}/images", {"filename": "पैक.jpg", "role": "back"}).ok(201)
    upload_id = announced["image_upload_id"]
    assert upload(ravi, upload_id)["status"] == "awaiting_upload"
    world.upload(announced["upload"], a_photo(3000, 2000))
    world.run()
    shown = upload(ravi, upload_id)
    image_hash = shown["image_hash"]
    assert shown == {
        "image_upload_id": upload_id,
        "status": "ingested",
        "image_hash": image_hash,
        "urls": {r: f"/images/{image_hash}/{r}.webp" for r in ("original", "medium", "thumbnail")},
        "error_code": None,
        "reason": None,
    }
    stored = world.objects(IMAGES)
    sizes = {url: Image.open(io.BytesIO(stored[url.lstrip("/")])).size for url in shown["urls"].values()}
    assert list(sizes.values()) == [(2048, 1365), (512, 342), (171, 114)]
    (told,) = world.events("ImageIngested")
    assert told == {
        "upload_id": upload_id,
        "product_id": biscuits,
        "store_id": None,
        "uploaded_by": "ravi",
        "by_admin": False,
        "image_hash": image_hash,
        "role": "back",
        "source": "store",
        "licence": None,
        "width": 2048,
        "height": 1365,
        "urls": shown["urls"],
    }
    (row,) = world.rows("Images")
    assert (row["image_hash"], row["product_id"], row["uploaded_by"]) == (image_hash, biscuits, "ravi")


def test_renditions_may_be_kept_for_ever(world: World, ravi: Person, biscuits: str) -> None:
    sent(ravi, f"/v1/products/{biscuits}/images", a_photo())
    world.run()
    puts = [c.params for c in world.calls if c.operation == "PutObject" and c.params["Key"].startswith("images/")]
    assert len(puts) == 3
    assert {p["CacheControl"] for p in puts} == {"public, max-age=31536000, immutable"}
    assert {p["ContentType"] for p in puts} == {"image/webp"}


def test_nothing_of_what_was_uploaded_is_left(world: World, ravi: Person, biscuits: str) -> None:
    announced = ravi.post(f"/v1/products/{biscuits}/images", {"filename": "a.jpg"}).ok(201)
    for data in (a_photo(), a_photo(120, 80), b"no picture"):  # the second and third are newer versions of it
        world.upload(announced["upload"], data)
    world.run()
    assert world.versions("uploads/") == []
    assert len(world.events("ImageIngested")) == 1, "what came first is the photo"
    assert world.events("ImageRejected") == []


def test_a_stores_own_photo_is_its_own(world: World, ravi: Person, biscuits: str) -> None:
    store_id = world.a_store("ravi")
    path = f"/v1/stores/{store_id}/inventory/{biscuits}"
    refused = ravi.post(f"{path}/images", {"filename": "pack.jpg"})
    assert (refused.status, refused.code) == (404, "ITEM_UNKNOWN"), "it would be shown nowhere"
    assert world.rows("ImageUploads") == []
    ravi.put(path, {"quantity": 1}).ok()
    upload_id = sent(ravi, f"{path}/images", a_photo())
    world.run()
    (told,) = world.events("ImageIngested")
    assert (told["store_id"], told["product_id"], told["upload_id"]) == (store_id, biscuits, upload_id)
    assert len(ravi.get(path).ok()["custom_images"]) == 1


def test_a_photo_of_a_merged_product_is_of_the_item_that_the_store_has(world: World, ravi: Person) -> None:
    store_id = world.a_store("ravi")
    admin = world.as_admin()
    old, new = (admin.post("/v1/products", product(n)).ok(201)["product_id"] for n in (1, 2))
    ravi.put(f"/v1/stores/{store_id}/inventory/{old}", {"quantity": 1}).ok()
    admin.post(f"/v1/admin/reviews/{old}/decision", {"decision": "merge", "merge_into": new}).ok()
    sent(ravi, f"/v1/stores/{store_id}/inventory/{old}/images", a_photo(), role="back")  # its stock has not moved yet
    world.run()
    sent(ravi, f"/v1/stores/{store_id}/inventory/{old}/images", a_photo(120, 80))
    world.run()
    assert len(ravi.get(f"/v1/stores/{store_id}/inventory/{new}").ok()["custom_images"]) == 2


def test_only_who_sent_it_the_people_of_its_store_and_admins_see_an_upload(
    world: World, ravi: Person, biscuits: str
) -> None:
    store_id = world.a_store("ravi")
    ravi.put(f"/v1/stores/{store_id}/inventory/{biscuits}", {"quantity": 1}).ok()
    own = sent(ravi, f"/v1/products/{biscuits}/images", a_photo())
    of_store = sent(world.as_admin(), f"/v1/stores/{store_id}/inventory/{biscuits}/images", a_photo())
    world.a_store("rival")
    rival = world.as_user("rival")
    for upload_id in (own, of_store):
        assert upload(ravi, upload_id)["status"] == "awaiting_upload"
        assert upload(world.as_admin(), upload_id)["status"] == "awaiting_upload"
        refused = rival.get(f"/v1/image-uploads/{upload_id}")
        assert (refused.status, refused.code) == (404, "UPLOAD_UNKNOWN")
    assert rival.get("/v1/image-uploads/upl_none").code == "UPLOAD_UNKNOWN"
    of_admin = sent(world.as_admin(), f"/v1/products/{biscuits}/images", a_photo())
    assert ravi.get(f"/v1/image-uploads/{of_admin}").status == 404


def test_a_photo_that_would_not_be_kept_is_refused(world: World, ravi: Person, biscuits: str) -> None:
    path = f"/v1/products/{biscuits}/images"
    for n in range(12):
        sent(ravi, path, a_photo(100 + n, 80))
        world.run()
    full = ravi.post(path, {"filename": "a.jpg"})
    assert (full.status, full.code) == (409, "TOO_MANY_IMAGES")
    assert world.as_admin().post(path, {"filename": "a.jpg"}).status == 201, "those are offers"
    world.as_admin().patch(f"/v1/products/{biscuits}", {"verification_status": "rejected"}).ok()
    refused = world.as_admin().post(path, {"filename": "a.jpg"})
    assert (refused.status, refused.code) == (409, "PRODUCT_REJECTED")


def test_a_photo_of_nothing_is_refused(world: World, ravi: Person) -> None:
    store_id = world.a_store("ravi")
    for path in ("/v1/products/prd_none/images", f"/v1/stores/{store_id}/inventory/prd_none/images"):
        refused = ravi.post(path, {"filename": "a.jpg"})
        assert (refused.status, refused.code) == (404, "PRODUCT_UNKNOWN")
    assert world.rows("ImageUploads") == []


def test_who_has_no_store_sends_no_photos(world: World, biscuits: str) -> None:
    refused = world.as_user("newcomer").post(f"/v1/products/{biscuits}/images", {"filename": "a.jpg"})
    assert (refused.status, refused.code) == (403, "OWNERS_ONLY")


def test_the_form_takes_one_to_fifteen_megabytes(world: World, ravi: Person, biscuits: str) -> None:
    announced = ravi.post(f"/v1/products/{biscuits}/images", {"filename": "a.jpg"}).ok(201)
    policy = json.loads(base64.b64decode(announced["upload"]["fields"]["policy"]))
    assert ["content-length-range", 1, 15 * 1024 * 1024] in policy["conditions"]
    assert announced["upload"]["fields"]["key"] == f"uploads/{announced['image_upload_id']}"


def test_the_same_photo_is_stored_once_and_not_even_decoded_again(
    world: World, ravi: Person, biscuits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    salt = str(world.as_admin().post("/v1/products", product(2, name="Tata Salt")).ok(201)["product_id"])
    first = sent(ravi, f"/v1/products/{biscuits}/images", a_photo())
    world.run()
    monkeypatch.setattr(ingesting, "pixels", None)
    second = sent(ravi, f"/v1/products/{salt}/images", a_photo(), role="barcode")
    world.run()
    assert upload(ravi, first)["image_hash"] == upload(ravi, second)["image_hash"]
    assert [(e["product_id"], e["role"]) for e in world.events("ImageIngested")] == [
        (biscuits, "front"),
        (salt, "barcode"),
    ]
    (row,) = world.rows("Images")
    assert row["product_id"] == biscuits, "that of its first use"
    assert len(world.versions("images/")) == 3


def test_the_same_pixels_under_other_metadata_are_the_same_picture(world: World, ravi: Person, biscuits: str) -> None:
    image = Image.open(io.BytesIO(a_photo(quality=90)))
    for data in (saved(image, "PNG"), saved(image, "PNG", exif=image.getexif()), saved(image, "BMP")):
        sent(ravi, f"/v1/products/{biscuits}/images", data)
    world.run()
    assert len(world.rows("Images")) == 1
    assert len(world.versions("images/")) == 3
    assert len(world.events("ImageIngested")) == 3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 no picture", "NOT_A_PICTURE"),
        (a_photo()[:-200], "PICTURE_DAMAGED"),
        (saved(Image.new("1", (16384, 16384)), "PNG"), "TOO_MANY_PIXELS"),
    ],
    ids=["a PDF", "cut off", "a bomb"],
)
def test_what_is_no_photo_is_rejected_with_a_reason(
    world: World, ravi: Person, biscuits: str, data: bytes, code: str
) -> None:
    upload_id = sent(ravi, f"/v1/products/{biscuits}/images", data)
    world.run()
    shown = upload(ravi, upload_id)
    assert (shown["status"], shown["error_code"], shown["urls"]) == ("rejected", code, None)
    (told,) = world.events("ImageRejected")
    assert (told["error_code"], told["reason"], told["product_id"]) == (code, shown["reason"], biscuits)
    assert shown["reason"].endswith(".")
    read = ravi.get(f"/v1/image-uploads/{upload_id}", accept_language="ta-IN")
    assert read.body["reason"] == translated(shown["reason"], "ta") != shown["reason"]
    assert (read.headers["content-language"], read.headers["vary"]) == ("ta", "Accept-Language")
    assert world.versions() == []


def test_bad_photos_of_one_product_are_one_thing_to_its_store(world: World, ravi: Person, biscuits: str) -> None:
    salt = ravi.post("/v1/products", product(2)).ok(201)["product_id"]
    (store,) = ravi.get("/v1/stores").ok()["items"]

    def told() -> tuple[str, str, str]:
        feed = ravi.get(f"/v1/stores/{store['store_id']}/notifications").ok()["items"]
        (notice,) = [n for n in feed if n["type"] == "ImageRejected"]
        return notice["title"], notice["body"], notice["link"]

    for data in (b"%PDF-1.7 no picture", b"", a_photo()[:-200]):
        upload_id = sent(ravi, f"/v1/products/{biscuits}/images", data)
        world.run(twice=True)
    name = product(1)["name"]
    newest = upload(ravi, upload_id)["reason"]
    assert told() == (f"The photo of {name} can't be used", newest, f"/v1/image-uploads/{upload_id}")
    sent(ravi, f"/v1/products/{salt}/images", b"%PDF-1.7 no picture")
    world.run()
    title, body, _ = told()
    assert title == f"The photos of {name} and 1 more can't be used"
    assert body == f"Take new photos of these: {name}, {product(2)['name']}."


def test_what_is_dropped_into_the_bucket_is_a_picture_too(world: World) -> None:
    about = {"product-id": "prd_1", "role": "nutrition", "source": "off", "licence": "CC-BY-SA-3.0"}
    world.drop_picture("ताज़ा/pack.jpg", a_photo(), about, version_in_event=False)
    world.drop_picture("odd.jpg", a_photo(80, 60), {"role": "sideways"})
    world.drop_picture("", b"")
    world.drop_picture("large.jpg", b"x" * (15 * 1024 * 1024 + 1))
    world.run()
    ended = {r["filename"]: r for r in world.rows("ImageUploads")}
    assert {n: (r["status"], r.get("error_code")) for n, r in ended.items()} == {
        "ताज़ा/pack.jpg": ("ingested", None),
        "odd.jpg": ("ingested", None),
        "": ("rejected", "FILE_EMPTY"),
        "large.jpg": ("rejected", "FILE_TOO_LARGE"),
    }
    first = next(e for e in world.events("ImageIngested") if e["product_id"])
    assert (first["product_id"], first["role"], first["source"], first["licence"], first["uploaded_by"]) == (
        "prd_1",
        "nutrition",
        "off",
        "CC-BY-SA-3.0",
        "bucket",
    )
    assert upload(world.as_admin(), first["upload_id"])["status"] == "ingested"
    assert world.versions("uploads/") == []


def test_the_same_file_dropped_twice_is_two_uploads_of_one_picture(world: World) -> None:
    for _ in range(2):
        world.drop_picture("pack.jpg", a_photo())
        world.run()
    assert len(world.rows("ImageUploads")) == 2
    assert len(world.rows("Images")) == 1
    assert len(world.events("ImageIngested")) == 2


def test_what_comes_twice_or_in_another_order_changes_nothing(world: World, ravi: Person, biscuits: str) -> None:
    good = sent(ravi, f"/v1/products/{biscuits}/images", a_photo())
    bad = sent(ravi, f"/v1/products/{biscuits}/images", b"no picture")
    world.run(twice=True)
    assert (upload(ravi, good)["status"], upload(ravi, bad)["status"]) == ("ingested", "rejected")
    assert len(world.events("ImageIngested")) == len(world.events("ImageRejected")) == 1


def test_what_is_too_large_for_one_function_goes_to_the_other(world: World, ravi: Person, biscuits: str) -> None:
    data = saved(Image.new("RGB", (8000, 6000), "teal"), "PNG", compress_level=1)
    upload_id = sent(ravi, f"/v1/products/{biscuits}/images", data)
    world.run()
    assert upload(ravi, upload_id)["status"] == "ingested"
    sends = [c.params for c in world.calls if c.operation == "SendMessageBatch"]
    assert [p["QueueUrl"].rsplit("/", 1)[1] for p in sends] == ["LargePictures", "Hashes"]
    assert world.versions("uploads/") == []


@pytest.mark.parametrize("room", ["Pictures", "LargePictures"])
def test_a_file_that_kills_its_worker_each_time_is_rejected_in_the_end(
    world: World, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_: object) -> None:
        raise Crash

    monkeypatch.setattr(ingesting, "pixels", dies)
    large = saved(Image.new("RGB", (8000, 6000)), "PNG", compress_level=1)
    world.drop_picture("evil.tif", a_photo() if room == "Pictures" else large)
    world.run()
    (row,) = world.rows("ImageUploads")
    assert (row["status"], row["error_code"]) == ("rejected", "PICTURE_UNREADABLE")
    (told,) = world.events("ImageRejected")
    assert told["error_code"] == "PICTURE_UNREADABLE"
    assert world.versions() == []
    assert [m.queue for m in world.dead] == [room], "people see it"
    world.dead.clear()


def test_those_who_look_for_lookalikes_hear_of_each_use(world: World, ravi: Person, biscuits: str) -> None:
    sent(ravi, f"/v1/products/{biscuits}/images", a_photo())
    world.drop_picture("pack.jpg", a_photo())
    world.run()
    (row,) = world.rows("Images")
    sends = [c.params["Entries"] for c in world.calls if c.operation == "SendMessageBatch"]
    bodies = sorted(e["MessageBody"] for entries in sends for e in entries)
    assert bodies == sorted(
        f'{{"image_hash": "{row["image_hash"]}", "product_id": {product_id}}}'
        for product_id in (f'"{biscuits}"', "null")
    )
