"""What goes to Lambda: what a service reaches, nothing else, the same bytes for the same sources."""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk import layers
from cdk.assets import Assets
from cdk.stage import LAMBDA, this_machine
from tests.cdk.start import Start, alone
from tests.cdk.template import Synthesised

PICTURES = {f"services.image_ingest.{file}" for file in ("on_upload", "on_large", "on_hash", "schedule")}
SMALL = {
    "services/__init__.py": "",
    "services/shop/__init__.py": "",
    "services/shop/api.py": "from services.bank import client\nfrom shared.kernel.words import handler\n",
    "services/shop/words.json": "{}",
    "services/shop/test_shop.md": "not shipped",
    "services/bank/__init__.py": "",
    "services/bank/client.py": "import services.bank.domain\n",
    "services/bank/domain.py": "",
    "services/bank/api.py": "handler = None\n",
    "shared/__init__.py": "",
    "shared/kernel/__init__.py": "",
    "shared/kernel/words.py": "def handler() -> None: ...\n",
    "shared/kernel/unused.py": "",
    "events/__init__.py": "",
    "events/samples/Fact.json": "{}",
}


@pytest.fixture
def assets(tmp_path: Path) -> Callable[..., Assets]:
    """Assets of a small house; keywords overwrite files."""
    made = 0

    def make(**changed: str) -> Assets:
        nonlocal made
        made += 1
        root = tmp_path / f"house{made}"
        for name, text in {**SMALL, **{k.replace("__", "/") + ".py": v for k, v in changed.items()}}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return Assets(this_machine(), root=root, build=tmp_path / f"build{made}")

    return make


def test_a_package_holds_what_its_service_reaches(assets: Callable[..., Assets]) -> None:
    assert set(assets().files("services.shop")) == {
        "services/__init__.py",
        "services/shop/__init__.py",
        "services/shop/api.py",
        "services/shop/words.json",
        "services/bank/__init__.py",
        "services/bank/client.py",
        "services/bank/domain.py",
        "shared/__init__.py",
        "shared/kernel/__init__.py",
        "shared/kernel/words.py",
    }


def test_the_same_sources_make_the_same_package(assets: Callable[..., Assets]) -> None:
    first, second = assets().stage("services.shop"), assets().stage("services.shop")
    assert first.hash == second.hash
    assert first.path != second.path


def test_only_a_change_that_a_service_can_see_makes_it_new(assets: Callable[..., Assets]) -> None:
    before = assets().stage("services.shop").hash
    assert assets(shared__kernel__unused="x = 1").stage("services.shop").hash == before
    assert assets(services__bank__api="x = 1").stage("services.shop").hash == before
    assert assets(services__bank__domain="x = 1").stage("services.shop").hash != before


def test_what_is_missing_is_said_when_packaging(assets: Callable[..., Assets]) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"shared\.kernel\.nowhere"):
        assets(services__shop__api="import shared.kernel.nowhere").stage("services.shop")


def _assert_bytecode_is_valid(tree: Path) -> None:
    """For each source there is bytecode that is of this source and is never compared with the date of it."""
    sources = [p for p in tree.rglob("*.py") if "__pycache__" not in p.parts]
    assert sources
    for source in sources:
        compiled = Path(importlib.util.cache_from_source(str(source))).read_bytes()
        magic, flags, of = compiled[:4], *struct.unpack("<I", compiled[4:8]), compiled[8:16]
        assert magic == importlib.util.MAGIC_NUMBER, source
        assert flags == 0b01, f"{source}: hash-based, not checked against the source"
        assert of == importlib.util.source_hash(source.read_bytes()), f"{source}: of another source"


def test_bytecode_is_never_stale_whatever_the_dates(assets: Callable[..., Assets]) -> None:
    _assert_bytecode_is_valid(assets().stage("services.shop").path)


def test_all_that_is_shipped_has_its_bytecode(local: Synthesised) -> None:
    here = this_machine()
    for name in layers.NAMES:
        _assert_bytecode_is_valid(layers.build(name, here).path)
    for package in {f.module.rsplit(".", 1)[0] for f in local.app.functions}:
        _assert_bytecode_is_valid(Assets(here).stage(package).path)


def test_services_carry_no_code_that_is_not_theirs() -> None:
    found = Assets(this_machine()).files("services.stores")
    assert not [f for f in found if f.startswith("services/") and not f.startswith(("services/stores/", "services/__"))]
    assert not [f for f in found if "samples" in f or "test" in f]


def test_a_package_and_its_layers_fit(prod: Synthesised) -> None:
    """250 MB for a function with all its layers; ours want to stay far below."""
    core, search, imaging = (_size(layers.build(name, LAMBDA).path) for name in ("core", "search", "imaging"))
    assert core < 25_000_000
    assert search < 40_000_000
    assert core + imaging < 240_000_000
    for package in {f.module.rsplit(".", 1)[0] for f in prod.app.functions}:
        assert _size(Assets(LAMBDA).stage(package).path) < 5_000_000, package
    for fn in prod.app.functions:
        most = 70_000_000 if fn.service == "matching" else 240_000_000 if fn.module in PICTURES else 30_000_000
        assert prod.unpacked(fn) < most, fn.module


ASKING = {"services.off_sync.worker", "services.off_sync.on_lookup"}
"""They alone ask the internet, and carry what it takes."""


def test_only_who_searches_or_handles_pictures_carries_their_libraries(prod: Synthesised) -> None:
    carrying = {fn.module for fn in prod.app.functions if len(fn.properties["Layers"]) > 1}
    assert {m for m in carrying if not m.startswith("services.matching.")} == PICTURES | ASKING
    assert "services.image_ingest.api" not in carrying


def test_pictures_are_hashed_without_the_wavelets_that_their_library_asks_for() -> None:
    lock = (layers.LOCKS / "imaging.txt").read_text()
    assert "imagehash==" in lock
    assert "pywavelets" not in lock.lower()
    hashing = "from PIL import Image; import imagehash; print(imagehash.phash(Image.new('L', (64, 64))))"
    done = alone(hashing, [layers.build("imaging", this_machine()).path / "python"], {})
    assert (done.returncode, done.stdout.strip()) == (0, "0" * 16), done.stderr


def test_nothing_in_the_layers_is_under_the_gpl() -> None:
    """pi-heif has no encoders; pillow-heif's wheel brings x265 along."""
    libraries = {f.name.split("-")[0] for f in layers.build("imaging", LAMBDA).path.glob("python/pi_heif.libs/*")}
    assert libraries == {"libde265", "libheif"}


def _size(tree: Path) -> int:
    return sum(f.stat().st_size for f in tree.rglob("*") if f.is_file())


def test_locks_hold_hashes_and_no_address() -> None:
    for lock in layers.LOCKS.glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text, lock
        assert all("--hash" in block for block in text.split("\n\n") if "==" in block), lock


def test_every_handler_starts_with_nothing_but_its_package_and_its_layer(starts: dict[str, Start]) -> None:
    for module, start in starts.items():
        assert start.error == "", f"{module}:\n{start.error}"


@pytest.mark.parametrize(
    ("layer", "library"),
    [("core", "pydantic_core/_pydantic_core*.so"), ("search", "tantivy/tantivy*.so"), ("imaging", "PIL/_imaging.*so")],
)
def test_a_layer_for_aws_is_built_for_its_machine(layer: str, library: str) -> None:
    (found,) = (layers.build(layer, LAMBDA).path / "python").glob(library)
    assert found.name.endswith((".cpython-313-aarch64-linux-gnu.so", ".abi3.so"))
    (machine,) = struct.unpack("<H", found.read_bytes()[18:20])
    assert machine == 183, "ELF's number for AArch64"
