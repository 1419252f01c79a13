"""What each event moves on the dashboard."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from events.base import Event
from local.docs.events import all_events
from services.front import domain
from tests.world import ROOT


def event(kind: str, **data: Any) -> Event:
    found = next(k for k in all_events() if k.__name__ == kind)
    detail = json.loads((ROOT / f"events/samples/{kind}.json").read_text("utf-8"))["detail"]
    return found.model_validate({**detail, "data": {**detail["data"], **data}})


def test_a_product_is_counted_where_it_stands() -> None:
    created = event("ProductCreated", verification_status="pending", source="import")
    assert domain.moves(created) == Counter(products_pending=1, source_import=1)
    verified = event("ProductVerified", verification_status="verified", previous_status="pending")
    assert domain.moves(verified) == Counter({"products_verified": 1, "products_pending": -1})
    updated = event("ProductUpdated", verification_status="verified", previous_status="verified")
    assert not domain.moves(updated)


def test_a_dry_run_counts_as_an_import_and_moves_no_rows() -> None:
    real = domain.moves(event("ImportCompleted", dry_run=False, successful=10, matched=6, created_products=3))
    assert (real["rows"], real["rows_matched"], real["rows_created"]) == (10, 6, 3)
    dry = domain.moves(event("ImportCompleted", dry_run=True, successful=10, matched=6))
    assert (dry["rows"], dry["rows_matched"], dry["imports_completed_with_errors"]) == (0, 0, 1)


def test_every_folded_event_has_its_move() -> None:
    for kind in domain.FOLDED:
        domain.moves(event(kind.__name__))
    assert domain.moves(event("ImportFailed")) == Counter(imports_failed=1)
    assert domain.moves(event("StoreRegistered")) == Counter(stores=1)


def test_counters_are_shown_in_groups() -> None:
    shown = domain.shown({"stores": 2, "products_pending": 1, "source_off": 4, "rows_matched": 1, "rows_created": 2})
    assert shown.products == {"pending": 1}
    assert shown.products_by_source == {"off": 4}
    assert shown.match_rate == 0.3333
    assert domain.shown({}).match_rate is None
