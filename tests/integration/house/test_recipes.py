"""The recipes of CONTRIBUTING.md work, and touch no more files than they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.world import ROOT

pytestmark = pytest.mark.integration

COPIED = ("services", "shared", "events", "cdk", "local", "tests", "docs", "pyproject.toml", "cdk.json", "Makefile")
STEP = re.compile(
    r"^`(?P<file>[\w./-]+)`, (?P<where>new and empty|new|at the end|before|after|instead of)"
    r"(?: `(?P<line>[^\n]+)`)?[:.]\n"
    r"(?:\n```\w+\n(?P<block>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


class Step(NamedTuple):
    """One block of a recipe, and where it goes."""

    file: str
    where: str
    line: str
    block: str

    def do(self, root: Path) -> None:
        """What the text tells a person to do."""
        path = root / self.file
        if self.where.startswith("new"):
            assert not path.exists(), f"{self.file} is there already"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.block, "utf-8")
            return
        lines = path.read_text("utf-8").splitlines(keepends=True)
        if self.where == "at the end":
            path.write_text("".join([*lines, "\n\n", self.block]), "utf-8")
            return
        fits = [at for at, line in enumerate(lines) if line.strip().startswith(self.line)]
        assert len(fits) == 1, f"{self.file} has {len(fits)} lines that begin with {self.line!r}"
        start = fits[0] + (self.where == "after")
        end = fits[0] + (self.where != "before")
        path.write_text("".join([*lines[:start], self.block, *lines[end:]]), "utf-8")


def recipes() -> dict[str, list[Step]]:
    """Heading -> steps."""
    chapters = re.split(r"^## ", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), flags=re.MULTILINE)
    return {
        chapter.partition("\n")[0]: [Step(*(part or "" for part in found.groups())) for found in steps]
        for chapter in chapters
        if (steps := list(STEP.finditer(chapter)))
    }


RECIPES = recipes()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house in which all recipes were followed, as far as `make docs format`."""
    root = tmp_path_factory.mktemp("house")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copyfile(source, root / name)
    for steps in RECIPES.values():
        for step in steps:
            step.do(root)
    run(root, "-m", "ruff", "format", "--quiet", ".")
    run(root, "-m", "ruff", "check", "--quiet", "--fix", ".")
    run(root, "-m", "local.docs")
    return root


def run(root: Path, *command: str) -> None:
    """Runs Python in the copy; a failure shows what it said."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")} | {"PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, *command], cwd=root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"


def changed(root: Path) -> Iterator[str]:
    """Files of the copy that differ from ours."""
    for name in COPIED:
        tops = [root / name] if (root / name).is_file() else sorted((root / name).rglob("*"))
        for path in (p for p in tops if p.is_file() and "__pycache__" not in p.parts):
            ours = ROOT / path.relative_to(root)
            if not ours.exists() or ours.read_bytes() != path.read_bytes():
                yield str(path.relative_to(root))


def files(steps: list[Step]) -> set[str]:
    return {step.file for step in steps}


@pytest.mark.parametrize("heading", [h for h in RECIPES if re.search(r"\d files", h)])
def test_a_recipe_touches_as_many_files_as_it_says(heading: str) -> None:
    touched = files(RECIPES[heading])
    if "and its test" in heading:
        touched = {f for f in touched if not f.startswith("tests/")}
    assert f"{len(touched)} files" in heading, sorted(touched)


def test_all_four_recipes_are_there() -> None:
    assert [h.split(":")[0] for h in RECIPES] == [
        "Add an endpoint",
        "React to an event",
        "Add an event",
        "Add a service",
    ]


def test_besides_the_files_it_names_a_recipe_changes_only_generated_ones(house: Path) -> None:
    written = {file for steps in RECIPES.values() for file in files(steps)}
    others = [f for f in changed(house) if f not in written]
    assert written <= set(changed(house))
    assert not [f for f in others if not re.fullmatch(r"docs/\w+\.(md|json)|events/schemas/\w+\.json", f)]


def test_a_house_that_followed_them_passes_its_own_tests(house: Path) -> None:
    added = sorted({f for steps in RECIPES.values() for f in files(steps) if re.fullmatch(r"tests/.*/test_\w+\.py", f)})
    rules = ["tests/unit/local/test_house_rules.py", "tests/contract"]
    run(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", *added, *rules)
