"""What a function is told and what its code asks for are the same, both ways."""

from __future__ import annotations

import dataclasses
import importlib

import pytest

from shared.aws.settings import Runtime
from tests.cdk.calls import guard_of, settings_of
from tests.cdk.template import INFRASTRUCTURE_ENV, Function, Synthesised

pytestmark = pytest.mark.cdk

_COMMON = {f.name.upper() for f in dataclasses.fields(Runtime)}


def _asked(app: Synthesised, fn: Function) -> tuple[set[str], set[str]]:
    """(must have, may have)"""
    must: set[str] = set()
    may: set[str] = set()
    for module, name in settings_of(fn.module, guard_of(app, fn)):
        for field in dataclasses.fields(getattr(importlib.import_module(module), name)):
            may.add(field.name.upper())
            if field.default is dataclasses.MISSING:
                must.add(field.name.upper())
    return must, may


def test_every_function_is_told_what_its_code_asks_for(every: Synthesised) -> None:
    missing = {fn.module: lacks for fn in every.app.functions if (lacks := _asked(every, fn)[0] - set(fn.env))}
    assert missing == {}


def test_no_function_is_told_what_nothing_in_it_asks_for(every: Synthesised) -> None:
    needless = {
        fn.module: more
        for fn in every.app.functions
        if (more := set(fn.env) - _asked(every, fn)[1] - _COMMON - INFRASTRUCTURE_ENV)
    }
    assert needless == {}


def test_all_functions_know_what_every_function_has(every: Synthesised) -> None:
    for fn in every.app.functions:
        assert set(fn.env) >= _COMMON | INFRASTRUCTURE_ENV, fn.module
