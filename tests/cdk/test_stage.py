"""Stages by name, and what each leaves out."""

from __future__ import annotations

import dataclasses

import pytest

from cdk.stage import STAGES, LeftOut, stage_named
from tests.cdk.conftest import Synthesise
from tests.cdk.template import Synthesised, Template, text


def test_a_stage_is_found_by_its_name() -> None:
    assert stage_named("prod") is STAGES["prod"]


def test_an_unknown_stage_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="local, dev, staging, prod"):
        stage_named("production")


def test_aws_stages_leave_nothing_out() -> None:
    for stage in STAGES.values():
        if stage.name != "local":
            assert not any(dataclasses.astuple(stage.left_out)), stage.name
            assert stage.target.python == "3.13"
            assert not stage.send_batch_is_an_action
            assert stage.visibility_factor >= 6


def test_people_give_passwords_in_the_clear_only_where_there_are_no_shops() -> None:
    assert {s.name for s in STAGES.values() if s.password_login} == {"local", "dev"}


def test_the_local_stage_leaves_out_what_is_listed() -> None:
    assert STAGES["local"].left_out == LeftOut(
        source_condition=True,
        tls_only=True,
        snap_start=True,
        batch_window=True,
        mail_identity=True,
        web=True,
        bootstrap_check=True,
    )


@pytest.mark.cdk
def test_stages_are_made_of_the_same_things(every: Synthesised, synthesise: Synthesise) -> None:
    """But for what a stage leaves out: policies that only refuse plain HTTP; versions, where there is no snapshot.

    Where no operator verifies the address that mails come from, the template has it.
    """
    snapshots = every.stage.snap_start and not every.stage.left_out.snap_start
    refusals = {"AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"} if every.stage.left_out.tls_only else set()
    prod = synthesise("prod")
    assert (every.web is None) == every.stage.left_out.web
    for mine, theirs in zip(every.templates, prod.templates, strict=not every.stage.left_out.web):
        here, there = _kinds(mine), _kinds(theirs)
        more = {kind for _, kind in here.items() - there.items()}
        assert more <= ({"AWS::SES::EmailIdentity"} if every.stage.left_out.mail_identity else set())
        lacking = {there[name] for name in there.keys() - here.keys()}
        assert lacking <= refusals | (set() if snapshots else {"AWS::Lambda::Version", "AWS::Lambda::Alias"})
        assert ("BootstrapVersion" in mine.body.get("Parameters", {})) != every.stage.left_out.bootstrap_check


def _kinds(template: Template) -> dict[str, str]:
    """Name -> type. A version's name says what is in it, which differs by stage: it counts by its function."""
    return {
        text(r["Properties"]["FunctionName"]) if r["Type"] == "AWS::Lambda::Version" else name: r["Type"]
        for name, r in template.resources.items()
    }
