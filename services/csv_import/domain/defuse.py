"""Cells that a spreadsheet would run as a formula, made harmless in every CSV we hand out, and back.

See OWASP, "CSV Injection". Plain numbers ("-3", "+10") are left alone: they are no formulas, and
shopkeepers' own files hold them.
"""

from __future__ import annotations

import re
from typing import Final

_LIVE: Final = re.compile(r"'*(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n])")
_PLAIN_NUMBER: Final = re.compile(r"[+\-]?\d[\d,]*(?:\.\d+)?")


def defuse(cell: str) -> str:
    """`cell` with an apostrophe in front when a spreadsheet would run it. `restore` undoes it exactly."""
    return f"'{cell}" if looks_live(cell) else cell


def restore(cell: str) -> str:
    """What `defuse` was given."""
    return cell[1:] if cell.startswith("'") and looks_live(cell) else cell


def looks_live(cell: str) -> bool:
    """Would a spreadsheet run it (or does it begin with apostrophes over such a cell)?"""
    return _LIVE.match(cell) is not None and _PLAIN_NUMBER.fullmatch(cell) is None
