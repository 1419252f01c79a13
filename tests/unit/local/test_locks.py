"""Every lock says exactly what is installed, names no address, and is what its group asks for."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.audit import ROOT, locks, node_locks

LOCKS = locks()
# The groups of a lock, where they aren't the one of its name.
GROUPS = {"dev": ("core", "cdk", "dev")}
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[\w,-]+\])?==(?P<version>\S+)( ; .+)?$")


def blocks(lock: Path) -> list[tuple[str, list[str]]]:
    """Each requirement with its hashes."""
    joined = lock.read_text("utf-8").replace("\\\n", " ").splitlines()
    parts = [re.split(r"\s+(?=--hash=)", line.strip()) for line in joined if line.strip()]
    return [(first.strip(), [h.strip() for h in hashes]) for first, *hashes in parts]


def pins(lock: Path) -> dict[str, set[str]]:
    """Name -> versions; more than one where markers tell them apart."""
    found: dict[str, set[str]] = {}
    for requirement, _ in blocks(lock):
        pinned = PINNED.match(requirement)
        assert pinned, requirement
        found.setdefault(canonicalize_name(pinned["name"]), set()).add(pinned["version"])
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.stem)
def test_a_lock_holds_pins_with_hashes_and_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text("utf-8")
    for requirement, hashes in blocks(lock):
        assert PINNED.match(requirement), f"neither a comment nor an option nor an open range: {requirement}"
        assert hashes, requirement
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", h) for h in hashes), requirement


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.stem)
def test_a_lock_is_what_its_group_asks_for(lock: Path) -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    pinned = pins(lock)
    for group in GROUPS.get(lock.stem, (lock.stem,)):
        for asked in map(Requirement, groups[group]):
            versions = pinned.get(canonicalize_name(asked.name), set())
            assert versions, f"{asked.name} is not in {lock.name}: make update-deps"
            assert all(v in asked.specifier for v in versions), f"{asked} but {versions}: make update-deps"


@pytest.mark.parametrize("lock", [p for p in LOCKS if p.parent.name == "layers"], ids=lambda p: p.stem)
def test_what_is_shipped_is_what_is_tested(lock: Path) -> None:
    tested = pins(ROOT / "local/locks/dev.txt")
    differ = {n: (v, tested.get(n)) for n, v in pins(lock).items() if v != tested.get(n)}
    assert not differ


@pytest.mark.parametrize("lock", node_locks(), ids=lambda p: p.parent.name)
def test_a_lock_of_npm_has_the_hash_of_every_package_and_no_address(lock: Path) -> None:
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    fetched = {name: p for name, p in packages.items() if name and not p.get("link")}
    assert fetched
    assert not [name for name, p in fetched.items() if not p.get("integrity", "").startswith("sha512-")]
    assert not [name for name, p in fetched.items() if "resolved" in p]
