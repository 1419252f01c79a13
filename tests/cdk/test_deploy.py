"""The way to AWS: the CLI is one, and known by its hash; and what docs/deploy.md tells to type exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from botocore import xform_name
from botocore.session import Session

from cdk.assets import ROOT

_CLI = ROOT / "cdk" / "cli"
_GUIDE = (ROOT / "docs" / "deploy.md").read_text()
_MAKEFILE = (ROOT / "Makefile").read_text()
# The AWS CLI's own, beside the operations of services.
_EVERYWHERE = {"cli-read-timeout", "query", "output", "profile", "region"}
_RENAMED = {("sns", "subscribe"): {"notification-endpoint"}}  # ``--endpoint`` would be taken for ``--endpoint-url``
_OF_THE_CLI = {("configure", "sso"), ("sso", "login"), ("s3", "cp"), ("s3", "rb")}
_CDK = {"bootstrap", "deploy", "destroy", "diff", "rollback"}


def test_the_cdk_cli_is_one_version_known_by_its_hash_and_by_no_address() -> None:
    wanted = json.loads((_CLI / "package.json").read_text())["dependencies"]
    text = (_CLI / "package-lock.json").read_text()
    locked = json.loads(text)["packages"]
    assert re.fullmatch(r"2\.\d+\.\d+", wanted["aws-cdk"]), "exactly one of the 2.x line"
    assert locked[""]["dependencies"] == wanted
    for name, package in locked.items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, name
    assert "://" not in text
    assert locked["node_modules/aws-cdk"]["version"] == wanted["aws-cdk"]


def test_nothing_else_names_a_version_of_the_cli() -> None:
    version = json.loads((_CLI / "package.json").read_text())["dependencies"]["aws-cdk"]
    for file in (
        ROOT / "Makefile",
        ROOT / "cdk.json",
        *(ROOT / ".github").rglob("*.yml"),
        *(ROOT / "docs").glob("*.md"),
    ):
        assert version not in file.read_text(), file
    assert "npx --yes" not in _MAKEFILE, "which takes what the registry has today"


def test_what_the_guide_makes_can_be_made() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _MAKEFILE, re.MULTILINE))
    made = re.findall(r"\bmake ([a-z-]+)", "\n".join(_code()))
    assert {"setup", "cdk", "deploy"} <= set(made) <= targets
    for arguments in re.findall(r'ARGS="([^"]+)', _GUIDE):
        assert arguments.split()[0] in _CDK, arguments


def test_the_guide_asks_aws_for_what_there_is() -> None:
    asked = list(_aws())
    assert len(asked) > 20
    for service, operation, flags in asked:
        if (service, operation) not in _OF_THE_CLI:
            known = _operations(service)
            assert operation in known, f"aws {service} {operation}"
            known_flags = known[operation] | _EVERYWHERE | _RENAMED.get((service, operation), set())
            assert {f.removeprefix("no-") for f in flags} <= known_flags, f"aws {service} {operation}"


def _code() -> Iterator[str]:
    for language, block in re.findall(r"^ *```(\w+)\n(.*?)```", _GUIDE, re.MULTILINE | re.DOTALL):
        yield from (line for line in block.splitlines() if language == "sh" or "make " in line)


def _aws() -> Iterator[tuple[str, str, list[str]]]:
    """(service, operation, flags) of each call of the AWS CLI."""
    for line in _code():
        for call in re.split(r"(?=\baws [a-z])", line)[1:]:
            _, service, operation, *rest = call.partition(" | ")[0].split()
            yield service, operation, [w.removeprefix("--") for w in rest if w.startswith("--")]


@cache
def _operations(service: str) -> dict[str, set[str]]:
    """Operation -> its parameters, as the AWS CLI spells them."""
    model = Session().get_service_model(service)
    return {
        xform_name(name, "-"): {xform_name(member, "-") for member in shape.members}
        for name in model.operation_names
        if (shape := model.operation_model(name).input_shape) is not None
    }
