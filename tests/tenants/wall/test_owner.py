"""The owner of the database is no superuser: it makes and drops schemas with their roles, and has no other power."""

from __future__ import annotations

import psycopg
import pytest
from django.db import ProgrammingError, connection

from zt_tenants.archive.copies import NoCopy, remove_copy
from zt_tenants.clock import today
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import UnknownCentre
from zt_tenants.models import Centre, Level
from zt_tenants.provisioning import CentreExists, provision_centre
from zt_tenants.wall.preparing import LARGE_OBJECTS_SQL, database_sql, owner_sql
from zt_tenants.wall.raising import wall_status

pytestmark = pytest.mark.req("A-01")


def _one(statement: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def _roles() -> set[str]:
    """The centres' roles, but for those that hold something in another database of this server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles r WHERE rolname LIKE 'c\\_%%' AND NOT EXISTS (SELECT FROM pg_shdepend d"
            " JOIN pg_database b ON b.oid = d.dbid WHERE d.refobjid = r.oid AND b.datname <> current_database())"
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def copy(committed_world):
    """A centre as a restored copy is: closed from the start. Gone after the test."""
    made = provision_centre(code="990001", name="副本", level=Level.COUNTY, parent=committed_world.city)
    Centre.objects.filter(id=made.id).update(closed_on=today())
    yield made
    if Centre.objects.filter(id=made.id).exists():
        remove_copy("990001")


def test_the_owner_may_make_roles_and_nothing_else(committed_world) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            " AND rolname = session_user"
        )
        assert cursor.fetchone() == (False, True, False)
    for attempt in ("SELECT pg_read_file('/etc/passwd')", "COPY shared.tenants_centre TO PROGRAM 'cat'"):
        with pytest.raises(ProgrammingError, match=r"permission denied|privileges"):
            _one(attempt)


def test_a_copy_goes_with_its_schema_and_its_role(copy) -> None:
    assert copy.schema_name in _roles()
    with enter(copy):
        assert _one("SELECT current_user") == copy.schema_name

    remove_copy("990001")

    assert copy.schema_name not in _roles()
    assert _one("SELECT to_regnamespace(%s)", copy.schema_name) is None
    assert not Centre.objects.filter(code="990001").exists()
    assert wall_status().stands


def test_a_living_centre_is_not_removed_by_that(copy, committed_world) -> None:
    before = _roles()
    with pytest.raises(NoCopy):
        remove_copy(committed_world.county.code)
    with pytest.raises(UnknownCentre):
        remove_copy("990999")
    assert _roles() == before
    with enter(committed_world.county):
        assert _one("SELECT count(*) FROM organisation_department") == 0


def test_a_schema_that_was_not_made_leaves_no_role(committed_world) -> None:
    before = _roles()
    with pytest.raises(CentreExists), outside_centres():
        provision_centre(code="340123", name="再来一个", level=Level.COUNTY, parent=committed_world.city)
    assert _roles() == before


def test_what_a_superuser_prepares_makes_such_an_owner(superuser: psycopg.Connection) -> None:
    """The same statements that prepare the embedded server, as docs/operations.md gives them for one's own."""
    with superuser.transaction(force_rollback=True):
        for _ in range(2):
            superuser.execute(owner_sql("zt_tried_owner", password="of-this-test"))
            superuser.execute(LARGE_OBJECTS_SQL)
        found = superuser.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin FROM pg_roles"
            " WHERE rolname = 'zt_tried_owner'"
        ).fetchone()
        assert found == (False, True, False, False, False, True)
        superuser.execute("SET LOCAL ROLE zt_tried_owner")
        superuser.execute("CREATE ROLE zt_tried_centre LOGIN")
        superuser.execute("DROP ROLE zt_tried_centre")
        closed = superuser.execute("SELECT has_function_privilege('public', 'lo_create(oid)', 'EXECUTE')").fetchone()
        assert closed == (False,)
    assert database_sql("x", owner="y") == 'CREATE DATABASE "x" OWNER "y" ENCODING \'UTF8\' TEMPLATE template1'
