"""A further schema step, taken back after the test, and the house's celery application, put back after another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from zt_platform.project.celery import app
from zt_tenants import clock
from zt_tenants.models import Centre, SchemaStep, StepKind
from zt_tenants.schema import TEMPLATE_SCHEMA, latest_ordinal

NewStep = Callable[..., SchemaStep]


@pytest.fixture
def new_step(committed_world) -> Iterator[NewStep]:
    """Make a step of SQL whose ``undo`` is run in every centre at the end."""
    first = latest_ordinal()
    undoing: list[str] = []

    def make(sql: str, *, undo: str, kind: StepKind = StepKind.SQL) -> SchemaStep:
        undoing.append(undo)
        ordinal = latest_ordinal() + 1
        return SchemaStep.objects.create(
            ordinal=ordinal, app_label="storage", name=f"{ordinal:04}_tried", kind=kind, sql=sql, made_at=clock.now()
        )

    yield make
    schemas = [*Centre.objects.values_list("schema_name", flat=True), TEMPLATE_SCHEMA]
    with connection.cursor() as cursor:
        for schema in schemas if undoing else []:
            cursor.execute(f'SET search_path = "{schema}", shared, ext; ' + "; ".join(undoing))
    SchemaStep.objects.filter(ordinal__gt=first).delete()
    Centre.objects.update(schema_ordinal=first)


@pytest.fixture
def the_houses_bells_afterwards() -> Iterator[None]:
    """For tests that make a celery application: the latest becomes everybody's, and tasks rung later would be its own."""
    yield
    app.set_current()
    app.set_default()
