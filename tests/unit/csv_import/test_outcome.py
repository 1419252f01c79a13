"""What became of a row, on its way through decision files."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from services.csv_import.domain.facts import ParsedRow, StockChange
from services.csv_import.domain.outcome import Decided, Outcome, contradict, figures, identity_of
from services.csv_import.domain.problems import RowError
from shared.kernel.gtin import Gtin
from shared.kernel.quantity import parse_net_quantity
from tests.builders import gtin


def row(name: str | None, size: str | None = None, brand: str | None = None, code: int | None = None) -> ParsedRow:
    made = ParsedRow(2)
    made.name, made.brand = name, brand
    made.net_quantity = parse_net_quantity(size) if size else None
    made.barcode = Gtin.parse(gtin(code)) if code is not None else None
    return made


def test_a_decided_row_survives_its_file() -> None:
    one = row("Parle-G", "2 x 400 g", "Parle", 1)
    one.quantity, one.mrp = StockChange("add", Decimal("-2.5")), Decimal("84.50")
    one.expiry_date, one.clear = date(2027, 1, 31), ("notes",)
    one.warnings = (RowError("barcode", "BARCODE_CASE", "1", {"barcode": "1"}),)
    decided = Decided(one, "gtin#1", "prd_1", "08904999000015")
    again = Decided.from_json(json.loads(json.dumps(decided.to_json())))
    assert again == decided
    assert again.lot == (Decimal("84.50"), None, date(2027, 1, 31))


def test_an_outcome_survives_its_file() -> None:
    said = (RowError("name", "NAME_MISSING"), RowError("name", "NAME_DIFFERS", "आटा", {"name": "Atta"}))
    outcome = Outcome(7, "failed", None, said, 2)
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome


def test_a_row_that_succeeds_tells_its_first_warning_and_counts_all() -> None:
    one = row("Parle-G")
    one.warnings = (RowError("", "REPEATED_ROW", "", {"row": 9}),)
    outcome = Outcome.of(one, "matched", "prd_1", RowError("hsn_code", "HSN_UNREAD", "1"))
    second, first = "“1” is no HSN code; it was left out. Write 4, 6 or 8 digits.", "Row 9 names the same goods again;"
    assert (outcome.code, outcome.warned) == ("HSN_UNREAD", 2)
    assert outcome.message.startswith(f"{second} {first}")
    assert Outcome.of(row("x"), "created", "prd_1").code == ""


def test_the_identity_of_rows() -> None:
    assert identity_of(row("Parle-G", "800 g", code=1)) == identity_of(row("PARLE G", "0.8 kg"))
    assert identity_of(row("Parle-G", "800 g")) != identity_of(row("Parle-G", "400 g"))
    assert identity_of(row(None, code=1)) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Parle-G", None), ("Parle-G Biscuits", None), False),
        (("Parle-G", "800 g"), ("Parle-G", "400 g"), True),
        (("Parle-G", "800 g"), ("Parle-G", "0.8 kg"), False),
        (("Parle-G", "800 g"), ("Parle-G", None), False),
        (("Surf Excel", None), ("Colgate", None), True),
        ((None, "1 kg"), ("Colgate", "200 g"), False),
        (("आटा", None), ("Atta", None), False),
    ],
)
def test_which_rows_name_different_goods(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None], expected: bool
) -> None:
    assert contradict(row(*one), row(*other)) is expected
    assert contradict(row(*other), row(*one)) is expected


def test_figures_add_up_for_every_mix() -> None:
    results = ["created", "matched", "unchanged", "sent_to_review", "duplicate", "failed", "skipped"]
    counted = figures(Outcome(n, r, warned=n) for n, r in enumerate(results * 3))  # type: ignore[arg-type]
    assert counted["processed"] == counted["successful"] + counted["failed"] == 18
    assert (
        counted["matched"] + counted["created_products"] + counted["sent_to_review"] + counted["duplicates_found"]
        == counted["successful"]
    )
    assert counted["skipped"] == 3
    assert counted["total_rows"] == -3, "the plan counted blank lines as rows; here they leave it"
    assert counted["matched"] == 6
    assert figures([]) == {}
