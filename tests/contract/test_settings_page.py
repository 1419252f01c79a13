"""The page of settings knows every setting, and each says what it means."""

from __future__ import annotations

import ast
import re

from local.docs import settings
from local.home import ROOT


def test_every_setting_says_what_it_means() -> None:
    silent = [f"{g.place.name}.{s.name}" for g in settings.groups() for s in g.settings if not s.meaning]
    assert silent == []
    assert len(settings.groups()) > 15


def test_every_setting_of_a_stage_says_what_it_means() -> None:
    silent = [row for row in settings.page().splitlines() if row.startswith("| `") and row.endswith("|  |")]
    assert silent == []


def test_every_variable_of_make_is_told_of() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    assert set(re.findall(r"^([A-Z_]+) \?=", text, re.MULTILINE)) <= settings.variables().keys()


def test_every_variable_that_the_local_system_reads_is_told_of() -> None:
    files = [f for top in ("local", "cdk") for f in (ROOT / top).rglob("*.py")]
    read = {
        ast.literal_eval(call.args[0])
        for file in files
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) == "os.environ.get"
        and isinstance(call.args[0], ast.Constant)
    }
    assert "LOCAL_HOME" in read
    assert read <= settings.variables().keys()
