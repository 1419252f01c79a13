"""What every picture looks like, and for which product it is shown: a log that only grows.

An entry is one use, a picture for a product, and has the next number: it is put where nothing stands yet, in one
transaction with what says that this use has an entry. So the numbers have no gaps, each use has one of them, and who
comes later sees all that came before him, at the same moment, too: a use is compared with those of lower numbers, and
of two pictures that look the same the later one tells, once.

Nobody reads all of the log each time. ``hashes/upright`` in the bucket is its beginning, put together by the hour, and
a process keeps what it has read: the log never changes, so it only asks for what has been added.

A fingerprint of another kind wants a log of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile
from typing import Any, Final

import numpy as np
from botocore.exceptions import ClientError

from events.image_ingest import ComparedImage, Lookalike, LookalikesDetected
from services.image_ingest.domain.likeness import WORDS, Fingerprint, Neighbour, Words, nearest, pack, unpack
from services.image_ingest.domain.picture import key_of
from services.image_ingest.settings import Files, Hashes, Pictures
from shared.aws import clients, outbox
from shared.aws.dynamo import Item, Table, TransactionRefused, transact
from shared.aws.settings import settings
from shared.kernel.cause import Cause

MOST: Final = 10
"""Lookalikes that are told of one picture, one of each product."""

_LOG: Final = "log"
_SNAPSHOT: Final = "hashes/upright"
_LOOKED_UP: Final = 50
_LOOKED_UP_MOST: Final = 500
"""Of those that look the same, the likest first: a picture that says "no photo" looks the same as thousands."""
_WORTH_IT: Final = 500
"""Entries, and one in fifty, that a process may have to read from the table when it starts."""
_TRIES: Final = 40
_LOST: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409", "404"})


@dataclass(frozen=True, slots=True)
class Use:
    """A picture for a product, and its number in the log. ``compared``: what looks like it has been told."""

    image_hash: str
    product_id: str
    number: int
    compared: bool


def _table() -> Table:
    return Table(settings(Hashes).image_hashes_table, "part", "place")


def _pictures() -> Table:
    return Table(settings(Pictures).images_table, "image_hash")


# An entry is {part: "log", place: its number, image_hash, product_id, upright}; beside it stands
# {part: image_hash, place: product_id, number, compared?}.


def medium(image_hash: str) -> bytes:
    """The rendition that is looked at: as large as it needs to be, and small to hold whatever was uploaded."""
    key = key_of(image_hash, "medium")
    return clients.s3().get_object(Bucket=settings(Files).images_bucket, Key=key)["Body"].read()


def save(image_hash: str, looks: Fingerprint | None) -> None:
    """What a picture looks like, with the picture; nothing where there is nothing on it. Raises ConditionFailed."""
    _pictures().update(
        image_hash,
        set_="SET fingerprint = :looks",
        condition="attribute_exists(image_hash)",
        looks=looks.packed() if looks else b"",
    )


def of_picture(picture: Item) -> Fingerprint | None:
    """What is known already of how it looks."""
    return Fingerprint.unpacked(picture["fingerprint"]) if picture.get("fingerprint") else None


def use(image_hash: str, product_id: str, looks: Fingerprint) -> Use:
    """The use of a picture for a product, as it stands or put at the end of the log."""
    log = _log()
    if found := _table().get(image_hash, product_id):
        return _use(found)
    for _ in range(_TRIES):
        number = log.read_on()
        entry = {"part": _LOG, "place": _place(number), "image_hash": image_hash, "product_id": product_id}
        mark = {"part": image_hash, "place": product_id, "number": number}
        try:
            transact(
                [
                    _table().putting(mark, "attribute_not_exists(part)"),
                    _table().putting({**entry, "upright": pack(looks.upright)}, "attribute_not_exists(part)"),
                ]
            )
            return _use(mark)
        except TransactionRefused as refused:
            if (mine := refused.refusals[0]) and mine.item:
                return _use(mine.item)
    raise TimeoutError("others were always faster to add to the log")


def lookalikes(asked: Use, looks: Fingerprint) -> list[Lookalike]:
    """Earlier pictures of other products that look the same, the likest first; of each product its likest one."""
    log = _log()
    if log.read_on() < asked.number:
        raise LookupError("the log couldn't be read up to there")
    found: dict[str, Lookalike] = {}
    near = iter(nearest(looks, log.words(asked.number))[:_LOOKED_UP_MOST])
    while len(found) < MOST and (some := list(islice(near, _LOOKED_UP))):
        for neighbour, entry in _entries(some):
            if entry["product_id"] != asked.product_id:
                lookalike = Lookalike(
                    image_hash=entry["image_hash"], distance=neighbour.distance, product_id=entry["product_id"]
                )
                found.setdefault(entry["product_id"], lookalike)
    return list(found.values())[:MOST]


def tell(compared: Use, found: list[Lookalike], cause: Cause) -> None:
    """Notes that a use has been compared and, if something looks like it, states so, once."""
    noting = _table().updating(
        compared.image_hash,
        compared.product_id,
        set_="SET compared = :yes",
        condition="attribute_exists(part) AND attribute_not_exists(compared)",
        yes=True,
    )
    writes = [noting]
    if found:
        data = ComparedImage(image_hash=compared.image_hash, product_id=compared.product_id, lookalikes=tuple(found))
        writes.append(outbox.stating(LookalikesDetected.stated(cause, data, compared.image_hash, compared.product_id)))
    try:
        transact(writes)
    except TransactionRefused:
        return  # told before


def fold() -> int:
    """Puts the log's beginning together anew, if it has grown enough; answers how many entries are new in it.

    Who dies leaves the old one, and of two who fold at once one finds that the other has.
    """
    log = Log()
    etag = log.begin()
    before = log.count
    if log.read_on() < before + _WORTH_IT + before // 50:
        return 0
    try:
        _put_snapshot(log.words(log.count).astype("<u8").tobytes(), etag)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _LOST:
            raise
        return 0
    return log.count - before


class Log:
    """The log as far as this process has read it."""

    def __init__(self) -> None:
        self.count = 0
        self._words: Words = np.empty((WORDS, 0), np.uint64)
        self._begun = False
        self._lock = threading.RLock()

    def words(self, count: int) -> Words:
        """Of the first ``count`` entries, a column each."""
        return self._words[:, :count]

    def begin(self) -> str | None:
        """Takes the beginning from the bucket; its ETag, None where there is none yet."""
        with self._lock:
            self._begun = True
            found = _find_snapshot()
            if found is None:
                return None
            beginning, etag = found
            self.take(beginning)
            return etag

    def take(self, beginning: bytes) -> None:
        """Begins with what was put together."""
        self._words = np.frombuffer(beginning, "<u8").reshape(WORDS, -1)
        self.count = self._words.shape[1]

    def read_on(self) -> int:
        """Takes what has been added; answers how many entries there are."""
        with self._lock:
            if not self._begun:
                self.begin()
            added = _table().query_all(
                "part = :log AND place >= :next", consistent=True, log=_LOG, next=_place(self.count)
            )
            # A query may pass a place just before it is filled, and see the next one filled: that one is for later.
            whole = takewhile(lambda one: one[1]["place"] == _place(one[0]), enumerate(added, self.count))
            new = [unpack(item["upright"]) for _, item in whole]
            if new:
                self.add(np.stack(new, axis=1))
            return self.count

    def add(self, new: Words) -> None:
        """Adds entries at its end, a column each."""
        end = self.count + new.shape[1]
        if end > self._words.shape[1]:
            room = np.empty((WORDS, end + max(1024, end // 8)), np.uint64)
            room[:, : self.count] = self.words(self.count)
            self._words = room
        self._words[:, self.count : end] = new
        self.count = end


def _find_snapshot() -> tuple[bytes, str] | None:
    """The log's beginning and its ETag."""
    try:
        return _get_snapshot()
    except clients.s3().exceptions.NoSuchKey:
        return None


def _get_snapshot() -> tuple[bytes, str]:
    found = clients.s3().get_object(Bucket=settings(Files).images_bucket, Key=_SNAPSHOT)
    return found["Body"].read(), found["ETag"]


def _put_snapshot(data: bytes, instead_of: str | None) -> None:
    only: Any = {"IfMatch": instead_of} if instead_of else {"IfNoneMatch": "*"}
    clients.s3().put_object(Bucket=settings(Files).images_bucket, Key=_SNAPSHOT, Body=data, **only)


@cache
def _log() -> Log:
    return Log()


def forget() -> None:
    """As if the process had ended."""
    _log.cache_clear()


def _entries(near: list[Neighbour]) -> Iterator[tuple[Neighbour, Item]]:
    """The entries of those, in the same order."""
    found = {i["place"]: i for i in _table().get_many((_LOG, _place(n.place)) for n in near)}
    return ((n, found[_place(n.place)]) for n in near)


def _use(item: Item) -> Use:
    return Use(item["part"], item["place"], item["number"], "compared" in item)


def _place(number: int) -> str:
    return f"{number:012d}"
