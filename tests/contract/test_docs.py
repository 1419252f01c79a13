"""What is generated is true, and what is described is routed."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from local import docs
from tests.world import cdk_routes, route_of

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(p.parent.name for p in (ROOT / "services").glob("*/api.py"))


def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))
    return found


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(m.upper(), p, o) for p, methods in described()["paths"].items() for m, o in methods.items()]


def test_the_generated_documents_are_up_to_date() -> None:
    stale = [str(p.relative_to(ROOT)) for p, text in docs.generated().items() if p.read_text("utf-8") != text]
    assert not stale, "run: python -m local.docs"


@pytest.mark.parametrize("service", SERVICES)
def test_the_gateway_sends_each_route_to_the_service_that_answers_it(service: str) -> None:
    api = importlib.import_module(f"services.{service}.api").api
    paths = json.loads(api.get_openapi_json_schema(title="t", version="1"))["paths"]
    for path, methods in paths.items():
        concrete = re.sub(r"\{\w+\}", "x1", path)
        for method in methods:
            found = route_of(method.upper(), concrete)
            assert found, f"{method} {path} has no route"
            assert found[0].service == service, f"{method} {path} goes to {found[0].service}"
            assert found[0].open_to_all == (path in api.open_paths)


def test_every_operation_says_what_it_is_and_answers_problems() -> None:
    for method, path, operation in operations():
        assert operation.get("summary"), f"{method} {path}"
        assert operation.get("tags"), f"{method} {path}"
        problem = operation["responses"]["default"]["content"]
        assert "application/problem+json" in problem


def test_a_post_that_makes_something_is_described_as_201() -> None:
    makes = {"/v1/stores", "/v1/products", "/v1/stores/{store_id}/imports", "/v1/admin/catalog-imports"}
    assert {p: "201" in o["responses"] for m, p, o in operations() if m == "POST" and p in makes} == dict.fromkeys(
        makes, True
    )


def test_the_routes_of_the_contract_are_there() -> None:
    promised = {
        "GET /v1/health",
        "POST /v1/stores",
        "GET /v1/stores",
        "GET /v1/stores/{store_id}",
        "PATCH /v1/stores/{store_id}",
        "GET /v1/me",
        "GET /v1/products",
        "POST /v1/products",
        "GET /v1/products/{product_id}",
        "PATCH /v1/products/{product_id}",
        "GET /v1/products/{product_id}/history",
        "GET /v1/products/by-barcode/{gtin}",
        "POST /v1/products/match",
        "GET /v1/stores/{store_id}/inventory",
        "PUT /v1/stores/{store_id}/inventory/{product_id}",
        "GET /v1/stores/{store_id}/inventory/{product_id}",
        "PATCH /v1/stores/{store_id}/inventory/{product_id}",
        "DELETE /v1/stores/{store_id}/inventory/{product_id}",
        "POST /v1/stores/{store_id}/imports",
        "GET /v1/stores/{store_id}/imports",
        "GET /v1/stores/{store_id}/imports/{job_id}",
        "GET /v1/stores/{store_id}/imports/{job_id}/report",
        "PUT /v1/stores/{store_id}/imports/{job_id}/mapping",
        "GET /v1/imports/template",
        "GET /v1/admin/imports",
        "GET /v1/admin/catalog-imports",
        "POST /v1/admin/catalog-imports",
        "GET /v1/admin/catalog-imports/{job_id}",
        "GET /v1/admin/catalog-imports/{job_id}/report",
        "PUT /v1/admin/catalog-imports/{job_id}/mapping",
        "GET /v1/admin/notifications",
        "GET /v1/admin/stats",
        "GET /v1/stores/{store_id}/notifications",
    }
    assert promised <= {f"{m} {p}" for m, p, _ in operations()}


def test_no_two_services_route_the_same_path() -> None:
    routes = [(r.method, r.path) for r in cdk_routes()]
    assert len(routes) == len(set(routes))


def test_open_routes_are_described_as_open() -> None:
    assert {p for _, p, o in operations() if o.get("security") == []} == {"/v1/health"}
