"""Workbooks: by openpyxl as other programs write them, and part by part where none would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook

_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook_of(*rows: Sequence[object]) -> bytes:
    """One sheet with these rows."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    return saved(book)


def relations(**targets: str) -> str:
    return "<Relationships>" + "".join(
        f'<Relationship Id="{kind}" Type="{_RELATED}/{kind}" Target="{target}"/>' for kind, target in targets.items()
    ) + "</Relationships>"  # fmt: skip


BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}">'
    '<sheets><sheet name="Stock" sheetId="1" r:id="worksheet"/></sheets></workbook>'
)


def by_hand(rows: str | Iterable[bytes], *, strings: str | Iterable[bytes] = "", **parts: str) -> bytes:
    """A workbook of one sheet with this XML inside ``sheetData``. ``parts``: others by name, / written as __."""
    sheet: Iterable[bytes] = [rows.encode()] if isinstance(rows, str) else rows
    shared: Iterable[bytes] = [strings.encode()] if isinstance(strings, str) else strings
    texts: Mapping[str, str] = {
        "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": relations(
            worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml", styles="/xl/styles.xml"
        ),
        **{f"{name.replace('__', '/')}.xml": text for name, text in parts.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in texts.items():
            made.writestr(name, text)
        with made.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for piece in sheet:
                part.write(piece)
            part.write(b"</sheetData></worksheet>")
        with made.open("xl/sharedStrings.xml", "w") as part:
            part.write(f'<sst xmlns="{_MAIN}">'.encode())
            for piece in shared:
                part.write(piece)
            part.write(b"</sst>")
    return out.getvalue()
