"""XML read block by block, within bounds: no declarations, no deep nests, nothing of megabytes in one piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

from services.csv_import.domain.problems import FileProblem
from services.csv_import.domain.table.sheets import too_large

_DEEPEST: Final = 100
_ELEMENTS: Final = 50_000_000
"""What a function has the time for: a sheet of a million rows has some 20 million."""
_PIECE: Final = 4 << 20
"""Bytes of one tag or comment, which the parser holds whole."""


class XmlReader:
    """Elements by their local names; what they mean is told by a subclass."""

    def __init__(self) -> None:
        parser = ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self.text
        # Without declarations there are no entities, so none that grow.
        parser.StartDoctypeDeclHandler = self._refuse
        self._parser = parser
        self._depth = 0
        self._elements = 0

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def closed(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Characters between tags."""

    def read(self, blocks: Iterable[bytes]) -> Iterator[None]:
        """Steps through the document, block by block. Raises FileProblem NOT_A_TABLE."""
        fed = 0
        try:
            for block in blocks:
                self._parser.Parse(block, False)
                fed += len(block)
                if fed - self._parser.CurrentByteIndex > _PIECE:
                    self._refuse()
                yield
            self._parser.Parse(b"", True)
        except (ExpatError, LookupError, ValueError):  # the last two: an encoding that nobody knows
            self._refuse()
        yield

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST:
            self._refuse()
        if self._elements > _ELEMENTS:
            raise too_large(f"over {_ELEMENTS:,} cells")
        self.opened(name.rpartition(":")[2] if ":" in name else name, attributes)

    def _close(self, name: str) -> None:
        self._depth -= 1
        self.closed(name.rpartition(":")[2] if ":" in name else name)

    def _refuse(self, *_: object) -> NoReturn:
        raise FileProblem("NOT_A_TABLE", "damaged")


def local(attributes: dict[str, str], name: str) -> str | None:
    """An attribute by its local name, whatever prefix stands before it."""
    if (found := attributes.get(name)) is not None:
        return found
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), None)
