"""The tables that tests play on are the tables that CDK makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.world import TABLES, Keys

pytestmark = pytest.mark.cdk


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The data stack of the stage ``dev``, synthesised."""
    from aws_cdk import App

    from cdk.app import FLAGS
    from cdk.stacks import DataStack
    from cdk.stage import stage_named

    app = App(outdir=str(tmp_path_factory.mktemp("cdk")), context=FLAGS)
    stack = DataStack(app, stage_named("dev"))
    assembly = app.synth()
    found: dict[str, Any] = json.loads(
        Path(assembly.get_stack_by_name(stack.stack_name).template_full_path).read_text("utf-8")
    )
    return found


def declared(template: dict[str, Any]) -> dict[str, Keys]:
    """Label -> keys, as the template has it."""
    found: dict[str, Keys] = {}
    for logical, resource in template["Resources"].items():
        if resource["Type"] != "AWS::DynamoDB::Table":
            continue
        properties = resource["Properties"]
        indexes = properties.get("GlobalSecondaryIndexes", [])
        kinds = {a["AttributeName"]: a["AttributeType"] for a in properties["AttributeDefinitions"]}
        label = next(t for t in sorted(TABLES, key=len, reverse=True) if f"{t}Table" in logical)
        found[label] = Keys(
            tuple(k["AttributeName"] for k in properties["KeySchema"]),
            {i["IndexName"]: tuple(k["AttributeName"] for k in i["KeySchema"]) for i in indexes},
            frozenset(i["IndexName"] for i in indexes if i["Projection"]["ProjectionType"] == "ALL"),
            {
                i["IndexName"]: tuple(i["Projection"]["NonKeyAttributes"])
                for i in indexes
                if i["Projection"]["ProjectionType"] == "INCLUDE"
            },
            properties.get("StreamSpecification", {}).get("StreamViewType"),
            properties.get("TimeToLiveSpecification", {}).get("AttributeName"),
            frozenset(a for a, kind in kinds.items() if kind == "N"),
        )
    return found


def test_tests_play_on_the_tables_that_are_deployed(template: dict[str, Any]) -> None:
    assert declared(template) == TABLES
