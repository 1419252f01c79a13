"""Pictures through the bucket and through the API, as a browser without any credentials sees them at the end."""

from __future__ import annotations

import csv
import io
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from PIL import Image, ImageDraw, ImageOps

from local.home import ROOT
from local.process import wait_until
from tests.builders import product
from tests.e2e.live import CLOCK, PATIENCE, Json, Live, Person, Shop, tell

PICTURES = ROOT.parent / "shared" / "data" / "images"
ENDED = ("ingested", "rejected")


def photo(seed: str, *, orientation: int = 1, size: tuple[int, int] = (1200, 1600)) -> bytes:
    """A pack as a phone takes it: a made-up label, with GPS and everything."""
    picture = Image.new("RGB", size, "#e8c25a")
    draw = ImageDraw.Draw(picture)
    for number, character in enumerate(seed):
        code = ord(character)
        x, y = (code * 37 + number * 211) % size[0], (code * 91 + number * 173) % size[1]
        draw.ellipse((x, y, x + 60 + code, y + 30 + code * 2), fill=(code * 2 % 256, code * 7 % 256, number * 31 % 256))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Gps Phone"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (19.0, 4.0, 33.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()


def send(form: Json, data: bytes) -> None:
    answer = requests.post(form["url"], data=form["fields"], files={"file": ("photo.jpg", data)}, timeout=60)
    assert answer.status_code in (200, 201, 204), answer.text[:300]


def ended(person: Person, upload_id: str) -> Json:
    """The upload when it is either ingested or rejected."""
    seen: Json = {}

    def over() -> bool:
        seen.update(person.get(f"/v1/image-uploads/{upload_id}"))
        return seen["status"] in ENDED

    assert wait_until(over, PATIENCE, step=0.2), seen
    return seen


def uploaded(person: Person, path: str, data: bytes, role: str | None = "front") -> Json:
    asked = person.post(path, {"filename": "photo.jpg", **({"role": role} if role else {})}, status=201)
    send(asked["upload"], data)
    return ended(person, asked["image_upload_id"])


def renditions(live: Live, urls: Json) -> dict[str, tuple[requests.Response, Image.Image]]:
    """What anybody's browser gets: no token, no keys."""
    found: dict[str, tuple[requests.Response, Image.Image]] = {}
    for name in ("original", "medium", "thumbnail"):
        answer = requests.get(live.endpoints["web_url"].rstrip("/") + urls[name], timeout=30)
        assert answer.status_code == 200, (name, answer.status_code)
        found[name] = (answer, Image.open(io.BytesIO(answer.content)))
    return found


@pytest.fixture(scope="module")
def shop(live: Live) -> Shop:
    return live.shop("Photo Stores")


def test_a_photo_of_a_phone_becomes_three_upright_pictures_without_a_trace(
    live: Live, admin: Person, shop: Shop
) -> None:
    name = f"Kaju Katli {secrets.token_hex(4)}"
    made = shop.owner.post("/v1/products", product(62_001, name=name, brand="Mithai Ghar"), status=201)
    data = photo(name, orientation=6)
    with CLOCK.lap("a photo sent -> ingested"):
        upload = uploaded(shop.owner, f"/v1/products/{made['product_id']}/images", data)
    assert upload["status"] == "ingested", upload
    path = f"/v1/products/{made['product_id']}"
    assert wait_until(lambda: shop.owner.get(path)["image_hash"] == upload["image_hash"], PATIENCE)
    admin.post(f"/v1/admin/reviews/{made['product_id']}/decision", {"decision": "approve"})
    shown = shop.owner.get(path)
    assert "PICTURE_MISSING" not in [i["code"] for i in shown["quality_issues"]]
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    for rendition, (answer, picture) in renditions(live, shown["canonical_image_urls"]).items():
        assert answer.headers["Content-Type"] == "image/webp"
        assert "immutable" in answer.headers["Cache-Control"]
        assert picture.width > picture.height, f"{rendition} lies on its side"
        assert abs(picture.width / picture.height - upright.width / upright.height) < 0.02
        assert not picture.getexif()
        assert not {"exif", "xmp"} & set(picture.info)
        assert b"Gps Phone" not in answer.content
    assert len(renditions(live, shown["canonical_image_urls"])["thumbnail"][0].content) <= 25 * 1024


def test_the_raw_file_is_gone_in_all_its_versions(live: Live, shop: Shop) -> None:
    bucket = live.endpoints["buckets"]["images"]

    def left() -> list[str]:
        found = live.files.list_object_versions(Bucket=bucket, Prefix="uploads/")
        return [v["Key"] for v in found.get("Versions", [])]

    assert wait_until(lambda: not left(), PATIENCE), left()


def test_the_same_photo_is_stored_once(live: Live, shop: Shop) -> None:
    made = shop.owner.post("/v1/products", product(62_002, name=f"Soan Papdi {secrets.token_hex(4)}"), status=201)
    data = photo(secrets.token_hex(8))
    path = f"/v1/products/{made['product_id']}/images"
    first, again = (uploaded(shop.owner, path, data) for _ in range(2))
    assert first["image_hash"] == again["image_hash"]
    bucket = live.endpoints["buckets"]["images"]
    kept = live.files.list_object_versions(Bucket=bucket, Prefix=f"images/{first['image_hash']}/")["Versions"]
    assert Counter(v["Key"].rsplit("/")[-1] for v in kept).keys() == {
        "original.webp",
        "medium.webp",
        "thumbnail.webp",
    }


def test_a_shops_own_photo_stays_its_own(live: Live, shop: Shop) -> None:
    made = shop.owner.post("/v1/products", product(62_003, name=f"Rasgulla {secrets.token_hex(4)}"), status=201)
    path = f"{shop.path}/inventory/{made['product_id']}"
    shop.owner.put(path, {"quantity": 1, "unit": "piece"})
    upload = uploaded(shop.owner, f"{path}/images", photo(secrets.token_hex(8)), role=None)
    assert wait_until(lambda: upload["image_hash"] in str(shop.owner.get(path)["custom_image_urls"]), PATIENCE)
    assert shop.owner.get(f"/v1/products/{made['product_id']}")["image_hash"] is None
    other = live.shop("Curious Stores")
    asked = other.owner.ask("GET", f"/v1/image-uploads/{upload['image_upload_id']}")
    assert asked.status_code == 404


def test_a_pair_of_duplicates_is_found_by_its_picture_alone(live: Live, admin: Person, shop: Shop) -> None:
    made = [
        shop.owner.post("/v1/products", product(number, name=f"{word} {secrets.token_hex(4)}"), status=201)
        for number, word in ((62_004, "Chakli"), (62_005, "Murukku Sticks"))
    ]
    seed = secrets.token_hex(8)
    first = photo(seed)
    small = Image.open(io.BytesIO(first)).convert("RGB").resize((600, 800))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=55)
    for one, data in zip(made, (first, out.getvalue()), strict=True):
        assert uploaded(shop.owner, f"/v1/products/{one['product_id']}/images", data)["status"] == "ingested"
    ids = {one["product_id"] for one in made}

    def seen() -> list[Json]:
        return [
            r
            for r in admin.every("/v1/admin/reviews", reason="same_picture")
            if r["product"]["product_id"] in ids and ids - {r["product"]["product_id"]} <= set(_named(r))
        ]

    assert wait_until(lambda: bool(seen()), PATIENCE), "no reviewer sees that they are one"


def _named(review: Json) -> Iterator[str]:
    """All products that a review names."""
    for value in review.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _named(one)
                if isinstance(one.get("product_id"), str):
                    yield one["product_id"]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not PICTURES.exists():
        pytest.skip("the pictures (../shared/data/images) are not on this machine")
    listed = csv.DictReader((PICTURES / "INDEX.csv").read_text("utf-8").splitlines())
    return [PICTURES.parent / row["path"] for row in listed]


def test_every_real_picture_that_is_dropped_ends_with_a_reason_or_in_three_renditions(
    live: Live, files: list[Path]
) -> None:
    bucket = live.endpoints["buckets"]["images"]
    run = secrets.token_hex(4)
    with CLOCK.lap(f"{len(files)} pictures dropped into the bucket -> all ended"):
        for number, file in enumerate(files):
            live.files.put_object(Bucket=bucket, Key=f"uploads/{run}-{number}{file.suffix}", Body=file.read_bytes())

        def mine() -> list[Json]:
            return [r for r in live.rows("ImageUploads") if run in str(r)]

        def over() -> bool:
            rows = mine()
            return len(rows) == len(files) and all(r["status"] in ENDED for r in rows)

        assert wait_until(over, PATIENCE, step=2), Counter(r["status"] for r in mine())
    rows = mine()
    rejected = [r for r in rows if r["status"] == "rejected"]
    assert all(r["error_code"] and r["reason"] for r in rejected)
    tell(Counter(r["status"] for r in rows), Counter(r["error_code"] for r in rejected))
    assert len(rows) - len(rejected) > 280
    for url in live.queue_urls():
        if "ImageIngest" in url and "ead" in url:
            assert live.depth(url) == (0, 0), "none is tried for ever, and none is lost"
