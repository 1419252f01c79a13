"""What a layer goes without: files nobody reads, AWS services nobody calls.

A start reads what its clients are made of, so this is time as well as weight (docs/performance.md).
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

# The services that our code calls, by botocore's names; a test holds it to them.
CALLED: Final = frozenset(
    {"cognito-idp", "dynamodb", "events", "lambda", "s3", "secretsmanager", "sesv2", "sqs", "translate"}
)
# The same as botocore's list of endpoints names them.
ENDPOINTS: Final = CALLED - {"sesv2"} | {"email"}
# What a client of a service is made of.
_KEPT: Final = ("service-2.json", "service-2.sdk-extras.json", "endpoint-rule-set-1.json")


def trim(tree: Path) -> None:
    """Takes out of a directory of installed packages what no function needs."""
    for needless in list(_needless(tree)):
        if needless.is_dir():
            shutil.rmtree(needless)
        else:
            needless.unlink(missing_ok=True)
    if (data := tree / "botocore" / "data").is_dir():
        _trim_data(data)


def _needless(tree: Path) -> Iterator[Path]:
    """Files that no function reads. METADATA and licences stay: importlib.metadata and the law ask for them."""
    yield from tree.glob("bin")
    yield from tree.glob(".lock")
    yield from (p for p in (tree / "boto3" / "data", tree / "boto3" / "examples") if p.is_dir())
    yield from (p for p in tree.rglob("tests") if p.is_dir())
    yield from tree.glob("images")  # what ImageHash's README shows
    for info in tree.glob("*.dist-info"):
        yield from (info / f for f in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"))
    yield from tree.rglob("*.pyi")
    yield from tree.rglob("py.typed")
    yield from (p for p in tree.rglob("__pycache__") if p.is_dir())


def _trim_data(data: Path) -> None:
    """The newest model of each service we call, without its documentation, as plain JSON: gzip costs a start."""
    for service in sorted(d for d in data.iterdir() if d.is_dir()):
        if service.name not in CALLED:
            shutil.rmtree(service)
            continue
        *older, newest = sorted(service.iterdir())
        for version in older:
            shutil.rmtree(version)
        for file in sorted(newest.iterdir()):
            if file.name.removesuffix(".gz") in _KEPT:
                _write(newest / file.name.removesuffix(".gz"), undocumented(_read(file)))
            if file.name not in _KEPT:
                file.unlink()
    # A megabyte of JSON that the first client reads, for partitions and services that we don't have.
    endpoints = _read(data / "endpoints.json")
    (ours,) = (p for p in endpoints["partitions"] if p["partition"] == "aws")
    ours["services"] = {name: s for name, s in ours["services"].items() if name in ENDPOINTS}
    _write(data / "endpoints.json", {**endpoints, "partitions": [ours]})


def undocumented(part: Any) -> Any:
    """A model without what people read."""
    if isinstance(part, dict):
        return {k: "" if k == "documentation" and isinstance(v, str) else undocumented(v) for k, v in part.items()}
    return [undocumented(v) for v in part] if isinstance(part, list) else part


def _read(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "utf-8")
