"""What is said of a row or a file, in the reader's language.

``sentences/<language>.json`` holds ``sentences``: ``CODE`` or ``CODE.kind`` -> a text, and the names of ``fields`` and
``units``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

from shared.kernel.messages import catalog, language_of, say
from shared.kernel.translations import values_in

FOLDER: Final = Path(__file__).with_name("sentences")

Words = Mapping[str, str | int]
"""Values for the places of a sentence, and under ``kind`` which sentence of its code it is (nothing: the plain one).

Some are translated too: ``fields`` (of columns.FIELDS, with commas between), a stock unit as ``before`` or ``after``,
and ``why`` (lines, each what a sentence ``WHY...`` says in English).
"""

_SHOWN: Final = 40  # characters of a cell


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
        places = dict(words)
        places["field"] = self.name_of(str(words.get("field") or about))
        places.setdefault("value", value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")
        if "fields" in words:
            places["fields"] = ", ".join(map(self.name_of, str(words["fields"]).split(",")))
        for name in ("before", "after"):
            if name in words:
                places[name] = self.units.get(str(words[name]), words[name])
        if "why" in words:
            places["why"] = " ".join(filter(None, map(self._reason, str(words["why"]).splitlines())))
        return say(template, places, self.language).strip()

    def name_of(self, name: str) -> str:
        """What the reader calls a field."""
        return self.headings.get(name) or self.fields.get(name) or name

    def _reason(self, text: str) -> str:
        """A reason that was told in English, in this language; "" for one that nobody has translated."""
        if self.language == "en":
            return text
        for name, english in _reasons().items():
            if (values := values_in(text, english)) is not None:
                return say(self.sentences[name], values, self.language)
        return ""


@cache
def speaker(language: str) -> Speaker:
    """Who speaks this language, else English."""
    known = language_of(language)
    return Speaker(known, **catalog(FOLDER, known))


def in_words_of(code: str, english: str, language: str) -> str | None:
    """What was told of a whole file in English, in a language; None where no sentence of the code says it."""
    for name, template in speaker("en").sentences.items():
        about, _, kind = name.partition(".")
        if about == code and (values := values_in(english, template)) is not None:
            return speaker(language).say(code, {**values, "kind": kind} if kind else values)
    return None


def speaker_to(language: str, headings: Mapping[str, str]) -> Speaker:
    """Who speaks this language to one whose file has these headings (by field)."""
    return replace(speaker(language), headings=headings)


@cache
def plain() -> Speaker:
    """English, where fields are called what the code calls them."""
    return replace(speaker("en"), fields={})


@cache
def _reasons() -> Mapping[str, str]:
    return {name: text for name, text in speaker("en").sentences.items() if name.startswith("WHY.")}
