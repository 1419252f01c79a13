"""Calls what else the clock does in the running system: ``make reindex``, ``make export``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from local.aws import Engine
from local.home import Home

_LONGEST = 900  # seconds

Json = dict[str, Any]


class Work(NamedTuple):
    """The function that does it, and what to say of its answer."""

    handler: str
    told: Callable[[Json], str]


def _indexed(done: Json) -> str:
    return (
        f"{done['documents']:,} products in {done['files']} files of {done['size'] / 1e6:.1f} MB"
        f" after {done['seconds']:.1f} s; {done['thrown_away']} files that nobody needs any more are thrown away"
    )


def _exported(done: Json) -> str:
    return f"{done['products']:,} products, {done['bytes']:,} bytes: GET /v1/catalog-export says where they are"


WORKS: Final[Mapping[str, Work]] = {
    "reindex": Work("services.matching.on_rebuild.handler", _indexed),
    "export": Work("services.catalog.on_export.handler", _exported),
}


def call(engine: Engine, handler: str) -> Json:
    """Runs the function; its answer. Raises RuntimeError with what it said when it failed."""
    pages = engine.functions.get_paginator("list_functions").paginate()
    (name,) = (f["FunctionName"] for page in pages for f in page["Functions"] if f.get("Handler") == handler)
    answer: Any = engine.functions.invoke(FunctionName=name, Payload=b"{}")
    said: Json = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"{said.get('errorType')}: {said.get('errorMessage')}")
    return said


def main(work: Work) -> int:
    try:
        done = call(Engine(Home.current().told()["aws_endpoint_url"], patience=_LONGEST), work.handler)
    except RuntimeError as problem:
        print(f"It did not work: {problem}", file=sys.stderr)
        return 1
    print(work.told(done))
    return 0


if __name__ == "__main__":
    sys.exit(main(WORKS[sys.argv[1]]))
