"""Text in the cells of the CSVs that we hand out, and back.

A spreadsheet runs what begins like a formula (OWASP, "CSV Injection") and makes a date or a number of what looks like
one; our importer takes some words for more than text. An apostrophe in front says: what follows is text as it stands.
Plain numbers ("-3", "+10") are no formulas, and shopkeepers' own files hold them.
"""

from __future__ import annotations

import re
from typing import Final

CLEAR: Final = "CLEAR"
"""Erases what is there."""
NOTHING: Final = frozenset({"na", "n/a", "n.a.", "n.a", "nil", "null", "none", "nan", "-", "--", "---", ".", "?"})
"""What people write, in any case, where there is nothing to say."""

LONGEST_TOTAL: Final = 60
"""Characters of a name that may yet be the heading of a sum."""

_LIVE: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n]")
_PLAIN_NUMBER: Final = re.compile(r"[+\-]?\d[\d,]*(?:\.\d+)?")
_ERROR_VALUE: Final = re.compile(
    r"#(?:ref|n/a|name|value|div/0|null|num|spill|calc|error|getting_data|field|blocked|unknown)[!?]?|#{2,}|err:\d+",
    re.IGNORECASE,
)
_TOTAL: Final = re.compile(
    r"[\W_]*(?:(?:grand|sub|net|page|closing|bill)[\s\-]*)?totals?[\s\-]*"
    r"(?:of|amount|amt|qty|quantity|items?|stock|value|rs|inr|[:=.\-\d,/()₹\s])*"
    r"|(?:कुल\s*)?(?:योग|कुल|जोड़|महायोग)[\s:]*|(?:एकूण|एकुण)[\s:]*|மொத்தம்[\s:]*|మొత్తం[\s:]*|(?:সর্ব)?মোট[\s:]*|કુલ[\s:]*|ಒಟ್ಟು[\s:]*|ആകെ[\s:]*|ਕੁੱਲ[\s:]*",
    re.IGNORECASE,
)
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TURNED: Final = re.compile(
    rf"[+\-]?[\d.][\d\s.,/:\-]*(?:e[+\-]?\d+)?%?|\d{{1,4}}[\s/\-]?{_MONTH}(?:[\s/\-]?\d{{1,4}})?|{_MONTH}[\s/\-]?\d{{1,4}}",
    re.IGNORECASE,
)
"""What a spreadsheet turns into a number or a date, and shows otherwise ever after."""
_MENDED: Final = re.compile(r"<[a-z/!]|&#?\w+;|[\u00c2-\u00f4][^\x00-\x7f]", re.IGNORECASE)
"""What may be a web page's mark-up or a spoilt encoding: the importer puts it right."""


def defuse(cell: str) -> str:
    """`cell` with an apostrophe in front when a spreadsheet would run it."""
    return f"'{cell}" if looks_live(cell) else cell


def as_text(text: str) -> str:
    """The cell in which text (in NFC) survives a spreadsheet, and from which our importer reads this very text."""
    quoted = f"'{text}"
    return quoted if _says_more(text) or (text[:1] == "'" and text_in(quoted) is not None) else text


def text_in(cell: str) -> str | None:
    """What stands in a cell behind an apostrophe that keeps it text; None of a cell that has none."""
    bare = cell.lstrip("'")
    return cell[1:] if bare != cell and (bare[:1].isdigit() or _says_more(bare)) else None


def looks_live(cell: str) -> bool:
    """Would a spreadsheet run it?"""
    return _LIVE.match(cell) is not None and _PLAIN_NUMBER.fullmatch(cell) is None


def is_error_value(cell: str) -> bool:
    """Is it what a spreadsheet shows for a formula that has failed?"""
    return _ERROR_VALUE.fullmatch(cell) is not None


def is_total(cell: str) -> bool:
    """Is it the heading of a sum, in any of our languages?"""
    return _TOTAL.fullmatch(cell) is not None


def _says_more(text: str) -> bool:
    return (
        looks_live(text)
        or text == CLEAR
        or text.lower() in NOTHING
        or is_error_value(text)
        or (len(text) < LONGEST_TOTAL and is_total(text))
        or _TURNED.fullmatch(text) is not None
        or _MENDED.search(text) is not None
    )
