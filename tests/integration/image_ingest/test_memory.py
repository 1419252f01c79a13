"""How much memory pictures take: each in a process of its own, as in a function, against what was reckoned before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from services.image_ingest.domain.sizing import MB, fits, memory_needed
from tests.photos import a_camera, saved
from tests.world import ROOT

pytestmark = pytest.mark.integration

# What a function loads, and then what it does to a picture. Peaks are of the process, in MB.
_WORKER = """
import sys
from pathlib import Path

def peak():
    (line,) = (l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM"))
    return int(line.split()[1]) / 1024

bare = peak()
from services.image_ingest import on_upload
from services.image_ingest.domain.reading import opened, pixels
from services.image_ingest.domain.renditions import rendered
from shared.aws import clients
clients.s3(), clients.sqs(), clients.dynamodb()
ready = peak()
data = Path(sys.argv[1]).read_bytes()
with opened(data) as image:
    upright = pixels(image)
rendered(upright)
print(bare, ready, peak())
"""
_ALONE = """
import sys
from pathlib import Path

def peak():
    (line,) = (l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM"))
    return int(line.split()[1]) / 1024

bare = peak()
from services.image_ingest.domain.reading import opened, pixels
from services.image_ingest.domain.renditions import rendered
with opened(Path(sys.argv[1]).read_bytes()) as image:
    upright = pixels(image)
rendered(upright)
print(bare, 0, peak())
"""
MOST = (8192, 6144)
FUNCTION_MB = 100


def peaks(code: str, file: Path) -> tuple[float, float, float]:
    """In MB: of bare Python, of a function that waits, and after the picture."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    bare, ready, peak = map(float, done)
    return bare, ready, peak


def detailed(size: tuple[int, int]) -> Image.Image:
    """Something with edges and shades, made quickly."""
    part = Image.merge("RGB", [Image.radial_gradient("L").rotate(a) for a in (0, 30, 60)]).effect_spread(3)
    return part.resize((size[0] // 8, size[1] // 8)).resize(size, Image.Resampling.NEAREST)


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 megapixels, upright only when turned."""
    file = tmp_path_factory.mktemp("photos") / "phone.jpg"
    file.write_bytes(saved(detailed((4032, 3024)).effect_spread(2), exif=a_camera(6), quality=90, subsampling=2))
    return file


def test_a_phones_photo_takes_little_more_than_python_itself(phone: Path) -> None:
    bare, _, peak = peaks(_ALONE, phone)
    assert peak - bare <= 64, f"{peak - bare:.0f} MB"


def test_a_function_that_waits_takes_what_is_reckoned(phone: Path) -> None:
    _, ready, peak = peaks(_WORKER, phone)
    assert ready <= FUNCTION_MB, f"{ready:.0f} MB"
    assert peak <= 180, f"{peak:.0f} MB"


WORST: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: saved(detailed(MOST), "PNG", compress_level=1),
    "PNG to see through": lambda: saved(detailed(MOST).convert("RGBA"), "PNG", compress_level=1),
    "PNG of few colours": lambda: saved(Image.new("P", MOST), "PNG", compress_level=1, transparency=1),
    "PNG of 16 bits": lambda: saved(Image.new("I;16", MOST, 999), "PNG", compress_level=1),
    "progressive JPEG": lambda: saved(detailed(MOST), progressive=True, subsampling=0, quality=60),
    "CMYK JPEG": lambda: saved(Image.new("CMYK", MOST), progressive=True, quality=60),
    "WebP": lambda: saved(detailed(MOST), "WEBP", method=0, quality=30),
    "WebP to see through": lambda: saved(Image.new("RGBA", MOST, (9, 9, 9, 9)), "WEBP", method=0, quality=30),
    "AVIF": lambda: saved(detailed(MOST), "AVIF", speed=10, quality=30, subsampling="4:4:4"),
    "GIF": lambda: saved(Image.new("P", MOST), "GIF", transparency=1),
    "TIFF in one strip": lambda: saved(Image.new("RGB", MOST), "TIFF", compression="tiff_lzw", strip_size=200_000_000),
    "TIFF of floats": lambda: saved(Image.new("F", MOST), "TIFF", compression="tiff_lzw"),
    # What just fits into the small function.
    "the most of a JPEG": lambda: saved(detailed((5200, 3900)), progressive=True, subsampling=2, quality=80),
    "the most of a PNG": lambda: saved(detailed((4600, 3450)), "PNG", compress_level=1),
    "the most of a WebP": lambda: saved(detailed((2400, 1800)), "WEBP", method=0),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # where our limits are set by then
@pytest.mark.parametrize("kind", WORST)
def test_no_picture_takes_more_than_was_reckoned_by_its_header(kind: str, tmp_path: Path) -> None:
    data = WORST[kind]()
    file = tmp_path / "worst"
    file.write_bytes(data)
    with Image.open(file) as image:
        small = fits(image, len(data), 256)
        reckoned = memory_needed(image, len(data)) / MB
    assert small is kind.startswith("the most")
    _, ready, peak = peaks(_WORKER, file)
    told = f"{peak - ready:.0f} MB taken, {reckoned:.0f} reckoned, {peak:.0f} in all"
    assert peak - ready <= reckoned, told
    assert peak <= (256 if small else 1769), told
