"""Entering a centre: nests, restores, refuses to switch inside a transaction, and never trusts the connection."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from schema_seen import schema_seen

from zt_tenants.context import current_centre, current_centre_or_none, enter, on_commit, outside_centres
from zt_tenants.errors import CentreSwitchInTransaction, NoCentre, UnknownCentre


@pytest.mark.req("A-01")
def test_entering_nests_and_restores(world) -> None:
    assert schema_seen() == "shared"
    with enter(world.city):
        assert schema_seen() == world.city.schema_name
        with enter("340123"):
            assert schema_seen() == world.county.schema_name
            assert current_centre() == world.county
        assert schema_seen() == world.city.schema_name
        with outside_centres():
            assert schema_seen() == "shared"
    assert schema_seen() == "shared"
    assert current_centre_or_none() is None


def test_a_failing_block_restores_too(world) -> None:
    with pytest.raises(ZeroDivisionError), enter(world.city):
        raise ZeroDivisionError
    assert current_centre_or_none() is None
    assert schema_seen() == "shared"


def test_no_centre_is_an_error_and_an_unknown_code_too(world) -> None:
    with pytest.raises(NoCentre):
        current_centre()
    with pytest.raises(UnknownCentre, match="999999"), enter("999999"):
        pass


def test_a_transaction_belongs_to_one_centre(world) -> None:
    with enter(world.city), transaction.atomic():
        with pytest.raises(CentreSwitchInTransaction), enter(world.county):
            pass
        with enter(world.city):
            assert schema_seen() == world.city.schema_name


def test_a_rollback_does_not_leave_the_wrong_path(committed_world) -> None:
    world = committed_world
    with enter(world.city):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert schema_seen() == world.city.schema_name
            raise ZeroDivisionError
        assert schema_seen() == world.city.schema_name
    assert schema_seen() == "shared"


def test_a_path_changed_behind_our_back_is_corrected(world) -> None:
    with enter(world.city):
        schema_seen()
        connection.connection.execute(f'SET search_path = "{world.county.schema_name}"')
        assert schema_seen() == world.city.schema_name


def test_commit_hooks_run_in_the_centre_that_made_them(committed_world) -> None:
    world = committed_world
    seen: list[str] = []
    with enter(world.city), transaction.atomic():
        on_commit(lambda: seen.append(current_centre().code + schema_seen()))
    assert seen == [world.city.code + world.city.schema_name]
