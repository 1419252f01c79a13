"""Amazon Translate, asked once for each name and language, and for so many characters a day at most.

Brands are not sent where they begin or end a name, and an answer in which one is missing that was in the middle is
thrown away: what is printed on the pack is how people find it. Several names of one language go as one text, a line
each; an answer with another number of lines is not trusted, and each is asked for alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from services.localization.domain.branding import Unbranded, unbranded
from services.localization.domain.terminology import LANGUAGES
from services.localization.settings import TranslateSettings
from services.localization.store import terminology
from shared.aws import clients
from shared.aws.dynamo import ConditionFailed, Table
from shared.aws.observability import count, logger
from shared.aws.settings import settings

_LARGEST: Final = 9_000  # bytes of one text; Translate takes 10,000

_BUDGET: Final = "budget#characters"
_LATER: Final = "budget#later"


def _kept() -> Table:
    return Table(settings(TranslateSettings).translations_table, "text", "language")


@dataclass(frozen=True, slots=True)
class Translated:
    """``names`` in order: None where Amazon Translate isn't asked, or its answer is of no use. ``left``: the places of
    those that the day's budget had no room for."""

    names: Sequence[str | None]
    left: frozenset[int] = frozenset()


def translate(names: Sequence[tuple[str, str | None]], language: str, at: datetime) -> Translated:
    """Names, each with its brand, in a language."""
    most = settings(TranslateSettings).translate_characters_a_day
    if not most or language not in LANGUAGES:
        return Translated([None] * len(names))
    parts = [unbranded(name, brand) for name, brand in names]
    known = _known({p.text for p in parts if p.text}, language)
    wanted = list(dict.fromkeys(p.text for p in parts if 0 < len(p.text) <= most and p.text not in known))
    while wanted:
        some = _that_fit(wanted, most)
        characters = sum(map(len, some))
        if not _afford(characters, at):
            count("TranslateBudgetSpent")
            logger.warning("no more translations today", extra={"left": len(wanted)})
            break
        wanted = wanted[len(some) :]
        try:
            answers = _translated("\n".join(some), language).split("\n")
        except ClientError:  # it was refused and costs nothing; without any answer nobody knows
            _give_back(characters, at)
            raise
        for text, said in _by_text(some, answers, language).items():
            _kept().put({"text": text, "language": language, "said": said})
            known[text] = said
    left = frozenset(place for place, part in enumerate(parts) if part.text in wanted)
    return Translated([_whole(part, known.get(part.text)) for part in parts], left)


def put_off(product_ids: Iterable[str], at: datetime) -> None:
    """Keeps products for a day after this one."""
    for product_id in product_ids:
        _kept().put({"text": _LATER, "language": f"{at.date().isoformat()}#{product_id}"})


def left_of_days_before(at: datetime, most: int) -> dict[str, str]:
    """Products that a day before had no room for, and where they are kept; none where this day has no room, either."""
    day = at.date().isoformat()
    if not settings(TranslateSettings).translate_characters_a_day:
        return {}
    if any(row.get("spent") for row in _kept().get_many([(_BUDGET, day)])):
        return {}
    page = _kept().query("#text = :later AND #language < :day", limit=most, later=_LATER, day=day)
    return {row["language"].partition("#")[2]: row["language"] for row in page.items}


def take_off(places: Iterable[str]) -> None:
    """Lets go of products that were kept at these places."""
    for place in places:
        _kept().delete(_LATER, place)


def _whole(part: Unbranded, said: str | None) -> str | None:
    return part.around(said) if said else None


def _known(texts: set[str], language: str) -> dict[str, str]:
    rows = _kept().get_many((text, language) for text in sorted(texts))
    return {row["text"]: row["said"] for row in rows}


def _that_fit(texts: Sequence[str], most: int) -> list[str]:
    some: list[str] = []
    size = characters = 0
    for text in texts:
        size += len(text.encode()) + 1
        characters += len(text)
        if some and (size > _LARGEST or characters > most):
            break
        some.append(text)
    return some


def _afford(characters: int, at: datetime) -> bool:
    """Books so many characters on the day; False where they are more than is left of it."""
    most = settings(TranslateSettings).translate_characters_a_day
    day = at.date().isoformat()
    try:
        _kept().update(
            _BUDGET,
            day,
            set_="ADD characters :more",
            condition="attribute_not_exists(characters) OR characters <= :room",
            more=characters,
            room=most - characters,
        )
    except ConditionFailed as full:
        if not (full.item or {}).get("spent"):
            _kept().update(_BUDGET, day, set_="SET spent = :yes", yes=True)
        return False
    return True


def _give_back(characters: int, at: datetime) -> None:
    _kept().update(_BUDGET, at.date().isoformat(), set_="ADD characters :less", less=-characters)


def _by_text(texts: Sequence[str], lines: Sequence[str], language: str) -> Mapping[str, str]:
    if len(lines) != len(texts):
        lines = [_translated(text, language).replace("\n", " ") for text in texts]
    return {text: said.strip() for text, said in zip(texts, lines, strict=True) if said.strip()}


def _translated(text: str, language: str) -> str:
    ours = settings(TranslateSettings).translate_terminology
    request: dict[str, Any] = {"Text": text, "SourceLanguageCode": "en", "TargetLanguageCode": language}
    if ours:
        terminology.bring(ours)
        request["TerminologyNames"] = [ours]
    answer: dict[str, Any] = clients.translate().translate_text(**request)
    return str(answer["TranslatedText"])
