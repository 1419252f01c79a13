"""Starting a function as Lambda does: with its package, its layer and Python itself, and nothing else on the path."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cdk import layers
from cdk.assets import Assets
from cdk.stage import this_machine
from tests.cdk.template import Function

_IMPORT = """
import gc, importlib
before = sum(g["collections"] for g in gc.get_stats())
assert callable(importlib.import_module({module!r}).handler)
collections = sum(g["collections"] for g in gc.get_stats()) - before
import sys
strangers = [m for m in sys.modules.values() if (f := getattr(m, "__file__", None)) and "site-packages" in f]
assert not strangers, strangers
import json
print(json.dumps([sorted(sys.modules), collections, gc.get_count()[0]]))
"""


class Start(NamedTuple):
    """What came of a start.

    Why it failed ("": it didn't), the modules it loaded, how often garbage was collected, objects that never were
    looked through.
    """

    error: str
    modules: frozenset[str]
    collections: int
    young: int


def start(fn: Function) -> Start:
    """Imports the handler of a function of the local stage."""
    package = Assets(this_machine()).stage(fn.module.rsplit(".", 1)[0]).path
    told = {k: v if isinstance(v, str) else "name" for k, v in fn.env.items()}
    done = alone(_IMPORT.format(module=fn.module), [package, *layers_of(fn)], told)
    modules, collections, young = json.loads(done.stdout or "[[], 0, 0]")
    return Start(done.stderr, frozenset(modules), collections, young)


def layers_of(fn: Function) -> list[Path]:
    """What each layer of a function brings, on this machine."""
    names = [re.sub(r"(?<=[a-z])Layer.*|^Foundation|[0-9A-F]{8}$", "", ref["Ref"]) for ref in fn.properties["Layers"]]
    return [layers.build(name.lower(), this_machine()).path / "python" for name in names]


def the_layer() -> Path:
    """Where a function of this machine finds what the core layer brings."""
    return layers.build("core", this_machine()).path / "python"


def alone(code: str, paths: Sequence[Path], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs code in an interpreter that sees these paths only, and takes a warning for an error."""
    return subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-W",
            "error",
            "-c",
            f"import sys; sys.path[:0] = {[str(p) for p in paths]}\n{code}",
        ],
        cwd="/",
        env={**env, "AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "ap-south-1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
