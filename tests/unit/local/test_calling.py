"""The command finds the function that does it, whatever CloudFormation has called it, and says how it went."""

from __future__ import annotations

import io
import json
from typing import Any, cast

import pytest

from local.aws import Engine
from local.calling import WORKS, call
from local.home import ROOT

REBUILD = WORKS["reindex"].handler


class Functions:
    """Lambda with two functions, of which one answers."""

    def __init__(self, said: dict[str, Any], **more: str) -> None:
        self.said, self.more = said, more

    def get_paginator(self, _: str) -> Functions:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        named = {"a-1": "services.matching.api.handler", "r-2": "services.matching.on_rebuild.handler"}
        return [{"Functions": [{"FunctionName": n, "Handler": h}]} for n, h in named.items()]

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        assert (FunctionName, Payload) == ("r-2", b"{}")
        return {"Payload": io.BytesIO(json.dumps(self.said).encode()), **self.more}


class Running:
    """An engine."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions


def test_it_answers_what_the_rebuild_did() -> None:
    assert call(cast("Engine", Running(Functions({"documents": 3}))), REBUILD) == {"documents": 3}


def test_a_rebuild_that_failed_is_told() -> None:
    failing = Functions({"errorType": "RaceLost", "errorMessage": "20 times"}, FunctionError="Unhandled")
    with pytest.raises(RuntimeError, match="RaceLost: 20 times"):
        call(cast("Engine", Running(failing)), REBUILD)


def test_every_work_is_a_function_and_its_answer_is_told() -> None:
    for work in WORKS.values():
        assert (ROOT / f"{work.handler.removesuffix('.handler').replace('.', '/')}.py").is_file()
    done = {"products": 1234, "bytes": 56_789}
    assert WORKS["export"].told(done) == "1,234 products, 56,789 bytes: GET /v1/catalog-export says where they are"
