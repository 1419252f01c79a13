"""Typed settings from the environment: the one place that reads it.

A service declares a frozen dataclass; each field is the environment variable of the same name in upper case. The CDK
construct of the service sets exactly these, and a test holds both sides together.
"""

from __future__ import annotations

import dataclasses
import os
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")

_CONVERT = {"str": str, "int": int, "float": float, str: str, int: int, float: float}


class MissingSetting(RuntimeError):
    """A deployment forgot a variable: the message names it."""


@cache
def settings(kind: type[S]) -> S:
    """The ``kind`` of settings of this process, read once. Raises MissingSetting."""
    values: dict[str, object] = {}
    for field in dataclasses.fields(kind):
        raw = os.environ.get(field.name.upper())
        if raw is not None:
            values[field.name] = _CONVERT[field.type](raw)
        elif field.default is dataclasses.MISSING:
            raise MissingSetting(f"{kind.__module__}.{kind.__name__} needs {field.name.upper()}")
    return kind(**values)


@dataclasses.dataclass(frozen=True)
class Runtime:
    """What every function has."""

    service: str = "vyapar"
    stage: str = "local"
    event_bus: str = ""
    version: str = "0.0.0"
    log_level: str = "INFO"


@dataclasses.dataclass(frozen=True)
class OutboxSettings:
    """For functions that state events in the transaction of their change."""

    outbox_table: str


@dataclasses.dataclass(frozen=True)
class MembershipSettings:
    """For functions whose routes or rules ask who belongs to a store."""

    memberships_table: str
