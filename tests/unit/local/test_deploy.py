"""What is sent to the engine for a package."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local import deploy
from local.assembly import Asset, Stack
from local.aws import Engine
from local.deploy import LiveCode, folder, zipped


class Functions:
    """The part of the Lambda API that live code needs."""

    def __init__(self) -> None:
        self.updated: list[str] = []

    def update_function_code(self, **given: Any) -> None:
        self.updated.append(given["FunctionName"])


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    for name in ("services/stores/api.py", "services/catalog/api.py", "shared/kernel/ids.py"):
        _write(tmp_path / name, "# as deployed")
    return tmp_path


@pytest.fixture
def live(repo: Path, functions: Functions, monkeypatch: pytest.MonkeyPatch) -> LiveCode:
    """Two functions, each with its service and the kernel."""
    monkeypatch.setattr(deploy, "ROOT", repo)
    assets = {}
    for service in ("stores", "catalog"):
        asset = repo / "out" / service
        for name in (f"services/{service}/api.py", "shared/kernel/ids.py"):
            _write(asset / name, "# as deployed")
        _write(asset / "services" / service / "__pycache__" / "api.pyc", "old")
        assets[service] = asset
    monkeypatch.setattr(deploy, "_functions", lambda engine, stack: list(assets.items()))
    stack = Stack("app", repo, (), ())
    return LiveCode(cast(Engine, SimpleNamespace(functions=functions)), [stack])


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    _write(tmp_path / "a" / "b.py", "x = 1")
    first = zipped(folder(tmp_path))
    (tmp_path / "a" / "b.py").touch()
    assert zipped(folder(tmp_path)) == first


def test_nothing_changed_nothing_sent(live: LiveCode, functions: Functions) -> None:
    assert live.refresh() == []
    assert functions.updated == []


def test_a_changed_file_goes_to_the_functions_that_hold_it(live: LiveCode, functions: Functions, repo: Path) -> None:
    _write(repo / "services/stores/api.py", "# new")
    assert live.refresh() == ["stores"]
    assert live.refresh() == []


def test_a_shared_file_goes_to_all(live: LiveCode, repo: Path) -> None:
    _write(repo / "shared/kernel/ids.py", "# new")
    assert live.refresh() == ["stores", "catalog"]


def test_a_new_file_beside_those_held_comes_along(live: LiveCode, repo: Path) -> None:
    _write(repo / "services/catalog/store.py", "# new")
    assert live.refresh() == ["catalog"]


def test_a_removed_file_goes_away(live: LiveCode, repo: Path) -> None:
    (repo / "services/catalog/api.py").unlink()
    assert live.refresh() == ["catalog"]


def test_only_missing_assets_are_uploaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sent: list[str] = []
    monkeypatch.setattr(deploy, "_exists", lambda engine, bucket, key=None: key != "new")
    monkeypatch.setattr(deploy, "_put", lambda engine, asset: sent.append(asset.key))
    assets = tuple(Asset(tmp_path, "bucket", key, is_folder=True) for key in ("old", "new"))
    deploy.upload(cast(Engine, None), assets)
    assert sent == ["new"]


def test_functions_of_nested_stacks_are_found_by_their_own_names(tmp_path: Path) -> None:
    def template(name: str, **resources: dict[str, Any]) -> Path:
        _write(tmp_path / name, json.dumps({"Resources": resources}))
        return tmp_path / name

    def function(key: str) -> dict[str, Any]:
        return {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": key}}}

    inner = template("inner.json", Work=function("work.zip"))
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://s3/assets/inner-hash.json"}}
    outer = template("outer.json", Relay=function("relay.zip"), Inner=nested)
    folders = [Asset(tmp_path / name, "assets", f"{name}.zip", is_folder=True) for name in ("relay", "work")]
    stack = Stack("app", outer, (*folders, Asset(inner, "assets", "inner-hash.json", is_folder=False)), ())
    stand = {
        "app": {"Relay": "app-Relay-1", "Inner": "arn:of:app-Inner-2"},
        "arn:of:app-Inner-2": {"Work": "app-Inner-2-Work-3", "Alias": ""},
    }

    def paginate(StackName: str) -> list[dict[str, Any]]:  # noqa: N803
        found = stand[StackName].items()
        return [{"StackResourceSummaries": [{"LogicalResourceId": i, "PhysicalResourceId": p}]} for i, p in found]

    api = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=paginate))
    assert deploy._functions(cast(Engine, SimpleNamespace(stacks=api)), stack) == [
        ("app-Relay-1", tmp_path / "relay"),
        ("app-Inner-2-Work-3", tmp_path / "work"),
    ]


def test_live_code_left_by_the_last_run_is_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody edited, the function followed, the edit was taken back after the stop: the template is the old one."""
    updated: list[str] = []
    asset = tmp_path / "asset"
    _write(asset / "a.py", "x = 1")
    told = b64encode(sha256(zipped(folder(asset))).digest()).decode()
    api = SimpleNamespace(
        get_function_configuration=lambda FunctionName: {"CodeSha256": told if FunctionName == "true" else "other"},  # noqa: N803
        update_function_code=lambda FunctionName, ZipFile: updated.append(FunctionName),  # noqa: N803
    )
    monkeypatch.setattr(deploy, "_functions", lambda engine, stack: [("true", asset), ("edited", asset)])
    deploy._drop_live_code(cast(Engine, SimpleNamespace(functions=api)), Stack("app", tmp_path, (), ()))
    assert updated == ["edited"]
