"""What a product is called in a region, with all that is known of each name.

What the catalog says is its product's ``regional_names``; whose word it is, its ``provenance``. Beside it stand here
only what shops suggest, what Amazon Translate made, and what people decided of either. A name by glossary and
transliteration is worked out when it is asked for: so it is never older than the glossary, and stored nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from events.localization import RegionalNameSettled, RegionalNameSuggested, SettledName, SuggestedNames
from services.localization.domain.languages import HOME, language_of, script_of
from services.localization.domain.machine import Source, name_in
from shared.kernel.agreement import Voice
from shared.kernel.cause import Cause
from shared.kernel.errors import NotFound
from shared.kernel.region import LANGUAGES, REGIONS, default_language

State = Literal["suggested", "accepted", "declined"]

MOST: Final = 10
"""Names of a product in a region."""

_VOICES: Final = 50  # that are kept of a name

MACHINE: Final = "system:localization"
"""Who names products by machine, as histories name actors."""


@dataclass(frozen=True, slots=True)
class Called:
    """What the catalog says of a product: its names by region, and whose word those of each region are."""

    product_id: str
    name: str
    brand: str | None = None
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)


class RegionalName(BaseModel):
    """A name in a region. ``language`` as BCP 47 has it, ``script`` as ISO 15924."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    product_id: str
    region: str
    name: str
    language: str
    script: str
    source: Source
    state: State
    unknown_words: tuple[str, ...] = ()
    store_id: str | None = None
    suggested_by: str | None = None
    created_at: datetime | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    settled_reason: str | None = None
    translated_from: str | None = None
    """Of a translation: what the product was called then. Those from before this was kept have none."""
    seconded_by: tuple[Voice, ...] = ()
    """Who said the same after the first, while it waited."""

    @property
    def voices(self) -> tuple[Voice, ...]:
        """The stores that say so, in the order in which they said it."""
        first = (Voice(self.store_id, self.suggested_by),) if self.store_id and self.suggested_by else ()
        return (*first, *self.seconded_by)


def id_of(product_id: str, region: str, name: str) -> str:
    """The id of a name: the same name of a product in a region is the same thing, whoever says it."""
    return f"{product_id}.{region}.{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def place_of(name_id: str) -> tuple[str, str]:
    """Product and region of an id. Raises NotFound for what is none."""
    parts = name_id.rsplit(".", 2)
    if len(parts) != 3 or not parts[0] or parts[1] not in REGIONS or not parts[2]:
        raise NotFound("REGIONAL_NAME_UNKNOWN", "There is no such regional name.")
    return parts[0], parts[1]


def suggested(
    product: Called, region: str, names: Sequence[str], store_id: str | None, cause: Cause
) -> list[RegionalName]:
    """What a shop would call a product that is not its own to change: those of the names that the region lacks."""
    there = product.names.get(region, [])
    return [
        RegionalName(
            **_described(product.product_id, region, name),
            source="typed",
            state="suggested",
            store_id=store_id,
            suggested_by=cause.actor,
            created_at=cause.at,
        )
        for name in dict.fromkeys(names)
        if name not in there
    ]


def outcome_of(product: Called, name: RegionalName, cause: Cause) -> RegionalNameSettled | None:
    """The event that a name was decided, which some store had suggested."""
    stores = tuple(dict.fromkeys(voice.store_id for voice in name.voices))
    if not stores:
        return None
    told = SettledName(
        name_id=name.id,
        product_id=product.product_id,
        name=product.name,
        region=name.region,
        regional_name=name.name,
        store_ids=stores,
        accepted=name.state == "accepted",
        settled_by=cause.actor,
        reason=name.settled_reason,
    )
    return RegionalNameSettled.stated(cause, told, name.id)


def fact_of(product: Called, new: Sequence[RegionalName], cause: Cause) -> RegionalNameSuggested:
    """The event that a shop has names for a product."""
    first = new[0]
    told = SuggestedNames(
        product_id=product.product_id,
        name=product.name,
        region=first.region,
        names=tuple(n.name for n in new),
        languages=tuple(n.language for n in new),
        store_id=first.store_id,
        suggested_by=cause.actor,
    )
    return RegionalNameSuggested.stated(cause, told, *(n.id for n in new))


def seconded(name: RegionalName, again: RegionalName) -> RegionalName:
    """A name that waits, which a store says once more."""
    new = tuple(voice for voice in again.voices if voice not in name.voices)
    return name.model_copy(update={"seconded_by": (*name.seconded_by, *new)[:_VOICES]})


def led_by(name: str, there: Sequence[str]) -> list[str]:
    """The names of a region with this one as the usual one."""
    return list(dict.fromkeys([name, *there]))[:MOST]


def translated(product: Called, language: str, name: str, cause: Cause) -> RegionalName:
    """What Amazon Translate calls a product; a person decides."""
    described = _described(product.product_id, HOME[language], name) | {"language": language}
    return RegionalName(
        **described,
        source="translate",
        state="suggested",
        suggested_by=MACHINE,
        created_at=cause.at,
        translated_from=product.name,
    )


def is_outdated(product: Called, name: RegionalName) -> bool:
    """Whether a translation waits of a name that the product has no more."""
    return name.state == "suggested" and name.translated_from not in (None, product.name)


def settled(name: RegionalName, reason: str | None, cause: Cause, *, accept: bool) -> RegionalName:
    """The name, decided."""
    state: State = "accepted" if accept else "declined"
    return name.model_copy(
        update={"state": state, "settled_by": cause.actor, "settled_at": cause.at, "settled_reason": reason}
    )


def standing(product: Called, kept: Iterable[RegionalName]) -> list[RegionalName]:
    """All names of a product by region: those that the catalog has, then what waits, then what a machine says."""
    by_id = {name.id: name for name in kept if not is_outdated(product, name)}
    names = [
        _of_catalog(product, region, name, by_id) for region, spoken in sorted(product.names.items()) for name in spoken
    ]
    there = {name.id for name in names}
    names += [n for n in by_id.values() if n.state == "suggested" and n.id not in there]
    spoken_in = {n.language for n in names}
    names += [n for n in machine_made(product) if n.id not in by_id and n.language not in spoken_in]
    return names


def machine_made(product: Called) -> Iterator[RegionalName]:
    """What the embedded chain calls a product in each language."""
    for language in LANGUAGES:
        if language in HOME and (made := name_in(language, product.name, product.brand)):
            described = _described(product.product_id, HOME[language], made.name) | {"language": language}
            yield RegionalName(**described, source=made.source, state="suggested", unknown_words=made.unknown)


def applied(product: Called, declined: Iterable[str]) -> dict[str, list[str]]:
    """Region -> the machine's name that the catalog should have there, or none any more.

    Only names of which every word stands in a list; and only for languages in which nobody has named it.
    """
    said_by_people = {
        language_of(name, region)
        for region, names in product.names.items()
        if product.origins.get(region) != "translation"
        for name in names
    }
    no = frozenset(declined)
    made = {n.region: n for n in machine_made(product)}
    said: dict[str, list[str]] = {}
    for language, region in HOME.items():
        name = made.get(region)
        sure = name is not None and name.source == "glossary" and name.id not in no and language not in said_by_people
        wanted = [name.name] if name and sure else []
        there = product.names.get(region, [])
        if there != wanted and product.origins.get(region) in (None, "translation"):
            said[region] = wanted
    return said


def in_region(names: Iterable[RegionalName], region: str) -> list[RegionalName]:
    """What is read in a region: its own names, else those of its language from elsewhere."""
    every = list(names)
    own = [n for n in every if n.region == region]
    language = default_language(region)
    if any(n.state == "accepted" for n in own):
        return own
    return own + [n for n in every if n.region != region and n.language == language]


def _of_catalog(product: Called, region: str, name: str, kept: Mapping[str, RegionalName]) -> RegionalName:
    origin = product.origins.get(region)
    source: Source = "off" if origin == "off" else "glossary" if origin == "translation" else "typed"
    described = _described(product.product_id, region, name)
    known = kept.get(described["id"])
    if known is None:
        if origin == "translation":
            described["language"] = default_language(region)
        return RegionalName(**described, source=source, state="accepted")
    return known.model_copy(update={"state": "accepted"})


def _described(product_id: str, region: str, name: str) -> dict[str, Any]:
    return {
        "id": id_of(product_id, region, name),
        "product_id": product_id,
        "region": region,
        "name": name,
        "language": language_of(name, region),
        "script": script_of(name),
    }
