"""The synthesised CDK app on disk (`cdk.out`): which stacks, in which order, with which files."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from local.home import ACCOUNT, REGION, ROOT
from local.process import LocalError

Json = dict[str, Any]
SOURCES = ("cdk", "services", "shared", "events", "cdk.json", "pyproject.toml", "local/locks", "web/dist")


@dataclass(frozen=True)
class Asset:
    """A file or folder (to be zipped) that a template refers to by bucket and key."""

    path: Path
    bucket: str
    key: str
    is_folder: bool


@dataclass(frozen=True)
class Stack:
    name: str
    template_file: Path
    assets: tuple[Asset, ...]
    parameters: tuple[tuple[str, str], ...]

    @property
    def template(self) -> Json:
        loaded: Json = json.loads(self.template_file.read_text())
        return loaded

    @property
    def nested(self) -> dict[str, "Stack"]:
        """Logical id -> the stack that is deployed as this one's resource; its name is given when that happens."""
        templates = {asset.key: asset.path for asset in self.assets if not asset.is_folder}
        return {
            logical: replace(self, name=logical, template_file=templates[_key(resource["Properties"])], parameters=())
            for logical, resource in self.template["Resources"].items()
            if resource["Type"] == "AWS::CloudFormation::Stack"
        }

    @property
    def fingerprint(self) -> str:
        """Of nested templates too: this one names them by their hashes."""
        return sha256(self.template_file.read_bytes() + repr(self.parameters).encode()).hexdigest()


def synthesise(out: Path, *, stage: str = "local") -> bool:
    """Run the CDK app into `out`, unless its sources are those of the last time. True when it ran.

    Raises:
        LocalError: the app failed; what it said is in the message.
    """
    key = fingerprint_of_sources()
    mark = out.with_name(out.name + ".key")
    if mark.exists() and mark.read_text() == key and (out / "manifest.json").exists():
        return False
    mark.unlink(missing_ok=True)
    context = json.loads((ROOT / "cdk.json").read_text()).get("context", {})
    env = os.environ | {
        "STAGE": stage,
        "CDK_OUTDIR": str(out),
        "CDK_CONTEXT_JSON": json.dumps(context | {"stage": stage}),
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
    }
    run = subprocess.run(
        [sys.executable, "-m", "cdk.app"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise LocalError(f"the CDK app failed:\n{run.stdout}\n{run.stderr}")
    mark.write_text(key)
    return True


def fingerprint_of_sources() -> str:
    told = sorted((name, value) for name, value in os.environ.items() if name.startswith("OFF_"))  # cdk/stage.py asks
    digest = sha256(sys.version.encode() + repr(told).encode())
    for source in SOURCES:
        top = ROOT / source
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def stacks(out: Path) -> list[Stack]:
    """All stacks, each after those it needs."""
    found = {name: (stack, needs) for name, stack, needs in _read(out)}
    ordered: dict[str, Stack] = {}

    def place(name: str) -> None:
        stack, needs = found[name]
        for needed in needs:
            if needed in found and needed not in ordered:
                place(needed)
        ordered[name] = stack

    for name in found:
        if name not in ordered:
            place(name)
    return list(ordered.values())


def _read(out: Path) -> Iterator[tuple[str, Stack, list[str]]]:
    artifacts: dict[str, Json] = json.loads((out / "manifest.json").read_text())["artifacts"]
    for name, artifact in artifacts.items():
        told = artifact.get("properties", {})
        if artifact["type"] == "cdk:cloud-assembly":
            yield from _read(out / told["directoryName"])
        elif artifact["type"] == "aws:cloudformation:stack":
            needs = artifact.get("dependencies", [])
            manifests = [artifacts[need] for need in needs if artifacts[need]["type"] == "cdk:asset-manifest"]
            stack = Stack(
                name=told.get("stackName", name),
                template_file=out / told["templateFile"],
                assets=tuple(asset for manifest in manifests for asset in _assets(out, manifest)),
                parameters=tuple(sorted(told.get("parameters", {}).items())),
            )
            yield name, stack, needs


def _assets(out: Path, manifest: Json) -> Iterator[Asset]:
    files: dict[str, Json] = json.loads((out / manifest["properties"]["file"]).read_text()).get("files", {})
    for entry in files.values():
        source = entry["source"]
        for destination in entry["destinations"].values():
            yield Asset(
                path=out / source["path"],
                bucket=_concrete(destination["bucketName"]),
                key=_concrete(destination["objectKey"]),
                is_folder=source["packaging"] == "zip",
            )


def _key(nested: Json) -> str:
    """Under which a nested template is uploaded: the end of an address that is joined of the bucket's parts."""
    url = nested["TemplateURL"]
    end: str = url["Fn::Join"][1][-1] if isinstance(url, dict) else url
    return end.rpartition("/")[2]


def _concrete(text: str) -> str:
    for token, value in {"AccountId": ACCOUNT, "Region": REGION, "Partition": "aws"}.items():
        text = text.replace(f"${{AWS::{token}}}", value)
    return text
