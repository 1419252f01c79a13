"""How a file is cut: neither too many parts nor too large ones."""

from __future__ import annotations

import pytest

from services.csv_import.domain.columns import ColumnMapping
from services.csv_import.domain.plan import ROWS_PER_CHUNK, Plan, times_larger
from services.csv_import.domain.table.cutting import Chunk
from tests.unit.csv_import.builders import dialect_of


@pytest.mark.parametrize(
    ("rows", "partitions"), [(10, 1), (10_000, 11), (32_000, 32), (100_000, 32), (1_000_000, 250), (5_000_000, 1250)]
)
def test_a_partition_has_some_thousand_rows_however_large_the_file(rows: int, partitions: int) -> None:
    plan = Plan.of(dialect_of(b"name,mrp\nAtta,1\n"), ColumnMapping({"name": 0}), [Chunk(0, 0, 1, 2, rows)])
    assert plan.partitions == partitions


def test_the_largest_file_has_some_thousand_chunks() -> None:
    assert times_larger(20_000_000) == 1
    assert 5_000_000 / (ROWS_PER_CHUNK * times_larger(1_000_000_000)) < 1_500
