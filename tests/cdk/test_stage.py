"""Stages by name, and what each leaves out."""

from __future__ import annotations

import dataclasses

import pytest

from cdk.stage import STAGES, stage_named


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
