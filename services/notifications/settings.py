"""Settings of notifications."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NotificationsSettings:
    """Its table."""

    notifications_table: str
    """Name of ``Notifications``."""


@dataclass(frozen=True)
class MailSettings:
    """For who sends mails."""

    user_pool_id: str
    """Where people's addresses are."""
    mail_from: str = ""
    """The address that mails come from; empty: none are sent."""
    mails_apart: int = 900
    """Seconds from one mail to a person to the next; what comes meanwhile is gathered."""


@dataclass(frozen=True)
class LettersSettings:
    """For who looks after queues of dead letters."""

    queues_prefix: str
    """How the names of all our queues begin."""
    queues_looked_at: int = 5
    """Minutes from one look at them to the next."""
