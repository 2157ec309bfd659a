"""Timers go with their centre's archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from archive_kit import export_to, import_from

from zt_platform.actors import Actor
from zt_platform.cases.testing import MONDAY, Town
from zt_platform.project.archives import SHARED_TABLES, AttachmentObjects, catch_up
from zt_platform.workcalendar.commands import override_day
from zt_tenants import timers
from zt_tenants.archive import Place, export_centre
from zt_tenants.context import enter, outside_centres
from zt_tenants.models import Centre, Timer

pytestmark = pytest.mark.req("Y-01")
DUE = MONDAY.replace(day=11, hour=17, minute=0)


@pytest.fixture
def timer_kind() -> Iterator[str]:
    timers.register("test.archived", print)
    yield "test.archived"
    timers.unregister("test.archived")


def _timers(centre: Centre) -> list[dict]:
    mine = Timer.objects.filter(centre_id=centre.id, kind="test.archived")  # cases set timers of their own
    return list(mine.order_by("subject").values())


def test_timers_go_with_their_centre(town: Town, tmp_path, timer_kind) -> None:
    county, city = town.county.centre, town.city.centre
    for centre in (county, city):
        with enter(centre):
            timers.schedule_many([timers.NewTimer(timer_kind, f"case-{n}", MONDAY, {"n": n}) for n in range(3)])
    before, neighbour = _timers(county), _timers(city)
    archive = export_to(county, tmp_path / "county.zt")
    with enter(county):
        timers.cancel(subject="case-1")
        timers.schedule(kind=timer_kind, subject="case-9", due_at=MONDAY)
    import_from(archive, place=Place(beside=True))
    assert len(_timers(county)) == 3, "a copy beside the living centre takes no timers"
    import_from(archive, place=Place(replace=True))
    assert _timers(county) == before
    assert _timers(city) == neighbour
    assert Timer.objects.filter(kind=timer_kind).count() == 6


def test_an_archive_from_before_timers_leaves_the_living_ones(town: Town, tmp_path, timer_kind) -> None:
    county = town.county.centre
    archive = tmp_path / "county.zt"
    older = [part for part in SHARED_TABLES if not part.later]
    export_centre(county, archive, shared=older, objects=AttachmentObjects())
    with enter(county):
        timers.schedule(kind=timer_kind, subject="case-1", due_at=MONDAY)
    before = _timers(county)
    import_from(archive, place=Place(replace=True))
    assert _timers(county) == before


@pytest.mark.usefixtures("the_published_calendar_afterwards")
def test_article_82_a_centre_restored_from_before_a_change_of_the_calendar_counts_by_it(
    committed_world, town: Town, tmp_path
) -> None:
    """Accepted on Monday, 2 March, seven working days; the 6th is declared off between archive and restoration."""
    county = town.county
    case = county.accept(county.submitted(town.zhang))
    archive = export_to(county.centre, tmp_path / "county.zt")
    with enter(committed_world.province):
        override_day(actor=Actor.system(), day=date(2026, 3, 6), working=False, reason="省运动会开幕")
    with outside_centres():
        timers.run_due()
    assert county.fresh(case).due_at == DUE + timedelta(days=1)
    restored = import_from(archive, place=Place(replace=True))
    assert county.fresh(case).due_at == DUE
    catch_up(restored.centre)
    with outside_centres():
        timers.run_due()
    assert county.fresh(case).due_at == DUE + timedelta(days=1)


def test_a_copy_beside_the_living_centre_counts_nothing(town: Town, tmp_path) -> None:
    archive = export_to(town.county.centre, tmp_path / "county.zt")
    copy = import_from(archive, place=Place(beside=True)).centre
    catch_up(copy)
    assert not Timer.objects.filter(centre_id=copy.id).exists()
