"""Centres are remembered for a few seconds: fewer statements, never a neighbour's row, never for long."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_tenants import remembered
from zt_tenants.centres import ancestors, centre_by_code, centre_by_id, province
from zt_tenants.errors import UnknownCentre
from zt_tenants.models import Centre


def _statements(act) -> int:
    with CaptureQueriesContext(connection) as found:
        act()
    return len(found)


def test_the_second_look_costs_nothing_and_finds_the_same(world) -> None:
    looks = (
        lambda: centre_by_code("340123"),
        lambda: centre_by_id(world.county.id),
        lambda: province(),
        lambda: ancestors(world.county),
    )
    for look in looks:
        first = look()
        assert _statements(look) == 0
        assert look() == first
    assert [above.code for above in ancestors(world.county)] == ["340100", "340000"]
    assert [above.code for above in ancestors(world.other_county)] == ["341700", "340000"]
    assert ancestors(world.province) == []


def test_what_one_caller_changes_on_its_copy_no_other_caller_sees(world) -> None:
    centre_by_code("340123").name = "改过的名字"
    assert centre_by_code("340123").name == world.county.name


def test_a_closed_or_renamed_centre_is_read_anew_by_the_process_that_changed_it(world) -> None:
    assert centre_by_code("340123").name
    Centre.objects.filter(id=world.county.id).update(name="肥西县新政务服务中心")
    assert centre_by_code("340123").name == "肥西县新政务服务中心"

    centre = centre_by_code("340123")
    centre.closed_on = centre.opened_on
    centre.save()
    with pytest.raises(UnknownCentre):
        centre_by_code("340123")


def test_another_process_sees_a_change_after_the_lifetime(world, monkeypatch) -> None:
    assert centre_by_code("340123").name == world.county.name
    with connection.cursor() as elsewhere:
        elsewhere.execute("UPDATE shared.tenants_centre SET name = '新名' WHERE code = '340123'")
    assert centre_by_code("340123").name == world.county.name

    later = remembered.time.monotonic() + remembered.LIFETIME + 1
    monkeypatch.setattr(remembered.time, "monotonic", lambda: later)
    assert centre_by_code("340123").name == "新名"


def test_what_was_not_found_is_looked_for_again(world) -> None:
    with pytest.raises(UnknownCentre):
        centre_by_code("340199")
    with connection.cursor() as elsewhere:
        elsewhere.execute("UPDATE shared.tenants_centre SET code = '340199' WHERE code = '340123'")
    assert centre_by_code("340199").id == world.county.id
