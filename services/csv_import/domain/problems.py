"""What can be wrong with a file, a mapping or a row. The sentences, with their cures, are in ``sentences``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from services.csv_import.domain.wording import Speaker, Words, plain, speaker
from shared.kernel.errors import Invalid


class FileProblem(Exception):
    """The file as a whole can't be imported. `code`: one of FILE_CODES; `kind` and `words`: see ``wording.Words``."""

    def __init__(self, code: str, kind: str = "", **words: str | int) -> None:
        self.code = code
        self.words: Words = {**words, "kind": kind} if kind else words
        super().__init__(f"{code}: {self.message}")

    @property
    def message(self) -> str:
        """In English, with the cure."""
        return self.said_in("en")

    def said_in(self, language: str) -> str:
        """In a language, with the cure."""
        return speaker(language).say(self.code, self.words)


class MappingProblem(Invalid):
    """A column mapping that can't be used: `errors` point at the fields of `columns`."""


_NONE: Final[Words] = {}  # never written to


class RowError(NamedTuple):
    """Something about one cell (`field`, "" when about the whole row). Warnings have the same shape.

    ``value``: what the cell holds, shortened; ``words``: what its sentence is filled with.
    """

    field: str
    code: str
    value: str = ""
    words: Words = _NONE

    @property
    def message(self) -> str:
        """In English, with the cure; fields are called what the code calls them."""
        return self.said_by(plain())

    def said_by(self, speaker: Speaker) -> str:
        """In the words of somebody, with the cure."""
        return speaker.say(self.code, self.words, about=self.field, value=self.value)


FILE_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EMPTY_FILE": "The file has no content. Export it again and check its size before uploading.",
        "NO_ROWS": "The file has a heading line but no rows under it.",
        "NOT_A_TABLE": "The file is not a table we can read. Save it as XLSX or CSV (UTF-8) and upload that.",
        "FILE_TOO_LARGE": (
            "The file is over 1 GB (a workbook or web page: 200 MB), 5,000,000 rows, 1,000 columns or 1 MB in a cell."
            " Save a workbook as CSV (UTF-8), split a CSV."
        ),
        "STORE_UNKNOWN": "The folder it was dropped into names a store that does not exist.",
        "SAME_FILE_AGAIN": "The same file was imported before; to add it once more it has to be forced.",
        "NOT_UPLOADED": "The import was announced, but its file never came. Announce it again and upload the file.",
        "STUCK": "We could not finish it, through a fault of ours. Upload the file again.",
        "WORK_FAILED": "We could not read the file, through a fault of ours. Upload it again later.",
    }
)
"""Code of a file problem: what it means."""

ROW_ERRORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BARCODE_SCIENTIFIC_NOTATION": "A spreadsheet rounded the barcode (8.901E+12); its digits are lost.",
        "GTIN_CHECK_DIGIT": "The last digit of the barcode does not fit the others: one is mistyped.",
        "GTIN_LENGTH": "A barcode has 8, 12, 13 or 14 digits.",
        "GTIN_NOT_A_PRODUCT": "The code is that of a book, a periodical or a coupon.",
        "PRICE_ABOVE_MRP": "The selling price is above the MRP, which the law forbids.",
        "NOT_A_NUMBER": "A number was expected.",
        "NEGATIVE_QUANTITY": "A stock figure can't be set below zero.",
        "NEGATIVE_PRICE": "A price can't be below zero.",
        "TOO_MANY_DECIMALS": "Prices have at most 2 decimals, quantities at most 3.",
        "TOO_LARGE": "The number is too large to be true.",
        "IMPOSSIBLE_DATE": "There is no such day in the calendar.",
        "QUANTITY_IS_A_DATE": "A spreadsheet turned a pack size such as 5-10 into a date.",
        "SPREADSHEET_ERROR_VALUE": "The cell holds a spreadsheet's error (#REF!, #N/A ...), not a value.",
        "FSSAI_SCIENTIFIC_NOTATION": "A spreadsheet rounded the FSSAI number; its digits are lost.",
        "TOO_FEW_FIELDS": "The row has fewer cells than there are headings.",
        "TOO_MANY_FIELDS": "The row has more cells than there are headings, and no way to join them fits.",
        "NAME_MISSING": "The row has neither a name nor a barcode.",
        "NAME_TOO_LONG": "A name has at most 200 characters.",
        "BARCODE_CONFLICT_IN_FILE": "Rows of the file give one barcode to different goods; none of them is applied.",
        "TOO_MANY_LOTS": "An item keeps at most 200 lots; sell or write off old ones first.",
        "COLUMNS_SWAPPED": "Most rows have the selling price above the MRP: the two columns are probably swapped.",
        "CANCELLED": "The import was cancelled before this row.",
        "WORK_FAILED": "We failed on this row, through a fault of ours; nothing of it was stored. Upload it again.",
    }
)
"""Code of a row that is not applied: what it means."""

ROW_WARNINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BARCODE_PLACEHOLDER": "The cell holds no real barcode (NA, 0, 1111111111111); taken as none.",
        "BARCODE_LOCAL": "The shop's own item code; kept for the shop, never a key between shops.",
        "BARCODE_STORE_SCOPED": "An in-store barcode (prefix 2); kept for the shop only.",
        "BARCODE_SEVERAL": "Several barcodes in one cell; the first valid one counts.",
        "BARCODE_ZERO_RESTORED": "Leading zeros that had been cut off were put back; the check digit fits.",
        "BARCODE_CASE": "A GTIN-14 is the code of a case, not of a single piece.",
        "FIELDS_REJOINED": "A comma without quotes had split a cell; the pieces were joined again.",
        "NAME_REPAIRED": "The text had been saved in a wrong encoding and was repaired.",
        "NAME_LEGACY_FONT": "The text looks typed in a legacy Hindi font (Kruti Dev); type it in Unicode.",
        "NAME_HTML_REMOVED": "HTML tags were taken out of the text.",
        "FORMULA_TEXT": "The text looks like a formula; it is kept as text and never run.",
        "NET_QUANTITY_UNREAD": "The size could not be read; it is kept as text.",
        "UNIT_UNKNOWN": "The unit is not known.",
        "DATE_MONTH_ONLY": "Only month and year are given; the last day of the month is taken.",
        "DATE_MONTH_FIRST": "Read as month/day/year, as day/month/year is impossible.",
        "GST_SLAB_ENDED": "The 12% and 28% slabs ended on 2025-09-22; check the rate.",
        "GST_UNREAD": "The GST rate could not be read; it is left as it was.",
        "HSN_ZERO_RESTORED": "A leading zero a spreadsheet had cut off the HSN code was put back.",
        "HSN_UNREAD": "An HSN code has 4, 6 or 8 digits; it is left as it was.",
        "FSSAI_UNREAD": "An FSSAI number has 14 digits; it is left as it was.",
        "NAME_DIFFERS": "The barcode belongs to goods of another name or size; the row is stocked on those.",
        "REPEATED_ROW": "A later row names the same goods; that one was used.",
        "TEXT_TOO_LONG": "The text is longer than the catalog takes; it was left out.",
        "VALUE_REFUSED": "The catalog does not take this value: it was left out, or the row failed for want of it.",
        "PRICE_JUMP": "The price is now twice, or half, what it was; check it.",
        "STOCK_TO_ZERO": "The stock goes to zero; check it.",
        "UNIT_CHANGED": "The goods were counted in another unit before (boxes, pieces); check pack against pieces.",
        "BARE_QUANTITY": "A figure without a sign among such with one: it follows the mode of the import.",
        "ALREADY_ADDED": "The same file added this figure before, so it is not added again; other facts are taken.",
        "CHANGED_SINCE": "Somebody changed it after the import, so undo left it as it is; correct it by hand.",
    }
)
"""Code of a warning about a row that is applied: what it means."""

ROW_NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "MATCHED_BY_NAME": "The catalog writes these goods otherwise; the message says as what they were recognised.",
        "SENT_TO_REVIEW": "It may be goods that the catalog has; a person decides; till then it is its own product.",
        "UNDONE": "It was put back as it was before the import.",
        "PRODUCT_KEPT": "Undo leaves the product in the catalog, for others use it.",
    }
)
"""Code of a row that is applied, where there is something to know but nothing wrong: what it means."""

ROW_SKIPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BLANK_ROW": "A blank line.",
        "SECTION_ROW": "A heading inside the table, not an item.",
        "TOTAL_ROW": "A line of totals, not an item.",
        "ALREADY_IMPORTED": "This row of a report was imported before; only failed rows are taken in `add` mode.",
    }
)
"""Code of a line that is left out: what it means."""

ROW_CODES: Final[Mapping[str, str]] = MappingProxyType({**ROW_ERRORS, **ROW_WARNINGS, **ROW_NOTES, **ROW_SKIPS})
"""Code of anything that a report says of a row: what it means."""

CANCELLED: Final = RowError("", "CANCELLED")
WORK_FAILED: Final = RowError("", "WORK_FAILED")
CHANGED_SINCE: Final = RowError("", "CHANGED_SINCE")
ALREADY_IMPORTED: Final = RowError("", "ALREADY_IMPORTED")
UNDONE: Final = RowError("", "UNDONE")
PRODUCT_KEPT: Final = RowError("", "PRODUCT_KEPT")
