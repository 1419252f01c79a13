"""What is taken: of files and pictures, before anything of them is read."""

from __future__ import annotations

from typing import Final

SIZE_LIMIT: Final = 15 * 1024 * 1024
"""Bytes of a file."""
PIXEL_LIMIT: Final = 8192 * 6144
"""What cameras of 50 megapixels make."""
LONGEST: Final = 2048
"""Pixels of the longer side, at most, of what is kept."""
LEAST: Final = 1600
"""A larger picture is not made shorter than this: the small print on the back of a pack is to be read."""
