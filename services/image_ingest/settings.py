"""Settings of image ingest: one class for each thing that a function may touch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pictures:
    """What is known of each picture."""

    images_table: str
    """Name of ``Images``: a row for each picture, by its content address."""


@dataclass(frozen=True)
class Uploads:
    """What each upload is for, and what became of it."""

    image_uploads_table: str
    """Name of ``ImageUploads``."""


@dataclass(frozen=True)
class Files:
    """The bucket that uploads come into and pictures are served from."""

    images_bucket: str
    """Name of the bucket."""


@dataclass(frozen=True)
class Room:
    """How much a function can hold."""

    picture_memory_mb: int
    """Memory of the function in MB: a picture that needs more to be decoded goes where there is more."""


@dataclass(frozen=True)
class ToLargePictures:
    """The way to where there is more memory."""

    large_pictures_queue_url: str
    """Of the queue of uploads that don't fit into the small function."""


@dataclass(frozen=True)
class ToHashes:
    """The way to those who look for pictures that look the same."""

    hashes_queue_url: str
    """Of the queue of pictures to hash."""


@dataclass(frozen=True)
class Hashes:
    """What every picture looks like, in the order in which they came."""

    image_hashes_table: str
    """Name of ``ImageHashes``."""
