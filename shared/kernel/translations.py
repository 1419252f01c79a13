"""What is said in English in the code, in the reader's language: as gettext has it, the English sentence is the key.

``translations/<language>.json``: the sentence, with ``{0}``, ``{1}`` for what the code fills in, and what it is in that
language, in ICU MessageFormat with the same places. Sentences that are for programmers alone aren't there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from shared.kernel.messages import catalog, say

FOLDER: Final = Path(__file__).with_name("translations")
_LONGEST: Final = 2000  # characters; nothing longer is looked into
_PLACE: Final = re.compile(r"\{(\w+)\}")


def translated(sentence: str, language: str) -> str | None:
    """What a sentence of the code is in one of LANGUAGES; None where it has no translation."""
    if language == "en":
        return sentence
    known: Mapping[str, str] = catalog(FOLDER, language)
    if sentence in known:
        return say(known[sentence], {}, language)
    if len(sentence) <= _LONGEST:
        for key in _with_places(language):
            if (values := values_in(sentence, key)) is not None:
                return say(known[key], values, language)
    return None


def in_words_of(sentence: str, language: str) -> str:
    """A sentence of the code in one of LANGUAGES, in English where it has no translation."""
    return translated(sentence, language) or sentence


def whole_in_words_of(sentence: str, language: str) -> str:
    """What the code says just so, in one of LANGUAGES; all else as it is, for a person may have written it."""
    known: Mapping[str, str] = {} if language == "en" else catalog(FOLDER, language)
    return say(known[sentence], {}, language) if sentence in known else sentence


def values_in(sentence: str, template: str) -> dict[str, str] | None:
    """What fills the ``{places}`` of a plain template where it says this sentence; None where it can't."""
    found = _pattern(template).fullmatch(sentence)
    return dict(zip(_PLACE.findall(template), found.groups(), strict=True)) if found else None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, _PLACE.split(template)[::2])), re.DOTALL)


@cache
def _with_places(language: str) -> Sequence[str]:
    """The sentences that something is filled into; what says more by itself comes before what says less."""
    keys = [key for key in catalog(FOLDER, language) if _PLACE.search(key)]
    return sorted(keys, key=lambda key: len(_PLACE.sub("", key)), reverse=True)
