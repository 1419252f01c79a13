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
    """Whose function it is, as logs and metrics name it."""
    stage: str = "local"
    """``local``, ``dev``, ``staging`` or ``prod``."""
    event_bus: str = ""
    """Name of the event bus."""
    version: str = "0.0.0"
    """Of the release, as ``GET /v1/health`` says it."""
    log_level: str = "INFO"
    """From which level on a line is logged."""


@dataclasses.dataclass(frozen=True)
class OutboxSettings:
    """For functions that state events in the transaction of their change."""

    outbox_table: str
    """Name of ``Outbox``: events that wait for the relay."""


@dataclasses.dataclass(frozen=True)
class OwnQueue:
    """For functions that work a queue: how long a message that failed stays hidden."""

    own_queue_url: str
    """Of the queue that the function works."""


@dataclasses.dataclass(frozen=True)
class MembershipSettings:
    """For functions whose routes or rules ask who belongs to a store."""

    memberships_table: str
    """Name of ``Memberships``: user and store -> role."""


@dataclasses.dataclass(frozen=True)
class AgreementSettings:
    """For functions that let stores decide without a reviewer."""

    agreement_stores: int = 3
    """How many stores, each by another person, must suggest the same of a product for it to be taken over."""


@dataclasses.dataclass(frozen=True)
class IdempotencySettings:
    """For functions that answer a POST: where answers are kept by their Idempotency-Key."""

    idempotency_table: str
    """Name of ``Idempotency``."""


@dataclasses.dataclass(frozen=True)
class CursorSettings:
    """For functions that answer lists: the secret that seals their cursors."""

    cursor_secret: str
    """ARN of the secret in Secrets Manager."""
