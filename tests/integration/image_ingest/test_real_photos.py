"""All real photos, and Pillow's nasty ones, through the bucket: each ends, and nothing but pixels is left of it."""

from __future__ import annotations

import io
import struct
from collections import Counter
from collections.abc import Iterator

import pytest
from PIL import Image

from tests.photos import files
from tests.world import IMAGES, World

pytestmark = pytest.mark.integration

# What Pillow's own tests keep because it broke something once. All else is a picture.
REJECTED = {
    "NOT_A_PICTURE": {
        "broken.png",
        "hopper.ppm",
        "invalid_header_length.jp2",
        "oom-225817ca0f8c663be7ab4b9e717b02c661e66834.tif",
        "oom-8ed3316a4109213ca96fb8a256a0bfefdece1461.icns",
        "ossfuzz-4836216264589312.pcx",
        "p_8.tga",
        "unimplemented_dxgi_format.dds",
        "unimplemented_pfflags.dds",
        "zero_width.gif",
    },
    "PICTURE_DAMAGED": {
        "broken_data_stream.png",
        "chunk_no_fctl.png",
        "crash-0c7e0e8e11ce787078f00b5b0ca409a167f070e0.tif",
        "crash-0e16d3bfb83be87356d026d66919deaefca44dac.tif",
        "crash-1152ec2d1a1a71395b6f2ce6721c38924d025bf3.tif",
        "crash-2020-10-test.tif",
        "crash-338516dbd2f0e83caddb8ce256c22db3bd6dc40f.tif",
        "crash-63b1dffefc8c075ddc606c0a2f5fdc15ece78863.tif",
        "crash-f46f5b2f43c370fe65706c11449f567ecc345e74.tif",
        "truncated_image.png",
    },
    "TOO_MANY_PIXELS": {"decompression_bomb.gif"},
}


def chunks(webp: bytes) -> Iterator[bytes]:
    """The names of a WebP file's chunks."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    at = 12
    while at < len(webp):
        yield webp[at : at + 4]
        (size,) = struct.unpack("<I", webp[at + 4 : at + 8])
        at += 8 + size + size % 2


def test_every_photo_ends_and_no_metadata_is_left(world: World) -> None:
    names = {}
    for path, data in files():
        world.drop_picture(path, data)
        names[path] = path.rpartition("/")[2]
    world.run()
    ended = {r["filename"]: r for r in world.rows("ImageUploads")}
    assert set(ended) == set(names)
    assert Counter(r["status"] for r in ended.values()) == {"ingested": len(names) - 21, "rejected": 21}
    rejected = {(r["error_code"], names[path]) for path, r in ended.items() if r["status"] == "rejected"}
    assert rejected == {(code, name) for code, those in REJECTED.items() for name in those}
    assert all(r["reason"] for r in ended.values() if r["status"] == "rejected")
    assert len(world.events("ImageIngested")) + len(world.events("ImageRejected")) == len(names)
    assert world.versions("uploads/") == []
    stored = world.objects(IMAGES)
    assert len(stored) == 3 * len(world.rows("Images"))
    for key, data in stored.items():
        assert list(chunks(data)) == [b"VP8 "], f"{key}: nothing but pixels"
        with Image.open(io.BytesIO(data)) as image:
            assert max(image.size) <= {"original": 2048, "medium": 640, "thumbnail": 200}[key.split("/")[2][:-5]]
        if key.endswith("thumbnail.webp"):
            assert len(data) <= 25_000, key
