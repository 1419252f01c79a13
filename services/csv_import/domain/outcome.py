"""What is decided about each row, as it passes from room to room in decision files (JSON lines)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, Self

from services.csv_import.domain.changes import Change
from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.problems import ROW_NOTES, RowError
from services.csv_import.domain.wording import Speaker
from shared.kernel.naming import identity_key, read_name
from shared.kernel.quantity import Packed

Result = Literal[
    "created", "matched", "unchanged", "sent_to_review", "duplicate", "failed", "skipped", "undone", "left"
]
_FIGURE: dict[Result, str] = {
    "created": "created_products",
    "matched": "matched",
    "unchanged": "matched",
    "sent_to_review": "sent_to_review",
    "duplicate": "duplicates_found",
}

DONE: Final = frozenset(_FIGURE)
"""Results of rows that are in."""
_IDENTITY = "identity#"


@dataclass(slots=True)
class Decided:
    """A sound row, the key of its goods, and the product that matching found (with its GTIN if it has one).

    ``by``: the key of other goods that its name was taken for, and ``why``; ``spelled``: for which it has been taken
    before. ``likely``: the products that it may be, for a person to decide: ``[product_id, score, reasons]``, the
    likeliest first. ``lost``: the work on it failed for good.
    """

    row: ParsedRow
    key: str
    product_id: str | None = None
    product_gtin: str | None = None
    why: str = ""
    likely: list[list[Any]] = field(default_factory=list)
    by: str = ""
    spelled: bool = False
    lost: bool = False

    @property
    def place(self) -> str:
        """The key by whose partition it goes: that of the goods that it was taken for, if of any."""
        return self.by or self.key

    @property
    def row_number(self) -> int:
        """Its place in the spreadsheet."""
        return self.row.row_number

    @property
    def gtin(self) -> str | None:
        """The barcode as a key of 14 digits."""
        return self.row.barcode.key if self.row.barcode else None

    @property
    def lot(self) -> tuple[Decimal | None, str | None, date | None]:
        """What tells lots of one product apart."""
        return self.row.mrp, self.row.batch, self.row.expiry_date

    def to_json(self) -> list[Any]:
        """For a decision file."""
        return [
            self.key,
            self.product_id,
            self.product_gtin,
            self.row.to_dict(),
            self.why,
            self.likely,
            self.by,
            self.spelled,
            self.lost,
        ]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """From a decision file."""
        key, product_id, product_gtin, row, *more = line
        return cls(ParsedRow.from_dict(row), key, product_id, product_gtin, *more)


@dataclass(slots=True)
class Outcome:
    """What became of a row. ``said``: its errors, or of a row that succeeded its warnings.

    ``changes``: of a dry run, what the row would make of the shop's figures.
    """

    row_number: int
    result: Result
    product_id: str | None = None
    said: tuple[RowError, ...] = ()
    warned: int = 0
    changes: Sequence[Change] = ()

    @property
    def code(self) -> str:
        """Of the error, or of the first warning; "" without one."""
        return self.said[0].code if self.said else ""

    @property
    def message(self) -> str:
        """All that is said, in English."""
        return " ".join(s.message for s in self.said)

    def said_by(self, speaker: Speaker) -> str:
        """All that is said, in the words of somebody."""
        return " ".join(s.said_by(speaker) for s in self.said)

    @classmethod
    def of(
        cls, row: ParsedRow, result: Result, product_id: str | None, *more: RowError, changes: Sequence[Change] = ()
    ) -> Self:
        """The outcome of a row that succeeded; ``more`` is what file and catalog say of it, and comes first."""
        said = (*more, *row.warnings)
        return cls(row.row_number, result, product_id, said, sum(s.code not in ROW_NOTES for s in said), changes)

    def now(self, result: Result, why: RowError) -> Self:
        """The outcome of the same row after something else was done about it."""
        return replace(self, result=result, said=(why,))

    @classmethod
    def failed(cls, row: ParsedRow, *errors: RowError) -> Self:
        """The outcome of a row that is not applied."""
        return cls(row.row_number, "failed", None, errors)

    @classmethod
    def conflict(cls, decided: Decided, pair: tuple[Decided, Decided]) -> Self:
        """One barcode, two goods: no row of it is applied."""
        words = {"row": pair[0].row_number, "other": pair[1].row_number}
        return cls.failed(decided.row, RowError("barcode", "BARCODE_CONFLICT_IN_FILE", decided.gtin or "", words))

    def to_json(self) -> list[Any]:
        """For a decision file."""
        return [self.row_number, self.result, self.product_id, self.said, self.warned, *self.changes]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """From a decision file."""
        row_number, result, product_id, said, warned, *changes = line
        return cls(
            row_number,
            result,
            product_id,
            tuple(RowError(*s) for s in said),
            warned,
            tuple(Change(*c) for c in changes),
        )


def gtin_key(gtin: str) -> str:
    """The key of goods that have a GTIN (of 14 digits)."""
    return f"gtin#{gtin}"


def packed(row: ParsedRow) -> Packed | None:
    """What a pack holds: a column of its own for the count of packs has the last word on it."""
    if row.net_quantity is None or row.pack_count is None:
        return row.net_quantity
    return Packed(row.net_quantity.net_quantity, row.pack_count)


def identity_of(row: ParsedRow) -> str | None:
    """The key that the words of a row make: brand, name and size. None without a name."""
    if row.name is None:
        return None
    words = identity_key(row.name, brand=row.brand, net_quantity=packed(row), size=row.net_quantity_text)
    return f"{_IDENTITY}{words}"


def identity_in(key: str) -> str | None:
    """The identity that a key of goods is made of, as the catalog knows it; None of other keys."""
    return key.removeprefix(_IDENTITY) if key.startswith(_IDENTITY) else None


def shelf_of(row: ParsedRow) -> str:
    """What rows that may be the same goods have in common: their sizes or, without one, how their names begin.

    Rows of one identity stand on one shelf.
    """
    if row.name is None:
        return ""
    read = read_name(row.name, brand=row.brand, net_quantity=packed(row), size=row.net_quantity_text)
    if read.amounts:
        return " ".join(read.amounts)
    return next((sound[0] for sound in read.phonetic if len(sound) > 2 and sound.isalpha()), "-")


def contradict(one: ParsedRow, other: ParsedRow) -> bool:
    """Whether two rows name different goods: another size, or words of which neither has all of the other's."""
    if one.name is None or other.name is None:
        return False
    first = read_name(one.name, brand=one.brand, net_quantity=one.net_quantity)
    second = read_name(other.name, brand=other.brand, net_quantity=other.net_quantity)
    if first.quantity and second.quantity and _base(first.quantity) != _base(second.quantity):
        return True
    words, others = set(first.phonetic), set(second.phonetic)
    return not (words <= others or others <= words)


def _base(packed: Packed) -> tuple[object, ...]:
    return (*packed.net_quantity.base(), packed.pack_count)


def figures(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """What outcomes add to the job's figures. Blank, section and total lines only count as ``skipped``."""
    counted: Counter[str] = Counter()
    for outcome in outcomes:
        counted["warnings"] += outcome.warned
        if outcome.result == "skipped":
            counted["skipped"] += 1
            counted["total_rows"] -= 1
            continue
        counted["processed"] += 1
        if outcome.result == "failed":
            counted["failed"] += 1
        else:
            counted["successful"] += 1
            counted[_FIGURE[outcome.result]] += 1
    return dict(counted)
