"""Schema steps: a change to the centres' tables is computed once and run in every centre.

Stock tooling introspects the whole catalogue for each tenant and is quadratic in their number. Here each migration of the
tenant apps becomes one :class:`~zt_tenants.models.SchemaStep`: its SQL, computed against the *template schema*, which is
itself brought up to date first. A new centre gets all steps in one transaction; :mod:`zt_tenants.rollout` gives an older
one those it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations import RunPython

from zt_tenants import clock
from zt_tenants.context import outside_centres
from zt_tenants.data_steps import RunInBatches, run_batches, run_python
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre, SchemaStep, StepKind
from zt_tenants.wall.raising import close_around, open_a_place, raise_roles

SHARED_SCHEMA = settings.PUBLIC_SCHEMA_NAME
TEMPLATE_SCHEMA = "centre_template"
EXTENSION_SCHEMA = "ext"
EXTENSIONS = ("pg_trgm", "btree_gin")
_LOCK_KEY = 0x5A54_0001  # one roll-out at a time in a database
_MAKING_KEY = 0x5A54_0002  # shared by whoever makes a centre, alone to whoever records a step
_REPEATABLE = re.compile(r"(CREATE (?:UNIQUE )?INDEX CONCURRENTLY|DROP INDEX CONCURRENTLY)( IF (?:NOT )?EXISTS)?", re.I)


class StepNotSql(DomainError):
    """A tenant migration mixes Python with changes of tables: it can be fanned out as neither."""

    code = "SCHEMA_STEP_NOT_SQL"
    zh = "迁移 {migration} 把 Python 与表结构改动混在一起，请拆成两个迁移。"
    en = "Migration {migration} mixes Python with changes of tables; split it in two."


class StepNotRepeatable(DomainError):
    """A migration with ``atomic = False`` holds more than concurrent index builds: killed half-way it could not go on."""

    code = "SCHEMA_STEP_NOT_REPEATABLE"
    zh = "迁移 {migration} 设为 atomic = False,只能包含并发建立或删除索引。"
    en = "Migration {migration} is atomic = False and so may only build or drop indexes concurrently."


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
    raise_roles()


def tenant_app_labels() -> set[str]:
    """Labels of the apps whose tables lie in every centre's schema."""
    wanted = set(settings.TENANT_APPS)
    return {
        config.label
        for config in apps.get_app_configs()
        if config.name in wanted or f"{type(config).__module__}.{type(config).__qualname__}" in wanted
    }


@contextmanager
def one_roll_out_at_a_time() -> Iterator[None]:
    """Wait until no other process changes schemas in this database; re-entrant, gone with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_KEY])
        except (DatabaseError, InterfaceError):
            if not connection.is_usable():
                connection.close()  # the server ended it, and the lock with it; what comes next gets a new one


def record_pending_steps() -> list[SchemaStep]:
    """Turn tenant migrations that have no step yet into steps, and apply them to the template schema.

    Each step is recorded together with its change of the template, or neither. What fails on the template reaches no
    centre. Returns the new steps, in order.

    Raises:
        StepNotSql, StepIsEmpty, StepNotRepeatable: the migration cannot be fanned out; it was not recorded.
    """
    made: list[SchemaStep] = []
    with outside_centres(), one_roll_out_at_a_time():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {TEMPLATE_SCHEMA}")
        ordinal = latest_ordinal()
        loader = MigrationLoader(connection, ignore_no_migrations=True)
        for migration in pending_migrations(loader):
            ordinal += 1
            step = _step_of(loader, migration, ordinal)
            with transaction.atomic():
                _wait_for_centres_in_the_making()
                run_steps(TEMPLATE_SCHEMA, [step])
                step.save(force_insert=True)
            made.append(step)
    return made


def _wait_for_centres_in_the_making() -> None:
    """A centre that is being made has all steps it will get: a new one waits for it, so that the roll-out finds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MAKING_KEY])


def pending_migrations(loader: MigrationLoader | None = None) -> list[Migration]:
    """Tenant migrations of the code that are no steps yet, in order; all of them in a database that is still empty."""
    there = SchemaStep._meta.db_table in connection.introspection.table_names()
    recorded = set(SchemaStep.objects.values_list("app_label", "name")) if there else set()
    loader = loader or MigrationLoader(None, ignore_no_migrations=True)
    return [found for found in _tenant_plan(loader) if (found.app_label, found.name) not in recorded]


@lru_cache(maxsize=1)
def steps_of_the_code() -> int:
    """How many tenant migrations this version of the code has; read once per process."""
    return sum(1 for _ in _tenant_plan(MigrationLoader(None, ignore_no_migrations=True)))


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


def _step_of(loader: MigrationLoader, migration: Migration, ordinal: int) -> SchemaStep:
    kind = kind_of(migration)
    sql = "" if kind in (StepKind.PYTHON, StepKind.BATCHES) else _sql_of(loader, migration)
    if kind is StepKind.CONCURRENTLY:
        sql = "\n".join(_repeatable(statement, migration) for statement in sql.splitlines())
    elidable = bool(migration.operations) and all(operation.elidable for operation in migration.operations)
    return SchemaStep(
        ordinal=ordinal,
        app_label=migration.app_label,
        name=migration.name,
        kind=kind,
        in_new_centres=kind is not StepKind.BATCHES and not (kind is StepKind.PYTHON and elidable),
        sql=sql,
        made_at=clock.now(),
    )


def kind_of(migration: Migration) -> StepKind:
    """How a tenant migration is run in a centre: by its operations, and ``atomic = False`` for concurrent indexes.

    Raises:
        StepNotSql: it mixes Python with other operations.
    """
    python = [operation for operation in migration.operations if isinstance(operation, RunPython)]
    if not python:
        return StepKind.SQL if migration.atomic else StepKind.CONCURRENTLY
    batched = [operation for operation in python if isinstance(operation, RunInBatches)]
    if len(python) != len(migration.operations) or len(batched) not in (0, len(python)):
        raise StepNotSql(migration=f"{migration.app_label}.{migration.name}")
    return StepKind.BATCHES if batched else StepKind.PYTHON


def _repeatable(statement: str, migration: Migration) -> str:
    match = _REPEATABLE.match(statement)
    if match is None:
        raise StepNotRepeatable(migration=f"{migration.app_label}.{migration.name}")
    if match[2]:
        return statement
    guard = " IF NOT EXISTS" if match[1].upper().startswith("CREATE") else " IF EXISTS"
    return match[1] + guard + statement[match.end() :]


@contextmanager
def pointed_at(schema: str) -> Iterator[None]:
    """Point the connection at a schema that may be no centre's, from outside centres; only for changes of schemas."""
    tenant_connection = cast(Any, connection)
    tenant_connection.set_schema(schema)  # the router decides by the schema which apps have tables here
    try:
        yield
    finally:
        tenant_connection.set_schema_to_public()


def _sql_of(loader: MigrationLoader, migration: Migration) -> str:
    label = f"{migration.app_label}.{migration.name}"
    with pointed_at(TEMPLATE_SCHEMA), connection.schema_editor(collect_sql=True, atomic=False) as editor:
        state = loader.project_state((migration.app_label, migration.name), at_end=False)
        migration.apply(state, editor, collect_sql=True)
    collected = "\n".join(editor.collected_sql)
    if "CANNOT BE WRITTEN AS SQL" in collected:
        raise StepNotSql(migration=label)
    sql = "\n".join(line for line in collected.splitlines() if line.strip() and not line.startswith("--"))
    if not sql:
        raise StepIsEmpty(migration=label)
    return sql


def run_sql_in(schema: str, sql: str) -> None:
    """Run SQL with a search path of its own, inside the open transaction; the path is back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SET LOCAL search_path = "{schema}", {EXTENSION_SCHEMA};\n{sql}\n'
            f"SET LOCAL search_path = {SHARED_SCHEMA}, {EXTENSION_SCHEMA};"
        )


def _sql_at_once(step: SchemaStep) -> str:
    return step.sql.replace("INDEX CONCURRENTLY", "INDEX") if step.kind == StepKind.CONCURRENTLY else step.sql


def run_steps(schema: str, steps: Iterable[SchemaStep], *, python: bool = True) -> None:
    """Run steps in a schema that nobody else sees yet, inside the open transaction, from outside centres.

    Neighbouring SQL runs at once and indexes are not built concurrently. ``python=False`` leaves data migrations out:
    the rows come from elsewhere and have been through them.
    """
    for in_python, group in groupby(steps, key=lambda step: step.kind in (StepKind.PYTHON, StepKind.BATCHES)):
        if not in_python:
            run_sql_in(schema, "\n".join(_sql_at_once(step) for step in group))
        elif python:
            with pointed_at(schema):
                for step in group:
                    _run_data_step(step)


def _run_data_step(step: SchemaStep) -> None:
    if step.kind == StepKind.BATCHES:
        run_batches(step.app_label, step.name, prepare=lambda: None)
    else:
        run_python(step.app_label, step.name)


def make_schema(centre: Centre) -> None:
    """Make the schema and the role of a centre, inside the caller's transaction, and note how far it came.

    Costs a handful of statements; independent of how many centres there are.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_MAKING_KEY])
        steps = list(SchemaStep.objects.all())
        cursor.execute(f'CREATE SCHEMA "{centre.schema_name}"')
    open_a_place(centre)
    run_steps(centre.schema_name, [step for step in steps if step.in_new_centres])
    close_around(centre)
    centre.schema_ordinal = steps[-1].ordinal if steps else 0
