"""How much memory and time a dump of Open Food Facts takes: a gigabyte of JSON lines, read as a run reads it.

The dump is made as it is asked for, by a server in another process, and nothing is written: what is measured is the
way from the socket to documents. The baseline opens the whole file and reads each line as JSON.
"""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

HOW: Final = (
    "A dump of 1 GB of JSON lines (two in a hundred of India), made while it is asked for, from the socket to documents"
    " that would be kept; tables are not written. The baseline reads every line as JSON."
)
BYTES: Final = 1_000_000_000


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, to the baseline)"""
    ours, plain = _measured("ours"), _measured("plain")
    return [
        ("file", f"{ours['bytes'] / 1e9:.2f} GB open, {ours['lines']} lines, {ours['kept']} of India", ""),
        ("each line as JSON", _told(plain), "1.00"),
        ("ours", _told(ours), f"{plain['cpu'] / ours['cpu']:.1f}x as fast"),
        (
            "**peak memory above the imports**",
            "goal: at most 64 MB",
            f"**{ours['above']} MB, {'ok' if ours['above'] <= 64 else 'missed'}**",
        ),
    ]


def _told(found: dict[str, Any]) -> str:
    return f"{found['bytes'] / 1e6 / found['cpu']:.0f} MB a second of CPU, peak RSS {found['peak']} MB"


def _measured(how: str) -> dict[str, Any]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.off_dump", "serve"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        env = {**os.environ, "OFF_BASE_URL": url, "OFF_CONTACT": "bench@example.com", "STAGE": "local"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.off_dump", how], env=env, check=True, capture_output=True, text=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found
    finally:
        server.kill()
        server.wait()


def _read(how: str) -> None:
    """In a process of its own: reads the dump and says what that took."""
    from services.off_sync import off_client, worker
    from services.off_sync.domain.document import read
    from services.off_sync.store import limits

    for name in ("admit", "worked", "failed"):
        setattr(limits, name, lambda *_: None)
    before, begun = _peak(), time.process_time()
    lines = kept = size = 0
    lines_of = off_client.dump("food")
    batches = worker._batches(lines_of, until=math.inf, latest=worker._latest())
    for batch, _ in batches if how == "ours" else _plainly(lines_of):
        lines += batch.lines
        for _, line in batch.chosen:
            kept += read(json.loads(line)).is_indian
    size = BYTES
    told = {"lines": lines, "kept": kept, "bytes": size, "cpu": time.process_time() - begun}
    print(json.dumps({**told, "peak": _peak(), "above": _peak() - before}))


def _plainly(lines: Iterator[bytes]) -> Iterator[tuple[Any, bool]]:
    from services.off_sync import worker

    for line in lines:
        json.loads(line)
        batch = worker._Batch()
        batch.lines = 1
        if b"en:india" in line:
            batch.chosen.append((1, line))
        yield batch, False


def _peak() -> int:
    """MB that the process has held at most; not what whoever started it held, as ``getrusage`` has it."""
    with Path("/proc/self/status").open() as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024


def _pieces() -> Iterator[bytes]:
    """The dump, in gzip: some thousand documents over and over with other codes."""
    dice = random.Random(8)
    packer = zlib.compressobj(1, wbits=31)
    filler = {f"nutriments_{n}": dice.random() for n in range(150)}
    size = number = 0
    while size < BYTES:
        text: list[str] = []
        for _ in range(200):
            number += 1
            country = "en:india" if number % 50 == 0 else "en:france"
            document = {
                "code": f"30{number:011d}",
                "product_name": f"Product {number}",
                "countries_tags": [country],
                "last_modified_t": 1_700_000_000 + number,
                "rev": 1,
                "other": filler,
            }
            text.append(json.dumps(document) + "\n")
        data = "".join(text).encode()
        size += len(data)
        yield packer.compress(data)
    yield packer.flush()


class _Dump(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        for piece in _pieces():
            self.wfile.write(piece)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        http = HTTPServer(("127.0.0.1", 0), _Dump)
        print(f"http://127.0.0.1:{http.server_address[1]}", flush=True)
        http.serve_forever()
    else:
        _read(sys.argv[1])
