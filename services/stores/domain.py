"""Shops and who runs them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from events.stores import RegisteredStore, StoreRegistered
from shared.kernel.cause import Cause
from shared.kernel.fields import Line
from shared.kernel.region import LANGUAGES, RegionCode, default_language

OWNER = "owner"

_GSTIN = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]Z[0-9A-Z]")
_FSSAI = re.compile(r"[0-9]{14}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{6,18}[0-9]")


def _matching(pattern: re.Pattern[str], code: Literal["gstin", "fssai", "phone"], cure: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise PydanticCustomError(code, "{cure}", {"cure": cure})
        return text

    return AfterValidator(check)


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise PydanticCustomError("language", "{cure}", {"cure": f"Use one of {', '.join(LANGUAGES)}."})
    return code


def _described(pattern: re.Pattern[str], example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern.pattern}$", "examples": [example]})


Language = Annotated[str, AfterValidator(_language), WithJsonSchema({"type": "string", "enum": [*LANGUAGES]})]
Gstin = Annotated[
    str,
    _matching(_GSTIN, "gstin", "A GSTIN has 15 characters, such as 27AAPFU0939F1ZV."),
    _described(_GSTIN, "27AAPFU0939F1ZV"),
]
Fssai = Annotated[
    str, _matching(_FSSAI, "fssai", "An FSSAI licence number has 14 digits."), _described(_FSSAI, "11516001000123")
]
Phone = Annotated[
    str,
    _matching(_PHONE, "phone", "Write the phone number with digits, such as +91 98765 43210."),
    _described(_PHONE, "+91 98765 43210"),
]


class StoreFields(BaseModel):
    """What its owner says about a shop. ``gstin`` as CGST Rules 2017, rule 10; ``fssai`` 14 digits."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    region: RegionCode
    languages: Annotated[list[Language], Field(max_length=6)] = []
    address: Line | None = None
    gstin: Gstin | None = None
    fssai: Fssai | None = None
    phone: Phone | None = None


class StorePatch(BaseModel):
    """Fields to change; those left out stay, null empties an optional one."""

    model_config = ConfigDict(extra="forbid")

    name: Line = ""
    region: RegionCode = ""
    languages: Annotated[list[Language], Field(min_length=1, max_length=6)] = []
    address: Line | None = None
    gstin: Gstin | None = None
    fssai: Fssai | None = None
    phone: Phone | None = None


class Store(StoreFields):
    """A shop."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    store_id: str
    version: int = 1
    created_at: datetime
    updated_at: datetime

    @property
    def language(self) -> str:
        """What its people are written to in."""
        return self.languages[0] if self.languages else "en"


def register(fields: StoreFields, cause: Cause) -> tuple[Store, StoreRegistered]:
    """A new shop; it speaks its region's language unless told otherwise."""
    known = fields.model_dump()
    known["languages"] = fields.languages or list(dict.fromkeys([default_language(fields.region), "en"]))
    store = Store(store_id=cause.new_id("str"), created_at=cause.at, updated_at=cause.at, **known)
    fact = RegisteredStore(
        store_id=store.store_id,
        name=store.name,
        region=store.region,
        languages=tuple(store.languages),
        owner=cause.actor,
    )
    return store, StoreRegistered.stated(cause, fact, store.store_id)


def amend(store: Store, patch: StorePatch, cause: Cause) -> Store:
    """The shop with these fields changed; itself when nothing changes."""
    changes = patch.model_dump(exclude_unset=True)
    if all(getattr(store, name) == value for name, value in changes.items()):
        return store
    return store.model_copy(update={**changes, "version": store.version + 1, "updated_at": cause.at})
