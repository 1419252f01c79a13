"""The layers: dependencies by hashed lock, built for the stage's Python and platform, trimmed, with bytecode.

``python -m cdk.layers lock`` writes the locks anew from groups of pyproject.toml. A lock holds the hashes of
a release's files for every platform and no address, so one lock a layer serves all of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cdk.assets import ROOT, Staged, compile_tree, find_python, uv
from cdk.stage import Target

LOCKS = Path(__file__).parent / "layers"
NAMES = ("core",)
OLDEST_PYTHON = "3.11"

# boto's data on every AWS service is 27 of the 46 MB; functions carry that of the services they call.
BOTO_SERVICES = frozenset({"dynamodb", "events", "lambda", "s3", "sqs"})
_RECIPE = "1"  # raise it when trimming changes


def build(name: str, target: Target, *, into: Path = ROOT / "build") -> Staged:
    """The directory of a layer (with ``python/`` inside), built once for each lock and target."""
    lock = LOCKS / f"{name}.txt"
    python = find_python(target.python)
    recipe = f"{_RECIPE} {target.key} bytecode={python is not None} {sorted(BOTO_SERVICES)}\n".encode()
    key = hashlib.sha256(recipe + lock.read_bytes()).hexdigest()
    place = into / "layers" / f"{name}-{target.key}-{key[:12]}"
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
            made = Path(scratch) / "layer"
            _install(lock, target, made / "python")
            _trim(made / "python")
            compile_tree(made / "python", python, "/opt/python")
            try:
                made.rename(place)  # at once, so that a half-made layer is never taken for a whole one
            except OSError:
                if not place.is_dir():  # else another process was quicker, with the same result
                    raise
    return Staged(place, key)


def _install(lock: Path, target: Target, into: Path) -> None:
    subprocess.run(
        [
            uv(), "pip", "install", "--quiet", "--no-config", "--no-deps",
            "--require-hashes", "--only-binary", ":all:", "--python", sys.executable,
            "--python-version", target.python, "--python-platform", target.uv_platform,
            "--link-mode", "copy", "--target", str(into), "--requirement", str(lock),
        ],
        check=True,
        env={k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}},
    )  # fmt: skip


def _trim(tree: Path) -> None:
    for needless in list(_needless(tree)):
        if needless.is_dir():
            shutil.rmtree(needless)
        else:
            needless.unlink(missing_ok=True)


def _needless(tree: Path) -> Iterator[Path]:
    """What no function reads. METADATA and licences stay: importlib.metadata and the law ask for them."""
    yield from tree.glob("bin")
    yield from tree.glob(".lock")
    yield from (p for d in ("botocore", "boto3") for p in _unused_data(tree / d / "data"))
    yield from tree.glob("boto3/examples")
    yield from (p for p in tree.rglob("tests") if p.is_dir())
    for info in tree.glob("*.dist-info"):
        yield from (info / f for f in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"))
    yield from tree.rglob("*.pyi")
    yield from tree.rglob("py.typed")
    yield from (p for p in tree.rglob("__pycache__") if p.is_dir())


def _unused_data(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (d for d in sorted(folder.iterdir()) if d.is_dir() and d.name not in BOTO_SERVICES)


def lock_all() -> None:
    """Resolves each layer's group of pyproject.toml into its lock."""
    for name in NAMES:
        subprocess.run(
            [
                uv(), "pip", "compile", "--quiet", "--no-config", "--group", name, "--universal",
                "--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-emit-index-url", "--no-header",
                "--no-annotate", "--upgrade", "--output-file", str(LOCKS / f"{name}.txt"),
            ],
            check=True,
            cwd=ROOT,
        )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:] != ["lock"]:
        sys.exit("usage: python -m cdk.layers lock")
    lock_all()
