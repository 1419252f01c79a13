"""Our brands and glossary as a file that Amazon Translate reads: English, and what it shall say in each language.

It finds a term only as it is spelled, capitals and all: so goods stand there as packs write them and in small letters.
Words that describe goods are left out, for they bend with what they describe. A good stands there where all languages
have it; what the file leaves empty might be taken for the translation.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from services.localization.domain.machine import name_in, stays_as_it_is
from shared.kernel.naming import goods

LANGUAGES: Final = ("hi", "mr", "ta", "te", "bn", "gu", "kn", "ml", "pa")
"""Those of ours that Amazon Translate knows, of which a file may have ten; Odia and Assamese it doesn't know."""
LONGEST: Final = 200
"""Bytes of a term; Amazon Translate takes no longer ones."""


@lru_cache(maxsize=1)
def terms() -> bytes:
    """The file: UTF-8, a column a language, English first."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["en", *LANGUAGES])
    rows.writerows(row for row in _rows() if all(0 < len(term.encode()) <= LONGEST for term in row))
    return out.getvalue().encode()


def _rows() -> Iterator[list[str]]:
    brands = dict.fromkeys(stays_as_it_is())
    for brand in brands:
        yield [brand] * (1 + len(LANGUAGES))
    for words in goods():
        said = [name_in(language, words.title()) for language in LANGUAGES]
        known = [made.name for made in said if made and made.source == "glossary"]
        if len(known) == len(LANGUAGES):
            for english in dict.fromkeys((words.title(), words)):
                if english not in brands:
                    yield [english, *known]
