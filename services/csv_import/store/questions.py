"""What matching is asked about a row."""

from __future__ import annotations

from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.outcome import packed
from services.matching import client as matching


def question_of(row: ParsedRow) -> matching.Question:
    """What matching is asked about a row."""
    size = packed(row)
    return matching.Question(
        name=row.name,
        brand=row.brand,
        gtin=row.barcode.key if row.barcode else None,
        net_quantity=size.net_quantity if size else None,
        pack_count=size.pack_count if size else 1,
        mrp=row.mrp,
        size=row.net_quantity_text,
    )
