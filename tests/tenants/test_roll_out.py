"""Rolling a step out: every centre gets it, one that fails is alone with its failure, locks are waited for shortly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_tenants import rollout
from zt_tenants.fleet import fleet_status
from zt_tenants.models import Centre, Level, SchemaLedgerEntry
from zt_tenants.provisioning import provision_centre
from zt_tenants.rollout import roll_out
from zt_tenants.schema import latest_ordinal, record_pending_steps

pytestmark = pytest.mark.req("A-01")
COLUMN = "ALTER TABLE storage_attachment ADD COLUMN tried text; CREATE INDEX tried_idx ON storage_attachment (tried);"
UNDO = "ALTER TABLE storage_attachment DROP COLUMN IF EXISTS tried"


def _has_column(centre: Centre) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = 'storage_attachment' AND column_name = 'tried'",
            [centre.schema_name],
        )
        return bool(cursor.fetchone()[0])


def _run_in(centre: Centre, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'SET search_path = "{centre.schema_name}"; {sql}')


@contextmanager
def _table_locked(centre: Centre) -> Iterator[psycopg.Connection]:
    parameters = connection.get_connection_params()
    with psycopg.connect(
        **{key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if parameters.get(key)}
    ) as other:
        other.execute(f'LOCK TABLE "{centre.schema_name}".storage_attachment IN ACCESS SHARE MODE')
        yield other


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_centre_gets_the_step_and_a_line_in_the_ledger(committed_world, new_step, jobs: int) -> None:
    step = new_step(COLUMN, undo=UNDO)
    seen: list[tuple[str, int]] = []
    result = roll_out(jobs=jobs, progress=lambda code, total: seen.append((code, total)))
    codes = {centre.code for centre in committed_world.all}
    assert (set(result.done), result.failed, result.left) == (codes, {}, 0)
    assert {code for code, _ in seen} == codes
    assert {total for _, total in seen} == {6}
    assert all(_has_column(centre) for centre in committed_world.all)
    ledger = SchemaLedgerEntry.objects.filter(ordinal=step.ordinal, error="")
    assert ledger.count() == 6
    assert not fleet_status().mixed


def test_a_failing_centre_keeps_its_tables_and_the_others_go_on(committed_world, new_step) -> None:
    broken = committed_world.county
    _run_in(broken, "ALTER TABLE storage_attachment ADD COLUMN tried text")
    step = new_step("ALTER TABLE storage_attachment ADD COLUMN before text;" + COLUMN, undo=UNDO)
    try:
        result = roll_out()
        assert set(result.failed) == {broken.code}
        assert "already exists" in result.failed[broken.code]
        assert len(result.done) == 5
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_schema FROM information_schema.columns WHERE column_name = 'before'"
                " AND table_name = 'storage_attachment' AND table_schema = %s",
                [broken.schema_name],
            )
            assert cursor.fetchone() is None, "its transaction was rolled back whole"
        fleet = fleet_status()
        assert (fleet.mixed, fleet.behind, fleet.centres) == (True, 1, 6)
        assert [(one.code, one.ordinal) for one in fleet.failed] == [(broken.code, step.ordinal)]
        assert "already exists" in fleet.failed[0].error

        _run_in(broken, UNDO)
        assert roll_out().done == [broken.code]
        assert not fleet_status().mixed
        words = SchemaLedgerEntry.objects.filter(centre=broken, ordinal=step.ordinal).values_list("error", flat=True)
        assert [bool(error) for error in words] == [True, False], "the ledger keeps what failed"
    finally:
        for centre in committed_world.all:
            _run_in(centre, "ALTER TABLE storage_attachment DROP COLUMN IF EXISTS before")


def test_migrate_ends_with_an_error_when_centres_are_left_behind(committed_world, new_step) -> None:
    _run_in(committed_world.county, "ALTER TABLE storage_attachment ADD COLUMN tried text")
    new_step(COLUMN, undo=UNDO)
    with pytest.raises(CommandError, match=r"340123: .*already exists"):
        call_command("migrate", verbosity=0)
    assert fleet_status().behind == 1


def test_a_canary_that_fails_protects_the_others(committed_world, new_step) -> None:
    _run_in(committed_world.township, "ALTER TABLE storage_attachment ADD COLUMN tried text")
    new_step(COLUMN, undo=UNDO)
    result = roll_out(canary=1)
    assert (set(result.failed), result.done, result.stopped, result.left) == ({"340123101"}, [], "canary", 5)
    assert not _has_column(committed_world.province)
    with pytest.raises(CommandError, match="canary"):
        call_command("migrate", verbosity=0, canary=1)
    _run_in(committed_world.township, UNDO)
    assert len(roll_out(canary=1).done) == 6


def test_a_busy_table_is_tried_again_after_the_others(committed_world, new_step, monkeypatch) -> None:
    monkeypatch.setattr(rollout, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(rollout, "_FIRST_PAUSE", 0.05)
    step = new_step(COLUMN, undo=UNDO)
    busy = committed_world.township  # the first in order
    with _table_locked(busy) as other:
        order: list[str] = []

        def progress(code: str, total: int) -> None:
            order.append(code)
            if len(order) == 5:  # all others are done: whoever held the table lets it go
                threading.Thread(target=other.rollback).start()

        result = roll_out(jobs=1, progress=progress)
    assert (result.failed, order[-1]) == ({}, busy.code)
    entry = SchemaLedgerEntry.objects.get(centre=busy, ordinal=step.ordinal)
    assert (entry.error, entry.tries > 1) == ("", True)


def test_a_table_that_stays_busy_is_given_up(committed_world, new_step, monkeypatch) -> None:
    monkeypatch.setattr(rollout, "LOCK_TIMEOUT", "20ms")
    monkeypatch.setattr(rollout, "_FIRST_PAUSE", 0.01)
    new_step(COLUMN, undo=UNDO)
    with _table_locked(committed_world.city):
        result = roll_out(tries=2)
    assert set(result.failed) == {"340100"}
    assert "lock timeout" in result.failed["340100"]
    assert SchemaLedgerEntry.objects.get(centre=committed_world.city).tries == 2


def test_a_dropped_connection_is_tried_again(committed_world, new_step) -> None:
    # One centre's first try ends its own connection, as a restarting server would.
    new_step(
        "DO $$ BEGIN IF current_schema() = '" + committed_world.city.schema_name + "' AND nextval('shared.tried') = 1"
        " THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; END $$;" + COLUMN,
        undo=UNDO,
    )
    try:
        _run_in(committed_world.city, "CREATE SEQUENCE shared.tried")
        result = roll_out(jobs=2)
        assert (result.failed, len(result.done)) == ({}, 6)
        assert _has_column(committed_world.city)
    finally:
        _run_in(committed_world.city, "DROP SEQUENCE IF EXISTS shared.tried")


def test_nothing_to_do_costs_the_same_at_any_size(world) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert record_pending_steps() == []
            assert roll_out().done == []
            assert fleet_status().behind == 0
        return len(captured)

    statements()
    before = statements()
    for number in range(3):
        provision_centre(code=f"34012310{number + 2}", name=f"第{number}镇", level=Level.TOWNSHIP, parent=world.county)
    assert statements() == before


def test_the_plan_names_steps_and_centres_and_changes_nothing(committed_world, new_step, capsys) -> None:
    new_step(COLUMN, undo=UNDO)
    call_command("migrate", plan=True, verbosity=1)
    assert "Centres to bring up to date: 6 of 6" in capsys.readouterr().out
    assert fleet_status().behind == 6
    assert latest_ordinal() == fleet_status().latest
