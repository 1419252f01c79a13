"""The layers: dependencies by hashed lock, built for the stage's Python and platform, trimmed, with bytecode.

``python -m cdk.layers lock`` writes the locks anew from groups of pyproject.toml. A lock holds the hashes of
a release's files for every platform and no address, so one lock a layer serves all of them.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cdk import trimming
from cdk.assets import ROOT, Staged, compile_tree, find_python, uv
from cdk.stage import Target

LOCKS = Path(__file__).parent / "layers"
NAMES = ("core", "search", "off", "imaging")
# What a library asks for and our use of it never loads: ImageHash's wavelet hash alone wants PyWavelets.
_LEFT_OUT = ("pywavelets",)
OLDEST_PYTHON = "3.11"
_RECIPE = (Path(__file__), Path(trimming.__file__))  # a change of how a layer is made makes it anew


def build(name: str, target: Target, *, into: Path = ROOT / "build") -> Staged:
    """The directory of a layer (with ``python/`` inside), built once for each lock and target."""
    lock = LOCKS / f"{name}.txt"
    python = find_python(target.python)
    recipe = f"{target.key} bytecode={python is not None}\n".encode() + b"".join(p.read_bytes() for p in _RECIPE)
    key = hashlib.sha256(recipe + lock.read_bytes()).hexdigest()
    place = into / "layers" / f"{name}-{target.key}-{key[:12]}"
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
            made = Path(scratch) / "layer"
            install(lock, target, made / "python")
            trimming.trim(made / "python")
            compile_tree(made / "python", python, "/opt/python")
            try:
                made.rename(place)  # at once, so that a half-made layer is never taken for a whole one
            except OSError:
                if not place.is_dir():  # else another process was quicker, with the same result
                    raise
    return Staged(place, key)


def install(lock: Path, target: Target, into: Path) -> None:
    """What a lock names, as wheels for the target, into a directory."""
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


def lock_all() -> None:
    """Resolves each layer's group of pyproject.toml into its lock; what is shipped is what the tools test with."""
    for name in NAMES:
        subprocess.run(
            [
                uv(), "pip", "compile", "--quiet", "--no-config", "--group", name, "--universal",
                "--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-emit-index-url", "--no-header",
                "--no-annotate", "--upgrade", "--constraint", "local/locks/dev.txt",
                *(f"--no-emit-package={package}" for package in _LEFT_OUT),
                "--output-file", str(LOCKS / f"{name}.txt"),
            ],
            check=True,
            cwd=ROOT,
        )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:] != ["lock"]:
        sys.exit("usage: python -m cdk.layers lock")
    lock_all()
