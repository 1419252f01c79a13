"""What shows only beside other rows, and what a person should look at twice."""

from __future__ import annotations

from decimal import Decimal

from services.csv_import.domain.changes import changes, doubtful, shown
from services.csv_import.domain.facts import ParsedRow, StockChange
from services.csv_import.domain.hints import swapped, unsigned
from services.csv_import.domain.outcome import Outcome
from services.csv_import.domain.problems import RowError
from tests.unit.csv_import.builders import codes


def counted(number: int, op: str = "set") -> ParsedRow:
    row = ParsedRow(number)
    row.quantity = StockChange(op, Decimal(number))  # type: ignore[arg-type]
    return row


def test_a_figure_without_a_sign_is_told_where_most_have_one() -> None:
    rows = [counted(1, "add"), counted(2), counted(3)]
    unsigned([(rows[0], "+1"), (rows[1], "=2"), (rows[2], " 3")])
    assert [codes(row.warnings) for row in rows] == [[], [], ["BARE_QUANTITY"]]
    assert "=3" in rows[2].warnings[0].message
    usual = [counted(1), counted(2), counted(3, "add")]
    unsigned([(usual[0], "1"), (usual[1], "2"), (usual[2], "+3")])
    assert [row.warnings for row in usual] == [(), (), ()]
    unsigned([(ParsedRow(9), "")])


def above(number: int) -> Outcome:
    return Outcome.failed(
        ParsedRow(number), RowError("selling_price", "PRICE_ABOVE_MRP", "9", {"price": "9", "mrp": "8"})
    )


def test_columns_are_called_swapped_only_where_it_can_be_no_chance() -> None:
    few = [above(n) for n in range(4)]
    swapped(few, of=4)
    assert all(len(o.said) == 1 for o in few)
    among_many = [above(n) for n in range(6)]
    swapped(among_many, of=13)
    assert all(len(o.said) == 1 for o in among_many)
    most = [above(n) for n in range(6)]
    swapped(most, of=11)
    assert all([s.code for s in o.said] == ["PRICE_ABOVE_MRP", "COLUMNS_SWAPPED"] for o in most)


def test_what_a_row_changes_is_told_field_by_field() -> None:
    before = {"quantity": Decimal(24), "mrp": Decimal("90.00"), "unit": "piece"}
    after = {"quantity": Decimal("12.5"), "mrp": Decimal("90.00"), "unit": "piece", "location": "A-1"}
    found = changes(before, after)
    assert [tuple(c) for c in found] == [("quantity", "24", "12.5"), ("location", "", "A-1")]
    assert shown(found, {"quantity": "मात्रा", "location": "जगह"}.__getitem__) == "मात्रा: 24 → 12.5; जगह: – → A-1"
    assert changes({}, {"mrp": None}) == ()


def test_slips_of_the_hand_are_told() -> None:
    before = {"quantity": Decimal(24), "mrp": Decimal("90.00"), "selling_price": Decimal(80), "unit": "piece"}

    def told(**after: object) -> list[str]:
        return codes(doubtful(before, {**before, **after}))

    assert told() == []
    assert told(mrp=Decimal("179.99"), selling_price=Decimal("40.01")) == []
    assert told(mrp=Decimal(180)) == ["PRICE_JUMP"]
    assert told(selling_price=Decimal(40)) == ["PRICE_JUMP"]
    assert told(quantity=Decimal(0)) == ["STOCK_TO_ZERO"]
    assert told(unit="box") == ["UNIT_CHANGED"]
    assert codes(doubtful({}, before)) == [], "what is new has nothing to jump from"
