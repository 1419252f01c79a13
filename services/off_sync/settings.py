"""Settings of the sync with Open Food Facts: one class for each thing that a function may touch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OffSource:
    """Where Open Food Facts is, and how often we may ask. ``{site}`` in an address stands for the sister's name."""

    off_base_url: str = ""
    """Of the product API, as ``https://world.{site}.org``. Empty: nothing is ever asked."""
    off_static_url: str = ""
    """Of dumps and deltas; that of the API unless told."""
    off_dumps_url: str = ""
    """Where dumps are when that server answers with a redirect, as it does since they lie on S3; else none is read."""
    off_images_url: str = ""
    """Of pictures; that of the API unless told."""
    off_contact: str = ""
    """Whom they write to when we are a nuisance; it goes into the User-Agent. Empty: nothing is ever asked."""
    off_bases: str = "food"
    """Which sisters, with commas: food, beauty, products, petfood."""
    off_kind: str = "delta"
    """How the daily run fetches: ``delta`` (files) or ``search`` (pages of the API, where dumps are not wanted)."""
    off_reads_a_minute: int = 10
    """Product reads of all functions together; they allow 15."""
    off_searches_a_minute: int = 6
    """Pages of searches of all functions together; they allow 10."""
    off_files_a_minute: int = 20
    """Dumps, deltas and lists of them."""
    off_pictures_a_minute: int = 20
    """Pictures."""


@dataclass(frozen=True)
class OffRows:
    """The rows of Open Food Facts."""

    off_products_table: str
    """Name of ``OffProducts``: their documents, unmodified (ODbL)."""


@dataclass(frozen=True)
class OffRunsTable:
    """The runs."""

    off_runs_table: str
    """Name of ``OffRuns``: each run with its figures, and the lock."""


@dataclass(frozen=True)
class OffLimitsTable:
    """What all functions together may ask, and how far the feeds are read."""

    off_limits_table: str
    """Name of ``OffLimits``: requests of the last minute, barcodes that nobody knows, how far each feed is read."""


@dataclass(frozen=True)
class OffPictures:
    """Where pictures are handed in."""

    images_bucket: str
    """Name of the bucket that image ingest takes uploads from."""


@dataclass(frozen=True)
class ToOffSyncs:
    """The way to the worker."""

    off_syncs_queue_url: str
    """Of the queue of runs to go on with."""


@dataclass(frozen=True)
class OffLookups:
    """The way to ``on_lookup``, for those who use the door."""

    off_lookup_function: str
    """Name of the function that asks for one barcode."""
