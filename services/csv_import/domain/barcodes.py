"""What a barcode cell holds: a GTIN, the shop's own code, a placeholder, or digits that were spoilt."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from services.csv_import.domain.problems import RowError
from shared.kernel.gtin import BadGtin, Gtin, check_digit
from shared.kernel.text import ascii_digits

_SPACE = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\ufeff\u00ad]+")
_POINT_ZERO = re.compile(r"\.0*$")
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d{1,2})", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\u00a0/,;|&+]+|\bor\b|\band\b")
_DUMMY: Final = frozenset({"1234567890128", "1234567890123", "123456789012", "12345678", "12345670", "123456789"})
_NOTHING: Final = frozenset(
    {"na", "n/a", "nil", "null", "none", "nan", "no", "nobarcode", "-", "--", "---", "0", "x", ".", "?"}
)


class Code(NamedTuple):
    """`gtin`: the key between shops; `local`: the shop's own; `others`: further valid GTINs, as printed."""

    gtin: Gtin | None = None
    local: str | None = None
    others: tuple[str, ...] = ()
    error: RowError | None = None
    warning: RowError | None = None


def read_barcode(cell: str) -> Code:
    """The code in a cell, freed of what spreadsheets and people put around it. Never raises."""
    if cell.isascii() and cell.isdigit() and len(cell) in (12, 13):
        return _digits(cell, cell)
    text = ascii_digits(cell).strip().strip("'\"=`\u2019\u2018").strip()
    bare = _SPACE.sub("", text)
    if bare.lower() in _NOTHING:
        return Code(warning=_said("BARCODE_PLACEHOLDER", cell))
    if found := _SCIENTIFIC.fullmatch(bare):
        return _scientific(found, cell)
    digits = _POINT_ZERO.sub("", bare).replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= 15:
        return _digits(digits, cell)
    if several := _several(text, cell):
        return several
    if digits.isascii() and digits.isdigit():
        return Code(error=_said("GTIN_LENGTH", cell, digits=len(digits)))
    return Code(local=text[:60], warning=_said("BARCODE_PLACEHOLDER", cell, kind="own"))


def _digits(digits: str, cell: str) -> Code:
    if len(set(digits)) == 1 or digits in _DUMMY or (len(digits) > 8 and not digits.strip("0")):
        return Code(warning=_said("BARCODE_PLACEHOLDER", cell))
    try:
        gtin = Gtin.parse(digits)
    except BadGtin as bad:
        return _restored(digits, cell) or _refused(digits, bad, cell)
    if gtin.store_scoped:
        return Code(local=digits, warning=_said("BARCODE_STORE_SCOPED", cell, barcode=digits))
    if len(digits) == 14 and digits[0] != "0":
        return Code(gtin, warning=_said("BARCODE_CASE", cell, barcode=digits))
    return Code(gtin)


def _restored(digits: str, cell: str) -> Code | None:
    """UPC and EAN-8 lose zeros in a spreadsheet; they are put back where the check digit then fits."""
    full = {6: 8, 7: 8, 10: 12, 11: 12}.get(len(digits))
    if full is None:
        return None
    try:
        gtin = Gtin.parse(digits.zfill(full))
    except BadGtin:
        return None
    if gtin.store_scoped and full == 12:
        return Code(local=gtin.printed, warning=_said("BARCODE_STORE_SCOPED", cell, barcode=gtin.printed))
    return Code(gtin, warning=_said("BARCODE_ZERO_RESTORED", cell, barcode=gtin.printed))


def _refused(digits: str, bad: BadGtin, cell: str) -> Code:
    if bad.code == "GTIN_LENGTH" and len(digits) < 7:
        return Code(local=digits, warning=_said("BARCODE_LOCAL", cell, barcode=digits))
    if bad.code == "GTIN_CHECK_DIGIT":
        return Code(error=_said(bad.code, cell, barcode=digits, digit=check_digit(digits[:-1])))
    return Code(error=_said(bad.code, cell, barcode=digits, digits=len(digits)))


def _scientific(found: re.Match[str], cell: str) -> Code:
    """8.901000001016E+12 has every digit; 8.90100E+12 has not, and 8901000000000 is another product."""
    first, decimals, exponent = found[1], found[2] or "", int(found[3])
    if len(decimals) == exponent >= 7:
        code = _digits(first + decimals, cell)
        if code.gtin:
            return code
    return Code(error=_said("BARCODE_SCIENTIFIC_NOTATION", cell))


def _several(text: str, cell: str) -> Code | None:
    parts = [part.strip("'\"") for part in _SEPARATORS.split(text) if sum(map(str.isdigit, part)) >= 6]
    if len(parts) < 2:
        return None
    found: list[Gtin] = []
    for part in parts:
        code = _digits(part, cell) if part.isascii() and part.isdigit() else Code()
        if code.gtin and code.gtin not in found:
            found.append(code.gtin)
    if not found:
        return Code(error=_said("GTIN_CHECK_DIGIT", cell, kind="several"))
    others = tuple(gtin.printed for gtin in found[1:])
    said = _said("BARCODE_SEVERAL", cell, count=len(parts), barcode=found[0].printed)
    return Code(found[0], others=others, warning=said)


def _said(code: str, cell: str, **words: str | int) -> RowError:
    return RowError("barcode", code, cell[:100], words)
