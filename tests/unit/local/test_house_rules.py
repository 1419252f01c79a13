"""The rules of the house that import-linter can't say: file names, and the order of the files inside a service."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVICES = sorted(path for path in (ROOT / "services").iterdir() if (path / "__init__.py").exists())

# From the top: what a file may import of its own service stands below it. Whoever starts work (HTTP, events, a queue,
# a timer, a trigger) is an entry; a door or port may stand between the entries and the store. An API of many nouns has
# a file for each under ``routes``, which ``api`` joins.
ENTRIES = {"api", "subscriptions", "worker", "schedule"}
DOORS = {"client", "off_client", "sender"}
RANKS = dict.fromkeys(ENTRIES, 4) | {"routes": 3} | dict.fromkeys(DOORS, 2) | {"store": 1, "domain": 0, "settings": 0}


def rank(part: str) -> int | None:
    """How high a file of a service stands; None for a name that isn't in the house's vocabulary."""
    return 4 if part.startswith("on_") and part != "on_" else RANKS.get(part)


def parts(service: Path) -> Iterator[tuple[str, Path]]:
    """(`store`, file) for each Python file; the files of a package count as the package."""
    for file in sorted(service.rglob("*.py")):
        inner = file.relative_to(service)
        if inner != Path("__init__.py"):
            yield inner.parts[0].removesuffix(".py"), file


def imports(file: Path) -> Iterator[str]:
    """Dotted names a file imports, `from a import b` as `a.b`."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_every_file_of_a_service_has_a_name_from_the_vocabulary(service: Path) -> None:
    unknown = {str(file.relative_to(ROOT)) for part, file in parts(service) if rank(part) is None}
    assert not unknown, f"see docs on the names of files: {sorted(unknown)}"


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_inside_a_service_imports_point_downwards(service: Path) -> None:
    upwards = [
        f"{file.relative_to(ROOT)} imports {name}"
        for part, file in parts(service)
        for name in imports(file)
        if name.startswith(f"services.{service.name}.")
        and (other := name.split(".")[2]) != part
        and (rank(other) or 0) >= (rank(part) or 0)
    ]
    assert not upwards


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_lambda_file_has_a_handler(service: Path) -> None:
    without = [
        str(file.relative_to(ROOT))
        for part, file in parts(service)
        if rank(part) == 3
        and file.parent == service
        and not any(_names(node) for node in ast.parse(file.read_text()).body)
    ]
    assert not without


def _names(node: ast.stmt) -> bool:
    """Does the statement define `handler`?"""
    if isinstance(node, ast.FunctionDef):
        return node.name == "handler"
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "handler" for target in node.targets
    )


def test_the_environment_is_read_in_one_place() -> None:
    allowed = {ROOT / "shared/aws/settings.py"}
    readers = [
        str(file.relative_to(ROOT))
        for top in ("services", "shared", "events")
        for file in (ROOT / top).rglob("*.py")
        if file not in allowed and any(name in file.read_text() for name in ("os.environ", "os.getenv"))
    ]
    assert not readers


def test_shared_holds_the_kernel_and_aws_only() -> None:
    folders = {path.name for path in (ROOT / "shared").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {"kernel", "aws"}


def test_every_service_has_its_construct() -> None:
    """The mirror rule: who knows one path knows the others."""
    missing = [s.name for s in SERVICES if not (ROOT / "cdk" / "services" / f"{s.name}.py").exists()]
    assert not missing


def test_every_service_has_tests() -> None:
    missing = [s.name for s in SERVICES if not list((ROOT / "tests").glob(f"*/{s.name}/test_*.py"))]
    assert not missing
