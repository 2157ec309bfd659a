"""Changing the work calendar. Only the administrators of the provincial centre may: it counts for every centre."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

from django.core.cache import cache
from django.db import transaction

from zt_platform.actors import Actor, ActorKind
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar.models import CalendarOverride, CalendarYear
from zt_platform.workcalendar.queries import FIRST_YEAR, LAST_YEAR, REVISION_KEY
from zt_tenants.clock import now
from zt_tenants.context import beside, current_centre, on_commit
from zt_tenants.errors import InvalidInput, NotPermitted
from zt_tenants.models import Level
from zt_tenants.timers import schedule, schedule_everywhere
from zt_tenants.wall.access import DatabaseRole

RECOMPUTE = "calendar.recompute"
"""The timer by which each centre counts its running limits anew (:mod:`zt_platform.workcalendar.recounting`)."""


def override_day(*, actor: Actor, day: date, working: bool, reason: str) -> CalendarOverride:
    """Say for one day whether it is worked, replacing what was said before.

    Raises NotPermitted (not an administrator of the province), InvalidInput (no reason).
    """
    _require_province_administrator(actor)
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请填写调整该日的依据。", en="State the ground for changing this day.")
    with _written_down(actor, "调整工作日", day=day.isoformat(), working=working, reason=reason.strip()):
        override, _ = CalendarOverride.objects.update_or_create(
            day=day, defaults={"working": working, "reason": reason.strip(), "entered_at": now()}
        )
        _announce_change()
    return override


def withdraw_override(*, actor: Actor, day: date) -> bool:
    """Let the published calendar count again for a day; True when there was an override.

    Raises NotPermitted (not an administrator of the province).
    """
    _require_province_administrator(actor)
    with _written_down(actor, "撤销工作日调整", day=day.isoformat()):
        deleted, _ = CalendarOverride.objects.filter(day=day).delete()
        _announce_change()
    return bool(deleted)


def declare_year(*, actor: Actor, year: int, document_number: str, days: Mapping[date, bool]) -> CalendarYear:
    """Enter the State Council notice of a year: its holidays (False) and make-up working days (True).

    A notice may also name days of the December before, which bridge New Year (as that of 2019 did). The year is no longer
    provisional afterwards. Raises NotPermitted; InvalidInput (no document number, no days, or a day of another year).
    """
    _require_province_administrator(actor)
    if not document_number.strip():
        raise InvalidInput(field="document_number", zh="请填写放假通知文号。", en="Give the notice's document number.")
    named = [day for day in days if day.year == year]
    if not FIRST_YEAR <= year <= LAST_YEAR or not named or not all(_is_of_notice(day, year) for day in days):
        raise InvalidInput(
            field="days",
            zh="请填写{year}年的放假和调休日期；通知涉及上一年12月的，可以一并填写，其他年份的请逐日调整。",
            en="Give the days of {year}, with those of the December before that the notice names; set other days singly.",
            year=year,
        )
    moment = now()
    with _written_down(actor, "登记放假通知", year=year, document_number=document_number.strip()):
        CalendarOverride.objects.bulk_create(
            [
                CalendarOverride(day=day, working=working, reason=document_number.strip(), entered_at=moment)
                for day, working in days.items()
            ],
            update_conflicts=True,
            unique_fields=["day"],
            update_fields=["working", "reason", "entered_at"],
        )
        declared, _ = CalendarYear.objects.update_or_create(
            year=year, defaults={"document_number": document_number.strip(), "entered_at": moment}
        )
        _announce_change()
    return declared


def recount(*, actor: Actor) -> int:
    """Let every centre count its running limits anew by the calendar in force; how many centres are asked.

    For the administrators, when a centre's timer was parked or limits are in doubt: changing the calendar does it by
    itself. Raises NotPermitted (not an administrator of the province).
    """
    _require_province_administrator(actor)
    with _written_down(actor, "重新计算时限"):
        return schedule_everywhere(kind=RECOMPUTE, subject=RECOMPUTE, due_at=now())


@contextmanager
def _written_down(actor: Actor, what: str, **data: object) -> Iterator[None]:
    """A change of the shared calendar, with its line in the provincial centre's audit record.

    A refused change leaves no line. The change commits first, over the portal's connection, and the line right after it.
    """
    with transaction.atomic():
        if actor.kind is ActorKind.STAFF:
            record(Deed.CALENDAR, actor=actor, purpose=what, data=data)
        with beside(DatabaseRole.PORTAL), transaction.atomic():
            yield


def _is_of_notice(day: date, year: int) -> bool:
    return day.year == year or (day.year == year - 1 and day.month == 12)


def recount_here() -> None:
    """Let the current centre count its running limits anew: it was restored, and knows the calendar of its archive."""
    schedule(kind=RECOMPUTE, subject=RECOMPUTE, due_at=now())


def _announce_change() -> None:
    """Every process builds the calendar anew after the commit (an id, not a counter: a cache may forget counters).

    Every centre gets a timer to count its running limits anew: they rest on the calendar.
    """
    schedule_everywhere(kind=RECOMPUTE, subject=RECOMPUTE, due_at=now())
    on_commit(lambda: cache.set(REVISION_KEY, uuid4().hex, timeout=None))


def _require_province_administrator(actor: Actor) -> None:
    if actor.kind is ActorKind.SYSTEM:
        return
    actor.require(Role.CENTRE_ADMIN)
    if current_centre().level != Level.PROVINCE:
        raise NotPermitted
