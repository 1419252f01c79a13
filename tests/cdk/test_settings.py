"""What a function is told and what its code asks for are the same, both ways."""

from __future__ import annotations

import dataclasses
import importlib

import pytest

from shared.aws.settings import Runtime
from tests.cdk.callgraph import settings_of
from tests.cdk.template import INFRASTRUCTURE_ENV, Function, Synthesised

pytestmark = pytest.mark.cdk

_COMMON = {f.name.upper() for f in dataclasses.fields(Runtime)}


def _asked(fn: Function) -> tuple[set[str], set[str]]:
    """(must have, may have)"""
    must: set[str] = set()
    may: set[str] = set()
    for module, name in settings_of(fn.module):
        for field in dataclasses.fields(getattr(importlib.import_module(module), name)):
            may.add(field.name.upper())
            if field.default is dataclasses.MISSING:
                must.add(field.name.upper())
    return must, may


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_every_function_is_told_what_its_code_asks_for(stage: str, request: pytest.FixtureRequest) -> None:
    app: Synthesised = request.getfixturevalue(stage)
    missing = {fn.module: lacks for fn in app.app.functions if (lacks := _asked(fn)[0] - set(fn.env))}
    assert missing == {}


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_no_function_is_told_what_nothing_in_it_asks_for(stage: str, request: pytest.FixtureRequest) -> None:
    """And so none holds a grant it has no use for: grants and names come together."""
    app: Synthesised = request.getfixturevalue(stage)
    needless = {
        fn.module: more
        for fn in app.app.functions
        if (more := set(fn.env) - _asked(fn)[1] - _COMMON - INFRASTRUCTURE_ENV)
    }
    assert needless == {}


def test_all_functions_know_what_every_function_has(prod: Synthesised) -> None:
    for fn in prod.app.functions:
        assert set(fn.env) >= _COMMON | INFRASTRUCTURE_ENV, fn.module


def test_the_walk_sees_what_only_one_room_of_an_import_needs() -> None:
    asked = {p.name for p in settings_of("services.csv_import.on_upload")}
    assert "ToChunks" in asked
    assert "ToFinishes" not in asked
