"""The database backend (setting ``ENGINE = "zt_tenants.backend"``).

django-tenants remembers which search path it last set and can be wrong: a rollback undoes a ``SET``, a pooled
connection comes back with another centre's path, raw SQL changes it. PostgreSQL 18 reports ``search_path`` to the client
with every change, so the truth costs no round trip: it is compared before each statement and corrected when it differs.
"""

from __future__ import annotations

from typing import Any

from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantDatabaseWrapper
from django_tenants.utils import quote_schema_name


class DatabaseWrapper(TenantDatabaseWrapper):
    """A connection that is where it should be before every statement."""

    _setting_search_path: bool

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._setting_search_path or self.connection is None:
            return
        wanted = ", ".join(quote_schema_name(name) for name in self._get_cursor_search_paths())
        reported = self.connection.info.parameter_status("search_path")
        if reported is not None and _names(reported) == _names(wanted):
            return
        if self.connection.info.transaction_status.name == "INERROR":
            return  # only a rollback can follow, and it restores the path that is checked next time
        self._setting_search_path = True
        own = self.connection.cursor() if cursor is None else cursor
        try:
            own.execute(f"SET search_path = {wanted}")
        finally:
            self._setting_search_path = False
            if cursor is None:
                own.close()


def _names(search_path: str) -> list[str]:
    return [name.strip().strip('"') for name in search_path.split(",")]
