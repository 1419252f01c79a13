"""What is said of a row or a file, in the reader's language.

``sentences/<language>.json`` holds ``sentences``: ``CODE`` or ``CODE.kind`` -> a text with {places}, and the names of
``fields`` and ``units``. All languages have the same sentences with the same places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("en", "hi", "mr", "ta", "te", "bn", "gu", "kn", "ml", "pa")
"""BCP 47 codes of the languages that reports are written in; English first."""

Words = Mapping[str, str | int]
"""Values for the places of a sentence, and under ``kind`` which sentence of its code it is (nothing: the plain one).

Some are translated too: ``fields`` (of columns.FIELDS, with commas between), a stock unit as ``before`` or ``after``,
and ``why`` (lines, each what a sentence ``WHY...`` says in English).
"""

_SHOWN: Final = 40  # characters of a cell
_PLACE = re.compile(r"\{(\w+)\}")


class _Places(dict[str, str | int]):
    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in one language. ``headings``: field -> what the reader's own file calls it."""

    language: str
    sentences: Mapping[str, str]
    fields: Mapping[str, str]
    units: Mapping[str, str]
    headings: Mapping[str, str] = field(default_factory=dict)

    def say(self, code: str, words: Words, *, about: str = "", value: str = "") -> str:
        """The sentence of a code, "" for one that has none. ``about``: the field that is meant; ``value``: its cell."""
        template = self.sentences.get(f"{code}.{words['kind']}") if "kind" in words else None
        if template is None:
            template = self.sentences.get(code, "")
        places = _Places(words)
        places["field"] = self.name_of(str(words.get("field") or about))
        places.setdefault("value", value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")
        if "fields" in words:
            places["fields"] = ", ".join(map(self.name_of, str(words["fields"]).split(",")))
        for name in ("before", "after"):
            if name in words:
                places[name] = self.units.get(str(words[name]), words[name])
        if "why" in words:
            places["why"] = " ".join(filter(None, map(self._reason, str(words["why"]).splitlines())))
        return template.format_map(places).strip()

    def name_of(self, name: str) -> str:
        """What the reader calls a field."""
        return self.headings.get(name) or self.fields.get(name) or name

    def _reason(self, text: str) -> str:
        """A reason that was told in English, in this language; "" for one that nobody has translated."""
        if self.language == "en":
            return text
        for name, pattern in _reasons().items():
            if found := pattern.fullmatch(text):
                return self.sentences[name].format_map(found.groupdict())
        return ""


@cache
def speaker(language: str) -> Speaker:
    """Who speaks this language, else English."""
    known = language if language in LANGUAGES else "en"
    data = json.loads((Path(__file__).with_name("sentences") / f"{known}.json").read_text("utf-8"))
    return Speaker(known, data["sentences"], data["fields"], data["units"])


def speaker_to(language: str, headings: Mapping[str, str]) -> Speaker:
    """Who speaks this language to one whose file has these headings (by field)."""
    return replace(speaker(language), headings=headings)


@cache
def plain() -> Speaker:
    """English, where fields are called what the code calls them."""
    return replace(speaker("en"), fields={})


@cache
def _reasons() -> dict[str, re.Pattern[str]]:
    found = {}
    for name, template in speaker("en").sentences.items():
        if name.startswith("WHY."):
            pieces = [
                f"(?P<{piece}>.+)" if at % 2 else re.escape(piece) for at, piece in enumerate(_PLACE.split(template))
            ]
            found[name] = re.compile("".join(pieces))
    return found
