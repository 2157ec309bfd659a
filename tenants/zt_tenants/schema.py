"""Schema steps: a change to the centres' tables is computed once and run in every centre.

Stock tooling introspects the whole catalogue for each tenant and is quadratic in their number. Here each migration of the
tenant apps becomes one :class:`~zt_tenants.models.SchemaStep`: its SQL, computed against the *template schema*, which is
itself brought up to date first. A new centre gets all steps in one transaction; an older one those it lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

from zt_tenants import clock
from zt_tenants.context import outside_centres
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre, SchemaStep

SHARED_SCHEMA = settings.PUBLIC_SCHEMA_NAME
TEMPLATE_SCHEMA = "centre_template"
EXTENSION_SCHEMA = "ext"
EXTENSIONS = ("pg_trgm", "btree_gin")
_LOCK_KEY = 0x5A54_0001  # one roll-out at a time in a database
_LOCK_TIMEOUT = "5s"


class StepNotSql(DomainError):
    """A tenant migration has an operation without SQL (RunPython): it cannot be fanned out."""

    code = "SCHEMA_STEP_NOT_SQL"
    zh = "迁移 {migration} 含有无法写成 SQL 的操作,请改为 RunSQL。"
    en = "Migration {migration} has an operation that cannot be written as SQL; use RunSQL."


class StepIsEmpty(DomainError):
    """A tenant migration came out as no SQL at all, which means that it was not computed inside a tenant schema."""

    code = "SCHEMA_STEP_EMPTY"
    zh = "迁移 {migration} 没有产生任何 SQL。"
    en = "Migration {migration} produced no SQL."


def prepare_database() -> None:
    """Make the shared schema and the extensions' schema if they are missing (idempotent)."""
    statements = [f"CREATE SCHEMA IF NOT EXISTS {name}" for name in (SHARED_SCHEMA, EXTENSION_SCHEMA)]
    statements += [f"CREATE EXTENSION IF NOT EXISTS {name} SCHEMA {EXTENSION_SCHEMA}" for name in EXTENSIONS]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def tenant_app_labels() -> set[str]:
    """Labels of the apps whose tables lie in every centre's schema."""
    wanted = set(settings.TENANT_APPS)
    return {
        config.label
        for config in apps.get_app_configs()
        if config.name in wanted or f"{type(config).__module__}.{type(config).__qualname__}" in wanted
    }


def record_pending_steps() -> list[SchemaStep]:
    """Turn tenant migrations that have no step yet into steps, and apply them to the template schema.

    Returns:
        The new steps, in order.

    Raises:
        StepNotSql, StepIsEmpty: the migration cannot be fanned out; nothing of it was recorded.
    """
    made: list[SchemaStep] = []
    with outside_centres(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {TEMPLATE_SCHEMA}")
        recorded = set(SchemaStep.objects.values_list("app_label", "name"))
        ordinal = latest_ordinal()
        loader = MigrationLoader(connection, ignore_no_migrations=True)
        for migration in _tenant_plan(loader):
            if (migration.app_label, migration.name) in recorded:
                continue
            ordinal += 1
            sql = _sql_of(loader, migration)
            _run_in_schema(TEMPLATE_SCHEMA, sql)
            made.append(
                SchemaStep.objects.create(
                    ordinal=ordinal, app_label=migration.app_label, name=migration.name, sql=sql, made_at=clock.now()
                )
            )
    return made


def latest_ordinal() -> int:
    """The number of the newest step: where every centre should be."""
    return SchemaStep.objects.order_by("-ordinal").values_list("ordinal", flat=True).first() or 0


def _tenant_plan(loader: MigrationLoader) -> Iterable[Migration]:
    labels = tenant_app_labels()
    seen: set[tuple[str, str]] = set()
    for leaf in sorted(node for node in loader.graph.leaf_nodes() if node[0] in labels):
        for key in loader.graph.forwards_plan(leaf):
            if key[0] in labels and key not in seen:
                seen.add(key)
                yield loader.graph.nodes[key]


def _sql_of(loader: MigrationLoader, migration: Migration) -> str:
    label = f"{migration.app_label}.{migration.name}"
    tenant_connection = cast(Any, connection)
    tenant_connection.set_schema(TEMPLATE_SCHEMA)  # the router decides by the schema which apps have tables here
    try:
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            state = loader.project_state((migration.app_label, migration.name), at_end=False)
            migration.apply(state, editor, collect_sql=True)
    finally:
        tenant_connection.set_schema_to_public()
    collected = "\n".join(editor.collected_sql)
    if "CANNOT BE WRITTEN AS SQL" in collected:
        raise StepNotSql(migration=label)
    sql = "\n".join(line for line in collected.splitlines() if line.strip() and not line.startswith("--"))
    if not sql:
        raise StepIsEmpty(migration=label)
    return sql


def _run_in_schema(schema: str, sql: str) -> None:
    """Run SQL with a search path of its own, inside the open transaction; the path is back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SET LOCAL search_path = "{schema}", {EXTENSION_SCHEMA};\n{sql}\n'
            f"SET LOCAL search_path = {SHARED_SCHEMA}, {EXTENSION_SCHEMA};"
        )


def make_schema(centre: Centre) -> None:
    """Make the schema of a centre from all steps, inside the caller's transaction, and note how far it came.

    Costs a handful of statements; independent of how many centres there are.
    """
    steps = list(SchemaStep.objects.values_list("sql", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{centre.schema_name}"')
    _run_in_schema(centre.schema_name, "\n".join(steps))
    centre.schema_ordinal = len(steps)


@dataclass(slots=True)
class RollOut:
    """What a roll-out did: centres brought up to date, and those that failed with the database's words."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def roll_out(progress: Callable[[str], None] = lambda code: None) -> RollOut:
    """Bring every centre of this deployment that is behind up to the newest step, one transaction a centre.

    A failing centre keeps its old schema and is reported; the others go on. Running it again continues.
    """
    result = RollOut()
    steps = list(SchemaStep.objects.all())
    with outside_centres():
        behind = Centre.objects.here().filter(schema_ordinal__lt=latest_ordinal()).order_by("code")
        for centre in list(behind):
            try:
                _bring_up_to_date(centre, steps)
            except DatabaseError as error:
                result.failed[centre.code] = str(error).strip()
            else:
                result.done.append(centre.code)
            progress(centre.code)
    return result


def _bring_up_to_date(centre: Centre, steps: list[SchemaStep]) -> None:
    with transaction.atomic():
        locked = Centre.objects.select_for_update().get(id=centre.id)
        missing = [step for step in steps if step.ordinal > locked.schema_ordinal]
        if not missing:
            return
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        _run_in_schema(locked.schema_name, "\n".join(step.sql for step in missing))
        Centre.objects.filter(id=locked.id).update(schema_ordinal=missing[-1].ordinal)
