"""Dates, tax rates and code numbers as spreadsheets leave them in a cell."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from shared.kernel.text import ascii_digits

_MONTHS: Final = {name.lower(): at for at, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_MONTH: Final = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_YMD = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DMY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?: .*)?")
_D_MON_Y = re.compile(rf"(\d{{1,2}})[-/. ]*({_MONTH})[-/., ]*(\d{{4}}|\d{{2}})", re.IGNORECASE)
_MON_Y = re.compile(rf"({_MONTH})[-/.,' ]*(\d{{4}}|\d{{2}})", re.IGNORECASE)
_M_Y = re.compile(r"(\d{1,2})[-/.](\d{4}|\d{2})")
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.\d*)?")
_LIKE_DATE = re.compile(
    rf"\d{{1,2}}[-/ ]{_MONTH}(?:[-/ ]\d{{2,4}})?|{_MONTH}[-/ ]\d{{1,4}}|\d{{1,2}}[-/]\d{{1,2}}[-/]\d{{4}}"
    r"|\d{4}-\d{2}-\d{2}(?:[T ].*)?",
    re.IGNORECASE,
)
_RATE = re.compile(r"(?:i?gst)?\s*@?\s*(\d{1,2}(?:\.\d+)?)\s*(%|percent)?\s*(?:i?gst)?", re.IGNORECASE)
_EXCEL_DAY_0: Final = date(1899, 12, 30)

GST_RATES: Final = frozenset(map(Decimal, ("0", "0.25", "3", "5", "18", "40")))
"""Rates in per cent since 2025-09-22 (56th GST Council); 0.25 and 3 are for gems and jewellery."""
GST_ENDED: Final = frozenset(map(Decimal, ("12", "28")))


class Day(NamedTuple):
    """A date, and how much of a guess it was: "" for none, month_only, month_first."""

    day: date
    guess: str = ""


def read_day(cell: str) -> Day | None:
    """An expiry date: day first, Excel's serial number too (46022 is 2025-12-31). None: no such day."""
    text = ascii_digits(cell).strip()
    if found := _SERIAL.fullmatch(text):
        return Day(_EXCEL_DAY_0 + timedelta(days=int(found[1])))
    if found := _YMD.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DMY.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), _year(found[3])
        if second > 12 >= first:
            swapped = _day(year, first, second)
            return swapped and Day(swapped.day, "month_first")
        return _day(year, second, first)
    if found := _D_MON_Y.fullmatch(text):
        return _day(_year(found[3]), _month(found[2]), int(found[1]))
    if found := _MON_Y.fullmatch(text):
        return _month_end(_year(found[2]), _month(found[1]))
    if found := _M_Y.fullmatch(text):
        return _month_end(_year(found[2]), int(found[1]))
    return None


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _month(name: str) -> int:
    return _MONTHS[name[:3].lower()]


def _day(year: int, month: int, day: int) -> Day | None:
    if not 2000 <= year <= 2099:
        return None
    try:
        return Day(date(year, month, day))
    except ValueError:
        return None


def _month_end(year: int, month: int) -> Day | None:
    if not (2000 <= year <= 2099 and 1 <= month <= 12):
        return None
    return Day(date(year, month, calendar.monthrange(year, month)[1]), "month_only")


def looks_like_a_date(cell: str) -> bool:
    """Did a spreadsheet make a date of it ("5-10" -> "05-Oct")?"""
    return _LIKE_DATE.fullmatch(cell) is not None


def read_gst(cell: str) -> Decimal | None:
    """A rate in per cent: "18%", "18", "GST 18 %", and 0.18 as a spreadsheet keeps a percentage. None: not a rate."""
    found = _RATE.fullmatch(ascii_digits(cell).strip())
    if not found:
        return None
    rate = Decimal(found[1])
    if not found[2] and 0 < rate < 1 and rate not in GST_RATES:
        rate *= 100
    rate = Decimal(int(rate)) if rate == int(rate) else rate.normalize()
    return rate if rate in GST_RATES or rate in GST_ENDED else None


def read_hsn(cell: str) -> tuple[str, bool] | None:
    """4, 6 or 8 digits as text, and whether a leading zero (chapters 01-09) had to be put back. None: not an HSN."""
    digits = re.sub(r"[\s.\-]|\.0+$", "", re.sub(r"\.0+$", "", ascii_digits(cell).strip().strip("'")))
    if not (digits.isascii() and digits.isdigit()):
        return None
    if len(digits) in (4, 6, 8):
        return digits, False
    if len(digits) in (3, 5, 7):
        return "0" + digits, True
    return None
