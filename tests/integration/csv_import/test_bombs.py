"""Files that mean harm are refused within bounds of memory, which is counted; no clock is asked."""

from __future__ import annotations

import io
import itertools
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable, Iterator

import pytest

from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table import workbook, xml_reading
from services.csv_import.domain.table.unpacking import UPLOAD_LIMIT, kind_of, refuse_a_large_one, unpacked
from tests.unit.csv_import.builders import chunks_of, rows_of
from tests.unit.csv_import.workbooks import by_hand

pytestmark = pytest.mark.integration  # not fast enough to be among the unit tests

MB = 1_000_000


def many(piece: bytes, megabytes: float, *, begin: bytes = b"", end: bytes = b"") -> Iterator[bytes]:
    block = piece * max(1, 100_000 // len(piece))
    yield begin
    yield from itertools.repeat(block, int(megabytes * MB / len(block)))
    yield end


def joined(blocks: Iterable[bytes]) -> bytes:
    return b"".join(blocks)


def entities() -> bytes:
    """A billion laughs."""
    grown = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    return (
        f"<?xml version='1.0'?><!DOCTYPE Workbook [<!ENTITY l0 'lol'>{grown}]><Workbook><Worksheet><Table><Row><Cell>"
        "<Data>&l9;</Data></Cell></Row></Table></Worksheet></Workbook>"
    ).encode()


def with_a_huge_directory() -> bytes:
    """A directory of 150,000 parts; one of them all is enough for a workbook."""
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 150_000
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65_535, 65_535, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end


def lying_about_sizes() -> bytes:
    """A sheet of 30 MB that says it is one of 20 bytes."""
    data = bytearray(by_hand(many(b"<row/>", 30)))
    central = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    data[central + 24 : central + 28] = struct.pack("<I", 20)
    return bytes(data)


CELL = b'<row><c t="inlineStr"><is><t>'
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a sheet that unpacks to 900 MB": (lambda: _declared("xl/worksheets/sheet1.xml", 900 * MB), "600 MB"),
    "strings that unpack to 150 MB": (lambda: _declared("xl/sharedStrings.xml", 150 * MB), "150 MB"),
    "a sheet that unpacks to 900 times its size": (lambda: by_hand(many(b"<row/>", 60)), "unpacked"),
    "a sheet that lies about its size": (lying_about_sizes, "damaged"),
    "a directory of 150,000 parts": (with_a_huge_directory, "damaged"),
    "a row of half a million blank cells": (
        lambda: by_hand(many(b"<c/>", 2, begin=b"<row>", end=b"</row>")),
        "EMPTY_FILE",
    ),
    "a row of a million cells": (
        lambda: by_hand(many(b"<c><v>1</v></c>", 15, begin=b"<row>", end=b"</row>")),
        "columns",
    ),
    "a cell of 20 MB": (lambda: by_hand(many(b"word ", 20, begin=CELL)), "1 MB"),
    "a cell of 1 MB in pieces": (lambda: by_hand(many(b"<r><t>ab</t></r>", 10, begin=CELL)), "1 MB"),
    "a shared string of 20 MB": (lambda: by_hand("", strings=many(b"word ", 20, begin=b"<si><t>")), "1 MB"),
    "a tag of 20 MB": (lambda: by_hand(many(b"a", 20, begin=b"<row x='")), "damaged"),
    "a comment of 20 MB": (lambda: by_hand(many(b"a", 20, begin=b"<!--")), "damaged"),
    "tags in tags": (lambda: by_hand(many(b"<a>", 20)), "damaged"),
    "entities in a workbook": (
        lambda: by_hand("<row><c><v>1</v></c></row>", xl__workbook=entities().decode()),
        "damaged",
    ),
    "entities in XML": (entities, "damaged"),
    "an XML cell of 20 MB": (
        lambda: joined(
            many(
                b"ab ",
                20,
                begin=b"<?xml version='1.0'?><Workbook><Worksheet><Table><Row><Cell><Data>",
                end=b"</Data></Cell></Row></Table></Worksheet></Workbook>",
            )
        ),
        "1 MB",
    ),
    "a page's cell of 20 MB": (lambda: joined(many(b"word ", 20, begin=b"<html><table><tr><td>")), "1 MB"),
    "a page's cell in pieces": (lambda: joined(many(b"ab<b>", 5, begin=b"<html><table><tr><td>")), "1 MB"),
    "a page's row of a million cells": (lambda: joined(many(b"<td>1", 5, begin=b"<html><table><tr>")), "columns"),
    "a page's tables in tables": (lambda: joined(many(b"<table><tr><td>", 5, begin=b"<html>")), "HTML"),
    "a page's tag of 20 MB": (lambda: joined(many(b"a", 20, begin=b"<html><table><tr><td x='")), "damaged"),
    "a page's comment of 20 MB": (lambda: joined(many(b"a", 20, begin=b"<html><!--")), "damaged"),
    "a page's comments that never end": (lambda: joined(many(b"<!--", 5, begin=b"<html>")), "damaged"),
    "a page's script of 20 MB": (lambda: joined(many(b"a<", 20, begin=b"<html><script>")), "damaged"),
    "a page's wide cells": (
        lambda: joined(many(b"<td colspan=1000 rowspan=9999>", 0.2, begin=b"<html><table>")),
        "HTML",
    ),
    "a page of empty tables": (lambda: joined(many(b"<table></table>", 0.2, begin=b"<html>")), "HTML"),
    # Plain CSV, which lines.py and cutting.py bound.
    "a CSV's cell of 10 MB": (lambda: joined(many(b"word \n", 10, begin=b'name,mrp\n1,"')), "1 MB"),
    "a CSV's line of 20 MB": (lambda: joined(many(b"word ", 20, begin=b"name,mrp\n")), "NOT_A_TABLE"),
    "a CSV's million columns": (lambda: joined(many(b"1,", 2, begin=b"name,mrp\n")), "columns"),
    "a CSV of long lines of columns": (
        lambda: joined(many(b"," * 2_000_000 + b"\n", 60, begin=b"name,mrp\n" + b"Atta,1\n" * 40_005)),
        "columns",
    ),
    "a CSV of a million headings": (lambda: joined(many(b"a,", 2, end=b"\n1,2\n")), "columns"),
    "a file full of zeros": (lambda: bytes(20 * MB), "EMPTY_FILE"),
    "zeros behind a heading": (lambda: joined(many(b"\x00", 20, begin=b"name,mrp\nAtta,1\n")), "NOT_A_TABLE"),
}  # fmt: skip


def _declared(part: str, size: int) -> bytes:
    """A workbook of which a part says that it unpacks to so much."""
    data = bytearray(by_hand("<row><c><v>1</v></c></row>"))
    central = data.rindex(part.encode()) - 46
    data[central + 24 : central + 28] = struct.pack("<I", size)
    return bytes(data)


def read(data: bytes) -> None:
    """As the first room does it, without holding what it makes."""
    kind = kind_of(data[:262_144])
    if kind is None:
        rows_of(data)
    else:
        for _ in unpacked(io.BytesIO(data), kind):
            pass


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_bounds(name: str) -> None:
    make, word = BOMBS[name]
    data = make()
    tracemalloc.start()
    try:
        with pytest.raises(FileProblem, match=word):
            read(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60 * MB


def test_a_chunk_is_of_few_rows_where_they_are_long() -> None:
    data = joined(many(b'Atta,"' + b"word, " * 20_000 + b'"\n', 12, begin=b"name,notes\n"))
    dialect, rows = rows_of(data)
    sizes = [chunk.end - chunk.start for chunk in chunks_of(data, dialect)]
    assert (len(rows), sum(sizes) + dialect.data_start) == (data.count(b"\n") - 1, len(data))
    assert max(sizes) < 3 * MB


def test_a_long_workbook_takes_no_more_memory_than_a_short_one() -> None:
    """Beside its strings: rows are let go as they are written."""

    def peak(rows: int) -> int:
        cells = (
            b'<row><c t="inlineStr"><is><t>Goods %d</t></is></c><c><v>%d</v></c></row>' % (n, n) for n in range(rows)
        )
        data = by_hand(cells)
        tracemalloc.start()
        try:
            read(data)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(12_000) < peak(2_000) + MB


def test_no_more_is_read_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_reading, "_ELEMENTS", 1_000)
    with pytest.raises(FileProblem, match="cells"):
        read(by_hand("<row/>" * 1_000))


def test_a_workbook_over_200_megabytes_is_refused_by_its_size_alone() -> None:
    refuse_a_large_one(UPLOAD_LIMIT)
    with pytest.raises(FileProblem, match="200 MB") as caught:
        refuse_a_large_one(UPLOAD_LIMIT + 1)
    assert (caught.value.code, "CSV" in caught.value.message) == ("FILE_TOO_LARGE", True)


def test_shared_strings_lie_in_one_piece() -> None:
    strings = workbook._Strings()
    data = b"<sst>" + b"".join(b"<si><t>Goods %d</t></si>" % n for n in range(50_000)) + b"</sst>"
    tracemalloc.start()
    try:
        for _ in strings.read([data[at : at + 65_536] for at in range(0, len(data), 65_536)]):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert strings[49_999] == "Goods 49999"
    assert peak < 2 * len(data)


def test_a_zip_in_a_zip_is_not_looked_into() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("bomb.zip", by_hand(""))
    with pytest.raises(FileProblem, match="ZIP"):
        read(out.getvalue())
