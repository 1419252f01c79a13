"""Who knows one path knows four: services/x, cdk/services/x.py, events/x.py, tests/*/x; file names say what runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(p.name for p in (ROOT / "services").iterdir() if (p / "__init__.py").exists())
VOCABULARY = re.compile(
    r"__init__|api|subscriptions|worker|schedule|on_[a-z_]+|domain|routes|store|settings|client|off_client|sender"
)
FORBIDDEN = {"main", "utils", "helpers", "manager", "common", "constants", "base_service", "util", "misc"}
ENTRIES = re.compile(r"api|subscriptions|worker|schedule|on_[a-z_]+")


def entries(service: str) -> set[str]:
    return {p.stem for p in (ROOT / "services" / service).glob("*.py") if ENTRIES.fullmatch(p.stem)}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_holds_only_the_vocabulary(service: str) -> None:
    for path in (ROOT / "services" / service).iterdir():
        if path.name == "__pycache__":
            continue
        if path.suffix == ".py" or path.is_dir():
            assert VOCABULARY.fullmatch(path.stem), path
        else:
            assert path.suffix in {".json", ".txt"}, path


def test_nothing_has_a_name_that_says_nothing() -> None:
    tops = ("services", "shared", "events", "cdk", "local", "tests")
    assert not [str(p) for top in tops for p in (ROOT / top).rglob("*.py") if p.stem in FORBIDDEN]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_its_construct_and_its_tests(service: str) -> None:
    assert (ROOT / "cdk" / "services" / f"{service}.py").exists()
    assert list((ROOT / "tests").glob(f"unit/{service}/test_*.py"))
    assert list((ROOT / "tests").glob(f"integration/{service}/test_*.py")) or service == "matching"


def test_constructs_and_events_belong_to_a_service() -> None:
    constructs = {p.stem for p in (ROOT / "cdk/services").glob("*.py")} - {"__init__"}
    stated = {p.stem for p in (ROOT / "events").glob("*.py")} - {"__init__", "base"}
    assert constructs == set(SERVICES)
    assert stated <= set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_the_files_of_a_service_are_the_functions_of_its_construct(service: str) -> None:
    tree = ast.parse((ROOT / "cdk" / "services" / f"{service}.py").read_text())
    made = {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"function", "worker", "subscribe", "on_stream", "schedule"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert made == entries(service)


@pytest.mark.parametrize("service", [s for s in SERVICES if (ROOT / "events" / f"{s}.py").exists()])
def test_a_service_that_states_events_says_so_in_its_construct(service: str) -> None:
    source = (ROOT / "cdk" / "services" / f"{service}.py").read_text()
    assert "States " in source
    assert "grant_outbox" in source or "grant_publish" in source
