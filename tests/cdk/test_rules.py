"""cdk-nag's AwsSolutions. A departure needs its reason beside the resource (cdk/reasons.py)."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_sns as sns
from cdk_nag import AwsSolutionsChecks

from tests.cdk.template import Synthesised

pytestmark = pytest.mark.cdk

# What is said of a whole stack and not of one thing: only what the local engine can't do.
_LEFT_OUT = {"AwsSolutions-S10", "AwsSolutions-SNS3", "AwsSolutions-SQS4"}


def test_the_app_follows_the_rules_or_says_why_not(every: Synthesised) -> None:
    assert every.findings == []


def test_cdk_itself_warns_of_nothing(every: Synthesised) -> None:
    assert [(path, what) for path, kind, what in every.told if kind in {"aws:cdk:warning", "aws:cdk:error"}] == []


def test_nested_stacks_are_looked_at_too(every: Synthesised) -> None:
    """Each function departs from one rule, and says why."""
    departing = {path for path, rule, _ in every.reasons if rule.endswith("AwsSolutions-L1")}
    assert len(departing) == len(every.app.functions)


def test_each_departure_is_of_one_thing_and_has_a_reason(every: Synthesised) -> None:
    wide = set()
    for construct, rule, reason in every.reasons:
        assert len(reason.split()) >= 6, f"{construct} departs from {rule} because {reason!r}"
        if construct.count("/") < 2 and construct.rpartition("/")[2] in every.stacks:
            wide.add(rule.removeprefix("Annotation::"))
    assert wide == (_LEFT_OUT if every.stage.left_out.tls_only else set())
    assert len(every.reasons) > 10, "reasons are found where CDK keeps them"


def test_the_rules_are_looked_at(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path), analytics_reporting=False)
    sns.Topic(Stack(app, "Careless"), "Open")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(Exception, match="AwsSolutions-SNS3"):
        app.synth()
