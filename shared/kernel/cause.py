"""Who changed something, when, and on which request: what every change and event carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.kernel.ids import derived_id, new_id


@dataclass(frozen=True, slots=True)
class Cause:
    """``actor`` is a user's ``sub`` or a machine (``bucket:{store_id}``, ``system:{service}``).

    ``seed`` is the same each time the same request is sent again, and then ``at`` is too: so what it makes has the same
    id, and a second try lands on what the first one wrote.
    """

    actor: str
    at: datetime
    correlation_id: str
    seed: str = ""

    def new_id(self, prefix: str) -> str:
        """The id of the one thing of this kind that is made now."""
        return derived_id(prefix, self.at, self.seed) if self.seed else new_id(prefix, self.at)

    def has_written(self, *moments: datetime | None) -> bool:
        """Whether this very request came before and was cut off: what was written at one of these is its own."""
        return bool(self.seed) and self.at in moments
