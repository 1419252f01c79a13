"""What is told to be no CSV by its first bytes, and the table in it as one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final, Literal

from services.csv_import.domain.table import webpage, workbook, xml_workbook
from services.csv_import.domain.table.sheets import as_csv, too_large

Kind = Literal["workbook", "xml", "html"]

UPLOAD_LIMIT: Final = 200_000_000
"""Bytes of a workbook or web page; they lie on the disk of the function while they are read."""

_PAGE = re.compile(
    rb"<(?:!doctype|\?xml|html|head|meta|title|style|script|link|body|center|div|font|table|thead|tbody|tr|(?:\w+:)?workbook)\b"
    rb"|<!--"
)
_XML_SPREADSHEET = re.compile(rb"<(?:\w+:)?Workbook[\s>]")
_WEB_PAGE = re.compile(rb"<(?:html|body|table|tr)\b", re.IGNORECASE)


def kind_of(head: bytes) -> Kind | None:
    """What must be unpacked before it can be read as a CSV, told from the first bytes of a file."""
    if head.startswith(b"PK\x03\x04"):
        return "workbook"
    begin = head[: 1 << 14].lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\x00", b"").lstrip()
    if not _PAGE.match(begin[:200].lower()):
        return None
    plain = head.replace(b"\x00", b"")
    if _XML_SPREADSHEET.search(begin):
        return "xml"
    if begin.lower().startswith(b"<?xml") and not _WEB_PAGE.search(plain):
        return None  # XML of another kind, which is refused
    return "html"


def refuse_a_large_one(size: int) -> None:
    """Raises FileProblem FILE_TOO_LARGE for a workbook or web page over UPLOAD_LIMIT."""
    if size > UPLOAD_LIMIT:
        raise too_large("over 200 MB")


def unpacked(file: IO[bytes], kind: Kind) -> Iterator[str]:
    """The table in a file as CSV, piece by piece; the same pieces each time.

    Raises FileProblem EMPTY_FILE, NOT_A_TABLE or FILE_TOO_LARGE, at once or on the way.
    """
    if kind == "workbook":
        return as_csv(workbook.sheets(file))
    return as_csv(xml_workbook.sheets(file) if kind == "xml" else webpage.sheets(file))
