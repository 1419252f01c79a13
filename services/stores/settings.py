"""Settings of the stores service."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StoresSettings:
    """Its tables."""

    stores_table: str
    memberships_table: str
