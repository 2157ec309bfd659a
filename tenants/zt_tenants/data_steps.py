"""Migrations of tenant apps that run Python over a centre's rows.

``RunPython`` in a tenant migration runs once per centre, in one transaction. It must stand alone (a migration with
nothing but ``RunPython``), gets historical models by ``apps.get_model`` and sees its own centre's rows only. With
``elidable=True`` it says that a new, empty centre does not need it. For many rows use :class:`RunInBatches`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython
from django.db.migrations.state import StateApps

from zt_tenants.errors import DomainError

Batch = Callable[[StateApps, BaseDatabaseSchemaEditor, int], int]


class StepUnknown(DomainError):
    """A recorded step has no migration in this version of the code (an older version runs on a newer database)."""

    code = "SCHEMA_STEP_UNKNOWN"
    zh = "当前程序版本中没有迁移 {migration}，请使用不低于数据库版本的程序。"
    en = "This version of the program has no migration {migration}; use one that is not older than the database."


class RunInBatches(RunPython):
    """Python over a centre's rows in batches, each in a transaction of its own, until it says 0.

    ``batch(apps, schema_editor, size)`` changes up to ``size`` rows and returns how many. It must choose rows that still
    need it (``filter(new_column__isnull=True)``), because a killed run starts again. New centres skip it.
    """

    def __init__(self, batch: Batch, *, size: int = 1000) -> None:
        super().__init__(cast(Any, batch), reverse_code=RunPython.noop, elidable=True)
        self.batch = batch
        self.size = size


def run_python(app_label: str, name: str) -> None:
    """Run a data migration's Python where the connection is, inside the caller's transaction.

    Raises:
        StepUnknown: the code has no such migration.
    """
    apps, operations = _loaded(app_label, name)
    with connection.schema_editor(atomic=False) as editor:
        for operation in operations:
            operation.code(apps, editor)


def run_batches(app_label: str, name: str, *, prepare: Callable[[], object]) -> None:
    """Run a batched data migration where the connection is; ``prepare`` is called at the start of each transaction.

    Raises:
        StepUnknown: the code has no such migration.
    """
    apps, operations = _loaded(app_label, name)
    for operation in cast("list[RunInBatches]", operations):
        changed = 1
        while changed:
            with transaction.atomic():
                prepare()
                with connection.schema_editor(atomic=False) as editor:
                    changed = operation.batch(apps, editor, operation.size)


@lru_cache(maxsize=64)
def _loaded(app_label: str, name: str) -> tuple[StateApps, list[RunPython]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    migration = loader.graph.nodes.get((app_label, name))
    if migration is None:
        raise StepUnknown(migration=f"{app_label}.{name}")
    state = loader.project_state((app_label, name), at_end=False)
    return state.apps, list(migration.operations)
