"""Settings of the stores service."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StoresSettings:
    """Its tables."""

    stores_table: str
    """Name of ``Stores``."""
    memberships_table: str
    """Name of ``Memberships``: user and store -> role."""
