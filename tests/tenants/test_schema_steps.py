"""Schema steps and provisioning: the template equals a freshly made centre, and public stays empty."""

from __future__ import annotations

import pytest
from django.db import connection

from zt_tenants.context import outside_centres
from zt_tenants.errors import InvalidInput
from zt_tenants.models import Centre, Level, SchemaStep
from zt_tenants.provisioning import CentreExists, provision_centre
from zt_tenants.rollout import roll_out
from zt_tenants.schema import TEMPLATE_SCHEMA, latest_ordinal, record_pending_steps

TABLES_OF_A_CENTRE = 24
RELATIONS_OF_A_CENTRE = 155  # tables, their indexes, sequences and TOAST tables

COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = %s ORDER BY 1, 2
"""
INDEXES = "SELECT tablename, indexname, replace(indexdef, %s, '') FROM pg_indexes WHERE schemaname = %s ORDER BY 1, 2"
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, contype FROM pg_constraint
    JOIN pg_namespace n ON n.oid = connamespace WHERE nspname = %s
"""


def _shape(schema: str) -> list[object]:
    with outside_centres(), connection.cursor() as cursor:
        cursor.execute(COLUMNS, [schema])
        columns = [(*row[:4], str(row[4]).replace(schema, "")) for row in cursor.fetchall()]
        cursor.execute(INDEXES, [schema, schema])
        indexes = cursor.fetchall()
        cursor.execute(CONSTRAINTS, [schema])
        constraints = sorted((row[0].replace(schema, ""), row[1], row[2]) for row in cursor.fetchall())
    return [columns, indexes, constraints]


def test_a_new_centre_has_exactly_the_template(world) -> None:
    shape = _shape(TEMPLATE_SCHEMA)
    assert _shape(world.county.schema_name)[0] == shape[0]


def test_a_centre_stays_within_its_budget_of_tables(world) -> None:
    """Each table costs about 70 KB in each of a province's 1,821 centres: a new one needs a reason, and this number."""
    with outside_centres(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE relkind = 'r'), count(*) FROM pg_class"
            " WHERE relnamespace = %s::regnamespace OR oid IN (SELECT reltoastrelid FROM pg_class"
            " WHERE relnamespace = %s::regnamespace)",
            [world.county.schema_name, world.county.schema_name],
        )
        tables, relations = cursor.fetchone()
    assert tables <= TABLES_OF_A_CENTRE
    assert relations <= RELATIONS_OF_A_CENTRE


def test_public_is_empty(world) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchone()[0] == 0


def test_no_table_is_both_shared_and_a_centres(world) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'shared'"
            " INTERSECT SELECT tablename FROM pg_tables WHERE schemaname = %s",
            [TEMPLATE_SCHEMA],
        )
        assert cursor.fetchall() == []


def test_nothing_is_pending_after_migrate(world) -> None:
    assert record_pending_steps() == []
    assert roll_out().done == []
    assert latest_ordinal() == SchemaStep.objects.count()
    assert set(Centre.objects.values_list("schema_ordinal", flat=True)) == {latest_ordinal()}


@pytest.mark.parametrize("code", ["34012", "34012x", "340123001", ""])
def test_a_malformed_code_names_its_field(world, code) -> None:
    before = Centre.objects.count()
    with pytest.raises(InvalidInput) as refused:
        provision_centre(code=code, name="x", level=Level.COUNTY, parent=world.city)
    assert refused.value.field == "code"
    assert Centre.objects.count() == before


def test_a_taken_code_makes_nothing(world) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace")
        before = cursor.fetchone()
    with pytest.raises(CentreExists):
        provision_centre(code="340123", name="x", level=Level.COUNTY, parent=world.city)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace")
        assert cursor.fetchone() == before
