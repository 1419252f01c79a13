"""Open Food Facts over HTTP: the only code here that asks anything of the internet.

Every request is one of this minute's, says who we are, and goes to a host that the stage names, and nowhere else: no
address out of an answer is ever asked, not even that of a redirect, and an answer has a size and a time it may take.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import HTTPError

from services.off_sync.domain.document import FIELDS, SITES, Base
from services.off_sync.settings import OffSource
from services.off_sync.store import limits, source
from services.off_sync.store.limits import Held, Kind
from shared.aws.settings import Runtime, settings
from shared.kernel.clock import utc_now

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

__all__ = [
    "Held",
    "NotThere",
    "OffFailed",
    "Refused",
    "TooLong",
    "check",
    "delta",
    "dump",
    "index",
    "picture",
    "product",
    "search",
]

_TEXTS: Final = ("product_name", "generic_name", "abbreviated_product_name", "ingredients_text")
_TEXT_LANGUAGES: Final = ("en", "hi", "mr", "ta", "te", "bn", "gu", "kn", "ml", "pa", "or", "as", "fr")
_JSON_AT_MOST: Final = 8 * 1024 * 1024
_INDEX_AT_MOST: Final = 256 * 1024
_PICTURE_AT_MOST: Final = 5 * 1024 * 1024
_LINE_AT_MOST: Final = 16 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_OPENED: Final = 1024 * 1024  # bytes that are opened at a time, whatever a small piece of gzip stands for
PAGE: Final = 100
"""Products on a page of a search."""
_QUICK: Final = (1.0, 1.5)  # seconds to connect, and between two pieces of an answer
_PATIENT: Final = (5.0, 30.0)
_FOUND_WITHIN: Final = 660.0
"""Seconds in which the place in a file is found where it is gone on with."""
_READ_WITHIN: Final = 820.0
"""Seconds that a file may take in all; a function has fifteen minutes."""
_TOO_MANY: Final = frozenset({429, 503})


class OffFailed(Exception):
    """They didn't answer, or not as they should; the same may be asked again later. ``code`` is machine-readable."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


class NotThere(Exception):
    """They have no such thing."""


class TooLong(Exception):
    """A file takes longer to open, up to where it was left, than a function may run: it can't be gone on with."""


class _SentOn(NotThere):
    """They answered with a redirect. A sister has it, it may be: we ask her ourselves."""


class Refused(Exception):
    """An address that is none of theirs: nothing was asked."""


def product(base: Base, code: str, *, within: float = 3.0) -> Any:
    """The answer to a product read, or OffFailed little after ``within`` seconds. Raises NotThere, OffFailed, Held."""
    if not re.fullmatch(r"[0-9]{1,24}", code):
        raise Refused(code)
    url = f"{_base_url(base)}/api/v2/product/{code}.json?fields={_fields()}"
    return _json("read", url, timeout=_QUICK, within=within)


def search(base: Base, page: int) -> Any:
    """A page of what is sold in India, the last changed first. Raises OffFailed, Held."""
    asked = f"countries_tags=en:india&sort_by=last_modified_t&page={page}&page_size={PAGE}&fields={_fields()}"
    return _json("search", f"{_base_url(base)}/api/v2/search?{asked}", timeout=_PATIENT, within=60)


def index(base: Base) -> str:
    """The list of deltas. Raises OffFailed, Held."""
    until = time.monotonic() + 60
    with _asked("file", f"{_static_url(base)}/data/delta/index.txt", _PATIENT) as answer:
        return _whole(answer, _INDEX_AT_MOST, until).decode("utf-8", "replace")


def delta(base: Base, name: str, *, skip: int = 0) -> Iterator[bytes]:
    """The lines of a delta after the first ``skip``. Raises NotThere, OffFailed, TooLong, Held."""
    if not re.fullmatch(r"[A-Za-z0-9_.]+\.json\.gz", name):
        raise Refused(name)
    return _lines(f"{_static_url(base)}/data/delta/{name}", skip)


def dump(base: Base, *, skip: int = 0) -> Iterator[bytes]:
    """The lines of the whole dump after the first ``skip``. Raises NotThere, OffFailed, TooLong, Held.

    Who asks their own server for it may be sent on to where large files lie (openfoodfacts-server#10863). That place
    is what the stage says it is, whatever the redirect says.
    """
    name = f"{SITES[base]}-products.jsonl.gz"
    try:
        yield from _lines(f"{_static_url(base)}/data/{name}", skip)
    except _SentOn:
        if not (elsewhere := _dumps_url(base)):
            raise NotThere(name) from None
        yield from _lines(f"{elsewhere}/{name}", skip)


def picture(base: Base, path: str) -> bytes:
    """A JPEG; ``path`` as ``domain.pictures`` builds it. Raises NotThere, OffFailed, Held."""
    if not re.fullmatch(r"/images/products/[0-9/]+/front(_[a-z]{2,3})?\.[0-9]+\.[0-9]+\.jpg", path):
        raise Refused(path)
    until = time.monotonic() + 60
    with _asked("picture", _images_url(base) + path, _PATIENT) as answer:
        data = _whole(answer, _PICTURE_AT_MOST, until)
    if not data.startswith(b"\xff\xd8"):
        raise OffFailed("NO_PICTURE", path)
    return data


# --- Where they are ---


def _base_url(base: Base) -> str:
    return _at(base, settings(OffSource).off_base_url)


def _static_url(base: Base) -> str:
    told = settings(OffSource)
    return _at(base, told.off_static_url or told.off_base_url)


def _images_url(base: Base) -> str:
    told = settings(OffSource)
    return _at(base, told.off_images_url or told.off_base_url)


def _dumps_url(base: Base) -> str:
    return _at(base, settings(OffSource).off_dumps_url)


def _at(base: Base, url: str) -> str:
    return url.replace("{site}", SITES[base]).rstrip("/")


def _fields() -> str:
    texts = [f"{text}_{lc}" for text in _TEXTS for lc in _TEXT_LANGUAGES]
    return quote(",".join([*FIELDS, *_TEXTS, *texts]), safe=",")


def check(url: str) -> None:
    """Raises Refused for an address that isn't one of theirs, or that leads into our own network."""
    asked = urlsplit(url)
    known = {
        (place.scheme, place.netloc)
        for base in source.bases()
        for place in map(urlsplit, (_base_url(base), _static_url(base), _dumps_url(base), _images_url(base)))
    }
    local = settings(Runtime).stage == "local"
    if (asked.scheme, asked.netloc) not in known or asked.scheme not in ({"https", "http"} if local else {"https"}):
        raise Refused(url)
    if local:
        return
    if asked.username or asked.port not in (None, 443):
        raise Refused(url)
    try:
        found = socket.getaddrinfo(asked.hostname, 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OffFailed("UNREACHABLE", f"{asked.hostname}: {error}") from None
    if not all(ipaddress.ip_address(str(place[4][0]).partition("%")[0]).is_global for place in found):
        raise Refused(url)


# --- Asking ---


@contextmanager
def _asked(kind: Kind, url: str, timeout: tuple[float, float]) -> Iterator[requests.Response]:
    """One request out of this minute's; what becomes of it is noted for all who ask after us."""
    limits.admit(kind)
    runtime, told = settings(Runtime), settings(OffSource)
    headers = {
        "User-Agent": f"VyaparCatalog/{runtime.version} ({told.off_contact})",
        "Accept-Encoding": "identity" if kind in ("file", "picture") else "gzip",
    }
    try:
        check(url)  # its name is asked for, which may take its time, too
        with requests.get(url, headers=headers, timeout=timeout, stream=True, allow_redirects=False) as answer:
            if answer.status_code in _TOO_MANY:
                raise limits.had_enough(kind, _retry_after(answer.headers))
            if answer.is_redirect:
                raise _SentOn(url)
            if answer.status_code == 404:
                raise NotThere(url)
            if answer.status_code != 200:
                raise OffFailed("UNEXPECTED_STATUS", f"{answer.status_code} at {url}")
            yield answer
    except (_SentOn, NotThere):  # that is an answer, too
        limits.worked(kind)
        raise
    except (requests.RequestException, HTTPError) as error:
        limits.failed(kind)
        raise OffFailed("UNREACHABLE", f"{type(error).__name__} at {url}") from None
    except OffFailed:
        limits.failed(kind)
        raise
    limits.worked(kind)


def _json(kind: Kind, url: str, *, timeout: tuple[float, float], within: float) -> Any:
    until = time.monotonic() + within
    with _asked(kind, url, (min(timeout[0], within), min(timeout[1], within))) as answer:
        body = _whole(answer, _JSON_AT_MOST, until)
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise OffFailed("NOT_JSON", url) from None


def _whole(answer: requests.Response, most: int, until: float) -> bytes:
    """The body, if it is no larger and there in time. A small piece of gzip that stands for a lot is not opened."""
    packed: list[bytes] = []
    size = 0
    for piece in _pieces(answer, 64 * 1024, until):
        size += len(piece)
        if size > most:
            raise OffFailed("TOO_LARGE", answer.url)
        packed.append(piece)
    body = b"".join(packed)
    if answer.headers.get("Content-Encoding", "").lower() not in {"gzip", "x-gzip"}:
        return body
    opener = zlib.decompressobj(wbits=31)
    try:
        body = opener.decompress(body, most + 1)
    except zlib.error as error:
        raise OffFailed("BROKEN_GZIP", f"{answer.url}: {error}") from None
    if len(body) > most:
        raise OffFailed("TOO_LARGE", answer.url)
    if not opener.eof:
        raise OffFailed("CUT_OFF", answer.url)
    return body


def _pieces(answer: requests.Response, most: int, until: float) -> Iterator[bytes]:
    """The bytes of an answer, each piece as soon as it is there, so that who dawdles is noticed."""
    body: BaseHTTPResponse = answer.raw
    while piece := body.read1(most, decode_content=False):
        yield piece
        if time.monotonic() > until:
            raise OffFailed("TOO_SLOW", answer.url)


def _lines(url: str, skip: int) -> Iterator[bytes]:
    """The lines of a gzip that is read as it comes, a piece at a time. What is cut off raises at its end.

    Lines that are skipped are only counted.
    """
    begun = time.monotonic()
    with _asked("file", url, _PATIENT) as answer:
        kept = b""
        for piece in _opened(answer, begun + _READ_WITHIN):
            if skip:
                if time.monotonic() - begun > _FOUND_WITHIN:
                    raise TooLong(url)
                here = piece.count(b"\n")
                if here < skip:
                    skip -= here
                    continue
                piece, skip = piece.split(b"\n", skip)[-1], 0
            *lines, rest = piece.split(b"\n")
            if lines:
                yield kept + lines[0]
                yield from lines[1:]
                kept = rest
            else:
                kept += rest
            if len(kept) > _LINE_AT_MOST:
                raise OffFailed("LINE_TOO_LONG", url)
        if kept.strip():
            yield kept


def _opened(answer: requests.Response, until: float) -> Iterator[bytes]:
    opener = zlib.decompressobj(wbits=31)
    begun = False
    try:
        for packed in _pieces(answer, _CHUNK, until):
            while packed:
                if opener.eof:  # a file may be several, one after the other
                    opener = zlib.decompressobj(wbits=31)
                begun = True
                if data := opener.decompress(packed, _OPENED):
                    yield data
                packed = opener.unused_data if opener.eof else opener.unconsumed_tail
        while begun and not opener.eof and (data := opener.decompress(b"", _OPENED)):
            yield data
    except zlib.error as error:
        raise OffFailed("BROKEN_GZIP", f"{answer.url}: {error}") from None
    if not (begun and opener.eof):
        raise OffFailed("CUT_OFF", answer.url)


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds to wait as they say, in seconds or by a date."""
    said = headers.get("Retry-After", "").strip()
    if said.isdigit():
        return max(1, int(said))
    with suppress(ValueError, TypeError):
        at = parsedate_to_datetime(said)
        return max(1, int((at.replace(tzinfo=at.tzinfo or UTC) - utc_now()).total_seconds()))
    return None
