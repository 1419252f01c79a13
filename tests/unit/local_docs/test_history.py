"""Which commits the description is compared with, and what is said where there are none."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.docs import compatibility


def described(*paths: str) -> dict[str, Any]:
    return {"paths": {p: {"get": {"responses": {"200": {"description": "fine"}}}} for p in paths}}


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compatibility, "ROOT", tmp_path)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "t")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "t@example.org")
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def git(repo: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=repo, check=True, capture_output=True)


def commit(repo: Path, document: dict[str, Any]) -> None:
    (repo / "docs").mkdir(exist_ok=True)
    (repo / "docs/openapi.json").write_text(json.dumps(document))
    git(repo, "add", ".")
    git(repo, "commit", "-q", "--allow-empty", "-m", "t")


def test_the_last_commit_counts(repo: Path) -> None:
    commit(repo, described("/a", "/b"))
    assert compatibility.new_breaks(described("/a")) == ["GET /b: gone"]


def test_a_break_that_was_committed_is_still_found_against_the_commit_before(repo: Path) -> None:
    commit(repo, described("/a", "/b"))
    commit(repo, described("/a"))
    assert compatibility.new_breaks(described("/a")) == ["GET /b: gone"]


def test_a_branch_is_compared_with_where_it_began(repo: Path) -> None:
    commit(repo, described("/a", "/b"))
    git(repo, "update-ref", "refs/remotes/origin/main", "HEAD")
    for paths in (("/a",), ("/a", "/c")):
        commit(repo, described(*paths))
    assert compatibility.new_breaks(described("/a", "/c")) == ["GET /b: gone"]


def test_an_accepted_break_is_none(repo: Path) -> None:
    commit(repo, described("/a", "/b"))
    (repo / "docs/api-breaks.md").write_text("- 2026-11-22 `GET /b: gone`: nobody called it\n")
    assert compatibility.new_breaks(described("/a")) == []


def test_without_history_it_says_why(
    repo: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(repo, described("/a"))
    commit(repo, described("/a"))
    shallow = tmp_path_factory.mktemp("shallow")
    git(shallow, "clone", "-q", "--depth", "1", f"file://{repo}", ".")
    monkeypatch.setattr(compatibility, "ROOT", shallow)
    with pytest.raises(compatibility.NoHistory, match="shallow"):
        compatibility.new_breaks(described("/a"))


def test_without_a_repository_it_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compatibility, "ROOT", tmp_path)
    with pytest.raises(compatibility.NoHistory, match="no history"):
        compatibility.new_breaks(described("/a"))


def test_before_the_first_description_there_is_nothing_to_break(repo: Path) -> None:
    git(repo, "commit", "-q", "--allow-empty", "-m", "t")
    with pytest.raises(compatibility.NoHistory, match=r"openapi\.json"):
        compatibility.new_breaks(described("/a"))
