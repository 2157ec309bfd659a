"""The wall as SQL: roles, privileges and row-level security, made from what the models declare.

All of it may be run again at any time. Names put into the text are those of our own tables, schemas and roles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from django.apps import apps
from django.conf import settings

from zt_tenants.models import Centre, Level
from zt_tenants.wall.access import CENTRES, EVERY_ROW, NOBODY, SUPERVISING, DatabaseRole, OwnAccess, SharedAccess
from zt_tenants.wall.preparing import LARGE_OBJECTS_SQL
from zt_tenants.wall.roles import scram_verifier

LOG_IN_ROLES: Final = (DatabaseRole.PORTAL, DatabaseRole.RELAY, DatabaseRole.SIGNER, DatabaseRole.SUPERVISION)
GROUPS: Final = (CENTRES, SUPERVISING)
LABEL: Final = "zt-wall "
"""Begins the comment on a schema that says which wall stands around it."""

_OF_OTHERS: Final = {
    "django_migrations": NOBODY,
    "django_content_type": NOBODY,
    "auth_permission": NOBODY,
    "auth_group": NOBODY,
    "auth_group_permissions": NOBODY,
}
"""Tables whose models are not ours to write in."""

_FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION shared.own_centre_code() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT code::text FROM shared.tenants_centre WHERE schema_name = current_user::text);
CREATE OR REPLACE FUNCTION shared.own_centre_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT id FROM shared.tenants_centre WHERE schema_name = current_user::text);
CREATE OR REPLACE FUNCTION shared.supervises_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT level = 'PROVINCE' FROM shared.tenants_centre WHERE schema_name = current_user::text);
CREATE OR REPLACE FUNCTION shared.supervised_codes() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ARRAY(
    WITH RECURSIVE below AS (
      SELECT id, code FROM shared.tenants_centre WHERE schema_name = current_user::text AND level = 'CITY'
      UNION SELECT lower.id, lower.code FROM shared.tenants_centre lower JOIN below ON lower.parent_id = below.id
    ) SELECT code::text FROM below);
"""


def shared_access() -> dict[str, SharedAccess | None]:
    """Every shared table (as SQL names it) with what its model declares; None where nothing is declared."""
    found: dict[str, SharedAccess | None] = {f'"shared"."{table}"': access for table, access in _OF_OTHERS.items()}
    tenant = set(settings.TENANT_APPS)
    for config in apps.get_app_configs():
        if config.name in tenant or f"{type(config).__module__}.{type(config).__qualname__}" in tenant:
            continue
        for model in config.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                found.setdefault(_qualified(model._meta.db_table), getattr(model, "access", None))
    return found


def own_access() -> dict[str, OwnAccess]:
    """Tables of a centre's own schema that the centre may not freely change, by name."""
    tenant = set(settings.TENANT_APPS)
    declared = (
        (model._meta.db_table, getattr(model, "access", None))
        for config in apps.get_app_configs()
        if config.name in tenant or f"{type(config).__module__}.{type(config).__qualname__}" in tenant
        for model in config.get_models()
    )
    return {table: access for table, access in declared if isinstance(access, OwnAccess)}


def _qualified(db_table: str) -> str:
    return db_table if "." in db_table else f'"shared"."{db_table}"'


def roles_sql() -> str:
    """Groups and the roles of the parts of the house; what the database gives to everybody is taken away."""
    return "\n".join(
        [
            *(_made(group, "NOLOGIN") for group in GROUPS),
            *(_made(role, "LOGIN", password=True) for role in LOG_IN_ROLES),
            _PUBLIC_GETS_NOTHING,
            LARGE_OBJECTS_SQL,
        ]
    )


_PUBLIC_GETS_NOTHING: Final = """
DO $wall$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $wall$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
"""


def _made(role: str, log_in: str, *, password: bool = False) -> str:
    secret = f" PASSWORD '{scram_verifier(role)}'" if password else ""
    # Several databases of one server share the roles and may be prepared at the same moment: then one is enough.
    return (
        f'DO $wall$ BEGIN BEGIN CREATE ROLE "{role}"; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;'
        f' END; ALTER ROLE "{role}" {log_in}{secret}; EXCEPTION WHEN internal_error THEN NULL; END $wall$;'
    )


def shared_sql() -> str:
    """Privileges and row-level security of all shared tables, as their models declare them."""
    parts = [_FUNCTIONS]
    everybody = ", ".join([*GROUPS, *(role.value for role in LOG_IN_ROLES)])
    parts.append(f"GRANT USAGE ON SCHEMA shared, ext TO {everybody};")
    schemas: dict[str, set[str]] = {}
    for table, access in sorted(shared_access().items()):
        access = access or NOBODY
        schema = table.split(".")[0].strip('"')
        schemas.setdefault(schema, set()).update(access.rights())
        parts += [f"REVOKE ALL ON {table} FROM PUBLIC, {everybody};", *_table_sql(table, access)]
    for schema, users in sorted(schemas.items()):
        if users and schema != "shared":
            parts.append(f"GRANT USAGE ON SCHEMA {schema} TO {', '.join(sorted(users))};")
    return "\n".join(parts)


def _table_sql(table: str, access: SharedAccess) -> Iterator[str]:
    rights = access.rights()
    for role, privileges in rights.items():
        yield f"GRANT {privileges} ON {table} TO {role};"
    for policy in ("zt_own_rows", "zt_all_rows_read", "zt_supervised_rows", "zt_parts_of_the_house"):
        yield f"DROP POLICY IF EXISTS {policy} ON {table};"
    if not access.rows:
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
        return
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
    if access.centre:
        yield f"CREATE POLICY zt_own_rows ON {table} TO {CENTRES} USING ({access.rows}) WITH CHECK ({access.rows});"
    if access.reads_all:
        yield f"CREATE POLICY zt_all_rows_read ON {table} FOR SELECT TO {CENTRES} USING ({EVERY_ROW});"
    if access.supervising:
        yield (
            f"CREATE POLICY zt_supervised_rows ON {table} TO {SUPERVISING}"
            f" USING ({access.rows}) WITH CHECK ({access.rows});"
        )
    parts = [role.value for role in LOG_IN_ROLES if role.value in rights]
    if parts:
        yield (
            f"CREATE POLICY zt_parts_of_the_house ON {table} TO {', '.join(parts)}"
            f" USING ({EVERY_ROW}) WITH CHECK ({EVERY_ROW});"
        )


def before_tables_sql(centre: Centre) -> str:
    """A centre's role, and what it may do with every table that its schema will have; the schema is there."""
    role = f'"{centre.schema_name}"'
    groups = [CENTRES, *([SUPERVISING] if centre.level in (Level.PROVINCE, Level.CITY) else [])]
    return "\n".join(
        [
            f"DO $wall$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{centre.schema_name}')"
            f" THEN CREATE ROLE {role} LOGIN; END IF; END $wall$;",
            f"ALTER ROLE {role} LOGIN PASSWORD '{scram_verifier(centre.schema_name)}';",
            *(f"GRANT {group} TO {role} WITH INHERIT TRUE, SET FALSE;" for group in groups),
            f"GRANT USAGE ON SCHEMA {role} TO {role};",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {role} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};",
        ]
    )


def after_tables_sql(centre: Centre, *, existing: bool) -> str:
    """What some tables do not allow, and the label that says which wall this is.

    ``existing``: the tables were made before their schema had its default privileges.
    """
    role = f'"{centre.schema_name}"'
    parts = []
    if existing:
        parts.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {role} TO {role};")
    for table, access in sorted(own_access().items()):
        parts.append(
            f"DO $wall$ BEGIN IF to_regclass('{role}.\"{table}\"') IS NOT NULL THEN"
            f' REVOKE ALL ON {role}."{table}" FROM {role};'
            f' GRANT {access.rights} ON {role}."{table}" TO {role}; END IF; END $wall$;'
        )
    parts.append(f"COMMENT ON SCHEMA {role} IS '{centre_label(centre.level)}';")
    return "\n".join(parts)


def centre_label(level: str) -> str:
    """Which wall a centre of this level should have: a digest of what would be put up."""
    return _centre_labels()[level]


@lru_cache(maxsize=1)
def _centre_labels() -> Mapping[str, str]:
    restricted = repr(sorted((table, access.rights) for table, access in own_access().items()))
    return {
        level.value: LABEL + _digest(f"{restricted} {level in (Level.PROVINCE, Level.CITY)} {scram_verifier('')} 1")
        for level in Level
    }


@lru_cache(maxsize=1)
def shared_label() -> str:
    """Which wall the shared part should have."""
    return LABEL + _digest(roles_sql() + shared_sql())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
