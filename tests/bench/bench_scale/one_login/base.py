"""Whoever the code's place says it is, this connection stays the owner; only the search path follows."""

from __future__ import annotations

from zt_tenants.backend import base
from zt_tenants.wall.access import DatabaseRole


class DatabaseWrapper(base.DatabaseWrapper):
    """Not for the product: a wall is what is left out here."""

    @property
    def role(self) -> str:  # type: ignore[override]
        """Always the owner."""
        return DatabaseRole.OWNER

    @role.setter
    def role(self, wanted: str) -> None:
        pass
