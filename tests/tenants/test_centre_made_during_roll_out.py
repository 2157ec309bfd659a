"""A centre that is being made while a step is recorded does not stay one step behind."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection, transaction

from zt_tenants.context import outside_centres
from zt_tenants.models import Centre, Level
from zt_tenants.provisioning import provision_centre
from zt_tenants.schema import _wait_for_centres_in_the_making, latest_ordinal

pytestmark = pytest.mark.req("A-01")


def _may_record() -> bool:
    """Whether a step could be recorded at this moment."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
            _wait_for_centres_in_the_making()
    except OperationalError:  # the lock's time is over
        return False
    return True


def test_recording_a_step_waits_until_a_centre_in_the_making_is_there(committed_world) -> None:
    made, commit = threading.Event(), threading.Event()

    def make() -> None:
        try:
            with transaction.atomic():
                provision_centre(code="349901", name="新建", level=Level.CITY, parent=committed_world.province)
                made.set()
                commit.wait(60)
        finally:
            connection.close()

    maker = threading.Thread(target=make)
    maker.start()
    try:
        assert made.wait(60)
        assert not _may_record(), "its transaction is open: a step recorded now would pass it by"
        commit.set()
        maker.join()
        assert _may_record()
        new = Centre.objects.get(code="349901")
        assert new.schema_ordinal == latest_ordinal()
        assert new in set(Centre.objects.here().filter(schema_ordinal__lt=latest_ordinal() + 1)), "a roll-out finds it"
    finally:
        commit.set()
        maker.join()
        with outside_centres(), connection.cursor() as cursor:
            for found in Centre.objects.filter(code="349901"):
                cursor.execute(f'DROP SCHEMA IF EXISTS "{found.schema_name}" CASCADE')
                found.delete()
