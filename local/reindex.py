"""Makes the search index of the running system anew from the whole catalog: ``make reindex``."""

from __future__ import annotations

import json
import sys
from typing import Any

from local.aws import Engine
from local.home import Home

_HANDLER = "services.matching.on_rebuild.handler"
_LONGEST = 900  # seconds


def reindex(engine: Engine) -> dict[str, Any]:
    """Runs the function that rebuilds; answers what it did. Raises RuntimeError with what it said when it failed."""
    pages = engine.functions.get_paginator("list_functions").paginate()
    (name,) = (f["FunctionName"] for page in pages for f in page["Functions"] if f.get("Handler") == _HANDLER)
    answer: Any = engine.functions.invoke(FunctionName=name, Payload=b"{}")
    said: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"{said.get('errorType')}: {said.get('errorMessage')}")
    return said


def main() -> int:
    try:
        done = reindex(Engine(Home.current().told()["aws_endpoint_url"], patience=_LONGEST))
    except RuntimeError as problem:
        print(f"It did not work: {problem}", file=sys.stderr)
        return 1
    print(
        f"{done['documents']:,} products in {done['files']} files of {done['size'] / 1e6:.1f} MB"
        f" after {done['seconds']:.1f} s; {done['thrown_away']} files that nobody needs any more are thrown away"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
