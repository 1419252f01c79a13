"""Whether two pictures look the same: some hundred bits of each that a copy mostly keeps, compared bit by bit.

A word is 64 bits. A view is a picture's shapes in two words, ``imagehash``'s phash (its coarse waves) and dhash (where
it grows brighter to the right). Each picture is seen in three views, whole and with its edges cut off: one of them is
what a cropped copy shows. One word more tells the colours, in which the flavours of a brand differ whose packs have the
same shapes. What a copy keeps, and how often others come as near, ``make bench ARGS=images`` measures; ``NEAR`` and
``_WAVES_NEAR`` are read off there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

Words = npt.NDArray[np.uint64]

NEAR: Final = 28
"""Bits in which two pictures may differ that look the same."""

_WAVES_NEAR: Final = 16
"""Of these so many in the phash: who differs in more is not looked at further."""

_SIDE: Final = 256
_EDGES: Final = (0, 8, 13)
"""Pixels of ``_SIDE`` that each view leaves away on every side: none, 3 and 5 percent."""
_TURNS: Final = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
_CELLS: Final = 4
_COLOURED: Final = 4
"""Of 128: a cell with less is grey."""
_BLANK: Final = 8
"""Of 255: with less between its darkest and its brightest part there is nothing on a picture."""

_VIEWS: Final = len(_EDGES)
WORDS: Final = 2 * _VIEWS + 1
_SEEN_AS: Final = ((0, 0), *((0, view) for view in range(1, _VIEWS)), *((view, 0) for view in range(1, _VIEWS)))
"""Views that may be the same: whole and whole, or the one as the other when that is cropped."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a picture: ``upright`` is what others are compared with, ``turned`` asks for turned copies."""

    upright: Words
    """The phash of each view, the dhash of each view, the colours: ``WORDS`` of them."""
    turned: Words
    """Whole, by three quarter turns: phash, dhash, colours of each."""

    def packed(self) -> bytes:
        """As it is stored."""
        return pack(np.concatenate((self.upright, self.turned)))

    @classmethod
    def unpacked(cls, data: bytes) -> Fingerprint:
        """As it was stored."""
        words = unpack(data)
        return cls(words[:WORDS], words[WORDS:])


def pack(words: Words) -> bytes:
    """Words as bytes."""
    return words.astype(">u8").tobytes()


def unpack(data: bytes) -> Words:
    """Bytes as words."""
    return np.frombuffer(data, ">u8").astype(np.uint64)


def fingerprint(picture: Image.Image) -> Fingerprint | None:
    """Of an upright picture; None where there is nothing on it, as all such would look the same."""
    square = picture.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    grey = square.convert("L")
    if _is_blank(grey):
        return None
    views = [grey.crop((edge, edge, _SIDE - edge, _SIDE - edge)) for edge in _EDGES]
    upright = [*map(_waves, views), *map(_slopes, views), _colours(square)]
    turned = [
        word
        for turn in _TURNS
        for word in (_waves(grey.transpose(turn)), _slopes(grey.transpose(turn)), _colours(square.transpose(turn)))
    ]
    return Fingerprint(np.array(upright, np.uint64), np.array(turned, np.uint64))


class Neighbour(NamedTuple):
    """A picture that looks the same: its place among those asked, and in how many bits it differs."""

    place: int
    distance: int


def nearest(asked: Fingerprint, among: Words, *, near: int = NEAR) -> list[Neighbour]:
    """Those that look the same as the one asked for, the likest first.

    ``among``: a column for each picture, a row for each word of ``upright``; so all phashes lie side by side.
    """
    best: dict[int, int] = {}
    for waves, slopes, colours, view in _questions(asked):
        places = np.flatnonzero(np.bitwise_count(among[view] ^ waves) <= _WAVES_NEAR)
        some = among[:, places]
        distances = (
            np.bitwise_count(some[view] ^ waves).astype(np.int64)
            + np.bitwise_count(some[_VIEWS + view] ^ slopes)
            + np.bitwise_count(some[-1] ^ colours)
        )
        close = distances <= near
        for place, distance in zip(places[close].tolist(), distances[close].tolist(), strict=True):
            best[place] = min(distance, best.get(place, distance))
    return sorted((Neighbour(*found) for found in best.items()), key=lambda n: (n.distance, n.place))


def distance(one: Fingerprint, other: Fingerprint) -> int | None:
    """In how many bits two pictures differ, None where they don't look the same at all."""
    found = nearest(one, other.upright[:, np.newaxis], near=3 * 64)
    return found[0].distance if found else None


def _questions(asked: Fingerprint) -> list[tuple[np.uint64, np.uint64, np.uint64, int]]:
    """What to ask for: phash, dhash, colours, and the view of the others that is asked."""
    upright, turned = asked.upright, asked.turned
    seen = [(upright[mine], upright[_VIEWS + mine], upright[-1], theirs) for mine, theirs in _SEEN_AS]
    return [*seen, *((turned[at], turned[at + 1], turned[at + 2], 0) for at in range(0, len(turned), 3))]


def _is_blank(grey: Image.Image) -> bool:
    darkest, brightest = grey.resize((32, 32), Image.Resampling.BOX).getextrema()
    return float(brightest) - float(darkest) < _BLANK  # type: ignore[arg-type]


def _waves(grey: Image.Image) -> int:
    return _word(imagehash.phash(grey).hash)


def _slopes(grey: Image.Image) -> int:
    return _word(imagehash.dhash(grey).hash)


def _colours(square: Image.Image) -> int:
    """For each cell whether it is blue, yellow, red, green: a bit each."""
    cells = np.asarray(square.convert("YCbCr").resize((_CELLS, _CELLS), Image.Resampling.BOX)).astype(np.int16)
    blue, red = cells[..., 1] - 128, cells[..., 2] - 128
    return _word(np.stack((blue > _COLOURED, blue < -_COLOURED, red > _COLOURED, red < -_COLOURED)))


def _word(bits: npt.NDArray[Any]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
