"""What each event moves on the dashboard."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any, cast

import pytest

from events.base import Event
from events.csv_import import ImportCompleted
from local.docs.events import all_events
from services.front import domain
from tests.world import ROOT

TODAY = date(2026, 11, 27)


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


@pytest.mark.parametrize("kind", ["ImportCompleted", "ImportCancelled"])
def test_an_undone_import_is_counted_once(kind: str) -> None:
    ended = event(kind)
    was = domain.moves(ended)
    undone = domain.moves(event("ImportReverted", previous_status=cast("ImportCompleted", ended).data.status))
    for first, then in ((was, undone), (undone, was)):
        both = Counter(first)
        both.update(then)
        imports = {name: many for name, many in both.items() if name.startswith("imports_") and many}
        assert imports == {"imports_undone": 1}
    assert domain.moves(event("ImportReverted", previous_status=None)) == Counter(imports_undone=1), "of an older one"


def test_every_folded_event_has_its_move() -> None:
    for kind in domain.FOLDED:
        domain.moves(event(kind.__name__))
    assert domain.moves(event("ImportFailed")) == Counter(imports_failed=1)
    assert domain.moves(event("StoreRegistered")) == Counter(stores=1)


def test_counters_are_shown_in_groups() -> None:
    counters = {"stores": 2, "products_pending": 1, "source_off": 4, "rows_matched": 1, "rows_created": 2}
    shown = domain.shown(counters, TODAY)
    assert shown.products == {"pending": 1}
    assert shown.products_by_source == {"off": 4}
    assert shown.match_rate == 0.3333
    assert domain.shown({}, TODAY).match_rate is None


def test_the_queue_is_as_old_as_its_first_day_with_something_left() -> None:
    asked = domain.moves(event("ReviewRequested", requested_at="2026-11-20T20:00:00Z"))
    assert asked == Counter(reviews_since_20261121=1), "it is the next day in India"
    settled = domain.moves(event("ReviewSettled", requested_at="2026-11-20T20:00:00Z"))
    assert sum((asked[k] + settled[k] for k in asked), 0) == 0
    waiting = domain.shown({"reviews_since_20261101": 0, "reviews_since_20261121": 2}, TODAY).reviews
    assert (waiting.open, waiting.oldest_since, waiting.oldest_days) == (2, date(2026, 11, 21), 6)
    assert domain.shown({}, TODAY).reviews == domain.Waiting(open=0, oldest_since=None, oldest_days=None)
