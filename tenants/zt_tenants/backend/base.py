"""The database backend (setting ``ENGINE = "zt_tenants.backend"``).

django-tenants remembers which search path it last set and can be wrong: a rollback undoes a ``SET``, a pooled
connection comes back with another centre's path, raw SQL changes it. PostgreSQL 18 reports ``search_path`` and
``session_authorization`` to the client with every change, so the truth costs no round trip: both are compared before
each statement.

Who the connection is logged in as follows from where the code is (:mod:`zt_tenants.context`). With the setting
``ZT_WALL = "login"`` each role has connections of its own, out of a bounded pool, and the wrapper changes from one to
another when a statement needs it. With ``"session"`` (only the tests' world that is one transaction on one connection, and
rolled back) that connection is a superuser's and takes the role on by ``SET SESSION AUTHORIZATION``: the same privileges,
though no wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantDatabaseWrapper
from django_tenants.utils import quote_schema_name

from zt_tenants.backend.pool import ConnectionPool, pool
from zt_tenants.errors import DomainError
from zt_tenants.wall.access import DatabaseRole
from zt_tenants.wall.roles import password_of

_OF_A_CONNECTION: Final = (
    "connection",
    "autocommit",
    "in_atomic_block",
    "savepoint_state",
    "savepoint_ids",
    "atomic_blocks",
    "commit_on_exit",
    "needs_rollback",
    "rollback_exc",
    "close_at",
    "closed_in_transaction",
    "errors_occurred",
    "health_check_enabled",
    "health_check_done",
    "run_on_commit",
    "run_commit_hooks_on_set_autocommit_on",
    "role",
    "_held_as",
    "_lease",
)
"""All that Django keeps about the connection in use and its transaction, besides our own."""


class WrongRole(DomainError):
    """The connection is logged in as another role than the code's place asks for: no statement may run over it."""

    code = "WRONG_DATABASE_ROLE"
    zh = "数据库连接的角色与当前中心不符，已停止操作，请联系系统管理员。"
    en = "The database connection has another role than this centre's; nothing was done. Tell the operator."


class DatabaseWrapper(TenantDatabaseWrapper):
    """A connection that is where, and who, it should be before every statement."""

    connection: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        self.role: str = DatabaseRole.OWNER
        self._held_as: str = DatabaseRole.OWNER
        self._lease: ConnectionPool | None = None
        self._owners_own: dict[str, Any] | None = None
        self._beside = 0
        super().__init__(*args, **options)
        self.role = settings.ZT_ROLE

    # --- which connection -------------------------------------------------------------------------------------------
    def ensure_connection(self) -> None:
        """Have a connection of the role that is wanted; that of another is put away first."""
        if self.connection is not None and self._held_as != self.role and _by_login():
            if self.in_atomic_block:
                raise WrongRole
            self.put_away()
        if self.connection is None and self._owners_own is not None and self.role == DatabaseRole.OWNER:
            self._restore(self._owners_own)
            self._owners_own = None
        super().ensure_connection()

    def put_away(self) -> None:
        """Give the connection in use back to its pool; the owner's own, of which a thread has one, is kept aside."""
        if self.connection is None or self.in_atomic_block:
            return
        if self._lease is not None:
            self.close()
        else:
            self._owners_own = {name: value for name, value in self._state().items() if name != "role"}
            self.connection = None

    def let_go(self) -> None:
        """After leaving a place: a leased connection that no longer fits goes back at once, for others to use."""
        if self._lease is not None and self._held_as != self.role:
            self.put_away()

    @contextmanager
    def beside(self, role: str) -> Iterator[None]:
        """Be another role for a block, also in the middle of a transaction, which stays open and untouched.

        By log-in that is another connection with a transaction of its own; what the open one has not committed is not
        seen there.
        """
        if not _by_login():
            before, self.role = self.role, role
            try:
                yield
            finally:
                self.role = before
            return
        kept = self._state()
        self._restore(_FRESH | {"savepoint_ids": [], "atomic_blocks": [], "run_on_commit": [], "role": role})
        self._beside += 1
        try:
            yield
        finally:
            try:
                self.close()
            finally:
                self._beside -= 1
                self._restore(kept)

    def _state(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _OF_A_CONNECTION}

    def _restore(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def get_connection_params(self) -> dict[str, Any]:
        """Django's parameters, with the log-in of the role that is wanted."""
        params: dict[str, Any] = super().get_connection_params()
        if self.role != DatabaseRole.OWNER and _by_login():
            path = ",".join(self._get_cursor_search_paths())
            params |= {
                "user": str(self.role),
                "password": password_of(self.role),
                "options": f"-c search_path={path} -c TimeZone=UTC",
            }
        elif not _by_login():
            params |= settings.ZT_SESSION_LOGIN
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection of the role that is wanted: the thread's own for the owner, one out of the pool for others."""
        if self.role == DatabaseRole.OWNER or not _by_login():
            self._held_as, self._lease = DatabaseRole.OWNER, None
            return super().get_new_connection(conn_params)
        lease = pool("beside", _beside_pool) if self._beside else pool("main", _main_pool)
        opened = super().get_new_connection
        connection = lease.check_out(self.role, lambda: opened(conn_params))
        self._held_as, self._lease = self.role, lease
        return connection

    def connect(self) -> None:
        """Connect; how long a pooled connection lives is the pool's matter."""
        super().connect()
        if self._lease is not None:
            self.close_at = None

    def _close(self) -> None:
        if self._lease is None or self.connection is None:
            super()._close()
            return
        lease, self._lease = self._lease, None
        lease.check_in(self._held_as, self.connection)

    def close(self) -> None:
        """Close, or give back to the pool; with it the owner's own when this thread has no other."""
        super().close()
        if self._owners_own is not None and self.role == DatabaseRole.OWNER:
            self._restore(self._owners_own)
            self._owners_own = None
            super().close()

    # --- before each statement --------------------------------------------------------------------------------------
    def _get_cursor_search_paths(self) -> list[str]:
        """The centre's schema only for who may enter it: the centre's own role and the owner."""
        paths: list[str] = super()._get_cursor_search_paths()
        return paths[-_SHARED_PATHS:] if self.role in _PARTS else paths

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Put right what differs, over a cursor of the driver: django-tenants calls this with each cursor it makes."""
        del cursor
        if self.connection is None:
            return
        statements = [*self._role_correction(), *self._path_correction()]
        if not statements or self.connection.info.transaction_status.name == "INERROR":
            return  # only a rollback can follow an error, and it restores what is checked next time
        with self.connection.cursor() as own:
            own.execute("; ".join(statements))

    def _role_correction(self) -> list[str]:
        """What makes the connection the role that is wanted.

        Raises:
            WrongRole: it is logged in as another one, which nothing may mend.
        """
        info = self.connection.info
        wanted = str(self.role) or self.settings_dict["USER"] or info.user
        if info.parameter_status("session_authorization") == wanted:
            return []
        if _by_login():
            raise WrongRole
        return [f"SET SESSION AUTHORIZATION {quote_schema_name(wanted)}"]

    def _path_correction(self) -> list[str]:
        wanted = self._get_cursor_search_paths()
        reported = self.connection.info.parameter_status("search_path")
        if reported is not None and _names(reported) == wanted:
            return []
        return [f"SET search_path = {', '.join(quote_schema_name(name) for name in wanted)}"]


_PARTS: Final = frozenset(role.value for role in DatabaseRole if role is not DatabaseRole.OWNER)
_SHARED_PATHS: Final = 1 + len(settings.PG_EXTRA_SEARCH_PATHS)
_FRESH: Final[dict[str, Any]] = {
    "connection": None,
    "autocommit": False,
    "in_atomic_block": False,
    "savepoint_state": 0,
    "commit_on_exit": True,
    "needs_rollback": False,
    "rollback_exc": None,
    "close_at": None,
    "closed_in_transaction": False,
    "errors_occurred": False,
    "health_check_enabled": False,
    "health_check_done": False,
    "run_commit_hooks_on_set_autocommit_on": False,
    "_held_as": DatabaseRole.OWNER,
    "_lease": None,
}


def _by_login() -> bool:
    return bool(settings.ZT_WALL == "login")


def _main_pool() -> ConnectionPool:
    return ConnectionPool(
        most=settings.ZT_CONNECTIONS, wait=settings.ZT_CONNECTION_WAIT, lifetime=settings.ZT_CONNECTION_LIFETIME
    )


def _beside_pool() -> ConnectionPool:
    """Few are enough: one is held for a statement or two, and whoever holds one waits for nothing else."""
    return ConnectionPool(
        most=max(2, settings.ZT_CONNECTIONS // 4),
        wait=settings.ZT_CONNECTION_WAIT,
        lifetime=settings.ZT_CONNECTION_LIFETIME,
    )


def _names(search_path: str) -> list[str]:
    return [name.strip().strip('"') for name in search_path.split(",")]
