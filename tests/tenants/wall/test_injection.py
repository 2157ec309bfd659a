"""Injected SQL from inside a centre, over the centre's own log-in: it gets one centre's rows, and nothing changes.

Whoever finds a hole in the code and can run any statement is this role on this connection.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, progressed
from zt_platform.index.commands import upsert_seats
from zt_platform.organisation.models import Department
from zt_tenants.context import enter, operating
from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.roles import password_of

TAKE_OVER = (
    "SET ROLE zt_portal",
    "SET ROLE zt_signer",
    "SET ROLE zt_relay",
    "SET ROLE zt_supervision",
    "SET ROLE zt_centre",
    'SET ROLE "{other}"',
    'SET ROLE "{owner}"',
    "RESET ROLE; SELECT * FROM {other}.organisation_department",
    'SET SESSION AUTHORIZATION "{owner}"',
    'SET SESSION AUTHORIZATION "{other}"',
    "RESET SESSION AUTHORIZATION; SELECT * FROM {other}.organisation_department",
    'GRANT "{other}" TO "{own}"',
    'GRANT "{owner}" TO "{own}"',
    "GRANT zt_portal TO CURRENT_USER",
    'ALTER ROLE "{own}" SUPERUSER',
    'ALTER ROLE "{own}" BYPASSRLS',
    "ALTER ROLE \"{other}\" PASSWORD 'known'",
    "CREATE ROLE intruder LOGIN",
    'DROP ROLE "{other}"',
    "UPDATE pg_authid SET rolsuper = true WHERE rolname = '{own}'",
    "SELECT rolpassword FROM pg_authid",
    "INSERT INTO pg_auth_members SELECT 1, 1, 1",
)
OTHERS_ROWS = (
    "SELECT * FROM {other}.organisation_department",
    "INSERT INTO {other}.organisation_department (code, name, name_en) VALUES ('X', 'x', 'x')",
    "UPDATE {other}.organisation_department SET name = 'x'",
    "DELETE FROM {other}.organisation_department",
    "TRUNCATE {other}.organisation_department",
    "LOCK TABLE {other}.organisation_department IN ACCESS EXCLUSIVE MODE",
    "COPY {other}.organisation_department TO STDOUT",
    "COPY (SELECT * FROM {other}.organisation_department) TO STDOUT",
    "PREPARE stolen AS SELECT * FROM {other}.organisation_department; EXECUTE stolen",
    "DECLARE stolen CURSOR WITH HOLD FOR SELECT * FROM {other}.organisation_department",
    "DO $$ BEGIN PERFORM * FROM {other}.organisation_department; END $$",
    "DO $$ BEGIN EXECUTE 'SELECT * FROM {other}.organisation_department'; END $$",
    "SELECT query_to_xml('SELECT * FROM {other}.organisation_department', true, true, '')",
    "SELECT table_to_xml('{other}.organisation_department', true, true, '')",
    "SELECT nextval('{other}.organisation_department_id_seq')",
    "SELECT setval('{other}.organisation_department_id_seq', 999999)",
    "SELECT * FROM centre_template.organisation_department",
    "SELECT * FROM shared.accounts_account",
    "SELECT password FROM shared.accounts_account",
    "UPDATE shared.accounts_account SET password = ''",
    "SELECT * FROM shared.accounts_accountevent",
    "SELECT * FROM shared.accounts_authorisation",
    "SELECT * FROM keystore.private_key",
    "DELETE FROM keystore.private_key",
    "SELECT * FROM supervision.case_record",
    "DELETE FROM supervision.case_step",
    "SELECT * FROM shared.django_migrations",
    "SELECT * FROM shared.tenants_schemastep",
    "UPDATE shared.tenants_schemastep SET sql = 'DROP SCHEMA shared'",
    "UPDATE shared.tenants_centre SET name = 'x'",
    "UPDATE shared.tenants_centre SET schema_name = '{own}' WHERE schema_name = '{other}'",
    "INSERT INTO shared.interop_keys_publickey SELECT * FROM shared.interop_keys_publickey",
    "UPDATE shared.interop_keys_publickey SET revoked_at = now()",
    "LOCK TABLE shared.tenants_centre IN ACCESS EXCLUSIVE MODE",
    "TRUNCATE shared.interop_queue_outboxmessage",
    "UPDATE shared.index_staffseatentry SET centre_code = '{other_code}'",
    "INSERT INTO shared.index_staffseatentry (id, account_id, centre_code, centre_name)"
    " VALUES (gen_random_uuid(), gen_random_uuid(), '{other_code}', 'x')",
    "UPDATE shared.interop_queue_outboundstream SET source_code = '{other_code}'",
    "INSERT INTO shared.tenants_timer (id, centre_id, kind, subject, due_at, next_attempt_at, data)"
    " SELECT gen_random_uuid(), id, 'x', 'x', now(), now(), '{{}}' FROM shared.tenants_centre WHERE code = '{other_code}'",
    "DELETE FROM interop_log_messagelogentry",
    "UPDATE cases_caseevent SET note = 'x'",
    "TRUNCATE cases_caseevent",
    "UPDATE audit_auditrecord SET purpose = 'x'",
    "DELETE FROM audit_auditrecord",
    "TRUNCATE audit_auditrecord",
    "TRUNCATE cases_case CASCADE",
)
POWERS = (
    "CREATE SCHEMA intruder",
    "CREATE TABLE shared.tenants_centre2 (id int)",
    "CREATE TABLE {other}.intruder (id int)",
    "CREATE TABLE {own}.intruder (id int)",
    "CREATE TABLE public.intruder (id int)",
    "CREATE TEMPORARY TABLE tenants_centre (schema_name text, code text)",
    "CREATE FUNCTION pg_temp.now() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION {own}.intruder() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION shared.own_centre_code() RETURNS text LANGUAGE sql AS $$ SELECT '{other_code}' $$",
    "CREATE OPERATOR shared.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
    "ALTER TABLE cases_caseevent DISABLE TRIGGER ALL",
    "ALTER TABLE shared.index_staffseatentry DISABLE ROW LEVEL SECURITY",
    "DROP POLICY zt_own_rows ON shared.index_staffseatentry",
    "CREATE POLICY intruder ON shared.index_staffseatentry USING (true)",
    "SET row_security = off; SELECT * FROM shared.index_staffseatentry",
    "DROP SCHEMA {other} CASCADE",
    "DROP TABLE cases_case CASCADE",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION postgres_fdw",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_create(0)",
    "COPY cases_case FROM PROGRAM 'id'",
    "COPY cases_case TO '/tmp/stolen'",
    "ALTER DATABASE {database} SET search_path = {other}",
    "UPDATE pg_class SET relrowsecurity = false",
    "INSERT INTO pg_proc SELECT * FROM pg_proc",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{owner}'",
    "SET session_replication_role = replica",
    "CREATE EVENT TRIGGER intruder ON ddl_command_start EXECUTE FUNCTION pg_catalog.now()",
    "CREATE FOREIGN DATA WRAPPER intruder",
)
ONLY_OWN = (
    ("SELECT DISTINCT centre_code FROM shared.index_staffseatentry", "{own_code}"),
    ("SELECT DISTINCT centre_code FROM shared.index_applicantcaseentry", None),
    ("SELECT DISTINCT source_code FROM shared.interop_queue_outboundstream", "{own_code}"),
    (
        "SELECT DISTINCT source_code FROM shared.interop_queue_outboxmessage m"
        " JOIN shared.interop_queue_outboundstream s ON s.id = m.stream_id",
        "{own_code}",
    ),
    ("SELECT count(*) FROM shared.interop_queue_outboxmessage", 1),
    ("SELECT count(*) FROM shared.tenants_timer", 0),
    ("SELECT shared.own_centre_code()", "{own_code}"),
    ("SELECT shared.supervises_all()", False),
    (
        "SELECT query FROM pg_stat_activity WHERE usename = '{owner}' AND query NOT LIKE '%insufficient%' LIMIT 1",
        None,
    ),
    ("UPDATE shared.index_staffseatentry SET centre_name = 'x' WHERE centre_code = '{other_code}' RETURNING 1", None),
    ("DELETE FROM shared.index_staffseatentry WHERE centre_code <> '{own_code}' RETURNING 1", None),
    ("DELETE FROM shared.index_itemindexentry WHERE centre_code <> '{own_code}' RETURNING 1", None),
    ("UPDATE shared.interop_queue_outboundstream SET failures = 9 WHERE source_code <> '{own_code}' RETURNING 1", None),
)


REFUSED = {"42501"}
"""insufficient_privilege: the database itself said no, and not that the attempt was misspelt."""


@pytest.fixture
def intruder(committed_world) -> Iterator[tuple[psycopg.Connection, dict[str, str]]]:
    """A session that is logged in as the county, in a world where it and its neighbour have rows everywhere."""
    world = committed_world
    for centre, to in ((world.county, "340100"), (world.other_county, "341700")):
        with enter(centre):
            Department.objects.create(code="SECRET", name=f"{centre.name}的部门", name_en="x")
            upsert_seats([uuid7()])
            send_message(destination=to, type=PROGRESSED, subject="340123-20260302-000001-X", data=progressed())
    own, other = world.county, world.other_county
    params = connection.get_connection_params()
    names = {
        "own": own.schema_name,
        "other": other.schema_name,
        "own_code": own.code,
        "other_code": other.code,
        "owner": params["user"],
        "database": params["dbname"],
    }
    with psycopg.connect(
        host=params["host"],
        port=params["port"],
        dbname=params["dbname"],
        user=own.schema_name,
        password=password_of(own.schema_name),
        options=f"-c search_path={own.schema_name},shared,ext",
        autocommit=True,
    ) as session:
        yield session, names


def _everything(superuser: psycopg.Connection) -> list[object]:
    """Rows of the neighbour and of the shared part, and who may do what: all that must not change."""
    with operating(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('SELECT %L, md5(coalesce(string_agg(t::text, ''|'' ORDER BY t::text), '''')) FROM %I.%I t',"
            " schemaname || '.' || tablename, schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('shared', 'keystore', 'supervision') OR schemaname LIKE 'c\\_%' ORDER BY 1"
        )
        cursor.execute(" UNION ALL ".join(row[0] for row in cursor.fetchall()) + " ORDER BY 1")
        rows = cursor.fetchall()
        roles = superuser.execute("SELECT rolname, rolsuper, rolbypassrls, rolpassword FROM pg_authid ORDER BY 1")
        cursor.execute("SELECT count(*), md5(string_agg(relname || relrowsecurity || coalesce(relacl::text, ''), ''"
                       " ORDER BY oid)) FROM pg_class")  # fmt: skip
        return [rows, roles.fetchall(), cursor.fetchall()]


@pytest.mark.req("A-01")
def test_the_session_really_is_the_centres_and_works_there(intruder) -> None:
    session, names = intruder
    assert session.execute("SELECT session_user, current_user").fetchone() == (names["own"], names["own"])
    assert session.execute("SELECT code FROM organisation_department").fetchall() == [("SECRET",)]


@pytest.mark.req("A-01")
@pytest.mark.parametrize("attempts", [TAKE_OVER, OTHERS_ROWS, POWERS], ids=["take over", "rows of others", "powers"])
def test_the_database_refuses_and_nothing_changes(intruder, superuser, attempts) -> None:
    session, names = intruder
    before = _everything(superuser)
    answers = {}
    for attempt in attempts:
        try:
            session.execute("BEGIN")
            session.execute(attempt.format(**names))
            answers[attempt] = "it went through"
        except psycopg.Error as refused:
            if refused.sqlstate not in REFUSED:
                answers[attempt] = f"{refused.sqlstate} {refused}"
        finally:
            session.execute("ROLLBACK")
            session.execute("RESET ALL")
            session.execute(f"SET search_path = {names['own']}, shared, ext")
    assert answers == {}
    assert _everything(superuser) == before


def test_a_search_path_into_another_schema_finds_nothing_there(intruder) -> None:
    session, names = intruder
    for path in (names["other"], f"{names['other']}, shared", "keystore", "supervision", "centre_template"):
        session.execute("SELECT set_config('search_path', %s, false)", [path])
        for table in ("organisation_department", "private_key", "case_record"):
            with pytest.raises(psycopg.errors.UndefinedTable):
                session.execute(f"SELECT * FROM {table}")


def test_what_no_transaction_may_hold_is_refused_too(intruder) -> None:
    session, names = intruder
    for statement in ("ALTER SYSTEM SET fsync = off", "CREATE DATABASE intruder", f"DROP DATABASE {names['database']}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement)


@pytest.mark.req("A-01")
def test_what_is_answered_is_of_the_own_centre_only(intruder, superuser) -> None:
    session, names = intruder
    before = _everything(superuser)
    for attempt, expected in ONLY_OWN:
        found = session.execute(attempt.format(**names)).fetchone()
        wanted = expected.format(**names) if isinstance(expected, str) else expected
        assert (found[0] if found else None) == wanted, attempt
    assert _everything(superuser) == before


def test_another_centres_password_is_not_the_own_one(intruder) -> None:
    _, names = intruder
    assert password_of(names["own"]) != password_of(names["other"])
    assert len(TAKE_OVER + OTHERS_ROWS + POWERS + ONLY_OWN) >= 100
