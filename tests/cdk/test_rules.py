"""cdk-nag's AwsSolutions, on what goes to AWS. A departure needs its reason beside the resource (cdk/reasons.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_sns as sns
from cdk_nag import AwsSolutionsChecks

from cdk.app import build_app
from cdk.stage import STAGES

pytestmark = pytest.mark.cdk


def _findings(app: App, folder: Path) -> list[str]:
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except Exception as refused:  # noqa: BLE001 - jsii has no class for it
        reports = [json.loads(f.read_text()) for f in folder.rglob("*report*.json")]
        return [json.dumps(reports) or str(refused)]
    return []


def test_the_app_follows_the_rules_or_says_why_not(tmp_path: Path) -> None:
    assert _findings(build_app(STAGES["prod"], outdir=str(tmp_path)), tmp_path) == []


def test_the_rules_are_looked_at(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path), analytics_reporting=False)
    sns.Topic(Stack(app, "Careless"), "Open")
    assert "AwsSolutions-SNS3" in _findings(app, tmp_path)[0]
