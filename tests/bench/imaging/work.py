"""A piece of work in a process of its own, so that its memory can be told: ``python -m tests.bench.imaging.work WHAT``.

It answers in JSON: CPU seconds of the work without its imports, and KB at its peak.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

_MODULE: Final = "tests.bench.imaging.work"
CATALOG: Final = 1_000_000


class Spent(NamedTuple):
    """Seconds of CPU, and MB at the peak of the whole process."""

    cpu: float
    peak: float


def spent(what: str, *files: Path, times: int = 3) -> Spent:
    """The least of so many runs."""
    runs = [_run(what, files) for _ in range(times)]
    return Spent(min(run.cpu for run in runs), min(run.peak for run in runs))


def _run(what: str, files: Sequence[Path]) -> Spent:
    done = subprocess.run([sys.executable, "-m", _MODULE, what, *map(str, files)], capture_output=True, check=True)
    return Spent(*json.loads(done.stdout))


# --- in that process: what is imported by one is not imported by the others ---


def _nothing() -> Callable[[bytes], None]:
    return lambda _: None


def _ours() -> Callable[[bytes], None]:
    from services.image_ingest.domain.reading import opened, pixels
    from services.image_ingest.domain.renditions import rendered

    def work(data: bytes) -> None:
        with opened(data) as image:
            upright = pixels(image)
        rendered(upright)

    return work


def _naive() -> Callable[[bytes], None]:
    from PIL import Image, ImageOps

    def work(data: bytes) -> None:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        for longest in (None, 640, 200):
            smaller = picture.copy()
            if longest:
                smaller.thumbnail((longest, longest))
            smaller.save(io.BytesIO(), "WEBP")

    return work


def _hashing() -> Callable[[bytes], None]:
    """All that the function has in memory when it hashes a rendition, alone or beside a whole catalog."""
    from PIL import Image

    import services.image_ingest.on_hash  # noqa: F401 - all that the function loads
    from services.image_ingest.domain.likeness import fingerprint

    def work(data: bytes) -> None:
        with Image.open(io.BytesIO(data)) as rendition:
            fingerprint(rendition)

    return work


def _catalog() -> Callable[[bytes], None]:
    """The same, beside a catalog that came from S3 and has grown since."""
    hashing = _hashing()

    from services.image_ingest.domain.likeness import WORDS, fingerprint, nearest
    from services.image_ingest.store.hashes import Log
    from tests.scenes import scene

    def work(data: bytes) -> None:
        hashing(data)
        log = Log()
        log.take(bytes(8 * WORDS * CATALOG))
        looks = fingerprint(scene(1))
        assert looks
        log.add(looks.upright[:, None])
        nearest(looks, log.words(CATALOG))

    return work


_WORKS: Final = {"nothing": _nothing, "ours": _ours, "naive": _naive, "hashing": _hashing, "catalog": _catalog}


def _peak() -> float:
    # not getrusage: its peak is inherited from the process that forked this one
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


if __name__ == "__main__":
    work = _WORKS[sys.argv[1]]()
    files = [Path(name).read_bytes() for name in sys.argv[2:]]
    begun = time.process_time()
    for data in files:
        work(data)
    sys.stdout.write(json.dumps([time.process_time() - begun, _peak()]))
