"""Lights over time and over levels: how the running cases stood at the end of each of the last days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zt_platform.supervision.queries.board import last_days
from zt_platform.supervision.queries.lights import LightCounts, branch_lights_at, reading_moment
from zt_platform.supervision.scope import Scope
from zt_tenants.models import Level

_ALL = ""


@dataclass(frozen=True, slots=True)
class LightsOverTime:
    """``by_day`` holds a centre and all below it, a reading a day of ``days``; ``by_level`` the last reading alone.

    A case that two levels handle shows in both of them, and once in the day's total.
    """

    days: tuple[date, ...]
    by_day: tuple[LightCounts, ...]
    by_level: tuple[tuple[Level, LightCounts], ...]


def lights_over_time(scope: Scope, *, on: date, code: str = "") -> LightsOverTime:
    """The lights of the last 14 days, each as its day ended (today: now). One SQL statement.

    Raises:
        NotFound: the centre lies outside the scope.
    """
    codes = scope.below(code or scope.root.code)
    levels = {level: [one for one in codes if scope.centre(one).level == level] for level in Level}
    present = {level: members for level, members in levels.items() if members}
    days = last_days(on)
    branches = {_ALL: codes, **{level.value: members for level, members in present.items()}}
    found = branch_lights_at(branches, [reading_moment(day) for day in days])
    return LightsOverTime(
        days=days,
        by_day=tuple(lights[_ALL] for lights in found),
        by_level=tuple((level, found[-1][level.value]) for level in present),
    )
