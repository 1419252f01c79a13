"""Values of spreadsheet cells as the text that a person would type: no exponents, no noise, days as ISO writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Context, Decimal
from math import isfinite
from typing import Final, Literal, NamedTuple

# As many as a spreadsheet itself shows and keeps: what comes after is noise of binary fractions.
_SHOWN: Final = Context(prec=15)
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_FRACTION = re.compile(r"-?[1-9]\d{0,9}\.\d{0,4}[1-9]", re.ASCII).fullmatch
_DIGITS = re.compile(r"-?\d{1,20}", re.ASCII).fullmatch
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SECONDS: Final = 86_400
_LATEST: Final = 2_958_466  # 1 January of the year 10000


class Format(NamedTuple):
    """How a number is to be read; `digits`: to how many it is filled up with zeros."""

    kind: Literal["general", "date", "month", "time", "percent", "padded"] = "general"
    digits: int = 0


GENERAL: Final = Format()
_DATE: Final = Format("date")
_MONTH: Final = Format("month")
_TIME: Final = Format("time")
_PERCENT: Final = Format("percent")

BUILT_IN: Final = {
    9: _PERCENT,
    10: _PERCENT,
    **dict.fromkeys((14, 15, 16, 22, *range(27, 32), *range(34, 37), *range(50, 59)), _DATE),
    17: _MONTH,
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 46, 47), _TIME),
}
"""Formats that a workbook names by number alone (ECMA-376, part 1, 18.8.30)."""


def format_of(code: str) -> Format:
    """What a number format such as ``dd-mm-yyyy``, ``0.00%`` or ``00000000000000`` makes of a number."""
    bare = _LITERALS.sub("", code[:1_000].split(";")[0]).lower()
    if bare in {"", "general", "standard", "@"}:
        return GENERAL
    if "%" in bare:
        return _PERCENT
    if re.fullmatch(r"0{2,20}", bare):
        return Format("padded", len(bare))
    if "d" in bare or "y" in bare or ("m" in bare and not re.search(r"[hs]", bare)):
        return _DATE if "d" in bare or "m" not in bare else _MONTH
    return _TIME if re.search(r"[hs]", bare) else GENERAL


def number(raw: str, form: Format = GENERAL, *, since_1904: bool = False) -> str:
    """A number as it is stored, as text: ``8.901000001016E12`` -> ``8901000001016``; days and times by ISO 8601.

    A format that shows no day (``mmm-yy``) keeps none: ``Mar-2026`` as an expiry means the end of March. What is no
    number stays as it is.
    """
    if form.kind == "general" and (_DIGITS(raw) or _FRACTION(raw)):
        return raw
    try:
        value = float(raw)
    except ValueError:
        return raw
    if not isfinite(value) or len(raw) > 400:
        return raw
    if form.kind in {"date", "month"}:
        at = _moment(value, since_1904)
        if form.kind == "month" and at[4:5] == "-":
            return f"{_MONTHS[int(at[5:7]) - 1]}-{at[:4]}"
        return at or _plain(raw, value)
    if form.kind == "time":
        return _time(value) or _plain(raw, value)
    if form.kind == "percent":
        return f"{_plain(repr(value * 100), value * 100)}%"
    text = _plain(raw, value)
    return text.zfill(form.digits) if form.digits and text.isdigit() else text


def iso(raw: str) -> str:
    """A day and time that is stored as text: the time only where there is one."""
    try:
        return _shown(datetime.fromisoformat(raw.strip()))
    except ValueError:
        return raw


def unescaped(text: str) -> str:
    """A text of a workbook, where ``_x000D_`` stands for a character that XML can't hold."""
    if "_x" not in text or not _ESCAPED.search(text):
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _plain(raw: str, value: float) -> str:
    if not value:
        return "0"
    if _DIGITS(raw):
        return raw
    return _trimmed(f"{_SHOWN.create_decimal(Decimal(raw)):f}")


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: float, since_1904: bool) -> str:
    """A number of days as a day, "" when there is none."""
    if not 0 <= value < _LATEST:
        return ""
    if value < 1:
        return _time(value)
    begin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if value < 60 else 30)  # noqa: DTZ001 - a day
    try:
        return _shown(begin + timedelta(seconds=round(value * _SECONDS)))
    except OverflowError:
        return ""


def _time(value: float) -> str:
    if not 0 <= value < _LATEST:
        return ""
    minutes, seconds = divmod(round(value * _SECONDS), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")


def _shown(at: datetime) -> str:
    at = at.replace(tzinfo=None)
    if at.time() == datetime.min.time():
        return at.date().isoformat()
    return at.replace(microsecond=0).isoformat(" ", "seconds" if at.second else "minutes")
