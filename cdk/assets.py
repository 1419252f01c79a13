"""What goes into a function's package: what it can reach by import, data files, bytecode that is never stale.

A package holds a service: its folder, what it imports of ``shared``, ``events`` and other services' doors,
and the data files beside those modules. So a change reaches only the functions that can see it.
"""

from __future__ import annotations

import ast
import compileall
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from py_compile import PycInvalidationMode

from cdk.stage import Target

ROOT = Path(__file__).resolve().parent.parent
_OURS = ("services", "shared", "events")
_DATA_FILES = {".json", ".csv", ".tsv", ".txt"}
_FORMAT = "1"  # raise it when the packaging itself changes


@dataclass(frozen=True, slots=True)
class Staged:
    """A directory ready to be uploaded, and the hash of what made it."""

    path: Path
    hash: str


class Assets:
    """Stages packages under ``build/assets``; what has not changed is left as it lies."""

    def __init__(self, target: Target, *, root: Path = ROOT, build: Path = ROOT / "build") -> None:
        self.target = target
        self.root = root
        self.build = build
        self._staged: dict[str, Staged] = {}

    def stage(self, package: str) -> Staged:
        """The package of ``services.catalog``, or of ``shared.aws`` for the foundation's own functions."""
        if package not in self._staged:
            self._staged[package] = self._stage(package)
        return self._staged[package]

    def files(self, package: str) -> dict[str, Path]:
        """What the package holds: path in the package -> source."""
        if package.startswith("services."):
            folder = self.root / package.replace(".", "/")
            entries = sorted(folder.glob("*.py"))
        else:
            entries = [self.root / package.replace(".", "/") / f"{name}.py" for name in ("relay", "sweeper")]
        if not entries or not all(e.is_file() for e in entries):
            raise FileNotFoundError(f"{package} has no Python files under {self.root}")
        modules = self._reachable(entries)
        found = {str(m.relative_to(self.root)): m for m in [*modules, *self._data_of(modules)]}
        openapi = self.root / "docs" / "openapi.json"
        if package == "services.front" and openapi.is_file():
            found["openapi.json"] = openapi  # front serves it; docs/ owns it
        return dict(sorted(found.items()))

    def _stage(self, package: str) -> Staged:
        files = self.files(package)
        python = find_python(self.target.python)
        digest = hashlib.sha256(f"{_FORMAT} {self.target.key} bytecode={python is not None}".encode())
        for name, source in files.items():
            digest.update(f"\0{name}\0".encode())
            digest.update(hashlib.sha256(source.read_bytes()).digest())
        key = digest.hexdigest()
        place = self.build / "assets" / self.target.key / package.removeprefix("services.").replace(".", "-")
        stamp = place.with_suffix(".sha256")
        if not (place.is_dir() and stamp.is_file() and stamp.read_text() == key):
            stamp.unlink(missing_ok=True)
            shutil.rmtree(place, ignore_errors=True)
            for name, source in files.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, place / name)
            compile_tree(place, python, "/var/task")
            stamp.write_text(key)
        return Staged(place, key)

    def _reachable(self, entries: Iterable[Path]) -> list[Path]:
        """The modules that ``entries`` import, each with the ``__init__`` of its packages.

        Imports by name in a string are not seen: we have none, and the packaging test would fail.
        """
        waiting, seen = list(entries), set[Path]()
        while waiting:
            module = waiting.pop()
            if module in seen:
                continue
            seen.add(module)
            waiting += self._packages_above(module)
            waiting += self._imported_by(module)
        return sorted(seen)

    def _imported_by(self, module: Path) -> Iterator[Path]:
        for name, surely in _imports(module):
            found = self._module(name)
            if found:
                yield found
            elif surely and not (self.root / name.replace(".", "/")).is_dir():
                raise ModuleNotFoundError(f"{module} imports {name}, which is not under {self.root}")

    def _packages_above(self, module: Path) -> Iterator[Path]:
        for parent in module.relative_to(self.root).parents:
            init = self.root / parent / "__init__.py"
            if init.is_file() and parent != Path():
                yield init

    def _module(self, name: str) -> Path | None:
        place = self.root / name.replace(".", "/")
        return next((p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file()), None)

    def _data_of(self, modules: Iterable[Path]) -> Iterator[Path]:
        for folder in sorted({m.parent for m in modules}):
            yield from _data_in(folder)


def _imports(module: Path) -> Iterator[tuple[str, bool]]:
    """Our modules named in imports; of ``from a import b``, ``a`` is one for sure and ``a.b`` may be."""
    for node in ast.walk(_parsed(module, module.stat().st_mtime_ns)):
        named: list[tuple[str, bool]] = []
        if isinstance(node, ast.Import):
            named = [(alias.name, True) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ImportError(f"{module}:{node.lineno}: relative imports are not used here")
            base = node.module or ""
            named = [(base, True), *((f"{base}.{alias.name}", False) for alias in node.names)]
        yield from (n for n in named if n[0].split(".")[0] in _OURS)


@cache
def _parsed(module: Path, _changed: int) -> ast.Module:
    return ast.parse(module.read_bytes(), filename=str(module))


def _data_in(folder: Path) -> Iterator[Path]:
    """Data files of a package and of its sub-folders that hold no code. Samples of events are for tests."""
    for entry in sorted(folder.iterdir()):
        if entry.is_file() and entry.suffix in _DATA_FILES:
            yield entry
        elif (
            entry.is_dir() and entry.name not in {"samples", "schemas", "__pycache__"} and not list(entry.glob("*.py"))
        ):
            yield from _data_in(entry)


def compile_tree(tree: Path, python: Path | None, shown_as: str) -> None:
    """Bytecode beside the sources, valid whatever dates a zip gives (stale, it costs 2.5x the start).

    Without an interpreter of the target's version the sources go alone: right, but slower to start.
    """
    if python is None:
        return
    if python == Path(sys.executable):
        fine = compileall.compile_dir(
            tree,
            quiet=1,
            force=True,
            stripdir=str(tree),
            prependdir=shown_as,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
    else:
        mode = ["-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", shown_as]
        fine = not subprocess.run([str(python), "-m", "compileall", *mode, str(tree)], check=False).returncode
    if not fine:
        raise SyntaxError(f"{tree} does not compile on {python}")


@cache
def find_python(version: str) -> Path | None:
    """An interpreter of exactly this minor version on this machine, or None (then said aloud, once)."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return Path(sys.executable)
    try:
        found = subprocess.run(
            [uv(), "python", "find", "--no-python-downloads", "--no-project", version],
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        cure = f"`uv python install {version}` helps"
        print(
            f"No Python {version} here: packages go without bytecode and start slower; {cure}.",
            file=sys.stderr,
        )
        return None
    return Path(found.stdout.strip())


def uv() -> str:
    """The uv that came with our tools, else the one on PATH. Raises FileNotFoundError."""
    try:
        from uv import find_uv_bin
    except ImportError:
        if on_path := shutil.which("uv"):
            return on_path
        raise FileNotFoundError("uv is not installed; `make setup` brings it.") from None
    return find_uv_bin()
