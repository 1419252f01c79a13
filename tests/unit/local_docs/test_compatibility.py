"""What breaks a client, rule by rule."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from local.docs.compatibility import breaks

Json = dict[str, Any]
THING: Json = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "colour": {"anyOf": [{"type": "string", "enum": ["red", "blue"]}, {"type": "null"}]},
        "at": {"type": "string", "format": "date-time"},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
    },
}
WISH: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 100},
        "colour": {"anyOf": [{"type": "string", "enum": ["red", "blue"]}, {"type": "null"}]},
        "count": {"type": "number", "minimum": 0},
        "tags": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
DOCUMENT: Json = {
    "security": [{"bearer": []}],
    "paths": {
        "/things/{id}": {
            "put": {
                "parameters": [
                    {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}},
                    {"in": "query", "name": "q", "schema": {"type": "string", "maxLength": 9}},
                    {"$ref": "#/components/parameters/IfMatch"},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Wish"}}}},
                "responses": {
                    "200": {
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    },
                    "404": {"description": "unknown"},
                },
            }
        },
        "/health": {"get": {"security": [], "responses": {"200": {"description": "fine"}}}},
    },
    "components": {
        "schemas": {"Thing": THING, "Wish": WISH},
        "parameters": {"IfMatch": {"in": "header", "name": "If-Match", "schema": {"type": "string"}}},
    },
}
PUT = "PUT /things/{id}"


class Changed:
    """The document, to be changed in place."""

    def __init__(self) -> None:
        self.document = copy.deepcopy(DOCUMENT)
        self.paths: Json = self.document["paths"]
        self.put: Json = self.paths["/things/{id}"]["put"]
        self.wish: Json = self.document["components"]["schemas"]["Wish"]
        self.thing: Json = self.document["components"]["schemas"]["Thing"]

    @property
    def breaks(self) -> list[str]:
        return breaks(DOCUMENT, self.document)


@pytest.fixture
def now() -> Changed:
    return Changed()


def test_the_same_breaks_nothing(now: Changed) -> None:
    assert now.breaks == []


# --- Operations ---


def test_an_operation_that_goes(now: Changed) -> None:
    del now.paths["/health"]
    assert now.breaks == ["GET /health: gone"]


def test_a_variable_of_a_path_may_be_named_anew(now: Changed) -> None:
    now.paths["/things/{thing_id}"] = now.paths.pop("/things/{id}")
    now.put["parameters"][0]["name"] = "thing_id"
    assert now.breaks == []


def test_what_was_open_asks_for_a_token(now: Changed) -> None:
    del now.paths["/health"]["get"]["security"]
    assert now.breaks == ["GET /health: asks for a token now"]


def test_a_parameter_that_goes(now: Changed) -> None:
    del now.put["parameters"][1:]
    assert now.breaks == [f"{PUT}: header if-match: gone", f"{PUT}: query q: gone"]


def test_a_parameter_that_is_required_now_or_new_and_required(now: Changed) -> None:
    now.put["parameters"][1]["required"] = True
    now.put["parameters"].append({"in": "query", "name": "new", "required": True, "schema": {"type": "string"}})
    assert now.breaks == [f"{PUT}: query new: required now", f"{PUT}: query q: required now"]


def test_a_new_optional_parameter_is_no_break(now: Changed) -> None:
    now.put["parameters"].append({"in": "query", "name": "new", "schema": {"type": "string"}})
    assert now.breaks == []


def test_a_body_that_is_required_now(now: Changed) -> None:
    now.put["requestBody"]["required"] = True
    assert now.breaks == [f"{PUT}: body: required now"]


def test_a_success_that_goes_and_a_refusal_that_goes(now: Changed) -> None:
    now.put["responses"] = {"202": now.put["responses"]["200"]}
    assert now.breaks == [f"{PUT}: 200: gone"], "other refusals are no break"


def test_a_header_or_a_media_type_that_goes(now: Changed) -> None:
    answer = now.put["responses"]["200"]
    answer["headers"] = {}
    answer["content"] = {"text/csv": {}}
    assert now.breaks == [f"{PUT}: 200: application/json: gone", f"{PUT}: 200: header ETag: gone"]


# --- What is asked ---


def test_a_field_that_goes(now: Changed) -> None:
    del now.wish["properties"]["count"]
    assert now.breaks == [f"{PUT}: body.count: gone"]


def test_a_field_that_is_required_now_old_or_new(now: Changed) -> None:
    now.wish["properties"]["new"] = {"type": "string"}
    now.wish["required"] += ["count", "new"]
    assert now.breaks == [f"{PUT}: body.count: required now", f"{PUT}: body.new: required now"]


def test_new_optional_fields_and_looser_ones_are_no_break(now: Changed) -> None:
    now.wish["properties"]["new"] = {"type": "string"}
    now.wish["required"] = []
    now.wish["properties"]["name"]["maxLength"] = 200
    now.wish["properties"]["colour"]["anyOf"][0]["enum"].append("green")
    now.wish["properties"]["count"] = {"anyOf": [{"type": "number"}, {"type": "string"}]}
    assert now.breaks == []


@pytest.mark.parametrize(
    ("field", "schema", "what"),
    [
        ("name", {"type": "string", "maxLength": 50}, "maxLength 50"),
        ("name", {"type": "string", "maxLength": 100, "minLength": 1}, "minLength 1"),
        ("name", {"type": "string", "maxLength": 100, "pattern": "^a"}, "pattern ^a"),
        ("name", {"type": "integer"}, "string refused"),
        ("count", {"type": "integer", "minimum": 0}, "number refused"),
        ("count", {"type": "number", "minimum": 1}, "minimum 1"),
        ("count", {"type": "number", "minimum": 0, "multipleOf": 2}, "multipleOf 2"),
        ("count", {"type": "number", "minimum": 0, "enum": [1]}, "only certain values"),
        ("colour", {"type": "string", "enum": ["red", "blue"]}, "null refused"),
        ("colour", {"anyOf": [{"type": "string", "enum": ["red"]}, {"type": "null"}]}, "'blue' refused"),
        ("tags", {"type": "object", "additionalProperties": False}, "other fields refused"),
    ],
)
def test_a_field_that_takes_less(now: Changed, field: str, schema: Json, what: str) -> None:
    now.wish["properties"][field] = schema
    assert now.breaks == [f"{PUT}: body.{field}: {what}"]


def test_a_body_that_was_open_and_is_closed_now() -> None:
    was = Changed()
    del was.wish["additionalProperties"]
    assert breaks(was.document, DOCUMENT) == [f"{PUT}: body: other fields refused"]


def test_two_spellings_of_a_pattern_are_one(now: Changed) -> None:
    was = Changed()
    was.wish["properties"]["name"]["pattern"] = r"^\d$"
    now.wish["properties"]["name"]["pattern"] = "^[0-9]$"
    assert breaks(was.document, now.document) == []


# --- What is answered ---


def test_a_field_of_an_answer_that_goes_or_may_be_left_out(now: Changed) -> None:
    del now.thing["properties"]["at"]
    now.thing["required"] = ["id"]
    assert now.breaks == [f"{PUT}: 200.at: gone", f"{PUT}: 200.name: may be left out"]


@pytest.mark.parametrize(
    ("field", "schema", "what"),
    [
        ("name", {"anyOf": [{"type": "string"}, {"type": "null"}]}, "may be null"),
        ("name", {"type": "number"}, "may be number"),
        ("name", {}, "may be anything"),
        ("at", {"type": "string", "format": "date"}, "format date-time"),
        ("colour", {"anyOf": [{"type": "string"}, {"type": "null"}]}, "may be any value"),
    ],
)
def test_a_field_of_an_answer_that_holds_more(now: Changed, field: str, schema: Json, what: str) -> None:
    now.thing["properties"][field] = schema
    assert now.breaks == [f"{PUT}: 200.{field}: {what}"]


def test_new_fields_new_values_and_narrower_answers_are_no_break(now: Changed) -> None:
    now.thing["properties"]["new"] = {"type": "string"}
    now.thing["required"] += ["new", "at"]
    now.thing["properties"]["colour"] = {"type": "string", "enum": ["red", "green"]}
    now.thing["properties"]["name"] = {"type": "string", "maxLength": 10}
    assert now.breaks == []


def test_things_inside_things_are_looked_at_once(now: Changed) -> None:
    now.thing["properties"]["parts"] = {"type": "array", "items": {"type": "string"}}
    assert now.breaks == [f"{PUT}: 200.parts[]: may be string"]


def test_a_schema_may_be_named_anew(now: Changed) -> None:
    schemas = now.document["components"]["schemas"]
    schemas["Gadget"] = schemas.pop("Thing")
    now.thing["properties"]["parts"]["items"] = {"$ref": "#/components/schemas/Gadget"}
    now.put["responses"]["200"]["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/Gadget"}
    assert now.breaks == []
