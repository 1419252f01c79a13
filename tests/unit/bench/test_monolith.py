"""The baseline of the benchmark has every route of ours, and is asked what we are asked."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import pytest

from cdk.assets import ROOT
from tests.bench import cold_start, monolith
from tests.bench.traffic import REQUESTS, environment

DESCRIPTION: Any = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
ROUTES = {(m.upper(), p) for p, operations in DESCRIPTION["paths"].items() for m in operations}


@pytest.mark.parametrize("asynchronous", [False, True])
def test_it_has_every_route_and_model_and_no_other(asynchronous: bool) -> None:
    tree = ast.parse(monolith.source(DESCRIPTION, asynchronous=asynchronous))
    served = set[tuple[str, str]]()
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            match decorator:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="router"), attr=method), args=[ast.Constant(value=path)]
                ):
                    assert isinstance(node, ast.AsyncFunctionDef) == asynchronous
                    served.add((method.upper(), str(path)))
    assert served == ROUTES
    assert len(served) == monolith.routes(DESCRIPTION)
    models = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    assert models >= DESCRIPTION["components"]["schemas"].keys() - {"Problem", "GatewayRefusal"}


def test_what_is_sent_is_a_route_of_a_function_that_is_measured() -> None:
    for request in REQUESTS.values():
        http = request.event["requestContext"]["http"]
        assert any(
            method == http["method"] and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), http["path"])
            for method, path in ROUTES
        )
        assert request.service in cold_start.FUNCTIONS


def test_every_api_is_measured() -> None:
    assert set(cold_start.FUNCTIONS) == {p.parent.name for p in (ROOT / "services").glob("*/api.py")}


def test_all_settings_of_all_services_are_told() -> None:
    assert {"PRODUCTS_TABLE", "MEMBERSHIPS_TABLE", "STORE_INVENTORY_TABLE", "UPLOADS_QUEUE_URL"} <= environment().keys()
