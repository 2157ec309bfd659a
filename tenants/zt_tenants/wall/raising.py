"""Putting the wall up: in the transaction that makes a centre, and by ``zhengtong migrate`` wherever it is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from zt_tenants.context import outside_centres
from zt_tenants.models import Centre, CentreQuerySet, Level, Transport
from zt_tenants.wall import grants
from zt_tenants.workers import work_through

_STANDING = """
    SELECT centre.id, r.oid IS NOT NULL AND coalesce(obj_description(n.oid, 'pg_namespace'), '') = ANY(%s)
        AND NOT (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb)
    FROM shared.tenants_centre centre
    JOIN pg_namespace n ON n.nspname = centre.schema_name LEFT JOIN pg_roles r ON r.rolname = centre.schema_name
    WHERE centre.transport = %s
"""


@dataclass(frozen=True, slots=True)
class WallStatus:
    """Whether the shared part has its privileges, and how many centres lack their role or its privileges."""

    shared: bool
    centres_without: int

    @property
    def stands(self) -> bool:
        """Whether every centre is behind its wall."""
        return self.shared and not self.centres_without


def raise_roles() -> None:
    """Make the groups and roles of the house's parts; idempotent, before any table is made."""
    with connection.cursor() as cursor:
        cursor.execute(grants.roles_sql())


def raise_around_shared() -> bool:
    """Give the shared tables the privileges their models declare; nothing to do when they have them."""
    if _shared_stands():
        return False
    with outside_centres(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(grants.roles_sql() + grants.shared_sql())
        cursor.execute(f"COMMENT ON SCHEMA shared IS '{grants.shared_label()}'")
    return True


def open_a_place(centre: Centre) -> None:
    """A centre's role, before its tables are made and inside the caller's transaction; its schema is there."""
    with connection.cursor() as cursor:
        cursor.execute(grants.before_tables_sql(centre))


def close_around(centre: Centre, *, existing: bool = False) -> None:
    """The rest of a centre's wall, after its tables are made and inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(grants.after_tables_sql(centre, existing=existing))


def raise_missing(*, jobs: int = 2, ended: Callable[[str], None] = lambda code: None) -> dict[str, str]:
    """Put the wall up around every centre that lacks it (an older deployment, a restored dump); returns failures."""
    failed: dict[str, str] = {}
    missing = [centre_id for centre_id, stands in _standing() if not stands]
    if not missing:
        return failed
    with outside_centres():
        centres = list(Centre.objects.filter(id__in=missing).order_by("code"))
        for centre, error in work_through(centres, _raise_around, jobs=jobs):
            if error is not None:
                failed[centre.code] = str(error).strip()
            ended(centre.code)
    return failed


def _raise_around(centre: Centre) -> None:
    with transaction.atomic():
        open_a_place(centre)
        close_around(centre, existing=True)


def wall_status() -> WallStatus:
    """Whether the wall stands everywhere; two statements at any number of centres."""
    return WallStatus(_shared_stands(), sum(not stands for _, stands in _standing()))


def centres_without_wall() -> CentreQuerySet:
    """The centres of this deployment whose role or privileges are missing or of an older kind."""
    return Centre.objects.filter(id__in=[centre_id for centre_id, stands in _standing() if not stands])


def _standing() -> Iterator[tuple[object, bool]]:
    labels = sorted({grants.centre_label(level) for level in Level})
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [labels, Transport.LOCAL])
        yield from cursor.fetchall()


def _shared_stands() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regnamespace('shared'), 'pg_namespace')")
        return bool(cursor.fetchone()[0] == grants.shared_label())
