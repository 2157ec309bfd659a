"""The work calendar in force."""

from __future__ import annotations

from django.core.cache import cache

from zt_platform.workcalendar.models import CalendarOverride, CalendarYear
from zt_platform.workcalendar.rules import WorkCalendar

REVISION_KEY = "workcalendar:revision"
_built: dict[str, WorkCalendar] = {}


def calendar() -> WorkCalendar:
    """The calendar in force: the published one with all overrides.

    Built once per process and revision; ``commands`` raise the revision in the shared cache when they commit, so every
    process sees a change with its next call at the cost of one cache look-up.
    """
    revision = str(cache.get(REVISION_KEY, "0"))
    if revision not in _built:
        built = WorkCalendar(
            overrides=dict(CalendarOverride.objects.values_list("day", "working")),
            declared_years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
        )
        _built.clear()
        _built[revision] = built
    return _built[revision]
