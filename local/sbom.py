"""What we ship and what we build it with, as CycloneDX: `make sbom` writes `build/sbom/*.cdx.json`.

A layer is described from its built folder, so that every package is named with the licence its own metadata declares;
what is shipped may only carry licences of ALLOWED. The tool validates each file against CycloneDX's schema.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from cdk import layers
from cdk.stage import LAMBDA

ROOT = Path(__file__).resolve().parents[1]
TOOL = ROOT / ".local" / "audit-venv" / "bin" / "python"
INTO = ROOT / "build" / "sbom"

# Licences that ask for no more than a notice (MPL-2.0: changes to its own files are shared, and we make none). A name
# that is no SPDX id is a classifier, as older packages declare theirs.
ALLOWED = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-0", "MIT-CMU",
        "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib",
        "License :: OSI Approved :: Apache Software License",
        "License :: OSI Approved :: BSD License",
        "License :: OSI Approved :: MIT License",
    }
)  # fmt: skip


def licences(component: dict[str, Any]) -> list[str]:
    """The licences that a component of a bill of materials declares: SPDX ids, expressions or names."""
    declared = component.get("licenses", [])
    return [str(d.get("expression") or d["license"].get("id") or d["license"].get("name")) for d in declared]


def is_allowed(licence: str) -> bool:
    """Whether every term of an SPDX expression, or one of each choice (OR), is on the list."""
    terms = re.split(r"\s+AND\s+", licence)
    return all(any(one.strip(" ()") in ALLOWED for one in re.split(r"\s+OR\s+", term)) for term in terms)


def refused(bom: dict[str, Any]) -> list[str]:
    """Components without a licence, or with one that is not on the list."""
    return [
        f"{component['name']} {component['version']}: {', '.join(declared) or 'declares no licence'}"
        for component in bom.get("components", [])
        if not (declared := licences(component)) or not all(map(is_allowed, declared))
    ]


def describe(name: str, python: Path, *, groups: tuple[str, ...], path: Path | None = None) -> dict[str, Any]:
    """Writes the bill of what ``python`` sees, or of the folder ``path`` alone; answers it."""
    INTO.mkdir(parents=True, exist_ok=True)
    root, target = INTO / f"{name}.toml", INTO / f"{name}.cdx.json"
    root.write_text(_root(name, groups))
    # The tool asks an interpreter for its path; without `site` that is the standard library and PYTHONPATH.
    only = ["-S"] if path else []
    subprocess.run(
        [
            str(TOOL), "-I", "-m", "cyclonedx_py", "environment", *only, "--pyproject", str(root),
            "--output-reproducible", "--of", "JSON", "--validate", "--output-file", str(target), str(python),
        ],
        check=True,
        env={**_environment(), **({"PYTHONPATH": str(path)} if path else {})},
    )  # fmt: skip
    root.unlink()
    bom: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return bom


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}


def _root(name: str, groups: tuple[str, ...]) -> str:
    """What the bill is of: our name and version, and the packages that we ask for ourselves."""
    house = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [package for group in groups for package in house["dependency-groups"][group]]
    project = house["project"]
    return (
        f'[project]\nname = "{project["name"]}-{name}"\nversion = "{project["version"]}"\n'
        f"dependencies = {json.dumps(asked)}\n"
    )


def run() -> int:
    """Writes all of them. 1 when something shipped has a licence that is not on the list."""
    wrong: list[str] = []
    for layer in layers.NAMES:
        tree = layers.build(layer, LAMBDA).path / "python"
        bom = describe(f"layer-{layer}", Path(sys.executable), groups=(layer,), path=tree)
        wrong += [f"layer {layer}: {w}" for w in refused(bom)]
        for component in bom["components"]:
            print(f"{layer:10} {component['name']:24} {component['version']:14} {', '.join(licences(component))}")
    describe("tools", ROOT / ".venv" / "bin" / "python", groups=("core", "cdk", "dev"))
    describe("engine", ROOT / ".local" / "engine-venv" / "bin" / "python", groups=("engine",))
    describe("audit", TOOL, groups=("audit",))
    print(f"Written: {', '.join(str(p.relative_to(ROOT)) for p in sorted(INTO.glob('*.cdx.json')))}")
    for line in wrong:
        print(f"LICENCE NOT ALLOWED: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(run())
