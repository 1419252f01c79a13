"""Why a file can't be used as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PICTURE_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "FILE_EMPTY": "The file is empty; send the photo again.",
        "FILE_TOO_LARGE": "The file has more than 15 MB; send a smaller copy of it.",
        "NOT_A_PICTURE": "This is no picture of a kind we can read; send a JPEG, PNG, WebP, HEIC or AVIF.",
        "TOO_MANY_PIXELS": "The picture has more than 50 megapixels; send a smaller copy of it.",
        "PICTURE_DAMAGED": "The file is damaged or was cut off on the way; send it again, or take a new photo.",
        "PICTURE_UNREADABLE": "We can't read this picture; take a new photo, or send it as a JPEG.",
    }
)
"""With the sentence that the person who sent it is shown."""


class PictureProblem(Exception):
    """The file can't be used. ``code``: one of PICTURE_CODES."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.reason = PICTURE_CODES[code]
        super().__init__(f"{code}: {self.reason}")
