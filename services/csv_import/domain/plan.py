"""The plan of a job: how its file is read and cut, and into how many partitions its goods fall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from services.csv_import.domain.columns import ColumnMapping
from services.csv_import.domain.table.cutting import Chunk
from services.csv_import.domain.table.dialect import Dialect

ROWS_PER_CHUNK = 800
_LARGE = 200_000_000  # bytes, some million rows
_ROWS_PER_PARTITION = 1000
_PARTITIONS = 32  # every partition reads a slice of every chunk, so more only come where ...
_ROWS_AT_MOST = 4000  # ... it would have more rows than a worker has time and memory for


def times_larger(size: int) -> int:
    """How many times as many rows a chunk of a file of ``size`` bytes has, so that there are not too many chunks."""
    return 1 + size // _LARGE


@dataclass(frozen=True, slots=True)
class Plan:
    """Later rooms read it; once written it never changes.

    `table`: where the rows are read from, if not from the file as it came: the CSV that we made of a workbook.
    """

    dialect: Dialect
    mapping: ColumnMapping
    chunks: tuple[Chunk, ...]
    partitions: int
    table: str | None = None

    @classmethod
    def of(cls, dialect: Dialect, mapping: ColumnMapping, chunks: Sequence[Chunk], table: str | None = None) -> Self:
        """A partition has about a thousand rows, in a large file up to 4,000."""
        rows = sum(c.rows for c in chunks)
        partitions = max(min(_PARTITIONS, 1 + rows // _ROWS_PER_PARTITION), rows // _ROWS_AT_MOST)
        return cls(dialect, mapping, tuple(chunks), partitions, table)

    @property
    def rows(self) -> int:
        """Rows under the heading, blank ones too."""
        return sum(c.rows for c in self.chunks)

    def to_json(self) -> dict[str, Any]:
        """For the plan's file."""
        return {
            "dialect": self.dialect.to_json(),
            "mapping": self.mapping.to_json(),
            "chunks": [list(asdict(c).values()) for c in self.chunks],
            "partitions": self.partitions,
            "table": self.table,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """From the plan's file."""
        return cls(
            Dialect.from_json(data["dialect"]),
            ColumnMapping.from_json(data["mapping"]),
            tuple(Chunk(*c) for c in data["chunks"]),
            data["partitions"],
            data.get("table"),
        )
