"""Tenant migrations beyond plain SQL: Python over the rows, in batches, and indexes built while the centre works."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import override_settings

import zt_storage.migrations
from zt_storage.models import Attachment
from zt_tenants import clock, data_steps
from zt_tenants.context import enter
from zt_tenants.fleet import fleet_status
from zt_tenants.models import Centre, Level, SchemaStep, StepKind
from zt_tenants.provisioning import provision_centre
from zt_tenants.rollout import roll_out
from zt_tenants.schema import (
    TEMPLATE_SCHEMA,
    StepNotRepeatable,
    StepNotSql,
    latest_ordinal,
    record_pending_steps,
    steps_of_the_code,
)

pytestmark = pytest.mark.req("A-01")

HEAD = """
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from zt_tenants.data_steps import RunInBatches

"""
PYTHON = (
    HEAD
    + """
def shout(apps, schema_editor):
    for attachment in apps.get_model("storage", "Attachment").objects.all():
        if attachment.file_name == "broken.pdf":
            raise ValueError("cannot shout broken.pdf")
        attachment.file_name = attachment.file_name.upper()
        attachment.save(update_fields=["file_name"])

class Migration(migrations.Migration):
    dependencies = [("storage", "BEFORE")]
    operations = [migrations.RunPython(shout, elidable=True)]
"""
)
CONCURRENTLY = (
    HEAD
    + """
class Migration(migrations.Migration):
    atomic = False
    dependencies = [("storage", "BEFORE")]
    operations = [AddIndexConcurrently("attachment", models.Index(fields=["file_name"], name="tried_by_name"))]
"""
)
BATCHES = (
    HEAD
    + """
def a_few(apps, schema_editor, size):
    left = apps.get_model("storage", "Attachment").objects.filter(source_centre_code="")
    ids = list(left.values_list("id", flat=True)[:size])
    return left.filter(id__in=ids).update(source_centre_code="x")

class Migration(migrations.Migration):
    atomic = False
    dependencies = [("storage", "BEFORE")]
    operations = [RunInBatches(a_few, size=2)]
"""
)
MIXED = (
    HEAD
    + """
class Migration(migrations.Migration):
    dependencies = [("storage", "BEFORE")]
    operations = [
        migrations.AddField("attachment", "tried", models.TextField(null=True)),
        migrations.RunPython(migrations.RunPython.noop),
    ]
"""
)
NOT_REPEATABLE = (
    HEAD
    + """
class Migration(migrations.Migration):
    atomic = False
    dependencies = [("storage", "BEFORE")]
    operations = [migrations.AddField("attachment", "tried", models.TextField(null=True))]
"""
)
REAL = """
import importlib
Migration = importlib.import_module("zt_storage.migrations.{name}").Migration
"""
NAMES = sorted(path.stem for path in Path(zt_storage.migrations.__path__[0]).glob("0*.py"))

NEXT = f"{int(NAMES[-1][:4]) + 1:04}_tried"


class _Migrations:
    """The storage app's migrations with further ones behind them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.last = NAMES[-1]

    def add(self, source: str) -> None:
        """One more behind the last."""
        before, self.last = self.last, f"{int(self.last[:4]) + 1:04}_tried"
        (self._folder / f"{self.last}.py").write_text(source.replace("BEFORE", before))
        self.read_again()

    def read_again(self) -> None:
        for name in [name for name in sys.modules if name.startswith(self._folder.name)]:
            del sys.modules[name]
        data_steps._loaded.cache_clear()
        steps_of_the_code.cache_clear()


@pytest.fixture
def further(committed_world, tmp_path) -> Iterator[_Migrations]:
    first = latest_ordinal()
    known = set(Centre.objects.values_list("id", flat=True))
    folder = tmp_path / "tried_migrations"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name in NAMES:
        (folder / f"{name}.py").write_text(REAL.format(name=name))
    sys.path.insert(0, str(tmp_path))
    migrations = _Migrations(folder)
    with override_settings(MIGRATION_MODULES={"storage": "tried_migrations"}):
        yield migrations
    sys.path.remove(str(tmp_path))
    migrations.read_again()
    with connection.cursor() as cursor:
        for schema in [*Centre.objects.values_list("schema_name", flat=True), TEMPLATE_SCHEMA]:
            cursor.execute(f'DROP INDEX IF EXISTS "{schema}".tried_by_name')
        for schema in Centre.objects.exclude(id__in=known).values_list("schema_name", flat=True):
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
    Centre.objects.exclude(id__in=known).delete()
    SchemaStep.objects.filter(ordinal__gt=first).delete()
    Centre.objects.update(schema_ordinal=first)


def _attach(centre: Centre, *names: str) -> None:
    with enter(centre):
        for name in names:
            Attachment.objects.create(
                object_key=f"c/{centre.code}/{name}",
                file_name=name,
                declared_size=1,
                declared_type="application/pdf",
                created_at=clock.now(),
            )


def _names(centre: Centre) -> list[str]:
    with enter(centre):
        return list(Attachment.objects.values_list("file_name", flat=True))


def _indexes(schema: str) -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = %s",
            [schema],
        )
        return dict(cursor.fetchall())


def test_python_runs_in_each_centre_over_its_own_rows(committed_world, further) -> None:
    further.add(PYTHON)
    _attach(committed_world.city, "a.pdf", "b.pdf")
    _attach(committed_world.county, "c.pdf")
    _attach(committed_world.township, "d.pdf", "broken.pdf")
    assert [step.kind for step in record_pending_steps()] == [StepKind.PYTHON]
    result = roll_out()
    assert result.failed == {"340123101": "cannot shout broken.pdf"}
    assert _names(committed_world.city) == ["A.PDF", "B.PDF"]
    assert _names(committed_world.county) == ["C.PDF"]
    assert _names(committed_world.township) == ["d.pdf", "broken.pdf"], "all or nothing in a centre"
    assert fleet_status().failed[0].error == "cannot shout broken.pdf"


def test_indexes_are_built_outside_a_transaction_and_once(committed_world, further, superuser) -> None:
    further.add(PYTHON)
    further.add(CONCURRENTLY)
    record_pending_steps()
    _leave_an_invalid_index(committed_world.city, superuser)
    result = roll_out()
    assert (result.failed, len(result.done)) == ({}, 6)
    schemas = [*(centre.schema_name for centre in committed_world.all), TEMPLATE_SCHEMA]
    assert [_indexes(schema).get("tried_by_name") for schema in schemas] == [True] * 7

    # Killed after the build and before the note: the same step again finds the index and goes on.
    Centre.objects.filter(id=committed_world.county.id).update(schema_ordinal=latest_ordinal() - 1)
    assert roll_out().done == [committed_world.county.code]
    new = provision_centre(code="341800", name="宣城市政务服务中心", level=Level.CITY, parent=committed_world.province)
    assert _indexes(new.schema_name)["tried_by_name"], "a new centre has it at once"


def _leave_an_invalid_index(centre: Centre, superuser: psycopg.Connection) -> None:
    """What a killed concurrent build leaves behind."""
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE INDEX tried_by_name ON "{centre.schema_name}".storage_attachment (file_name)')
    superuser.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass",
        [f'"{centre.schema_name}".tried_by_name'],
    )


def test_batches_go_on_until_nothing_is_left(committed_world, further) -> None:
    for source in (PYTHON, CONCURRENTLY, BATCHES):
        further.add(source)
    _attach(committed_world.city, "1.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf")
    steps = record_pending_steps()
    assert [step.kind for step in steps] == [StepKind.PYTHON, StepKind.CONCURRENTLY, StepKind.BATCHES]
    assert [step.in_new_centres for step in steps] == [False, True, False]
    assert roll_out().failed == {}
    with enter(committed_world.city):
        assert Attachment.objects.filter(source_centre_code="x").count() == 5
    assert not fleet_status().mixed


@pytest.mark.parametrize(("source", "error"), [(MIXED, StepNotSql), (NOT_REPEATABLE, StepNotRepeatable)])
def test_what_could_not_be_repeated_is_refused_before_any_centre(committed_world, further, source, error) -> None:
    further.add(source)
    before = latest_ordinal()
    with pytest.raises(error, match=rf"storage\.{NEXT}"):
        record_pending_steps()
    assert latest_ordinal() == before
    assert fleet_status().unrecorded == 1
    assert fleet_status().mixed
