"""States and union territories of India as ISO 3166-2 codes, and the language a shop there reads first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

LANGUAGES: Final = ("en", "hi", "mr", "ta", "te", "bn", "gu", "kn", "ml", "pa", "or", "as")
"""BCP 47 codes of the languages names are kept in; English first."""


@dataclass(frozen=True, slots=True)
class Region:
    """`code`: ISO 3166-2, "IN-MH"; `name` in English; `language`: BCP 47, what names are shown in."""

    code: str
    name: str
    language: str


_STATES: Final = """
AN hi Andaman and Nicobar Islands
AP te Andhra Pradesh
AR hi Arunachal Pradesh
AS as Assam
BR hi Bihar
CG hi Chhattisgarh
CH hi Chandigarh
DH hi Dadra and Nagar Haveli and Daman and Diu
DL hi Delhi
GA hi Goa
GJ gu Gujarat
HP hi Himachal Pradesh
HR hi Haryana
JH hi Jharkhand
JK hi Jammu and Kashmir
KA kn Karnataka
KL ml Kerala
LA hi Ladakh
LD hi Lakshadweep
MH mr Maharashtra
ML hi Meghalaya
MN hi Manipur
MP hi Madhya Pradesh
MZ hi Mizoram
NL hi Nagaland
OD or Odisha
PB pa Punjab
PY hi Puducherry
RJ hi Rajasthan
SK hi Sikkim
TN ta Tamil Nadu
TR hi Tripura
TS te Telangana
UK hi Uttarakhand
UP hi Uttar Pradesh
WB bn West Bengal
"""

# ISO 3166-2 gave four states new codes in November 2023; DN and DD became one territory in 2020.
_ALIASES: Final = {"CT": "CG", "OR": "OD", "TG": "TS", "UT": "UK", "DN": "DH", "DD": "DH"}


def _regions() -> dict[str, Region]:
    rows = (line.split(" ", 2) for line in _STATES.strip().splitlines())
    return {f"IN-{code}": Region(f"IN-{code}", name, language) for code, language, name in rows}


REGIONS: Final[Mapping[str, Region]] = MappingProxyType(_regions())
"""All 28 states and 8 union territories by canonical code."""


def parse_region(code: str) -> str:
    """Canonical ISO 3166-2 code: "mh", "IN_MH" -> "IN-MH"; former codes too ("IN-OR" -> "IN-OD").

    Raises ValueError when no state or territory of India has it.
    """
    if code in REGIONS:
        return code
    short = code.strip().upper().replace("_", "-").removeprefix("IN-")
    canonical = f"IN-{_ALIASES.get(short, short)}"
    if canonical not in REGIONS:
        raise ValueError(f"{code!r} is no state or union territory of India. Write it like IN-MH.")
    return canonical


def default_language(region: str) -> str:
    """BCP 47 code of the language a shop there reads first. Raises ValueError for an unknown region."""
    return REGIONS[parse_region(region)].language


def regions_of(language: str) -> tuple[str, ...]:
    """Codes of the regions whose default language it is, sorted; "hi-IN" is "hi"; () for none."""
    short = language.replace("_", "-").split("-", 1)[0].lower()
    return tuple(code for code, region in REGIONS.items() if region.language == short)


def _region_code(value: str) -> str:
    try:
        return parse_region(value)
    except ValueError:
        raise PydanticCustomError(
            "REGION_UNKNOWN", "No state or union territory of India has this code. Write it like IN-MH."
        ) from None


RegionCode = Annotated[
    str,
    AfterValidator(_region_code),
    WithJsonSchema({"type": "string", "enum": list(REGIONS), "examples": ["IN-MH"]}),
]
"""Model field: takes what parse_region takes, holds the canonical code."""
