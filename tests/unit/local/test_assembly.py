"""Reading a synthesised app: order of stacks, where files go."""

import json
from pathlib import Path
from typing import Any

import pytest

from local import assembly
from local.assembly import stacks
from local.process import LocalError


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _stack(name: str, *needs: str) -> dict[str, Any]:
    return {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": f"{name}.json", "stackName": f"vyapar-{name}"},
        "dependencies": [*needs, f"{name}.assets"],
    }


def _asset_manifest(name: str) -> dict[str, Any]:
    return {"type": "cdk:asset-manifest", "properties": {"file": f"{name}.assets.json"}}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An app whose `app` stack needs `data`, though it is named first."""
    names = {"app": ("data",), "data": ()}
    _write(
        tmp_path / "manifest.json",
        {
            "artifacts": {name: _stack(name, *needs) for name, needs in names.items()}
            | {f"{name}.assets": _asset_manifest(name) for name in names}
        },
    )
    _write(tmp_path / "data.assets.json", {"files": {}})
    _write(
        tmp_path / "app.assets.json",
        {
            "files": {
                "1": {
                    "source": {"path": "asset.1", "packaging": "zip"},
                    "destinations": {
                        "here": {
                            "bucketName": "assets-${AWS::AccountId}-${AWS::Region}",
                            "objectKey": "1.zip",
                        }
                    },
                }
            }
        },
    )
    for name in names:
        _write(tmp_path / f"{name}.json", {"Resources": {}})
    return tmp_path


def test_a_stack_comes_after_those_it_needs(out: Path) -> None:
    assert [stack.name for stack in stacks(out)] == ["vyapar-data", "vyapar-app"]


def test_an_asset_goes_where_its_manifest_says(out: Path) -> None:
    (asset,) = stacks(out)[1].assets
    assert (asset.bucket, asset.key, asset.is_folder) == (
        "assets-000000000000-ap-south-1",
        "1.zip",
        True,
    )


def test_stacks_of_a_nested_assembly_are_found(out: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    _write(
        outer / "manifest.json",
        {"artifacts": {"s": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "../"}}}},
    )
    assert [stack.name for stack in stacks(outer)] == ["vyapar-data", "vyapar-app"]


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.ap-south-1.amazonaws.com/assets/inner-hash.json",
        {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, ".amazonaws.com/assets", "/inner-hash.json"]]},
    ],
)
def test_a_nested_stack_is_found_by_what_its_address_ends_in(out: Path, url: Any) -> None:
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    _write(out / "app.json", {"Resources": {"Inner": nested, "Other": {"Type": "AWS::SNS::Topic"}}})
    _write(out / "inner.nested.json", {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    manifest = json.loads((out / "app.assets.json").read_text())
    manifest["files"]["2"] = {
        "source": {"path": "inner.nested.json", "packaging": "file"},
        "destinations": {"here": {"bucketName": "assets", "objectKey": "inner-hash.json"}},
    }
    _write(out / "app.assets.json", manifest)
    app = stacks(out)[1]
    assert set(app.nested) == {"Inner"}
    assert set(app.nested["Inner"].template["Resources"]) == {"Queue"}
    assert app.nested["Inner"].assets == app.assets, "all are told of in the outer one's manifest"


def test_a_changed_template_has_another_fingerprint(out: Path) -> None:
    before = stacks(out)[0].fingerprint
    _write(out / "data.json", {"Resources": {"New": {}}})
    assert stacks(out)[0].fingerprint != before


def test_the_app_is_synthesised_only_when_a_source_changed(
    out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repo = tmp_path / "repo"
    _write(repo / "cdk.json", {})
    (repo / "cdk").mkdir()
    (repo / "cdk" / "__init__.py").touch()
    app = repo / "cdk" / "app.py"
    app.write_text("")
    monkeypatch.setattr(assembly, "ROOT", repo)
    assert assembly.synthesise(out)
    assert not assembly.synthesise(out)
    app.write_text("# changed")
    assert assembly.synthesise(out)


def test_an_app_that_fails_says_why(out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    _write(repo / "cdk.json", {})
    (repo / "cdk").mkdir()
    (repo / "cdk" / "app.py").write_text("raise SystemExit('no such stage')")
    monkeypatch.setattr(assembly, "ROOT", repo)
    with pytest.raises(LocalError, match="no such stage"):
        assembly.synthesise(out)
