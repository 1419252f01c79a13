"""What is generated is true, and what is described is routed."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.docs import compatibility
from local.docs.__main__ import generated
from local.home import ROOT
from shared.aws.idempotency import once
from tests.world import cdk_routes, route_of

SERVICES = sorted(p.parent.name for p in (ROOT / "services").glob("*/api.py"))


def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))
    return found


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(m.upper(), p, o) for p, methods in described()["paths"].items() for m, o in methods.items()]


def test_the_generated_documents_are_up_to_date() -> None:
    stale = [str(p.relative_to(ROOT)) for p, text in generated().items() if p.read_text("utf-8") != text]
    assert not stale, "run: make docs"


def test_nothing_breaks_that_is_not_accepted() -> None:
    try:
        assert compatibility.new_breaks(described()) == []
    except compatibility.NoHistory as reason:
        pytest.skip(str(reason))


def test_an_accepted_break_has_a_date_and_a_reason() -> None:
    lines = [line for line in (ROOT / "docs/api-breaks.md").read_text("utf-8").splitlines() if "`" in line]
    wrong = [line for line in lines[1:] if not re.fullmatch(r"- \d{4}-\d\d-\d\d `[^`]+`: .{10,}", line)]
    assert wrong == []


def test_the_description_is_openapi() -> None:
    assert [f"{e.json_path}: {e.message}" for e in OpenAPIV31SpecValidator(described()).iter_errors()] == []


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
        assert {"429", "5XX"} <= operation["responses"].keys(), f"{method} {path}"
    for name, response in described()["components"]["responses"].items():
        assert "application/problem+json" in response["content"], name


def test_every_operation_has_a_short_name_of_its_own() -> None:
    names = [o["operationId"] for _, _, o in operations()]
    assert len(names) == len(set(names))
    assert [n for n in names if not re.fullmatch(r"[a-z]+(_[a-z]+){1,4}", n)] == []


def test_what_needs_a_token_says_so_and_what_takes_a_body_says_how_it_refuses_one() -> None:
    for method, path, operation in operations():
        statuses = operation["responses"].keys()
        assert ("401" in statuses) == (operation.get("security") != []), f"{method} {path}"
        assert ("404" in statuses) >= ("{" in path), f"{method} {path}"
        assert ("403" in statuses) >= path.startswith("/v1/admin/"), f"{method} {path}"
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= statuses, f"{method} {path}"
        asked = {p.get("name") for p in operation.get("parameters", ())}
        assert ("400" in statuses) >= ("cursor" in asked), f"{method} {path}"
        assert ("422" in statuses) >= ("limit" in asked), f"{method} {path}"


@pytest.mark.parametrize(
    ("route", "statuses"),
    [
        ("GET /v1/health", "200 429 503 5XX"),
        ("GET /v1/me", "200 401 429 5XX"),
        ("GET /v1/products/{product_id}", "200 401 404 429 5XX"),
        ("GET /v1/products/by-barcode/{gtin}", "200 401 404 422 429 5XX"),
        ("GET /v1/admin/imports", "200 400 401 403 422 429 5XX"),
        ("POST /v1/products", "201 400 401 403 409 413 415 422 429 5XX"),
        ("DELETE /v1/stores/{store_id}/inventory/{product_id}", "204 401 404 412 429 5XX"),
        ("PUT /v1/stores/{store_id}/inventory/{product_id}", "200 400 401 404 409 412 413 415 422 429 5XX"),
    ],
)
def test_a_route_is_described_with_what_its_code_can_answer(route: str, statuses: str) -> None:
    method, path = route.split(" ")
    assert " ".join(sorted(described()["paths"][path][method.lower()]["responses"])) == statuses


def test_a_refusal_names_the_codes_that_the_route_has_of_its_own() -> None:
    conflict = described()["paths"]["/v1/products"]["post"]["responses"]["409"]["description"]
    assert "`PRODUCT_EXISTS`" in conflict
    assert "`LOT_REQUIRED`" not in conflict


def test_every_post_takes_an_idempotency_key() -> None:
    for service in SERVICES:
        api = importlib.import_module(f"services.{service}.api").api
        for route in [*api._static_routes, *api._dynamic_routes]:
            assert (once in route.middlewares) == (route.method == "POST"), f"{route.method} {route.path}"
    for method, path, operation in operations():
        takes = {"$ref": "#/components/parameters/IdempotencyKey"} in operation.get("parameters", ())
        assert takes == (method == "POST"), f"{method} {path}"
        assert ("409" in operation["responses"]) >= takes, f"{method} {path}"


def test_what_may_be_stale_takes_if_match() -> None:
    """And what takes it can be read with its ETag."""
    reads = {p: o["responses"]["200"]["headers"] for m, p, o in operations() if m == "GET"}
    names = "/v1/products/{product_id}/regional-names"
    for method, path, operation in operations():
        takes = {"$ref": "#/components/parameters/IfMatch"} in operation.get("parameters", ())
        assert takes == ("412" in operation["responses"]), f"{method} {path}"
        if takes:
            of_it = (
                r"/(mapping|lots/{lot_id}|images/{image_hash}|(suggestions/{suggestion_id}/)?decision|revert-merge)$"
            )
            thing = names if path.startswith("/v1/admin/regional-names/") else re.sub(of_it, "", path)
            assert "ETag" in reads[thing], f"{method} {path}"
        if method in {"PUT", "PATCH"} or path.endswith("/decision"):
            assert takes, f"{method} {path}"


def test_requests_are_closed_and_answers_whole() -> None:
    document = described()
    bodies, answers = set[str](), set[str]()
    for _, _, operation in operations():
        bodies |= names_in(operation.get("requestBody", {}), document)
        answers |= names_in([r for s, r in operation["responses"].items() if s.startswith("2")], document)
    for name, schema in document["components"]["schemas"].items():
        if "properties" in schema and name in bodies:
            assert schema["additionalProperties"] is False, name
        if "properties" in schema and name in answers:
            assert set(schema["required"]) == set(schema["properties"]), name


def test_money_is_answered_as_a_decimal_string() -> None:
    for name in ("Product", "InventoryItem", "Lot"):
        properties = described()["components"]["schemas"][name]["properties"]
        for field in properties.keys() & {"mrp", "cost_price", "selling_price"}:
            (said,) = [s for s in properties[field]["anyOf"] if s["type"] != "null"]
            assert re.fullmatch(said["pattern"], "52.00"), f"{name}.{field}"
            assert not re.fullmatch(said["pattern"], "52"), f"{name}.{field}"


def names_in(node: Any, document: dict[str, Any]) -> set[str]:
    """The schemas that a part of the description leads to."""

    def refs(inner: Any) -> Iterator[str]:
        yield from re.findall(r'"#/components/schemas/(\w+)"', json.dumps(inner))

    found, waiting = set[str](), list(refs(node))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += refs(document["components"]["schemas"][name])
    return found


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
    assert {p for _, p, o in operations() if o.get("security") == []} == {"/v1/health", "/v1/attribution"}
