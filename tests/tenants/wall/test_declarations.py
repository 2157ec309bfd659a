"""Every shared table says who reaches it, and the database holds exactly what the models say."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from zt_tenants.models import Centre
from zt_tenants.wall import grants
from zt_tenants.wall.access import APPEND_ONLY, CENTRES, SUPERVISING, SharedAccess, own
from zt_tenants.wall.raising import centres_without_wall, raise_around_shared, raise_missing, wall_status
from zt_tenants.wall.roles import scram_verifier, verifier

ROLES = [CENTRES, SUPERVISING, *(role.value for role in grants.LOG_IN_ROLES)]


def _privileges(cursor) -> dict[tuple[str, str], set[str]]:
    """Table privileges, and those of single columns, by table and role."""
    cursor.execute(
        "SELECT format('%%I.%%I', table_schema, table_name), grantee, privilege_type"
        " FROM information_schema.role_table_grants WHERE grantee = ANY(%s)"
        " UNION SELECT format('%%I.%%I', table_schema, table_name), grantee, privilege_type"
        " FROM information_schema.column_privileges WHERE grantee = ANY(%s)",
        [ROLES, ROLES],
    )
    found: dict[tuple[str, str], set[str]] = {}
    for table, role, privilege in cursor.fetchall():
        found.setdefault((table, role), set()).add(privilege)
    return found


@pytest.mark.req("A-01")
def test_every_shared_table_says_who_reaches_it() -> None:
    silent = [table for table, access in grants.shared_access().items() if access is None]
    assert not silent, f'add to the models of {silent}: access = SharedAccess(centre="…", rows=own("…"), portal="…")'


def test_every_table_of_the_shared_schemas_belongs_to_a_declaration(world) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT format(\'"%s"."%s"\', schemaname, tablename) FROM pg_tables'
            " WHERE schemaname IN ('shared', 'keystore', 'supervision')"
        )
        tables = {row[0] for row in cursor.fetchall()}
    assert tables == set(grants.shared_access())


@pytest.mark.req("A-01")
def test_the_database_grants_what_is_declared_and_nothing_else(world) -> None:
    declared = {
        (table.replace('"', ""), role): set(re.sub(r"\([^)]*\)", "", rights).replace(" ", "").split(","))
        for table, access in grants.shared_access().items()
        for role, rights in access.rights().items()
    }
    with connection.cursor() as cursor:
        assert _privileges(cursor) == declared


def test_rows_are_guarded_wherever_centres_write(world) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT format(\'"%s"."%s"\', nspname, relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace'
            " WHERE relrowsecurity"
        )
        guarded = {row[0] for row in cursor.fetchall()}
    assert guarded == {table for table, access in grants.shared_access().items() if access and access.rows}
    with pytest.raises(ValueError, match="which rows"):
        SharedAccess(centre="SELECT, INSERT")


def test_no_role_has_powers_over_the_database(world) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE (rolname = ANY(%s) OR rolname LIKE 'c\\_%%') AND"
            " (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)",
            [ROLES],
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT has_database_privilege('zt_portal', current_database(), 'TEMPORARY, CREATE')")
        assert cursor.fetchone()[0] is False


@pytest.mark.req("E-05")
def test_what_is_append_only_can_neither_be_changed_nor_deleted_by_its_own_centre(world) -> None:
    tables = [table for table, access in grants.own_access().items() if access == APPEND_ONLY]
    assert {"audit_auditrecord", "cases_caseevent", "interop_log_messagelogentry"} <= set(tables)
    with connection.cursor() as cursor:
        for centre in world.all:
            for table in tables:
                name = f'"{centre.schema_name}"."{table}"'
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, 'INSERT'),"
                    " has_table_privilege(%s, %s, 'UPDATE, DELETE, TRUNCATE')",
                    [centre.schema_name, name, centre.schema_name, name],
                )
                assert cursor.fetchone() == (True, False)


@pytest.mark.req("E-05")
def test_nobody_but_the_owner_reaches_an_append_only_table_by_another_way(world) -> None:
    """Neither another role of the house, nor a single column, nor a function or foreign key with the owner's rights."""
    tables = [table for table, access in grants.own_access().items() if access == APPEND_ONLY]
    with connection.cursor() as cursor:
        for table in tables:
            name = f'"{world.city.schema_name}"."{table}"'
            for role in [*ROLES, world.county.schema_name]:
                cursor.execute("SELECT has_table_privilege(%s, %s, 'SELECT, INSERT, UPDATE, DELETE')", [role, name])
                assert cursor.fetchone() == (False,), (role, table)
            cursor.execute(
                "SELECT has_any_column_privilege(%s, %s, 'UPDATE'), has_table_privilege(%s, %s, 'TRIGGER, REFERENCES')",
                [world.city.schema_name, name, world.city.schema_name, name],
            )
            assert cursor.fetchone() == (False, False), table
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
                " AND (confdeltype NOT IN ('a', 'r') OR confupdtype NOT IN ('a', 'r'))",
                [name],
            )
            assert cursor.fetchall() == [], "a row that goes would take lines along, with the owner's rights"
        cursor.execute(
            "SELECT n.nspname, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE p.prosecdef AND n.nspname <> 'pg_catalog'"
        )
        assert cursor.fetchall() == [], "a function that runs with its maker's rights"


def test_the_wall_stands_and_says_so(world) -> None:
    assert wall_status().stands
    assert not raise_around_shared()
    assert raise_missing() == {}


@pytest.mark.parametrize(
    "damage",
    [
        'GRANT "{role}" TO CURRENT_USER WITH INHERIT TRUE; DROP OWNED BY "{role}"; DROP ROLE "{role}"',
        'COMMENT ON SCHEMA "{role}" IS NULL',
        'RESET SESSION AUTHORIZATION; ALTER ROLE "{role}" BYPASSRLS',
    ],
)
def test_a_centre_without_its_wall_is_found_and_mended(world, damage) -> None:
    role = world.county.schema_name
    with connection.cursor() as cursor:
        cursor.execute(damage.format(role=role))
    assert [centre.code for centre in centres_without_wall()] == ["340123"]
    assert wall_status().centres_without == 1

    if "BYPASSRLS" in damage:
        return  # only a superuser can give it, and only one can take it away
    assert raise_missing() == {}
    assert wall_status().stands
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, 'INSERT')", [role, f'"{role}".cases_case'])
        assert cursor.fetchone()[0] is True


def test_a_changed_declaration_is_put_up_by_the_next_migrate(world, monkeypatch) -> None:
    monkeypatch.setattr(Centre, "access", SharedAccess(portal="SELECT", centre="SELECT", rows=own("code")))
    grants.shared_label.cache_clear()
    try:
        assert not wall_status().shared
        assert raise_around_shared()
        assert wall_status().shared
        with connection.cursor() as cursor:
            cursor.execute("SELECT relrowsecurity FROM pg_class WHERE oid = 'shared.tenants_centre'::regclass")
            assert cursor.fetchone()[0] is True
    finally:
        grants.shared_label.cache_clear()


def test_our_scram_verifier_is_the_one_postgresql_makes(world) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE zt_tried PASSWORD 'Zhengtong-2026'")
        cursor.execute("RESET SESSION AUTHORIZATION")  # only a superuser sees the verifiers
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'zt_tried'")
        made = cursor.fetchone()[0]
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [world.city.schema_name])
        stored = cursor.fetchone()[0]
    import base64

    salt = base64.b64decode(made.split("$")[1].partition(":")[2])
    assert verifier("Zhengtong-2026", salt=salt, iterations=4096) == made
    assert stored == scram_verifier(world.city.schema_name)
