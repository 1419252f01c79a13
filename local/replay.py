"""Puts saved events on the running system's bus: ``python -m local.replay events/samples/ImportFailed.json``.

Consumers know an event again by its id, so the same file a second time changes nothing; ``--anew`` gives it a new id.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.aws import Engine
from local.home import Home
from shared.kernel.clock import utc_now
from shared.kernel.ids import new_id

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef


def entry(saved: dict[str, Any], bus: str, *, anew: bool = False) -> PutEventsRequestEntryTypeDef:
    """The entry for ``PutEvents`` of ``{source, detail-type, detail}``, as a sample or a dead letter holds it."""
    detail = saved["detail"]
    if anew:
        detail = {**detail, "metadata": {**detail["metadata"], "event_id": new_id("evt", utc_now())}}
    return {
        "EventBusName": bus,
        "Source": saved["source"],
        "DetailType": saved["detail-type"],
        "Detail": json.dumps(detail),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.replay", description="Puts saved events on the bus.")
    parser.add_argument("file", nargs="+", type=Path)
    parser.add_argument("--anew", action="store_true", help="as if it happened again: with a new event_id")
    asked = parser.parse_args()
    here = Home.current().told()
    bus = Engine(here["aws_endpoint_url"]).bus
    for file in asked.file:
        put = entry(json.loads(file.read_text("utf-8")), here["event_bus"], anew=asked.anew)
        answer = bus.put_events(Entries=[put])
        said = answer["Entries"][0].get("ErrorMessage", "on the bus")
        print(f"{put['DetailType']} {json.loads(put['Detail'])['metadata']['event_id']}: {said}")
        if answer["FailedEntryCount"]:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
