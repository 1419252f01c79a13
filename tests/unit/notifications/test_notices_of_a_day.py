"""What may come by the hundred in a day is one notice, which grows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from events.base import Event
from events.inventory import ExpiringLot, LotAtRisk, LotExpired, LotExpiring, LowItem, LowStockReached
from services.notifications.domain import gathering, rules
from services.notifications.domain.gathering import COUNTED_AT_MOST, NAMED_AT_MOST, Gathered
from services.notifications.domain.notices import Mention
from services.notifications.domain.wording import words
from shared.kernel.cause import Cause
from tests.builders import NOON

LOT = {"store_id": "str_1", "product_id": "prd_1", "version": 2, "lot_id": "lot_1", "expiry_date": date(2026, 12, 20)}


def mention(event: Event) -> Mention:
    (one,) = rules.told(event, lambda _: ())
    assert isinstance(one, Mention)
    return one


def low(product_id: str = "prd_1", at: datetime = NOON, **fields: Any) -> Mention:
    known = {"store_id": "str_1", "version": 2, "quantity": Decimal("2.500"), "reorder_level": Decimal(6), "unit": "kg"}
    data = LowItem.model_validate({**known, "product_id": product_id, **fields})
    return mention(LowStockReached.stated(Cause("owner", at, "corr"), data, product_id, str(at)))


def expiring(threshold: int = 30, at: datetime = NOON, **fields: Any) -> Mention:
    known = {**LOT, "quantity": 12, "unit": "piece", "threshold": threshold, "days_left": threshold - 2, **fields}
    event = LotExpiring.stated(Cause("system:inventory", at, "corr"), ExpiringLot.model_validate(known), str(known))
    return mention(event)


def expired(**fields: Any) -> Mention:
    known = {**LOT, "quantity": 12, "unit": "piece", **fields}
    return mention(LotExpired.stated(Cause("s", NOON, "corr"), LotAtRisk.model_validate(known), str(known)))


def gathered(*mentions: Mention) -> Gathered:
    found: Gathered | None = None
    for one in mentions:
        found = gathering.gathered(found, one, f"Goods {one.product_id}")
    assert found
    return found


def read(found: Gathered, language: str = "en") -> tuple[str, str]:
    return words(language).of(found.notice)


def test_one_thing_is_told_with_its_figures() -> None:
    found = gathered(low())
    assert read(found) == ("Goods prd_1 is running low", "In stock: 2.5 kg. Reorder level: 6.")
    assert (found.notice.audience, found.notice.severity) == ("store#str_1", "warning")
    assert found.notice.link == "/v1/stores/str_1/inventory?low_stock=true"
    assert read(gathered(expiring())) == (
        "Goods prd_1 expires on 2026-12-20",
        "In stock: 12 pieces. 28 days are left. Sell it first.",
    )
    title, body = read(gathered(expired()))
    assert title == "Goods prd_1 has expired"
    assert "12 pieces, good until 2026-12-20" in body


def test_many_are_told_by_the_first_and_a_number() -> None:
    found = gathered(*(low(f"prd_{n}", NOON + timedelta(minutes=n)) for n in range(12)))
    title, body = read(found)
    assert title == "Goods prd_0 and 11 more are running low"
    assert body.startswith("At or below their reorder level: Goods prd_0, Goods prd_1, ")
    assert (found.notice.created_at, found.revision) == (NOON, 12)
    assert "Goods prd_0" in read(found, "hi")[0]
    lots = gathered(*(expiring(lot_id=f"lot_{n}") for n in range(3)))
    assert read(lots) == ("Goods prd_1 and 2 more lots expire within 30 days", "Sell these first: Goods prd_1.")


def test_one_more_is_told_otherwise_than_two() -> None:
    lots = gathered(*(expiring(lot_id=f"lot_{n}") for n in range(2)))
    assert read(lots)[0] == "Goods prd_1 and 1 more lot expire within 30 days"
    assert "1 piece, good" in read(gathered(expired(quantity=1)))[1]
    assert "2 pieces, good" in read(gathered(expired(quantity=2)))[1]
    assert "In stock: 12 pieces. 1 day is left." in read(gathered(expiring(days_left=1)))[1]
    assert "In stock: 12 pieces. Today is its last day." in read(gathered(expiring(days_left=0)))[1]


def test_what_comes_again_is_no_news() -> None:
    found = gathered(low("prd_1"), low("prd_2"))
    for again in (low("prd_1"), low("prd_2"), low("prd_1", NOON - timedelta(hours=1))):
        assert gathering.gathered(found, again, "x") is found


def test_an_item_that_runs_low_once_more_is_news_but_still_one() -> None:
    found = gathered(low(), low(at=NOON + timedelta(hours=3), quantity=Decimal(1)))
    assert (found.revision, len(found.moments)) == (2, 1)
    assert read(found)[1] == "In stock: 1 kg. Reorder level: 6."


def test_in_which_order_they_come_makes_no_difference_to_what_is_in_it() -> None:
    them = [low(f"prd_{n}", NOON + timedelta(minutes=n)) for n in range(5)]
    assert gathered(*them).moments == gathered(*reversed(them)).moments


def test_each_store_type_threshold_and_indian_day_has_a_notice_of_its_own() -> None:
    evening = datetime(2026, 11, 22, 18, 29, 59, 999000, tzinfo=UTC)  # a millisecond before midnight in India
    mentions = [
        low(),
        low(at=evening),
        low(at=evening + timedelta(milliseconds=1)),
        low(store_id="str_2"),
        expiring(30),
        expiring(15),
        expired(),
    ]
    days = [(m.notice.audience, m.day) for m in mentions]
    assert days[0] == days[1]
    assert len(set(days)) == 6
    assert days[2] == ("store#str_1", "2026-11-23#LowStockReached")


@pytest.mark.parametrize(("threshold", "severity"), [(30, "info"), (15, "info"), (7, "warning")])
def test_the_last_week_is_a_warning(threshold: int, severity: str) -> None:
    notice = expiring(threshold).notice
    assert notice.severity == severity
    assert notice.link == f"/v1/stores/str_1/inventory?expiring_within={threshold}"
    assert expired().notice.severity == "warning"


def test_a_notice_does_not_grow_for_ever() -> None:
    found = gathered(*(low(f"prd_{n:026d}") for n in range(COUNTED_AT_MOST + 50)))
    assert len(found.moments) == found.revision == COUNTED_AT_MOST
    title, body = read(found)
    assert title.endswith("and 300+ more are running low")
    assert body.count("Goods") == NAMED_AT_MOST
    assert body.endswith(", ….")
    assert len(found.model_dump_json()) < 25_000
    # What is in it may still be news.
    again = low(f"prd_{0:026d}", NOON + timedelta(hours=1))
    assert gathering.gathered(found, again, "x").revision == found.revision + 1
