"""What a superuser does once, before the platform's first ``migrate``: an owner without powers over the server.

The owner makes schemas and roles (``CREATEROLE``), and owns the database and all in it. It is no superuser, makes no
databases, reads no files and starts no programs; what only a superuser can close is closed here.
"""

from __future__ import annotations

import os
from typing import Final

from zt_tenants.wall.roles import verifier

LARGE_OBJECTS_SQL: Final = """
DO $wall$ DECLARE one regprocedure; BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    FOR one IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
      AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea') AND has_function_privilege('public', oid, 'EXECUTE')
    LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', one); END LOOP;
  END IF;
END $wall$;
"""
"""Nobody stores what no schema holds and no row-level security guards. Only a superuser can close these functions: in the
platform's database, or in ``template1`` before it is made; whoever else runs this changes nothing."""


def owner_sql(name: str, *, password: str, more: str = "") -> str:
    """SQL that makes the owner, or gives it this password and these powers again."""
    secret = verifier(password, salt=os.urandom(16))
    powers = f"LOGIN NOSUPERUSER CREATEROLE {more or 'NOCREATEDB NOREPLICATION'} NOBYPASSRLS"
    return (
        f'DO $wall$ BEGIN CREATE ROLE "{name}"; EXCEPTION WHEN duplicate_object THEN NULL; END $wall$;'
        f" ALTER ROLE \"{name}\" {powers} PASSWORD '{secret}';"
    )


def prepare_sql(*, owner: str, database: str, password: str) -> str:
    """All of it for ``psql``: owner and database, or what is missing of them."""
    return "\n".join(
        [
            owner_sql(owner, password=password),
            f"SELECT {_literal(database_sql(database, owner=owner))}",
            f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {_literal(database)}) \\gexec",
            f'\\connect "{database}"',
            LARGE_OBJECTS_SQL.strip(),
            _KNOWN_ROLES_SQL.format(owner=owner).strip(),
        ]
    )


_KNOWN_ROLES_SQL: Final = """
DO $wall$ DECLARE one name; BEGIN
  FOR one IN SELECT rolname FROM pg_roles WHERE rolname ~ '^(zt_|c_[0-9a-f]{{32}}$)'
  LOOP EXECUTE format('GRANT %I TO "{owner}" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', one); END LOOP;
END $wall$;
"""
"""Roles that a superuser made, as an owner that was one did, are the owner's to alter and drop."""


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def database_sql(name: str, *, owner: str) -> str:
    """SQL that makes the platform's database."""
    return f'CREATE DATABASE "{name}" OWNER "{owner}" ENCODING \'UTF8\' TEMPLATE template1'
