"""Who is asking. The token proves only who it is and the group ``admin``; stores come from Memberships."""

from __future__ import annotations

from dataclasses import dataclass

ADMIN_GROUP = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person, or (``bucket:...``, ``system:...``) a machine acting for one."""

    subject: str
    is_admin: bool = False
    username: str | None = None

    @property
    def actor(self) -> str:
        """How histories and events name this principal."""
        return self.subject
