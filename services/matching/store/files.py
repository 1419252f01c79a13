"""The index in S3: files that never change, and ``current.json``, which names those that count.

Who writes makes new files, puts them beside the old ones and then moves ``current.json`` on the condition that it is
the one he began from. So a crash at any point leaves files that nobody names, and of two writers one begins anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict

from services.matching.settings import IndexSettings
from services.matching.store.index import FORMAT, Index
from shared.aws import clients
from shared.aws.settings import settings
from shared.kernel.clock import utc_now

_CURRENT: Final = "current.json"
_FILES: Final = "files/"
_META: Final = "meta.json"
_MANAGED: Final = ".managed.json"
_AT_ONCE: Final = 8
_BLOCK: Final = 1 << 20
_FETCHING: Final = 60.0  # seconds in which a file that nobody names may be on its way to somebody
_TRIES: Final = 5
_LOST: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409", "404"})


class Stored(NamedTuple):
    """A file in S3: its key below ``files/``, and its size in bytes."""

    key: str
    size: int


class Current(BaseModel):
    """What ``current.json`` says: one state of the index.

    ``meta`` is the text of tantivy's ``meta.json``. Each product that was written up to ``watermark``, by the clocks of
    those who write, is in these files.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    generation: str
    meta: str
    files: Mapping[str, Stored]
    watermark: datetime
    documents: int


class Standing(NamedTuple):
    """What stands in S3 and the ETag that it has there; ``etag`` is None where there is nothing yet.

    ``current`` is None for one of another format too: then the index is made anew, in its place.
    """

    current: Current | None
    etag: str | None

    @property
    def watermark(self) -> datetime:
        """From where on others are asked for what is new; where there is no index, for what is young."""
        return self.current.watermark if self.current else utc_now() - _YOUNG


_YOUNG: Final = timedelta(minutes=5)
NOTHING: Final = Standing(None, None)


class RaceLost(Exception):
    """Somebody else has moved ``current.json``: what was made from the older one is worthless."""


class FileGone(Exception):
    """A file that ``current.json`` named is no longer there: so there is a newer ``current.json``."""


# --------------------------------------------------------------------------------------------- current.json


def standing(known: Standing = NOTHING) -> Standing:
    """What ``current.json`` says now; ``known`` itself if that is still so."""
    try:
        text, etag = _get_current(known.etag)
    except clients.s3().exceptions.NoSuchKey:
        return NOTHING
    except ClientError as error:
        if _code(error) == "304":
            return known
        raise
    said = json.loads(text)
    return Standing(Current.model_validate(said) if said["format"] == FORMAT else None, etag)


def move(to: Current, of: Standing) -> Standing:
    """Puts ``to`` in the place of ``of``. Raises RaceLost when that isn't what stands there."""
    try:
        etag = _put_current(to.model_dump_json().encode(), of.etag)
    except ClientError as error:
        if _code(error) in _LOST:
            raise RaceLost from error
        raise
    return Standing(to, etag)


def _get_current(etag: str | None) -> tuple[bytes, str]:
    unless: Any = {"IfNoneMatch": etag} if etag else {}
    found = clients.s3().get_object(Bucket=settings(IndexSettings).index_bucket, Key=_CURRENT, **unless)
    return found["Body"].read(), found["ETag"]


def _put_current(data: bytes, etag: str | None) -> str:
    only: Any = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
    done = clients.s3().put_object(
        Bucket=settings(IndexSettings).index_bucket,
        Key=_CURRENT,
        Body=data,
        ContentType="application/json",
        **only,
    )
    return done["ETag"]


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


# ---------------------------------------------------------------------------------------- files, here and there


def copy_of(current: Current, into: Path) -> None:
    """Makes ``into`` a folder with this state of the index, by links to what this machine has, else from S3.

    Raises FileGone.
    """
    kept = _kept()
    into.mkdir(parents=True, exist_ok=True)
    # Two names may have one content, then they are one file.
    missing = {s.key: s for s in current.files.values() if not _is_whole(kept / s.key, s.size)}
    _together(_fetch, missing.values())
    for name, stored in current.files.items():
        for _ in range(_TRIES):
            try:
                os.link(kept / stored.key, into / name)
                break
            except FileNotFoundError:  # another process of this machine has just thrown it away
                _fetch(stored)
        else:
            raise FileGone(stored.key)
    (into / _META).write_text(current.meta, "utf-8")
    # What tantivy may throw away when it no longer needs it.
    (into / _MANAGED).write_text(json.dumps([*current.files, _META]), "utf-8")


def upload(folder: Path, known: Mapping[str, Stored]) -> tuple[str, dict[str, Stored]]:
    """Brings the files of an index in a folder to S3, but for those that are ``known`` to be there.

    Answers its ``meta.json`` and where each file is. Nobody may be writing in the folder.
    """
    meta = (folder / _META).read_text("utf-8")
    names = sorted(_named(folder, json.loads(meta)))
    new = [folder / name for name in names if name not in known]
    stored = dict(zip((p.name for p in new), _together(_upload, new), strict=True))
    return meta, {name: stored.get(name) or known[name] for name in names}


def _named(folder: Path, meta: Mapping[str, Any]) -> Iterator[str]:
    """The files of the segments that ``meta.json`` names."""
    deletes = {s["segment_id"].replace("-", ""): s["deletes"] for s in meta["segments"]}
    for path in folder.iterdir():
        segment, _, kind = path.name.partition(".")
        if segment in deletes and not kind.endswith("temp"):
            gone = deletes[segment]
            if not kind.endswith("del") or (gone and kind == f"{gone['opstamp']}.del"):
                yield path.name


def _upload(path: Path) -> Stored:
    # Two writers who began from the same state may give two contents one name (deletions are called by a counter), so
    # the key has the content's hash.
    with path.open("rb") as file:
        stored = Stored(f"{path.name}.{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}", path.stat().st_size)
        file.seek(0)
        _put_file(stored.key, file)
    with contextlib.suppress(FileExistsError):
        os.link(path, _kept() / stored.key)  # who reads on this machine needn't fetch it
    return stored


def _fetch(stored: Stored) -> None:
    """Raises FileGone."""
    kept = _kept()
    scratch = kept / f".{secrets.token_hex(8)}"
    try:
        with scratch.open("wb") as file:
            size = sum(map(file.write, _get_file(stored.key)))
        if size != stored.size:
            raise OSError(f"{stored.key} has {size} bytes, not {stored.size}")
        scratch.rename(kept / stored.key)
    except clients.s3().exceptions.NoSuchKey:
        raise FileGone(stored.key) from None
    finally:
        scratch.unlink(missing_ok=True)


def _put_file(key: str, file: Any) -> None:
    clients.s3().put_object(Bucket=settings(IndexSettings).index_bucket, Key=_FILES + key, Body=file)


def _get_file(key: str) -> Iterator[bytes]:
    found = clients.s3().get_object(Bucket=settings(IndexSettings).index_bucket, Key=_FILES + key)
    yield from found["Body"].iter_chunks(_BLOCK)


def _is_whole(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _together(work: Callable[[Any], Any], on: Iterable[Any]) -> list[Any]:
    waiting = list(on)
    if len(waiting) < 2:
        return list(map(work, waiting))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(work, waiting))


# ------------------------------------------------------------------------------------------- files in S3 alone


def throw_away(older_than: timedelta, now: datetime) -> int:
    """Deletes what ``current.json`` doesn't name and nobody can be about to name. Answers how many files.

    Who makes files names them within minutes; who reads an older state than the current one reads anew.
    """
    old = [key for key, at in _listed() if at < now - older_than]
    current = standing().current  # read after the list: who moved it meanwhile named what was there
    named = {s.key for s in current.files.values()} if current else set[str]()
    needless = [key for key in old if key not in named]
    for at in range(0, len(needless), 1000):
        _delete(needless[at : at + 1000])
    return len(needless)


def _listed() -> Iterator[tuple[str, datetime]]:
    asked: Any = {"Bucket": settings(IndexSettings).index_bucket, "Prefix": _FILES}
    while True:
        answer = clients.s3().list_objects_v2(**asked)
        yield from ((o["Key"].removeprefix(_FILES), o["LastModified"]) for o in answer.get("Contents", ()))
        if not answer.get("IsTruncated"):
            return
        asked["ContinuationToken"] = answer["NextContinuationToken"]


def _delete(keys: Iterable[str]) -> None:
    doomed: Any = {"Objects": [{"Key": _FILES + key} for key in keys], "Quiet": True}
    answer = clients.s3().delete_objects(Bucket=settings(IndexSettings).index_bucket, Delete=doomed)
    if errors := answer.get("Errors"):
        raise OSError(f"{len(errors)} files stayed: {errors[0]}")


# ------------------------------------------------------------------------------------------- folders of this machine


def new_folder() -> Path:
    """An empty folder of this process."""
    folder = _place() / "folders" / f"{os.getpid()}-{secrets.token_hex(6)}"
    folder.mkdir(parents=True)
    return folder


def drop(folder: Path) -> None:
    """Throws a folder away; who reads in it goes on reading."""
    shutil.rmtree(folder, ignore_errors=True)


def forget_unnamed(current: Current) -> None:
    """Throws away what this machine keeps of older states, but what somebody may be fetching just now."""
    named = {s.key for s in current.files.values()}
    for path in _kept().iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process was quicker
            if path.name not in named and path.stat().st_mtime < time.time() - _FETCHING:
                path.unlink()


def _place() -> Path:
    bucket: str = settings(IndexSettings).index_bucket
    return Path(tempfile.gettempdir()) / "vyapar-index" / bucket


def _kept() -> Path:
    return _prepared(_place())


@cache
def _prepared(place: Path) -> Path:
    """Where files are kept by key for all processes of this machine; what dead ones left is cleared away, once."""
    kept = place / "files"
    kept.mkdir(parents=True, exist_ok=True)
    folders = place / "folders"
    for folder in folders.iterdir() if folders.is_dir() else ():
        if not _is_alive(int(folder.name.partition("-")[0])):
            drop(folder)
    return kept


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# ------------------------------------------------------------------------------------------------- readers


@cache
def nothing() -> Index:
    """An index without products."""
    return Index.of(())


class Shelf:
    """The index as readers have it: the newest state that was there when it was last asked for, opened."""

    def __init__(self) -> None:
        self.standing = NOTHING
        self.index = nothing()
        self._folder: Path | None = None
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Looks whether there is a newer state, and takes it."""
        with self._lock:
            for _ in range(_TRIES):
                found = standing(self.standing)
                if found is self.standing:
                    return
                try:
                    self._take(found)
                    return
                except FileGone:
                    continue  # there is a newer one
            raise FileGone(f"{_TRIES} states were gone before they could be read")

    def close(self) -> None:
        """Throws its folder away."""
        if self._folder:
            drop(self._folder)

    def _take(self, found: Standing) -> None:
        folder: Path | None = None
        index = nothing()
        if found.current and self.standing.current and found.current.files == self.standing.current.files:
            self.standing = found  # only the watermark has moved
            return
        if found.current and found.current.files:
            folder = new_folder()
            try:
                copy_of(found.current, folder)
                index = Index.open(folder)
            except BaseException:
                drop(folder)
                raise
        self.close()
        self.standing, self.index, self._folder = found, index, folder
        if found.current:
            forget_unnamed(found.current)
