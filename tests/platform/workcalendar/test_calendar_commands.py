"""Changing the calendar: by the province's administrators only, seen by everybody after the commit."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.core.cache import cache

from zt_platform.actors import Actor, ActorKind
from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar import queries
from zt_platform.workcalendar.commands import declare_year, override_day, withdraw_override
from zt_platform.workcalendar.models import CalendarOverride, CalendarYear
from zt_platform.workcalendar.queries import calendar
from zt_platform.workcalendar.rules import PUBLISHED_YEARS
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotPermitted

pytestmark = pytest.mark.usefixtures("the_published_calendar_afterwards")
DAY = date(2026, 3, 10)
NEXT_YEAR = max(PUBLISHED_YEARS) + 1


def admin(code: str, role: Role = Role.CENTRE_ADMIN) -> Actor:
    return Actor(kind=ActorKind.STAFF, account_id=uuid4(), name="管理员", roles=frozenset({role}), centre_code=code)


def test_an_override_is_seen_after_the_commit_and_can_be_withdrawn(world, django_capture_on_commit_callbacks) -> None:
    assert calendar().is_working_day(DAY)
    with enter(world.province):
        with django_capture_on_commit_callbacks(execute=True):
            override_day(actor=admin("340000"), day=DAY, working=False, reason="省运动会开幕")
        assert not calendar().is_working_day(DAY)
        with django_capture_on_commit_callbacks(execute=True):
            assert withdraw_override(actor=admin("340000"), day=DAY)
        assert calendar().is_working_day(DAY)
        assert not withdraw_override(actor=admin("340000"), day=DAY)


def test_who_changed_the_calendar_stays_in_the_provinces_audit_record(world) -> None:
    with enter(world.province):
        override_day(actor=admin("340000"), day=DAY, working=False, reason="省运动会开幕")
        with pytest.raises(InvalidInput):
            override_day(actor=admin("340000"), day=DAY, working=True, reason=" ")
        line = AuditRecord.objects.get(deed=Deed.CALENDAR)
    assert (line.purpose, line.actor_name) == ("调整工作日", "管理员")
    assert line.data == {"day": "2026-03-10", "working": False, "reason": "省运动会开幕"}


def test_a_year_is_declared_with_its_notice(world, django_capture_on_commit_callbacks) -> None:
    spring, made_up = date(NEXT_YEAR, 2, 8), date(NEXT_YEAR, 2, 14)
    assert calendar().provisional(NEXT_YEAR)
    with enter(world.province), django_capture_on_commit_callbacks(execute=True):
        declare_year(
            actor=admin("340000"),
            year=NEXT_YEAR,
            document_number="国办发明电〔…〕",
            days={spring: False, made_up: True},
        )
    assert not calendar().provisional(NEXT_YEAR)
    assert not calendar().is_working_day(spring)
    assert calendar().is_working_day(made_up)


def test_a_notice_may_name_days_of_the_december_before(world, django_capture_on_commit_callbacks) -> None:
    """As that of 2019 did: 31 December 2018 was off, and Saturday, 29 December worked for it."""
    eve, made_up = date(NEXT_YEAR - 1, 12, 31), date(NEXT_YEAR - 1, 12, 26)
    days = {eve: False, made_up: True, date(NEXT_YEAR, 1, 1): False}
    with enter(world.province):
        with django_capture_on_commit_callbacks(execute=True):
            declare_year(actor=admin("340000"), year=NEXT_YEAR, document_number="国办发明电〔…〕", days=days)
        with pytest.raises(InvalidInput):
            declare_year(actor=admin("340000"), year=NEXT_YEAR, document_number="国办发明电〔…〕", days={eve: False})
    assert [calendar().is_working_day(day) for day in days] == [False, True, False]


def test_a_process_that_slept_through_a_change_and_the_loss_of_the_cache_sees_it(
    world, django_capture_on_commit_callbacks
) -> None:
    """Another process made the change; then the cache forgot that there was one."""
    cache.delete(queries.REVISION_KEY)
    assert calendar().is_working_day(DAY)
    slept = dict(queries._built)
    with enter(world.province), django_capture_on_commit_callbacks(execute=True):
        override_day(actor=admin("340000"), day=DAY, working=False, reason="省运动会开幕")
    cache.delete(queries.REVISION_KEY)
    queries._built.clear()
    queries._built.update(slept)
    assert not calendar().is_working_day(DAY)


@pytest.mark.parametrize(
    ("field", "change"),
    [("document_number", {"document_number": " "}), ("days", {"days": {}}), ("days", {"days": {DAY: False}})],
)
def test_bad_input_names_its_field_and_changes_nothing(world, field, change) -> None:
    given = {"year": NEXT_YEAR, "document_number": "文号", "days": {date(NEXT_YEAR, 2, 8): False}, **change}
    with enter(world.province), pytest.raises(InvalidInput) as refused:
        declare_year(actor=admin("340000"), **given)
    assert refused.value.field == field
    assert not CalendarYear.objects.exists()
    assert not CalendarOverride.objects.exists()


def test_an_override_needs_a_reason(world) -> None:
    with enter(world.province), pytest.raises(InvalidInput) as refused:
        override_day(actor=admin("340000"), day=DAY, working=False, reason="")
    assert refused.value.field == "reason"
    assert not CalendarOverride.objects.exists()


def test_nobody_else_changes_it(world) -> None:
    attempts = [
        (world.province, admin("340000", Role.SUPERVISOR)),
        (world.province, admin("340100")),
        (world.city, admin("340100")),
        (world.city, admin("340000")),
    ]
    for centre, actor in attempts:
        with enter(centre):
            with pytest.raises(NotPermitted):
                override_day(actor=actor, day=DAY, working=False, reason="理由")
            with pytest.raises(NotPermitted):
                withdraw_override(actor=actor, day=DAY)
            with pytest.raises(NotPermitted):
                declare_year(actor=actor, year=NEXT_YEAR, document_number="x", days={date(NEXT_YEAR, 2, 8): False})
    assert not CalendarOverride.objects.exists()
    assert not CalendarYear.objects.exists()
