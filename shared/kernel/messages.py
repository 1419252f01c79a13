"""Messages that people read, in ICU MessageFormat: texts with ``{places}``, ``{n, plural, ...}``, ``{x, select, ...}``.

A catalog is a folder with a ``<language>.json`` for each of ``LANGUAGES``. It is read when the first sentence of its
language is said, and a text is taken apart when it is said first. A figure stands as it was given, "1250.5".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from shared.kernel.region import LANGUAGES

Values = Mapping[str, Any]
"""What fills the places of a text; one that is missing or None is left empty."""


def say(text: str, values: Values, language: str) -> str:
    """A text of a language, filled."""
    return message(text).said(values, language)


@cache
def catalog(folder: Path, language: str) -> Any:
    """What a catalog has in one of LANGUAGES, as it stands there."""
    return json.loads((folder / f"{language}.json").read_text("utf-8"))


def language_of(tag: str) -> str:
    """The language of ours that a BCP 47 tag means: "mr-IN" -> "mr"; English for those that we don't speak."""
    short = tag.replace("_", "-").partition("-")[0].lower()
    return short if short in LANGUAGES else "en"


def preferred(accepted: str) -> str | None:
    """The language of ours that a reader wants most, by what ``Accept-Language`` says; English if none.

    None where he leaves it to us: he says nothing, or that any will do.
    """
    if not accepted.strip():
        return None
    wanted: list[tuple[float, str | None]] = []
    for part in accepted.split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        short = tag.replace("_", "-").partition("-")[0]
        weight = next((_weight(p.removeprefix("q=")) for p in parameters if p.startswith("q=")), 1.0)
        if weight > 0 and (short in LANGUAGES or short == "*"):
            wanted.append((-weight, None if short == "*" else short))
    return min(wanted, key=lambda one: one[0])[1] if wanted else "en"


def _weight(text: str) -> float:
    return float(text) if re.fullmatch(r"[01](\.\d{0,3})?", text) else 0.0


# --- Which form a number takes ---


def _one_alone(n: Decimal) -> bool:
    """i = 1 and v = 0: "1", and neither "1.0" nor "1.5"."""
    return n == 1 and n.as_tuple().exponent == 0


def _one_or_less(n: Decimal) -> bool:
    """i = 0 or n = 1: whatever isn't above one."""
    return n <= 1


_ONE: Final[Mapping[str, Callable[[Decimal], bool]]] = {
    "en": _one_alone,
    **dict.fromkeys(("hi", "bn", "gu", "kn", "as"), _one_or_less),
    **dict.fromkeys(("mr", "ta", "te", "ml", "or"), lambda n: n == 1),
    "pa": lambda n: n in (0, 1),
}
"""Which numbers are ``one``, all others being ``other``: the cardinal rules of Unicode's CLDR 48."""


def plural(number: Any, language: str) -> str:
    """The form that a number takes: ``one`` or ``other``. What is no number is ``other``."""
    counted = _number(number)
    return "one" if counted is not None and _ONE[language](abs(counted)) else "other"


def _number(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


# --- What a text is made of ---


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Texts of which a value chooses one: by its number (``plural``), with ``=2`` for just that, or by its word."""

    name: str
    plural: bool
    texts: Mapping[str, tuple[Part, ...]]

    def chosen(self, value: Any, language: str) -> tuple[Part, ...]:
        """What is said of this value."""
        if not self.plural:
            return self.texts.get(str(value), self.texts["other"])
        counted = _number(value)
        if counted is not None:
            for key, parts in self.texts.items():
                if key[0] == "=" and Decimal(key[1:]) == counted:
                    return parts
        return self.texts.get(plural(value, language), self.texts["other"])


Part = str | Place | Choice


class Message:
    """A text, taken apart. Raises ValueError for one that is no message."""

    def __init__(self, text: str) -> None:
        self.parts = _Reader(text).message()

    def said(self, values: Values, language: str) -> str:
        """It, filled, in its language."""
        return "".join(_said(self.parts, values, language))

    @cached_property
    def places(self) -> frozenset[str]:
        """The names of all that fills it."""
        return frozenset(part.name for part in _all(self.parts) if not isinstance(part, str))

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """All choices in it, also those in others."""
        return tuple(part for part in _all(self.parts) if isinstance(part, Choice))


@cache
def message(text: str) -> Message:
    """A text, taken apart once. Raises ValueError."""
    return Message(text)


def _said(parts: tuple[Part, ...], values: Values, language: str) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
            continue
        value = values.get(part.name)
        if isinstance(part, Choice):
            yield from _said(part.chosen(value, language), values, language)
        elif value is not None:
            yield str(value)


def _all(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Choice):
            for inner in part.texts.values():
                yield from _all(inner)


_KEY: Final = re.compile(r"\s*(=\d+|\w+)\s*\{")


class _Reader:
    """Reads a text from left to right.

    An apostrophe quotes only where a sign of the format follows (``'{'``), so "can't" is written as it is; two are one.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def message(self, counted: str | None = None, *, inner: bool = False) -> tuple[Part, ...]:
        """Up to the end or, ``inner``, the brace that closes it. ``counted``: what ``#`` stands for."""
        parts: list[Part] = []
        literal = ""
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == "}" and inner:
                break
            if sign == "'":
                literal += self._quoted("{}#" if counted else "{}")
                continue
            self.at += 1
            if sign == "}":
                raise self._wrong("a brace closes nothing")
            if sign == "{" or (sign == "#" and counted):
                if literal:
                    parts.append(literal)
                    literal = ""
                parts.append(self._argument() if sign == "{" else Place(str(counted)))
            else:
                literal += sign
        if literal:
            parts.append(literal)
        return tuple(parts)

    def _quoted(self, signs: str) -> str:
        """What an apostrophe, and what it quotes, stand for."""
        following = self.text[self.at + 1 : self.at + 2]
        if following == "'":
            self.at += 2
            return "'"
        if not following or following not in signs:
            self.at += 1
            return "'"
        end = re.compile(r"'(?:[^']|'')*('|$)").match(self.text, self.at)
        assert end is not None  # noqa: S101 - an apostrophe stands there
        self.at = end.end()
        return end[0][1 : -1 if end[1] else None].replace("''", "'")

    def _argument(self) -> Place | Choice:
        found = re.compile(r"\s*(\w+)\s*(?:\}|,\s*(plural|select)\s*,)").match(self.text, self.at)
        if found is None:
            raise self._wrong("here a place, a plural or a select is expected")
        self.at = found.end()
        name, kind = found.groups()
        if kind is None:
            return Place(name)
        texts: dict[str, tuple[Part, ...]] = {}
        while key := _KEY.match(self.text, self.at):
            if key[1] in texts or (key[1][0] == "=" and kind == "select"):
                raise self._wrong(f"{key[1]} is twice there, or no word")
            self.at = key.end()
            texts[key[1]] = self.message(name if kind == "plural" else None, inner=True)
            self._close()
        self._close()
        if "other" not in texts:
            raise self._wrong(f"{name} has no text for all others")
        return Choice(name, kind == "plural", texts)

    def _close(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        if self.text[self.at : self.at + 1] != "}":
            raise self._wrong("a brace is missing")
        self.at += 1

    def _wrong(self, why: str) -> ValueError:
        return ValueError(f"{self.text!r}, character {self.at}: {why}")
