"""A server that speaks the protocol of Open Food Facts, to test against: list of deltas, deltas, dump, products, pages
of a search, pictures. It notes what was asked and when, and can be as bad as the real one: it throttles, fails, cuts
off, dawdles, drips, redirects.

``python -m tests.off_server PORT`` serves made-up products, with deltas of the last fortnight that change some of them
every day; the local system starts it where ``OFF_BASE_URL=here``.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image, ImageDraw

Json = dict[str, Any]
DAY = 86_400
FRESH = 59_000
"""Where barcodes begin that only a read of a product knows, of those who serve alone."""


@cache
def photo(path: str) -> bytes:
    """A photo of a pack, another one for each path."""
    picture = Image.new("RGB", (300, 400), "#d9c089")
    draw = ImageDraw.Draw(picture)
    for number, byte in enumerate(hashlib.sha256(path.encode()).digest()):
        x, y = byte * 37 % 300, (byte * 91 + number * 53) % 400
        draw.ellipse((x, y, x + 20 + byte % 60, y + 20 + number), fill=(byte, byte * 7 % 256, number * 8))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    at: float
    kind: str
    path: str
    user_agent: str


@dataclass
class OffServer:
    """What it has; change it while it serves. ``fresh`` came after the last file. ``trouble`` may answer a request in
    another way (see ``Trouble``)."""

    dump: list[Json] = field(default_factory=list)
    fresh: list[Json] = field(default_factory=list)
    deltas: dict[str, list[Json]] = field(default_factory=dict)
    pictures: bool = True
    clock: Callable[[], float] = time.time
    asked: list[Asked] = field(default_factory=list)
    trouble: Callable[[str, str], Trouble | None] = lambda kind, path: None
    site: str = "openfoodfacts"
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def products(self) -> dict[str, Json]:
        """Each product as it is now."""
        known: dict[str, Json] = {}
        for product in (*self.dump, *(p for _, ps in sorted(self.deltas.items()) for p in ps), *self.fresh):
            before = known.get(product["code"])
            if before is None or product.get("last_modified_t", 0) >= before.get("last_modified_t", 0):
                known[product["code"]] = product
        return known

    def add_delta(self, start: int, end: int, products: Iterable[Json]) -> str:
        """A file of changes; answers its name."""
        name = f"{self.site}_products_{start}_{end}.json.gz"
        self.deltas[name] = list(products)
        return name

    def kinds(self) -> list[str]:
        return [a.kind for a in self.asked]

    # --- Answers ---

    def answer(self, path: str, query: Mapping[str, list[str]]) -> tuple[str, int, bytes, str]:
        """(kind, status, body, media type)"""
        parts = path.strip("/").split("/")
        match parts:
            case ["data", "delta", "index.txt"]:
                names = sorted(self.deltas, reverse=True)
                return "index", 200, "".join(f"{n}\n" for n in names).encode(), "text/plain"
            case ["data", "delta", name]:
                if name not in self.deltas:
                    return "delta", 404, b"no such file", "text/plain"
                return "delta", 200, packed(self.deltas[name]), "application/gzip"
            case ["data", name] if name.endswith(".jsonl.gz"):
                return "dump", 200, packed(self.dump), "application/gzip"
            case ["api", "v2", "product", name]:
                return self._product(name.removesuffix(".json"))
            case ["api", "v2", "search"] | ["cgi", "search.pl"]:
                return self._search(query)
            case ["images", "products", *_] if self.pictures:
                return "picture", 200, photo(path), "image/jpeg"
            case ["images", *_]:
                return "picture", 404, b"", "text/plain"
        return "other", 404, b"", "text/plain"

    def _product(self, code: str) -> tuple[str, int, bytes, str]:
        found = self.products.get(code)
        told = (
            {"code": code, "product": found, "status": 1, "status_verbose": "product found"}
            if found
            else {"code": code, "status": 0, "status_verbose": "product not found"}
        )
        return "product", 200 if found else 404, json.dumps(told).encode(), "application/json"

    def _search(self, query: Mapping[str, list[str]]) -> tuple[str, int, bytes, str]:
        page, size = int(query.get("page", ["1"])[0]), int(query.get("page_size", ["24"])[0])
        india = [p for p in self.products.values() if "en:india" in (p.get("countries_tags") or ())]
        india.sort(key=lambda p: -int(p.get("last_modified_t", 0)))
        shown = india[(page - 1) * size : page * size]
        told = {"count": len(india), "page": page, "page_count": len(shown), "page_size": size, "products": shown}
        return "search", 200, json.dumps(told).encode(), "application/json"


@dataclass(frozen=True)
class Trouble:
    """Instead of the answer: another ``status`` with ``headers``; its first ``bytes_only``; ``seconds`` late; a few
    bytes each ``drip`` seconds."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    bytes_only: int | None = None
    seconds: float = 0.0
    drip: float = 0.0


def packed(products: Iterable[Json]) -> bytes:
    """JSON lines, one product a line, as mongoexport writes them."""
    lines = "".join(json.dumps(p, ensure_ascii=False) + "\n" for p in products)
    return gzip.compress(lines.encode(), compresslevel=1, mtime=0)


class _Quiet(ThreadingHTTPServer):
    """Who asks may be killed meanwhile."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(server: OffServer, port: int = 0) -> Iterator[OffServer]:
    """The server, on the loopback, at ``server.url``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = urllib.parse.urlsplit(self.path)
            kind, status, body, media = server.answer(asked.path, urllib.parse.parse_qs(asked.query))
            server.asked.append(Asked(server.clock(), kind, self.path, self.headers.get("User-Agent", "")))
            trouble = server.trouble(kind, asked.path)
            headers = {"Content-Type": media, "Content-Length": str(len(body)), **server.headers}
            if trouble:
                time.sleep(trouble.seconds)
                if trouble.status:
                    status, body = trouble.status, b"<html>sorry</html>"
                    headers = {"Content-Type": "text/html", "Content-Length": str(len(body)), **trouble.headers}
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if trouble and trouble.bytes_only is not None:
                    self.wfile.write(body[: trouble.bytes_only])
                    self.close_connection = True
                elif trouble and trouble.drip:
                    for at in range(0, len(body), 16):
                        self.wfile.write(body[at : at + 16])
                        time.sleep(trouble.drip)
                else:
                    self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing: ``asked`` has it all."""

    http = _Quiet(("127.0.0.1", port), Handler)
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


# --- Something to serve ---


def a_product(code: str, t: int, **fields: Any) -> Json:
    """A product of India with a front picture."""
    return {
        "code": code,
        "lang": "en",
        "product_name": f"Biscuits of {code}",
        "product_name_en": f"Biscuits of {code}",
        "brands": "Parle",
        "brands_tags": ["xx:parle"],
        "quantity": "800 g",
        "product_quantity": "800",
        "product_quantity_unit": "g",
        "categories_tags": ["en:snacks", "en:sweet-snacks", "en:biscuits-and-cakes", "en:biscuits"],
        "countries_tags": ["en:india"],
        "images": {
            "selected": {"front": {"en": {"imgid": "1", "rev": "4", "sizes": {"400": {"w": 300, "h": 400}}}}},
            "uploaded": {"1": {"uploaded_t": t, "uploader": "someone"}},
        },
        "data_quality_errors_tags": [],
        "completeness": 0.8,
        "created_t": t - DAY,
        "last_modified_t": t,
        "rev": 1,
        "schema_version": 1003,
        **fields,
    }


def a_fortnight(number: int, now: int, gtin: Callable[[int], str]) -> OffServer:
    """A dump of ``number`` products of a fortnight ago, and for each day since a delta that changes a tenth of them."""
    server = OffServer()
    begin = now - 14 * DAY
    server.dump = [a_product(gtin(n), begin - n) for n in range(number)]
    for day in range(14):
        start = begin + day * DAY
        changed = [
            a_product(gtin(n), start + n + 1, rev=day + 2, product_name_en=f"Biscuits no {n} of day {day}")
            for n in range(day % 10, number, 10)
        ]
        fresh = [a_product(gtin(number + day), start + number + 1, product_name_en=f"Wafers of day {day}")]
        server.add_delta(start, start + DAY, [*changed, *fresh])
    return server


def main(port: int) -> None:
    """Serves a fortnight of made-up products until it is ended."""
    from tests.builders import gtin

    now = int(time.time())
    server = a_fortnight(200, now, lambda n: gtin(50_000 + n))
    server.fresh = [a_product(gtin(FRESH + n), now, brands="", brands_tags=[]) for n in range(3)]
    with serving(server, port):
        threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]))
