"""A CSV to start from, with headings in the shopkeeper's language that the importer knows again."""

from __future__ import annotations

_BOM = "\ufeff"
_HEADINGS = {
    "en": (
        "Name",
        "Brand",
        "Barcode",
        "Net quantity",
        "Stock",
        "MRP",
        "Selling price",
        "Cost price",
        "Reorder level",
    ),
    "hi": ("नाम", "ब्रांड", "बारकोड", "वज़न", "मात्रा", "MRP", "बिक्री मूल्य", "खरीद मूल्य", "न्यूनतम स्टॉक"),
}
_EXAMPLES = (
    ("Parle-G Gluco Biscuits", "Parle", "", "800 g", "24", "90.00", "86.00", "78.50", "6"),
    ("Toor Dal (loose)", "", "", "1 kg", "12.5", "180.00", "165.00", "148.00", "5"),
)


def known(language: str) -> str:
    """The language itself if there is a template in it, else English."""
    return language if language in _HEADINGS else "en"


def csv_of(language: str) -> str:
    """The template, with two example rows to overwrite."""
    rows = [_HEADINGS[known(language)], *_EXAMPLES]
    return _BOM + "".join(",".join(row) + "\r\n" for row in rows)
