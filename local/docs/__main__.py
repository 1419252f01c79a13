"""``python -m local.docs`` writes what is generated; ``--check`` says what is out of date, and what breaks clients."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from local.docs import compatibility, errors, events, openapi, settings
from local.home import ROOT


def generated() -> dict[Path, str]:
    """Every generated file and what belongs into it."""
    docs = ROOT / "docs"
    return {
        docs / "openapi.json": pretty(openapi.description()),
        docs / "errors.md": errors.page(),
        docs / "settings.md": settings.page(),
        docs / "events.md": events.page(),
        **{ROOT / "events" / "schemas" / f"{name}.json": pretty(s) for name, s in events.schemas().items()},
    }


def pretty(value: Any) -> str:
    """JSON as it is kept: one line a fact, so that a change reads well."""
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write() -> None:
    """Writes what is not there or not true."""
    for path, text in generated().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


def check() -> int:
    """The exit code: 0 when all is true and nothing breaks."""
    stale = [p for p, text in generated().items() if not p.exists() or p.read_text("utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is out of date: make docs", file=sys.stderr)
    try:
        breaks = compatibility.new_breaks(openapi.description())
    except compatibility.NoHistory as reason:
        print(f"compatibility is not checked: {reason}")
        breaks = []
    for found in breaks:
        print(f"docs/openapi.json breaks clients: {found}", file=sys.stderr)
    if breaks:
        print("Keep it, or say in docs/api-breaks.md why it has to be.", file=sys.stderr)
    return 1 if stale or breaks else 0


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(check())
    write()
