"""What can go wrong, by meaning. The HTTP status of each is chosen in ``shared.aws.http`` alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: ``pointer`` is an RFC 6901 JSON pointer, ``message`` names the cure."""

    pointer: str
    code: str
    message: str


@dataclass(eq=False)
class Problem(Exception):
    """A refusal that a person can act on.

    ``code`` is machine-readable (SCREAMING_SNAKE) and stable; ``detail`` is one sentence with the cure;
    ``extra`` holds further members of the answer, such as the ``product_id`` that is already there;
    ``retry_after`` seconds the same request may succeed.
    """

    code: str
    detail: str
    errors: Sequence[FieldError] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    retry_after: int | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class Malformed(Problem):
    """The request can't be read at all."""


class Unauthenticated(Problem):
    """Nobody we know is asking."""


class Forbidden(Problem):
    """Known, but not in this role."""


class NotFound(Problem):
    """There is no such thing, or it isn't the caller's to see: the two are not told apart."""


class Conflict(Problem):
    """It clashes with what is there (a taken GTIN, another body under the same key)."""


class Busy(Conflict):
    """It met others at the same moment; the same request succeeds when it is sent again."""


class Stale(Problem):
    """The thing changed since the caller read it."""


class TooLarge(Problem):
    """Over a limit of the contract."""


class UnsupportedMedia(Problem):
    """Not JSON."""


class Invalid(Problem):
    """Read, understood and wrong: ``errors`` says where."""


class Unavailable(Problem):
    """A dependency is down; the same request may succeed later."""
