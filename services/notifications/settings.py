"""Settings of notifications."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NotificationsSettings:
    """Its table."""

    notifications_table: str
    """Name of ``Notifications``."""
