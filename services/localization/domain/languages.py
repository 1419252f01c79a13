"""Languages of names, where each is at home, and the names by machine that need no person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from services.localization.domain.machine import name_in
from shared.kernel.naming import BLOCKS
from shared.kernel.region import default_language

HOME: Final[Mapping[str, str]] = {
    "hi": "IN-UP",
    "mr": "IN-MH",
    "ta": "IN-TN",
    "te": "IN-AP",
    "bn": "IN-WB",
    "gu": "IN-GJ",
    "kn": "IN-KA",
    "ml": "IN-KL",
    "pa": "IN-PB",
    "or": "IN-OD",
    "as": "IN-AS",
}
"""Where a language's machine-made name stands: once, not in each of the 22 regions that read Hindi."""

_SCRIPTS: Final = {
    0x0900: "Deva", 0x0980: "Beng", 0x0A00: "Guru", 0x0A80: "Gujr", 0x0B00: "Orya", 0x0B80: "Taml",
    0x0C00: "Telu", 0x0C80: "Knda", 0x0D00: "Mlym",
}  # fmt: skip
_BLOCK_OF: Final = {script: block for block, script in _SCRIPTS.items()}
_FIRST: Final = {"Deva": "hi", "Beng": "bn"}  # of the languages that share a script, the one that more people read


def script_of(text: str) -> str:
    """ISO 15924 code of the script of a name: of its first letter that is not Latin, for brands stay Latin."""
    found = "Zyyy"
    for char in text:
        if not char.isalpha():
            continue
        code = ord(char)
        if script := _SCRIPTS.get(code & ~0x7F):
            return script
        if 0x0600 <= code < 0x0780:
            return "Arab"
        if found == "Zyyy":
            found = "Latn" if code < 0x0250 else "Zzzz"
    return found


def language_of(text: str, region: str) -> str:
    """BCP 47 code of the language of a name in a region: the region's own where its script is.

    Latin letters may spell any language: "und-Latn".
    """
    script = script_of(text)
    own = default_language(region)
    block = _BLOCK_OF.get(script)
    if block is None:
        return {"Arab": "ur", "Latn": "und-Latn"}.get(script, "und")
    if BLOCKS.get(own) == block:
        return own
    return _FIRST.get(script) or next(language for language, its in BLOCKS.items() if its == block)


def surely_called(name: str, brand: str | None, names: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Region -> what a machine calls a product there of whose name it knows every word.

    ``names``: what people say, by region; in a language in which they have named it a machine says nothing.
    """
    spoken = {language_of(said, region) for region, those in names.items() for said in those}
    made = {r: name_in(x, name, brand) for x, r in HOME.items() if x not in spoken and not names.get(r)}
    return {region: [one.name] for region, one in made.items() if one and one.source == "glossary"}
